/// A value of a graph; smaller numbers are computed from smaller ones.
struct NodeID: Hashable, Comparable {
    var index: Int
    init(_ index: Int) { self.index = index }
    static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
}

/// Operators on whole 64-bit values, constants on the right where the order does not matter.
enum NodeOperator: Hashable {
    case add, subtract, multiply, and, or, xor
    case equal, less
    /// Of 64 bits; narrower operands are sign-extended first.
    case lessSigned
}

/// A computation. Values stand in 64 bits with zeros above their width, so widening costs nothing
/// and a width needs to be named only where a computation could leave it.
enum NodeKind: Hashable {
    case constant(UInt64)
    /// What a slot held before the instruction.
    case slot(Int)
    /// What element `index` of the slots from `first` on held; 0 where there is none.
    case element(first: Int, count: Int, index: NodeID)
    /// What a cell held. `known`: the address is below the storage's size wherever the guard is 1.
    case load(address: NodeID, guarded: NodeID?, known: Bool)
    case binary(NodeOperator, NodeID, NodeID)
    case shiftLeft(NodeID, Int)
    case shiftRight(NodeID, Int)
    /// From this many bits to 64.
    case signExtend(NodeID, Int)
    case select(NodeID, NodeID, NodeID)
    case unary(UnaryOperator, NodeID, width: Int)
    /// What has no better form: divisions, rotations, shifts by an amount that is not known.
    case wide(BinaryOperator, NodeID, NodeID, width: Int, rightWidth: Int)

    /// Calls `body` for every value that this one is computed from.
    func forEachOperand(_ body: (NodeID) -> Void) {
        switch self {
        case .constant, .slot: break
        case .element(_, _, let a), .shiftLeft(let a, _), .shiftRight(let a, _), .signExtend(let a, _),
            .unary(_, let a, _):
            body(a)
        case .load(let address, let guarded, _):
            body(address)
            if let guarded { body(guarded) }
        case .binary(_, let a, let b), .wide(_, let a, let b, _, _):
            body(a)
            body(b)
        case .select(let condition, let a, let b):
            body(condition)
            body(a)
            body(b)
        }
    }
}

/// The values of one instruction, each distinct computation once.
struct ValueGraph {
    private(set) var nodes: [NodeKind] = []
    private var known: [Knowledge] = []
    private var index: [NodeKind: NodeID] = [:]
    /// Width of each slot of the state, in bits.
    let slotWidths: [Int]
    let cellWidth: Int
    /// Number of cells.
    let storageCount: UInt64

    init(slotWidths: [Int], cellWidth: Int, storageCount: UInt64) {
        self.slotWidths = slotWidths
        self.cellWidth = cellWidth
        self.storageCount = storageCount
    }

    subscript(id: NodeID) -> NodeKind { nodes[id.index] }

    func knowledge(_ id: NodeID) -> Knowledge { known[id.index] }

    func constant(_ id: NodeID) -> UInt64? {
        if case .constant(let value) = nodes[id.index] { return value }
        return nil
    }

    /// Narrows what is known of a value from here on.
    mutating func learn(_ id: NodeID, _ knowledge: Knowledge) {
        known[id.index] = known[id.index].intersection(knowledge)
    }

    /// The node for a computation; a value that can be only one number becomes that number.
    mutating func intern(_ kind: NodeKind) -> NodeID {
        let derived = derive(kind)
        if let value = derived.constant, !isConstant(kind) { return constantNode(value) }
        if let existing = index[kind] {
            known[existing.index] = known[existing.index].intersection(derived)
            if let value = known[existing.index].constant, !isConstant(kind) { return constantNode(value) }
            return existing
        }
        let id = NodeID(nodes.count)
        nodes.append(kind)
        known.append(derived)
        index[kind] = id
        return id
    }

    mutating func constantNode(_ value: UInt64) -> NodeID { intern(.constant(value)) }

    private func isConstant(_ kind: NodeKind) -> Bool {
        if case .constant = kind { return true }
        return false
    }

