/// A micro-op that computes a node, with the nodes that it reads from slots.
struct Tile {
    var operation: MicroOp
    var b: NodeID?
    var c: NodeID?
    var d: NodeID?

    init(_ operation: MicroOp, b: NodeID? = nil, c: NodeID? = nil, d: NodeID? = nil) {
        self.operation = operation
        self.b = b
        self.c = c
        self.d = d
    }

    var operands: [NodeID] { [b, c, d].compactMap { $0 } }
}

/// A cell's address as micro-ops form it: ((base + displacement) & mask) + offset.
struct AddressTile: Hashable {
    var base: NodeID
    var displacement: UInt64 = 0
    var mask: UInt64 = .max
    var offset: UInt64 = 0
}

/// Chooses micro-ops for nodes: the largest pattern that fits. `isReady` says which nodes stand in
/// slots already and so need not be computed as part of a larger one.
struct TileSelector {
    let graph: ValueGraph
    let isReady: (NodeID) -> Bool

    func tile(_ id: NodeID) -> Tile {
        switch graph[id] {
        case .constant(let value): return Tile(MicroOp(.constant, x: value))
        case .slot: return Tile(MicroOp(.move), b: id)
        case .element(let first, let count, let index):
            let known = graph.knowledge(index).high < UInt64(count)
            return Tile(MicroOp(known ? .element : .elementBounded, c: UInt32(first), x: UInt64(count)), b: index)
        case .load(let address, let guarded, let known): return load(address, guarded, known)
        case .binary(let operation, let a, let b): return binary(id, operation, a, b)
        case .shiftLeft(let a, let amount):
            return Tile(MicroOp(.shiftLeftImmediate, c: UInt32(amount), y: .max), b: a)
        case .shiftRight(let a, let amount):
            if !isReady(a), let inner = graph.maskOperand(a) {
                return Tile(
                    MicroOp(.shiftRightImmediate, c: UInt32(amount), y: inner.mask >> UInt64(amount)), b: inner.value)
            }
            return carry(a, amount) ?? Tile(MicroOp(.shiftRightImmediate, c: UInt32(amount), y: .max), b: a)
        case .signExtend(let a, let width):
            return Tile(MicroOp(.signExtend, c: UInt32(64 - width), y: .max), b: a)
        case .select(let condition, let a, let b):
            return overlay(condition, a, b) ?? Tile(MicroOp(.select), b: condition, c: a, d: b)
        case .unary(let operation, let a, let width):
            let number = UInt64(UnaryOperator.allCases.firstIndex(of: operation) ?? 0)
            return Tile(MicroOp(.unary, x: number, y: UInt64(width)), b: a)
        case .wide(let operation, let a, let b, let width, let rightWidth):
            return wide(operation, a, b, width, rightWidth)
        }
    }

    private func wide(_ operation: BinaryOperator, _ a: NodeID, _ b: NodeID, _ width: Int, _ rightWidth: Int) -> Tile {
        let opcode: Opcode
        switch operation {
        case .shiftLeft: opcode = .shiftLeft
        case .shiftRight: opcode = .shiftRight
        case .shiftRightSigned: opcode = .shiftRightSigned
        default:
            let number = UInt64(BinaryOperator.allCases.firstIndex(of: operation) ?? 0)
            return Tile(MicroOp(.binary, x: number, y: UInt64(width), z: UInt64(rightWidth)), b: a, c: b)
        }
        return Tile(MicroOp(opcode, y: UInt64(width)), b: a, c: b)
    }

    // MARK: arithmetic

    private func binary(_ id: NodeID, _ operation: NodeOperator, _ a: NodeID, _ b: NodeID) -> Tile {
        switch operation {
        case .add, .subtract, .multiply: return arithmetic(operation, a, b, mask: .max)
        case .and:
            guard let mask = graph.constant(b) else { return Tile(MicroOp(.and), b: a, c: b) }
            return masked(a, mask)
        case .or:
            if let value = graph.constant(b) { return Tile(MicroOp(.orImmediate, x: value), b: a) }
            return merged(a, b) ?? Tile(MicroOp(.or), b: a, c: b)
        case .xor:
            guard let value = graph.constant(b) else { return Tile(MicroOp(.xor), b: a, c: b) }
            if value == 1, graph.knowledge(a).high <= 1, !isReady(a), isComparison(a) { return set(condition(id)) }
            return Tile(MicroOp(.xorImmediate, x: value), b: a)
        case .equal, .less, .lessSigned: return set(comparison(operation, a, b))
        }
    }

