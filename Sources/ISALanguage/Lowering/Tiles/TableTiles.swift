// Flags: `flags | f(p, q)` where p and q are single bits, carries mostly. Four numbers say what f is.

extension TileSelector {
    /// A word that takes up some bits which depend on at most two single bits.
    func table(_ id: NodeID) -> Tile? {
        guard case .binary(.or, let a, let b) = graph[id], graph.constant(b) == nil else { return nil }
        return table(word: a, bits: b) ?? table(word: b, bits: a)
    }

    private func table(word: NodeID, bits: NodeID) -> Tile? {
        guard !isReady(bits), graph.knowledge(bits).high < 1 << 16, case .slot = graph[word] else { return nil }
        var reading = BitReading(graph: graph)
        var entries: UInt64 = 0
        for number: UInt64 in 0..<4 {
            reading.assignment = number
            guard let entry = reading.value(bits, depth: 0) else { return nil }
            entries |= entry << (number * 16)
        }
        guard let second = reading.leaves.first, reading.steps > 2 else { return nil }
        let first = reading.leaves.count > 1 ? reading.leaves[1] : second
        guard reading.leaves.count > 1 else {
            // One bit alone stands in both places; only entries 0 and 3 are reached.
            let both = (entries & 0xFFFF) | (entries >> 16 & 0xFFFF) << 48
            return Tile(MicroOp(.orTable, x: both), b: word, c: second, d: second)
        }
        return Tile(MicroOp(.orTable, x: entries), b: word, c: first, d: second)
    }
}

/// Evaluates an expression for an assignment of its single bits.
private struct BitReading {
    let graph: ValueGraph
    /// Bit 0 is the value of the first leaf, bit 1 of the second.
    var assignment: UInt64 = 0
    var leaves: [NodeID] = []
    /// Operators met.
    var steps = 0

    init(graph: ValueGraph) { self.graph = graph }

    mutating func value(_ id: NodeID, depth: Int) -> UInt64? {
        guard depth < 12 else { return nil }
        switch graph[id] {
        case .constant(let value): return value
        case .shiftLeft(let a, let amount):
            steps += 1
            return value(a, depth: depth + 1).map { $0 << UInt64(amount) }
        case .binary(let operation, let a, let b) where operation == .and || operation == .or || operation == .xor:
            steps += 1
            guard let first = value(a, depth: depth + 1), let second = value(b, depth: depth + 1) else { return nil }
            switch operation {
            case .and: return first & second
            case .or: return first | second
            default: return first ^ second
            }
        default: return leaf(id)
        }
    }

    private mutating func leaf(_ id: NodeID) -> UInt64? {
        guard graph.knowledge(id).high <= 1 else { return nil }
        if let known = leaves.firstIndex(of: id) { return assignment >> UInt64(known) & 1 }
        guard leaves.count < 2 else { return nil }
        leaves.append(id)
        return assignment >> UInt64(leaves.count - 1) & 1
    }
}
