// Comparisons, as what the code does next or as a bit.

/// A comparison as skips, branches and sets know it.
struct ConditionTile {
    enum Comparison { case equal, less, lessSigned }
    var comparison: Comparison
    var isNegated: Bool
    var left: NodeID
    /// The right operand, or nil where it is `immediate`.
    var right: NodeID?
    var immediate: UInt64 = 0
    /// By how much a signed comparison first shifts both operands left.
    var shift: UInt32 = 0

    var operands: [NodeID] { right.map { [left, $0] } ?? [left] }
}

extension TileSelector {
    func isComparison(_ id: NodeID) -> Bool {
        if case .binary(let operation, _, _) = graph[id] {
            return operation == .equal || operation == .less || operation == .lessSigned
        }
        return false
    }

    /// How to test a single bit.
    func condition(_ id: NodeID) -> ConditionTile {
        var value = id
        var isNegated = false
        while !isReady(value), case .binary(.xor, let a, let b) = graph[value], graph.constant(b) == 1,
            graph.knowledge(a).high <= 1
        {
            value = a
            isNegated.toggle()
        }
        if !isReady(value), case .shiftRight(let word, let amount) = graph[value],
            graph.knowledge(word).high >> UInt64(amount) <= 1
        {
            // The top bit of a word: a comparison with it.
            return ConditionTile(
                comparison: .less, isNegated: !isNegated, left: word, right: nil, immediate: 1 << UInt64(amount))
        }
        if !isReady(value), isComparison(value), case .binary(let operation, let a, let b) = graph[value] {
            var tile = comparison(operation, a, b)
            if isNegated { tile.isNegated.toggle() }
            return tile
        }
        return ConditionTile(comparison: .equal, isNegated: !isNegated, left: value, right: nil, immediate: 0)
    }

    func comparison(_ operation: NodeOperator, _ a: NodeID, _ b: NodeID) -> ConditionTile {
        let immediate = graph.constant(b)
        switch operation {
        case .equal:
            return ConditionTile(
                comparison: .equal, isNegated: false, left: a, right: immediate == nil ? b : nil,
                immediate: immediate ?? 0)
        case .less:
            return ConditionTile(
                comparison: .less, isNegated: false, left: a, right: immediate == nil ? b : nil,
                immediate: immediate ?? 0)
        default:
            return signed(a, b, immediate)
        }
    }

    private func signed(_ a: NodeID, _ b: NodeID, _ immediate: UInt64?) -> ConditionTile {
        var tile = ConditionTile(
            comparison: .lessSigned, isNegated: false, left: a, right: immediate == nil ? b : nil,
            immediate: immediate ?? 0)
        guard !isReady(a), case .signExtend(let left, let width) = graph[a] else { return tile }
        if immediate != nil {
            tile.left = left
            tile.shift = UInt32(64 - width)
        } else if !isReady(b), case .signExtend(let right, width) = graph[b] {
            tile.left = left
            tile.right = right
            tile.shift = UInt32(64 - width)
        }
        return tile
    }

    func set(_ condition: ConditionTile) -> Tile {
        let opcode: Opcode
        let isImmediate = condition.right == nil
        switch (condition.comparison, condition.isNegated) {
        case (.equal, false): opcode = isImmediate ? .setEqualImmediate : .setEqual
        case (.equal, true): opcode = isImmediate ? .setNotEqualImmediate : .setNotEqual
        case (.less, false): opcode = isImmediate ? .setLessImmediate : .setLess
        case (.less, true): opcode = isImmediate ? .setNotLessImmediate : .setNotLess
        case (.lessSigned, false): opcode = isImmediate ? .setLessSignedImmediate : .setLessSigned
        case (.lessSigned, true): opcode = isImmediate ? .setNotLessSignedImmediate : .setNotLessSigned
        }
        return Tile(
            MicroOp(opcode, d: condition.shift, x: condition.immediate), b: condition.left, c: condition.right)
    }
}
