/// Why an instruction cannot be encoded as asked.
public enum EncodingError: Error, Hashable, Sendable {
    case noSuchInstruction(Int)
    /// The number of fields or forms given is not the instruction's.
    case wrongShape(instruction: String)
    case valueTooWide(field: String, value: UInt64, width: Int)
    /// The pattern has no place for some of the bits that are set: an odd value in a field of even ones.
    case bitsNotEncoded(field: String, value: UInt64)
    /// The form's own condition does not allow these fields.
    case formRefuses(operand: String, form: String)
    /// The instruction's condition does not allow these fields.
    case instructionRefuses(instruction: String)
    /// The bits would be decoded as something that comes earlier in the file.
    case decodesAs(String, insteadOf: String)
    case tooLong(instruction: String)
    /// The file lists the instruction without a pattern.
    case notEncoded(instruction: String)
}

extension EncodingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchInstruction(let index):
            return "the machine has no instruction number \(index)"
        case .wrongShape(let name):
            return "'\(name)' has another number of fields or operands"
        case .valueTooWide(let field, let value, let width):
            let greatest = ConcreteArithmetic.mask(width)
            return "\(value) does not fit into field '\(field)' of \(width) bits (0...\(greatest))"
        case .bitsNotEncoded(let field, let value):
            return "the encoding has no place for all bits of \(value) in field '\(field)'"
        case .formRefuses(let operand, let form):
            return "operand '\(operand)' cannot have form '\(form)' with these values"
        case .instructionRefuses(let name):
            return "the condition of '\(name)' does not allow these values"
        case .decodesAs(let other, let name):
            return "these bits mean '\(other)', not '\(name)'"
        case .tooLong(let name):
            return "'\(name)' is longer than \(EncodingLayout.unitLimit) units"
        case .notEncoded(let name):
            return "'\(name)' is listed: the machine's file does not say how it is encoded"
        }
    }
}

/// Turns an instruction with its fields into units.
public struct Encoder: Sendable {
    public let decoder: Decoder
    private let description: MachineDescription

    public init(_ decoder: Decoder) {
        self.decoder = decoder
        description = decoder.description
    }

    /// Encodes, and makes sure that decoding gives the same back.
    /// Bits that do not matter are 0, and fields of forms that are not taken are left out.
    public func encode(instruction index: Int, fields: [UInt64], forms: [Int]) throws(EncodingError) -> [UInt64] {
        guard description.instructions.indices.contains(index) else { throw .noSuchInstruction(index) }
        let instruction = description.instructions[index]
        if instruction.isListed { throw .notEncoded(instruction: instruction.name) }
        try check(instruction, fields: fields, forms: forms)
        var sink = BitSink(unitWidth: min(max(description.unitWidth, 1), 64))
        var relevant = Array(repeating: UInt64(0), count: fields.count)
        // Operands of forms that are not taken are not there: decoding gives them form 0.
        var taken = Array(repeating: false, count: forms.count)
        var pending = Array(EncodingLayout.steps(of: instruction.encoding).reversed())
        var steps = 0
        while let step = pending.popLast() {
            steps += 1
            guard steps <= EncodingLayout.stepLimit, sink.units.count <= EncodingLayout.unitLimit else {
                throw .tooLong(instruction: instruction.name)
            }
            switch step {
            case .piece(let piece): emit(piece, fields, into: &sink, relevant: &relevant)
            case .formCondition(let operand): try check(operand, of: instruction, fields: fields, forms: forms)
            case .extensions(let operand): if taken.indices.contains(operand.index) { taken[operand.index] = true }
            }
            let opened = EncodingLayout.opened(step) { operand in
                guard instruction.operands.indices.contains(operand.index) else { return nil }
                return instruction.operands[operand.index].forms[forms[operand.index]]
            }
            pending.append(contentsOf: (opened ?? []).reversed())
        }
        let units = sink.finished()
        for (field, value) in zip(instruction.fields.indices, fields)
        where relevant[field] != 0 && value & ~relevant[field] != 0 {
            throw .bitsNotEncoded(field: instruction.fields[field].name, value: value)
        }
        let kept = zip(fields, relevant).map { $1 == 0 ? 0 : $0 }
        let keptForms = zip(forms, taken).map { $1 ? $0 : 0 }
        try confirm(units, instruction: index, fields: kept, forms: keptForms)
        return units
    }

