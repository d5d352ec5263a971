/// Finds the instruction that a sequence of units encodes. Instructions are tried in the order of the
/// description, and the forms of an operand in theirs; the first that fits as a whole is taken.
public struct Decoder: Sendable {
    public let description: MachineDescription
    /// Units of the longest instruction.
    public let longest: Int
    private let candidates: [[Candidate]]
    /// How many leading bits of the first unit choose the list of candidates.
    private let bucketBits: Int
    private let unitWidth: Int

    /// An instruction with what is fixed in its first unit.
    private struct Candidate: Sendable {
        var instruction: Int
        var mask: UInt64
        var value: UInt64
        var steps: [EncodingStep]
    }

    public init(_ description: MachineDescription) {
        self.description = description
        unitWidth = min(max(description.unitWidth, 1), 64)
        bucketBits = min(unitWidth, 10)
        let width = unitWidth
        longest = max(1, description.instructions.filter { !$0.isListed }.map {
            EncodingLayout.greatestLength(of: $0, unitWidth: width)
        }.max() ?? 1)
        var buckets = Array(repeating: [Candidate](), count: 1 << bucketBits)
        for (index, instruction) in description.instructions.enumerated() where !instruction.isListed {
            let (mask, value) = Decoder.fixedBits(of: instruction, unitWidth: width)
            let candidate = Candidate(
                instruction: index, mask: mask, value: value, steps: EncodingLayout.steps(of: instruction.encoding))
            let unused = UInt64(unitWidth - bucketBits)
            for bucket in buckets.indices where (UInt64(bucket) ^ (value >> unused)) & (mask >> unused) == 0 {
                buckets[bucket].append(candidate)
            }
        }
        candidates = buckets
    }

    /// The bits of the first unit that the pattern fixes, up to the first operand whose forms have heads
    /// of different widths.
    private static func fixedBits(of instruction: Instruction, unitWidth: Int) -> (mask: UInt64, value: UInt64) {
        var mask: UInt64 = 0
        var value: UInt64 = 0
        var position = 0
        for piece in instruction.encoding.groups.first?.pieces ?? [] {
            var width = EncodingLayout.width(of: piece)
            if case .operand(let operand) = piece {
                guard instruction.operands.indices.contains(operand.index) else { break }
                let widths = Set(instruction.operands[operand.index].forms.map {
                    $0.head.reduce(0) { $0 + EncodingLayout.width(of: $1) }
                })
                guard let common = widths.first, widths.count == 1 else { break }
                width = common
            }
            if position + width > unitWidth { break }
            if case .literal(let literal, _) = piece {
                let shift = UInt64(unitWidth - position - width)
                mask |= ConcreteArithmetic.mask(width) << shift
                value |= (literal & ConcreteArithmetic.mask(width)) << shift
            }
            position += width
        }
        return (mask, value)
    }

    /// Decodes one instruction. `fetchUnit` is asked for units 0, 1, ... in order, each at most once, and
    /// only while they are needed.
    public func decode(fetchUnit: (Int) -> FetchedUnit) -> DecodeResult {
        var window = UnitWindow(unitWidth: unitWidth, limit: longest)
        guard let first = window.bits(at: 0, width: unitWidth, fetchUnit: fetchUnit) else {
            return window.stopped ?? .undefined([])
        }
        for candidate in candidates[Int(first >> UInt64(unitWidth - bucketBits))]
        where (first ^ candidate.value) & candidate.mask == 0 {
            if let decoded = match(candidate, window: &window, fetchUnit: fetchUnit) { return .instruction(decoded) }
            if let stopped = window.stopped { return stopped }
        }
        return .undefined(window.units)
    }

    /// Decodes from a list of units; its end counts as undefined.
    public func decode(units: some RandomAccessCollection<UInt64>) -> DecodeResult {
        decode { index in
            guard index < units.count else { return .end }
            return .unit(units[units.index(units.startIndex, offsetBy: index)])
        }
    }

    /// One way through the forms, as far as it has been followed.
    private struct Attempt {
        var position = 0
        var fields: [UInt64]
        /// Bits of fields that are already known: a field that stands twice must have the same bits twice.
        var known: [UInt64]
        var forms: [Int]
        /// Last first.
        var pending: [EncodingStep]
        var steps = 0
    }

    private func match(
        _ candidate: Candidate, window: inout UnitWindow, fetchUnit: (Int) -> FetchedUnit
    ) -> DecodedInstruction? {
        let instruction = description.instructions[candidate.instruction]
        let zeros = Array(repeating: UInt64(0), count: instruction.fields.count)
        var open = [Attempt(
            fields: zeros, known: zeros, forms: Array(repeating: 0, count: instruction.operands.count),
            pending: candidate.steps.reversed())]
        // Forms are alternatives; the limit bounds the search where a file nests them viciously.
        var tries = 0
        while var attempt = open.popLast(), tries < EncodingLayout.stepLimit {
            tries += 1
            switch follow(&attempt, of: instruction, window: &window, fetchUnit: fetchUnit) {
            case .fits:
                let length = (attempt.position + unitWidth - 1) / unitWidth
                let decoded = DecodedInstruction(
                    instruction: candidate.instruction, fields: attempt.fields, forms: attempt.forms,
                    length: length, units: Array(window.units.prefix(length)))
                if holds(instruction.encoding.condition, decoded) { return decoded }
            case .fork(let operand):
                for form in instruction.operands[operand.index].forms.indices.reversed() {
                    var branch = attempt
                    branch.forms[operand.index] = form
                    let opened = EncodingLayout.opened(.piece(.operand(operand))) { _ in
                        instruction.operands[operand.index].forms[form]
                    }
                    branch.pending.append(contentsOf: (opened ?? []).reversed())
                    open.append(branch)
                }
            case .fails:
                if window.stopped != nil { return nil }
            }
        }
        return nil
    }

