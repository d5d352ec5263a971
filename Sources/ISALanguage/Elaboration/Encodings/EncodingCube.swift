/// One way through an instruction's forms, as a pattern of fixed and free bits from the first bit on.
struct EncodingCube {
    /// Words of 64 bits, the first bit of the encoding uppermost.
    var mask: [UInt64] = []
    var value: [UInt64] = []
    var length = 0
    /// The form that each operand takes.
    var forms: [Int]
    /// Where each bit of each field stands; -1: nowhere on this way.
    var positions: [[Int]]
    /// Indices of the operands whose form has a condition.
    var conditionalOperands: [Int] = []

    var fixedBits: Int { mask.reduce(0) { $0 + $1.nonzeroBitCount } }

    mutating func append(_ bits: UInt64, fixed: Bool, width: Int) {
        for bit in stride(from: width - 1, through: 0, by: -1) {
            if length % 64 == 0 {
                mask.append(0)
                value.append(0)
            }
            let place = UInt64(1) << UInt64(63 - length % 64)
            if fixed {
                mask[length / 64] |= place
                if bits >> UInt64(bit) & 1 == 1 { value[length / 64] |= place }
            }
            length += 1
        }
    }

    /// Some sequence of bits fits both: no bit is fixed differently.
    func overlaps(_ other: EncodingCube) -> Bool {
        for word in 0..<min(mask.count, other.mask.count)
        where (value[word] ^ other.value[word]) & mask[word] & other.mask[word] != 0 {
            return false
        }
        return true
    }

    /// The bit that both patterns together give at a position; `nil`: free.
    func fixed(at position: Int) -> Bool? {
        guard position < length else { return nil }
        let place = UInt64(1) << UInt64(63 - position % 64)
        return mask[position / 64] & place == 0 ? nil : value[position / 64] & place != 0
    }
}

/// Follows an instruction's encoding through all forms of its operands, as the decoder does.
struct EncodingExpansion {
    /// More ways than this are not followed.
    static let wayLimit = 4_096

    private let instruction: Instruction

    init(_ instruction: Instruction) { self.instruction = instruction }

    /// All ways, or `nil` if there are too many.
    var cubes: [EncodingCube]? {
        let start = EncodingCube(
            forms: instruction.operands.map { _ in 0 },
            positions: instruction.fields.map { Array(repeating: -1, count: $0.width) })
        var open = [(start, Array(EncodingLayout.steps(of: instruction.encoding).reversed()))]
        var result: [EncodingCube] = []
        while var (cube, pending) = open.popLast() {
            var isForked = false
            while let step = pending.popLast() {
                if case .piece(.operand(let operand)) = step {
                    for form in instruction.operands[operand.index].forms.indices {
                        open.append(fork(cube, pending, operand, form))
                    }
                    isForked = true
                    break
                }
                follow(step, &cube, &pending)
            }
            if isForked {
                guard open.count + result.count <= EncodingExpansion.wayLimit else { return nil }
                continue
            }
            result.append(cube)
        }
        return result
    }

    private func fork(
        _ cube: EncodingCube, _ pending: [EncodingStep], _ operand: OperandID, _ form: Int
    ) -> (EncodingCube, [EncodingStep]) {
        var branch = cube
        branch.forms[operand.index] = form
        if instruction.operands[operand.index].forms[form].condition != nil {
            branch.conditionalOperands.append(operand.index)
        }
        let head = instruction.operands[operand.index].forms[form].head.map { EncodingStep.piece($0) }
        return (branch, pending + head.reversed())
    }

    private func follow(_ step: EncodingStep, _ cube: inout EncodingCube, _ pending: inout [EncodingStep]) {
        switch step {
        case .piece(.literal(let value, let width)): cube.append(value, fixed: true, width: width)
        case .piece(.field(let field, let high, let low)):
            for bit in stride(from: high, through: low, by: -1) {
                cube.positions[field.index][bit] = cube.length
                cube.append(0, fixed: false, width: 1)
            }
        case .piece(.any(let width)): cube.append(0, fixed: false, width: width)
        case .piece(.operand), .formCondition: break
        case .extensions:
            let opened = EncodingLayout.opened(step) { instruction.operands[$0.index].forms[cube.forms[$0.index]] }
            pending += (opened ?? []).reversed()
        }
    }
}