    private func arithmetic(_ operation: NodeOperator, _ a: NodeID, _ b: NodeID, mask: UInt64) -> Tile {
        if let value = graph.constant(b), operation != .subtract {
            let opcode: Opcode = operation == .add ? .addImmediate : .multiplyImmediate
            return Tile(MicroOp(opcode, x: value, y: mask), b: a)
        }
        switch operation {
        case .add: return Tile(MicroOp(.add, y: mask), b: a, c: b)
        case .multiply: return Tile(MicroOp(.multiply, y: mask), b: a, c: b)
        default:
            if let value = graph.constant(a) {
                return Tile(MicroOp(.subtractFromImmediate, x: value, y: mask), b: b)
            }
            return Tile(MicroOp(.subtract, y: mask), b: a, c: b)
        }
    }

    /// The carry out of a sum: ((p & m) + (q & m) + k) >> n, with parts left out.
    private func carry(_ sum: NodeID, _ amount: Int) -> Tile? {
        guard !isReady(sum), case .binary(.add, let p, let q) = graph[sum] else { return nil }
        if let constant = graph.constant(q) {
            if !isReady(p), case .binary(.add, let r, let s) = graph[p], graph.constant(s) == nil {
                return carry(r, s, constant, amount)
            }
            let (value, mask) = isReady(p) ? (p, .max) : graph.maskOperand(p) ?? (p, .max)
            return Tile(MicroOp(.carryImmediate, x: mask, y: constant, z: UInt64(amount)), b: value)
        }
        return carry(p, q, 0, amount)
    }

    private func carry(_ p: NodeID, _ q: NodeID, _ constant: UInt64, _ amount: Int) -> Tile {
        let (first, second) = (
            isReady(p) ? nil : graph.maskOperand(p), isReady(q) ? nil : graph.maskOperand(q)
        )
        if let first, let second, first.mask == second.mask {
            return Tile(
                MicroOp(.carry, x: first.mask, y: constant, z: UInt64(amount)), b: first.value, c: second.value)
        }
        return Tile(MicroOp(.carry, x: .max, y: constant, z: UInt64(amount)), b: p, c: q)
    }

    private func masked(_ a: NodeID, _ mask: UInt64) -> Tile {
        guard !isReady(a) else { return Tile(MicroOp(.andImmediate, x: mask), b: a) }
        switch graph[a] {
        case .binary(let inner, let p, let q) where inner == .add || inner == .subtract || inner == .multiply:
            return arithmetic(inner, p, q, mask: mask)
        case .shiftLeft(let p, let amount):
            return Tile(MicroOp(.shiftLeftImmediate, c: UInt32(amount), y: mask), b: p)
        case .shiftRight(let p, let amount):
            return Tile(MicroOp(.shiftRightImmediate, c: UInt32(amount), y: mask), b: p)
        case .signExtend(let p, let width):
            return Tile(MicroOp(.signExtend, c: UInt32(64 - width), y: mask), b: p)
        default: return Tile(MicroOp(.andImmediate, x: mask), b: a)
        }
    }

    /// A value shifted (left if positive) and then masked.
    private func part(_ id: NodeID) -> (value: NodeID, shift: Int, mask: UInt64) {
        var mask = UInt64.max
        var value = id
        if isReady(value) { return (value, 0, .max) }
        if let inner = graph.maskOperand(value) { (value, mask) = inner }
        if isReady(value) { return (value, 0, mask) }
        switch graph[value] {
        case .shiftLeft(let p, let amount): return (p, amount, mask)
        case .shiftRight(let p, let amount):
            // A carry is computed in one step, from the summands.
            if graph.knowledge(value).high <= 1, case .binary(.add, _, _) = graph[p] { return (value, 0, mask) }
            if !isReady(p), let inner = graph.maskOperand(p) {
                return (inner.value, -amount, mask & (inner.mask >> UInt64(amount)))
            }
            return (p, -amount, mask)
        default: return (value, 0, mask)
        }
    }

    /// Two parts put together: fields of a word.
    private func merged(_ a: NodeID, _ b: NodeID) -> Tile? {
        var (first, second) = (part(a), part(b))
        if first.shift > second.shift { swap(&first, &second) }
        if first.shift > 0 { first = (second.value == part(a).value ? b : a, 0, .max) }
        guard second.shift >= 0, first.shift <= 0 else { return nil }
        if first.shift == 0, second.shift == 0, first.mask == .max, second.mask == .max { return nil }
        if graph.constant(first.value) != nil || graph.constant(second.value) != nil { return nil }
        if first.shift == 0 {
            return Tile(
                MicroOp(.merge, d: UInt32(second.shift), x: first.mask, y: second.mask), b: first.value,
                c: second.value)
        }
        return Tile(
            MicroOp(.mergeRight, d: UInt32(-first.shift), x: first.mask, y: second.mask, z: UInt64(second.shift)),
            b: first.value, c: second.value)
    }
}
