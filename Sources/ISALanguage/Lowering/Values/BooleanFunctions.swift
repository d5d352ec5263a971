// Bitwise expressions over two values. Files write the sixteen of them by their truth table, with bits
// of the operation code as its entries; once these are constants, most of the expression is idle.

extension ValueGraph {
    /// The simplest node for `a op b` where both are made of the same two values, bit by bit; nil if they are not.
    mutating func bitwise(_ operation: NodeOperator, _ a: NodeID, _ b: NodeID) -> NodeID? {
        var reading = TruthTableReading()
        guard isBitwise(a) || isBitwise(b), let first = reading.table(of: a, in: self),
            let second = reading.table(of: b, in: self)
        else { return nil }
        // A complement within a narrower width than the other value's is none of that value.
        if let ones = reading.ones, reading.leaves.contains(where: { knowledge($0).possible & ~ones != 0 }) {
            return nil
        }
        let table: UInt8
        switch operation {
        case .and: table = first & second
        case .or: table = first | second
        default: table = first ^ second
        }
        return node(for: table, reading.leaves, ones: reading.ones)
    }

    private func isBitwise(_ id: NodeID) -> Bool {
        if case .binary(let operation, _, let b) = self[id] {
            return operation == .xor || ((operation == .and || operation == .or) && constant(b) == nil)
        }
        return false
    }

    /// A function of two values: bit 1 of the table is its value for the first one alone, bit 2 for the second
    /// one alone, bit 3 for both, bit 0 for neither.
    private mutating func node(for table: UInt8, _ leaves: [NodeID], ones: UInt64?) -> NodeID? {
        if table == 0 { return constantNode(0) }
        guard let a = leaves.first else { return nil }
        if table & 1 != 0 {
            // True of nothing: the complement of a function that is not.
            guard let ones, let inner = node(for: ~table & 15, leaves, ones: ones) else { return nil }
            return complement(inner, ones)
        }
        let b = leaves.count > 1 ? leaves[1] : a
        switch table {
        case 0b1010: return a
        case 0b1100: return b
        case 0b1000: return intern(.binary(.and, min(a, b), max(a, b)))
        case 0b1110: return intern(.binary(.or, min(a, b), max(a, b)))
        case 0b0110: return intern(.binary(.xor, min(a, b), max(a, b)))
        default:
            guard let ones else { return nil }
            let (kept, removed) = table == 0b0010 ? (a, b) : (b, a)
            let inverse = complement(removed, ones)
            return intern(.binary(.and, min(kept, inverse), max(kept, inverse)))
        }
    }

    private mutating func complement(_ a: NodeID, _ ones: UInt64) -> NodeID {
        if let value = constant(a) { return constantNode(value ^ ones) }
        if case .binary(.xor, let x, let y) = self[a], constant(y) == ones { return x }
        return intern(.binary(.xor, a, constantNode(ones)))
    }
}

/// Reads expressions as functions of at most two values.
private struct TruthTableReading {
    var leaves: [NodeID] = []
    /// What complements are taken with.
    var ones: UInt64?

    mutating func table(of id: NodeID, in graph: ValueGraph, depth: Int = 0) -> UInt8? {
        guard depth < 8 else { return nil }
        guard case .binary(let operation, let p, let q) = graph[id],
            operation == .and || operation == .or || operation == .xor
        else { return leaf(id, graph) }
        if let constant = graph.constant(q) {
            guard operation == .xor, ones == nil || ones == constant, constant & (constant &+ 1) == 0,
                graph.knowledge(p).possible & ~constant == 0
            else { return leaf(id, graph) }
            ones = constant
            return table(of: p, in: graph, depth: depth + 1).map { ~$0 & 15 }
        }
        guard let first = table(of: p, in: graph, depth: depth + 1),
            let second = table(of: q, in: graph, depth: depth + 1)
        else { return nil }
        switch operation {
        case .and: return first & second
        case .or: return first | second
        default: return first ^ second
        }
    }

    private mutating func leaf(_ id: NodeID, _ graph: ValueGraph) -> UInt8? {
        if graph.constant(id) != nil { return nil }
        if let known = leaves.firstIndex(of: id) { return known == 0 ? 0b1010 : 0b1100 }
        guard leaves.count < 2 else { return nil }
        leaves.append(id)
        return leaves.count == 1 ? 0b1010 : 0b1100
    }
}
