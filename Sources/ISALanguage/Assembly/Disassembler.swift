/// Writes instructions as the machine's templates say.
public struct Disassembler: Sendable {
    public let description: MachineDescription
    private let addressWidth: Int

    public init(_ description: MachineDescription) {
        self.description = description
        addressWidth = description.state.first { $0.role == .pc }?.width ?? 64
    }

    /// The assembly text of an instruction that stands at `address`.
    /// - Parameter name: gives a symbol for an address that the text names relatively (a branch target).
    public func text(_ decoded: DecodedInstruction, at address: UInt64, name: (UInt64) -> String? = { _ in nil })
        -> String
    {
        guard description.instructions.indices.contains(decoded.instruction) else { return "" }
        let instruction = description.instructions[decoded.instruction]
        var text = instruction.assembly.mnemonic
        var pending = Array(instruction.assembly.parts.reversed())
        if !pending.isEmpty { text += " " }
        var steps = 0
        while let part = pending.popLast(), steps < EncodingLayout.stepLimit {
            steps += 1
            switch part {
            case .text(let literal):
                text += text.hasSuffix(" ") ? String(literal.drop { $0 == " " }) : literal
            case .field(let field, let notation):
                text += self.text(of: field, notation, in: decoded, instruction, at: address, name: name)
            case .operand(let operand):
                guard instruction.operands.indices.contains(operand.index),
                    decoded.forms.indices.contains(operand.index)
                else { continue }
                let forms = instruction.operands[operand.index].forms
                guard forms.indices.contains(decoded.forms[operand.index]) else { continue }
                pending.append(contentsOf: forms[decoded.forms[operand.index]].assembly.parts.reversed())
            }
        }
        return text
    }

    /// A number as the assembler reads it back: in the machine's radix.
    public func number(_ value: Int128) -> String {
        let sign = value < 0 ? "-" : ""
        let digits = String(value.magnitude, radix: description.radix, uppercase: true)
        return sign + (description.radix == 16 && value.magnitude > 9 ? "0x" : "") + digits
    }

    private func text(
        of field: FieldID, _ notation: Notation, in decoded: DecodedInstruction, _ instruction: Instruction,
        at address: UInt64, name: (UInt64) -> String?
    ) -> String {
        guard decoded.fields.indices.contains(field.index) else { return "" }
        let bits = decoded.fields[field.index]
        let value = FieldValue.decode(
            bits, notation: notation, width: instruction.fields[field.index].width, here: address,
            addressWidth: addressWidth)
        switch notation {
        case .register(let file):
            return description.state[file.index].elementName(Int(truncatingIfNeeded: bits))
        case .relative:
            return name(UInt64(truncatingIfNeeded: value)) ?? number(value)
        case .unsigned, .signed, .scaled:
            return number(value)
        }
    }
}
