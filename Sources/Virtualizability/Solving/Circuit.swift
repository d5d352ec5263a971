import Certificates

/// A circuit of gates and its clauses. Each gate is kept once; constants and neighbouring gates simplify.
///
/// A literal is a DIMACS integer, or `Circuit.yes` and its negation for the constants, which never reach a clause.
/// Every gate is defined in both directions (Tseitin), so that the inputs' values determine all others.
struct Circuit {
    static let yes = Int32.max
    static let no = -Int32.max

    enum Gate: UInt8 { case and, xor, ite, majority }

    private struct Record {
        var gate: Gate
        var start: Int32
        var count: Int32
        var output: Int32
    }

    private(set) var formula = CNF()
    private var records: [Record] = []
    private var inputs: [Int32] = []
    /// For each variable the number + 1 of the conjunction that it names, or 0.
    private var conjunctions: [Int32] = [0]
    private var slots = [Int32](repeating: 0, count: 256)

    /// A variable that no gate defines.
    mutating func makeVariable() -> Int32 {
        conjunctions.append(0)
        let variable = Int32(conjunctions.count - 1)
        formula.reserveVariables(variable)
        return variable
    }

    /// Demands that one of the literals be true.
    mutating func require(_ clause: [Int32]) {
        if clause.contains(Circuit.yes) { return }
        formula.append(clause.filter { $0 != Circuit.no })
    }

    // MARK: Gates

    mutating func and(_ a: Int32, _ b: Int32) -> Int32 {
        if a == Circuit.no || b == Circuit.no || a == -b { return Circuit.no }
        if a == Circuit.yes || a == b { return b }
        if b == Circuit.yes { return a }
        if let found = neighbouring(a, b) ?? neighbouring(b, a) { return found }
        return made(.and, isBefore(a, b) ? [a, b] : [b, a])
    }

    /// Looks one gate deep: `a AND b` where `b` is a conjunction of two, or the negation of one.
    private mutating func neighbouring(_ a: Int32, _ b: Int32) -> Int32? {
        guard let (left, right) = pair(b) else { return nil }
        if b > 0 {
            if a == left || a == right { return b }
            if a == -left || a == -right { return Circuit.no }
            if let (first, second) = a > 0 ? pair(a) : nil {
                if first == -left || first == -right || second == -left || second == -right { return Circuit.no }
            }
        } else {
            if a == -left || a == -right { return a }
            if a == left { return and(a, -right) }
            if a == right { return and(a, -left) }
        }
        return nil
    }

    private func pair(_ literal: Int32) -> (Int32, Int32)? {
        let number = conjunctions[Int(literal.magnitude)]
        guard number > 0 else { return nil }
        let record = records[Int(number - 1)]
        guard record.count == 2 else { return nil }
        return (inputs[Int(record.start)], inputs[Int(record.start) + 1])
    }

    mutating func or(_ a: Int32, _ b: Int32) -> Int32 { -and(-a, -b) }

    /// The conjunction of any number as one gate.
    mutating func and(_ literals: [Int32]) -> Int32 {
        var kept: [Int32] = []
        for literal in literals.sorted(by: isBefore) where literal != Circuit.yes && literal != kept.last {
            if literal == Circuit.no || literal == -(kept.last ?? 0) { return Circuit.no }
            kept.append(literal)
        }
        switch kept.count {
        case 0: return Circuit.yes
        case 1: return kept[0]
        case 2: return and(kept[0], kept[1])
        default: return made(.and, kept)
        }
    }

    mutating func or(_ literals: [Int32]) -> Int32 { -and(literals.map { -$0 }) }

    mutating func xor(_ a: Int32, _ b: Int32) -> Int32 {
        if abs(a) == Circuit.yes { return a == Circuit.yes ? -b : b }
        if abs(b) == Circuit.yes { return b == Circuit.yes ? -a : a }
        if a == b { return Circuit.no }
        if a == -b { return Circuit.yes }
        let output = made(.xor, abs(a) < abs(b) ? [abs(a), abs(b)] : [abs(b), abs(a)])
        return (a < 0) == (b < 0) ? output : -output
    }