    /// What follows for a computation from what is known of its operands.
    private func derive(_ kind: NodeKind) -> Knowledge {
        switch kind {
        case .constant(let value): return Knowledge(exactly: value)
        case .slot(let slot): return Knowledge(width: slot < slotWidths.count ? slotWidths[slot] : 64)
        case .element(let first, _, _): return Knowledge(width: first < slotWidths.count ? slotWidths[first] : 64)
        case .load: return Knowledge(width: cellWidth)
        case .shiftLeft(let a, let amount): return .shiftLeft(known[a.index], amount)
        case .shiftRight(let a, let amount): return .shiftRight(known[a.index], amount)
        case .signExtend: return .anything
        case .select(_, let a, let b): return known[a.index].union(known[b.index])
        case .unary(let operation, _, let width): return derive(operation, width)
        case .wide(_, _, _, let width, _): return Knowledge(width: width)
        case .binary(let operation, let a, let b): return derive(operation, known[a.index], known[b.index])
        }
    }

    private func derive(_ operation: UnaryOperator, _ width: Int) -> Knowledge {
        switch operation {
        case .not, .negate: return Knowledge(width: width)
        case .countLeadingZeros, .populationCount: return Knowledge(from: 0, through: UInt64(width))
        case .parity: return .bit
        }
    }

    private func derive(_ operation: NodeOperator, _ a: Knowledge, _ b: Knowledge) -> Knowledge {
        switch operation {
        case .add: return .add(a, b)
        case .subtract: return .subtract(a, b)
        case .multiply: return .multiply(a, b)
        case .and: return .and(a, b)
        case .or: return .or(a, b)
        case .xor: return .xor(a, b)
        case .equal:
            let apart = a.high < b.low || b.high < a.low || a.certain & ~b.possible != 0 || b.certain & ~a.possible != 0
            return apart ? Knowledge(exactly: 0) : .bit
        case .less:
            if a.high < b.low { return Knowledge(exactly: 1) }
            return a.low >= b.high ? Knowledge(exactly: 0) : .bit
        case .lessSigned:
            guard a.high <= UInt64(Int64.max), b.high <= UInt64(Int64.max) else { return .bit }
            return derive(.less, a, b)
        }
    }
}

// MARK: - Facts

extension ValueGraph {
    /// Narrows what is known where `condition` has this value; the changes, to undo them.
    mutating func assume(_ condition: NodeID, is value: Bool) -> [(NodeID, Knowledge)] {
        var undo: [(NodeID, Knowledge)] = []
        var open = [(condition, value)]
        while let (condition, value) = open.popLast() {
            undo.append((condition, known[condition.index]))
            known[condition.index] = Knowledge(exactly: value ? 1 : 0)
            guard case .binary(let operation, let a, let b) = nodes[condition.index] else { continue }
            let bits = known[a.index].high <= 1 && known[b.index].high <= 1
            switch operation {
            case .xor where bits && constant(b) == 1: open.append((a, !value))
            case .and where bits && value, .or where bits && !value: open += [(a, value), (b, value)]
            case .less, .equal:
                undo += [(a, known[a.index]), (b, known[b.index])]
                learn(operation, a, b, is: value)
            default: break
            }
        }
        return undo
    }

    /// What a comparison's outcome says of its operands.
    private mutating func learn(_ operation: NodeOperator, _ a: NodeID, _ b: NodeID, is value: Bool) {
        let (first, second) = (known[a.index], known[b.index])
        switch (operation, value) {
        case (.less, true):
            if second.high > 0 { learn(a, Knowledge(from: 0, through: second.high &- 1)) }
            if first.low < .max { learn(b, Knowledge(from: first.low &+ 1, through: .max)) }
        case (.less, false):
            learn(a, Knowledge(from: second.low, through: .max))
            learn(b, Knowledge(from: 0, through: first.high))
        case (.equal, true):
            if let number = constant(b) { learn(a, Knowledge(exactly: number)) }
        case (.equal, false):
            if constant(b) == 0, first.high > 0 { learn(a, Knowledge(from: 1, through: .max)) }
        default: break
        }
    }

    /// Takes assumptions back; what has been made meanwhile keeps only what follows without them.
    mutating func retract(_ undo: [(NodeID, Knowledge)], since count: Int) {
        for (id, knowledge) in undo.reversed() { known[id.index] = knowledge }
        for index in count..<max(count, nodes.count) { known[index] = derive(nodes[index]) }
    }

    /// The values that `roots` are computed from, themselves included, in order.
    func reachable(from roots: [NodeID]) -> [NodeID] {
        var seen = Set(roots)
        var open = roots
        while let id = open.popLast() {
            nodes[id.index].forEachOperand { if seen.insert($0).inserted { open.append($0) } }
        }
        return seen.sorted()
    }
}