    private enum Progress {
        case fits
        /// The next step is this operand's head: every form is an alternative.
        case fork(OperandID)
        case fails
    }

    private func follow(
        _ attempt: inout Attempt, of instruction: Instruction, window: inout UnitWindow,
        fetchUnit: (Int) -> FetchedUnit
    ) -> Progress {
        while let step = attempt.pending.popLast() {
            attempt.steps += 1
            if attempt.steps > EncodingLayout.stepLimit { return .fails }
            switch step {
            case .piece(.operand(let operand)):
                return instruction.operands.indices.contains(operand.index) ? .fork(operand) : .fails
            case .piece(let piece):
                guard take(piece, &attempt, window: &window, fetchUnit: fetchUnit) else { return .fails }
            case .extensions:
                let opened = EncodingLayout.opened(step) { form(of: $0, in: instruction, forms: attempt.forms) }
                attempt.pending.append(contentsOf: (opened ?? []).reversed())
            case .formCondition(let operand):
                let condition = form(of: operand, in: instruction, forms: attempt.forms)?.condition
                let soFar = DecodedInstruction(
                    instruction: 0, fields: attempt.fields, forms: attempt.forms, length: 0, units: [])
                guard holds(condition, soFar) else { return .fails }
            }
        }
        return .fits
    }

    /// Matches one piece against the bits at the attempt's position.
    private func take(
        _ piece: Piece, _ attempt: inout Attempt, window: inout UnitWindow, fetchUnit: (Int) -> FetchedUnit
    ) -> Bool {
        let width = EncodingLayout.width(of: piece)
        guard let bits = window.bits(at: attempt.position, width: width, fetchUnit: fetchUnit) else { return false }
        attempt.position += width
        switch piece {
        case .literal(let literal, _):
            return bits == literal & ConcreteArithmetic.mask(width)
        case .field(let field, _, let low):
            guard attempt.fields.indices.contains(field.index), low >= 0, low < 64 else { return false }
            let mask = ConcreteArithmetic.mask(width) << UInt64(low)
            let placed = bits << UInt64(low)
            let common = mask & attempt.known[field.index]
            guard (placed ^ attempt.fields[field.index]) & common == 0 else { return false }
            attempt.fields[field.index] |= placed
            attempt.known[field.index] |= mask
            return true
        case .any, .operand:
            return true
        }
    }

    private func form(of operand: OperandID, in instruction: Instruction, forms: [Int]) -> OperandForm? {
        guard instruction.operands.indices.contains(operand.index) else { return nil }
        let all = instruction.operands[operand.index].forms
        return all.indices.contains(forms[operand.index]) ? all[forms[operand.index]] : nil
    }

    private func holds(_ condition: Program?, _ decoded: DecodedInstruction) -> Bool {
        guard let condition else { return true }
        var nothing = NoState()
        return ConcreteEvaluator(description).test(condition, instruction: decoded, over: &nothing)
    }
}

/// The units fetched so far, read as one sequence of bits, most significant first.
private struct UnitWindow {
    let unitWidth: Int
    let limit: Int
    var units: [UInt64] = []
    /// Why no further unit can be had.
    var stopped: DecodeResult?

    init(unitWidth: Int, limit: Int) {
        self.unitWidth = unitWidth
        self.limit = limit
    }

    /// At most 64 bits from a position on, fetching units as needed; nil if one cannot be had.
    mutating func bits(at position: Int, width: Int, fetchUnit: (Int) -> FetchedUnit) -> UInt64? {
        guard width > 0 else { return 0 }
        let end = position + width
        while units.count * unitWidth < end {
            guard stopped == nil, units.count < limit else { return nil }
            switch fetchUnit(units.count) {
            case .unit(let unit): units.append(unit & ConcreteArithmetic.mask(unitWidth))
            case .trap(let trap, let detail): stopped = .fetchTrap(trap, detail: detail, units: units)
            case .end: stopped = .undefined(units)
            }
        }
        var result: UInt64 = 0
        var at = position
        while at < end {
            let offset = at % unitWidth
            let count = min(unitWidth - offset, end - at)
            let part = (units[at / unitWidth] >> UInt64(unitWidth - offset - count)) & ConcreteArithmetic.mask(count)
            result = (result << UInt64(count)) | part
            at += count
        }
        return result
    }
}