    /// Encodes what was decoded, with the bits that do not matter set to 0.
    public func encode(_ decoded: DecodedInstruction) throws(EncodingError) -> [UInt64] {
        try encode(instruction: decoded.instruction, fields: decoded.fields, forms: decoded.forms)
    }

    private func check(_ instruction: Instruction, fields: [UInt64], forms: [Int]) throws(EncodingError) {
        guard fields.count == instruction.fields.count, forms.count == instruction.operands.count,
            zip(instruction.operands, forms).allSatisfy({ $0.forms.indices.contains($1) })
        else { throw .wrongShape(instruction: instruction.name) }
        for (field, value) in zip(instruction.fields, fields) where value > ConcreteArithmetic.mask(field.width) {
            throw .valueTooWide(field: field.name, value: value, width: field.width)
        }
        let decoded = DecodedInstruction(instruction: 0, fields: fields, forms: forms, length: 0, units: [])
        guard holds(instruction.encoding.condition, decoded) else {
            throw .instructionRefuses(instruction: instruction.name)
        }
    }

    private func check(
        _ operand: OperandID, of instruction: Instruction, fields: [UInt64], forms: [Int]
    ) throws(EncodingError) {
        guard instruction.operands.indices.contains(operand.index) else { return }
        let known = instruction.operands[operand.index]
        let form = known.forms[forms[operand.index]]
        let decoded = DecodedInstruction(instruction: 0, fields: fields, forms: forms, length: 0, units: [])
        guard holds(form.condition, decoded) else { throw .formRefuses(operand: known.name, form: form.name) }
    }

    private func emit(_ piece: Piece, _ fields: [UInt64], into sink: inout BitSink, relevant: inout [UInt64]) {
        let width = EncodingLayout.width(of: piece)
        switch piece {
        case .literal(let value, _): sink.append(value, width: width)
        case .any: sink.append(0, width: width)
        case .field(let field, _, let low):
            guard fields.indices.contains(field.index) else { return sink.append(0, width: width) }
            sink.append(ConcreteArithmetic.extract(fields[field.index], low: low, width: width), width: width)
            relevant[field.index] |= ConcreteArithmetic.mask(width) << UInt64(max(low, 0))
        case .operand: break
        }
    }

    private func confirm(
        _ units: [UInt64], instruction: Int, fields: [UInt64], forms: [Int]
    ) throws(EncodingError) {
        let name = description.instructions[instruction].name
        guard case .instruction(let back) = decoder.decode(units: units) else {
            throw .decodesAs("an undefined encoding", insteadOf: name)
        }
        guard back.instruction == instruction else {
            throw .decodesAs(description.instructions[back.instruction].name, insteadOf: name)
        }
        guard back.forms == forms, back.fields == fields else {
            throw .decodesAs("another form of the same instruction", insteadOf: name)
        }
    }

    private func holds(_ condition: Program?, _ decoded: DecodedInstruction) -> Bool {
        guard let condition else { return true }
        var nothing = NoState()
        return ConcreteEvaluator(description).test(condition, instruction: decoded, over: &nothing)
    }
}

/// Collects bits, most significant first, into units.
private struct BitSink {
    let unitWidth: Int
    var units: [UInt64] = []
    private var current: UInt64 = 0
    private var filled = 0

    init(unitWidth: Int) { self.unitWidth = unitWidth }

    mutating func append(_ value: UInt64, width: Int) {
        var left = width
        while left > 0 {
            let count = min(left, unitWidth - filled)
            let part = (value >> UInt64(left - count)) & ConcreteArithmetic.mask(count)
            current = (current << UInt64(count)) | part
            filled += count
            left -= count
            if filled == unitWidth {
                units.append(current)
                current = 0
                filled = 0
            }
        }
    }

    /// The units; a last one that is not full is filled up with zeros.
    mutating func finished() -> [UInt64] {
        if filled > 0 { append(0, width: unitWidth - filled) }
        return units
    }
}