    mutating func ite(_ condition: Int32, _ a: Int32, _ b: Int32) -> Int32 {
        if condition == Circuit.yes || a == b { return a }
        if condition == Circuit.no { return b }
        if condition < 0 { return ite(-condition, b, a) }
        if a == Circuit.yes || a == condition { return or(condition, b) }
        if a == Circuit.no || a == -condition { return and(-condition, b) }
        if b == Circuit.yes || b == -condition { return or(-condition, a) }
        if b == Circuit.no || b == condition { return and(condition, a) }
        if a == -b { return xor(condition, b) }
        if a < 0 { return -made(.ite, [condition, -a, -b]) }
        return made(.ite, [condition, a, b])
    }

    /// At least two of the three: a carry.
    mutating func majority(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 {
        for (one, left, right) in [(a, b, c), (b, a, c), (c, a, b)] {
            if one == Circuit.yes { return or(left, right) }
            if one == Circuit.no { return and(left, right) }
            if left == right { return left }
            if left == -right { return one }
        }
        var (first, second, third) = (a, b, c)
        if isBefore(second, first) { (first, second) = (second, first) }
        if isBefore(third, second) { (second, third) = (third, second) }
        if isBefore(second, first) { (first, second) = (second, first) }
        return first < 0 ? -made(.majority, [-first, -second, -third]) : made(.majority, [first, second, third])
    }

    private func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        a.magnitude != b.magnitude ? a.magnitude < b.magnitude : a < b
    }

    // MARK: Keeping each gate once

    private mutating func made(_ gate: Gate, _ operands: [Int32]) -> Int32 {
        let wrap = slots.count - 1
        var slot = Int(hash(gate, operands[...])) & wrap
        while slots[slot] != 0 {
            let record = records[Int(slots[slot]) - 1]
            if record.gate == gate, self.operands(of: record).elementsEqual(operands) { return record.output }
            slot = (slot + 1) & wrap
        }
        let output = makeVariable()
        records.append(
            Record(gate: gate, start: Int32(inputs.count), count: Int32(operands.count), output: output))
        inputs.append(contentsOf: operands)
        slots[slot] = Int32(records.count)
        if gate == .and { conjunctions[Int(output)] = Int32(records.count) }
        if records.count * 2 > slots.count { growSlots() }
        define(gate, output, operands)
        return output
    }

    private func operands(of record: Record) -> ArraySlice<Int32> {
        inputs[Int(record.start)..<Int(record.start + record.count)]
    }

    private func hash(_ gate: Gate, _ operands: ArraySlice<Int32>) -> UInt32 {
        var hash = UInt32(gate.rawValue) &+ 0x9e37_79b9
        for operand in operands {
            hash = (hash ^ UInt32(bitPattern: operand)) &* 0x85eb_ca6b
            hash ^= hash >> 14
        }
        return hash
    }

    private mutating func growSlots() {
        slots = [Int32](repeating: 0, count: slots.count * 4)
        let wrap = slots.count - 1
        for (number, record) in records.enumerated() {
            var slot = Int(hash(record.gate, operands(of: record))) & wrap
            while slots[slot] != 0 { slot = (slot + 1) & wrap }
            slots[slot] = Int32(number + 1)
        }
    }

    private mutating func define(_ gate: Gate, _ o: Int32, _ operands: [Int32]) {
        switch gate {
        case .and:
            for operand in operands { formula.append([-o, operand]) }
            formula.append(operands.map { -$0 } + [o])
        case .xor:
            let (a, b) = (operands[0], operands[1])
            for clause in [[-o, a, b], [-o, -a, -b], [o, -a, b], [o, a, -b]] { formula.append(clause) }
        case .ite:
            let (c, a, b) = (operands[0], operands[1], operands[2])
            // The last two follow from the others, but let equal arms decide without the condition.
            for clause in [[-c, -a, o], [-c, a, -o], [c, -b, o], [c, b, -o], [-a, -b, o], [a, b, -o]] {
                formula.append(clause)
            }
        case .majority:
            let (a, b, c) = (operands[0], operands[1], operands[2])
            for (left, right) in [(a, b), (a, c), (b, c)] {
                formula.append([-left, -right, o])
                formula.append([left, right, -o])
            }
        }
    }
}
