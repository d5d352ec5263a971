import ISALanguage
import OpcodeNotation

/// Bytes of a machine's instructions, for a disassembler to read: one example an encoding, with all fields 0 where
/// that is allowed.
public struct EncodedExamples {
    private let description: MachineDescription
    private let encoder: Encoder
    private let mostSignificantFirst: Bool
    private let mode: EncodingChoices.Mode

    /// - Parameter target: which says in what order the bytes of a unit are to stand.
    public init(_ description: MachineDescription, for target: CapstoneTarget) {
        self.description = description
        encoder = Encoder(Decoder(description))
        mostSignificantFirst = target.isBigEndian
        let width = description.state.first { $0.role == .pc }?.width ?? 64
        mode = width > 32 ? .bits64 : .bits32
    }

    /// Empty where the file does not say how the variant is encoded, or where no example is found.
    public func bytes(of index: Int) -> [[UInt8]] {
        let instruction = description.instructions[index]
        if instruction.isListed { return instruction.opcodes.compactMap(bytes) }
        return units(of: index).map { [$0.flatMap(bytes)] } ?? []
    }

    private func bytes(of unit: UInt64) -> [UInt8] {
        let places = 0..<max(description.unitWidth / 8, 1)
        let bytes = places.map { UInt8(truncatingIfNeeded: unit >> UInt64(8 * $0)) }
        return mostSignificantFirst ? bytes.reversed() : bytes
    }

    private func bytes(_ opcode: String) -> [UInt8]? {
        guard let pattern = try? OpcodePattern(opcode) else { return nil }
        var choices = EncodingChoices()
        choices.mode = mode
        if pattern.form == .memory {
            choices.operand = .memory(
                MemoryOperand(base: .register(1), index: pattern.isVectorIndexed ? 2 : nil, displacement: 8))
        }
        choices.immediates = pattern.immediates.filter { if case .fixed = $0 { false } else { true } }.map { _ in 0 }
        return try? pattern.encoded(choices)
    }

    /// Tries fields of zeros, then others, until the instruction's own condition allows them.
    private func units(of index: Int) -> [UInt64]? {
        let instruction = description.instructions[index]
        var generator = SplitMix64(seed: 1)
        for attempt in 0..<64 {
            let fields = instruction.fields.map { field in
                attempt == 0 ? 0 : generator.next() & (field.width >= 64 ? .max : (1 << UInt64(field.width)) - 1)
            }
            let forms = instruction.operands.map { operand in
                attempt == 0 ? 0 : Int(generator.next() % UInt64(max(operand.forms.count, 1)))
            }
            if let units = try? encoder.encode(instruction: index, fields: fields, forms: forms) { return units }
        }
        return nil
    }
}
