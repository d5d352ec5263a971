// Constructors of a value graph: arithmetic, comparison and selection.

extension ValueGraph {
    // MARK: arithmetic modulo 2^64

    mutating func add(_ a: NodeID, _ b: NodeID) -> NodeID {
        guard let value = constant(b) else {
            return constant(a) != nil ? add(b, a) : intern(.binary(.add, min(a, b), max(a, b)))
        }
        if value == 0 { return a }
        if let other = constant(a) { return constantNode(other &+ value) }
        if case .binary(.add, let x, let y) = self[a], let inner = constant(y) {
            return add(x, constantNode(inner &+ value))
        }
        return intern(.binary(.add, a, b))
    }

    mutating func subtract(_ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return constantNode(0) }
        if let value = constant(b) {
            if let other = constant(a) { return constantNode(other &- value) }
            // As a subtraction the range is kept where nothing is borrowed.
            return value == 0 ? a : add(a, constantNode(0 &- value))
        }
        return intern(.binary(.subtract, a, b))
    }

    mutating func multiply(_ a: NodeID, _ b: NodeID) -> NodeID {
        guard let value = constant(b) else {
            return constant(a) != nil ? multiply(b, a) : intern(.binary(.multiply, min(a, b), max(a, b)))
        }
        if let other = constant(a) { return constantNode(other &* value) }
        if value == 0 { return b }
        if value & (value &- 1) == 0 { return shiftLeft(a, value.trailingZeroBitCount) }
        return intern(.binary(.multiply, a, b))
    }

    // MARK: comparison and selection

    mutating func equal(_ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return constantNode(1) }
        guard let value = constant(b) else {
            return constant(a) != nil ? equal(b, a) : intern(.binary(.equal, min(a, b), max(a, b)))
        }
        if let other = constant(a) { return constantNode(other == value ? 1 : 0) }
        if knowledge(a).high <= 1, value <= 1 { return value == 1 ? a : not(a) }
        switch self[a] {
        case .select(let condition, let x, let y):
            if let then = constant(x), let otherwise = constant(y) {
                let bits = (constantNode(then == value ? 1 : 0), constantNode(otherwise == value ? 1 : 0))
                return select(condition, bits.0, bits.1)
            }
        case .binary(.xor, let x, let y):
            if let inner = constant(y) { return equal(x, constantNode(inner ^ value)) }
        case .shiftRight(let x, let amount):
            // The upper bits are 0: a range, which bound checks understand.
            if value == 0 { return less(x, constantNode(1 << UInt64(amount))) }
        default: break
        }
        return intern(.binary(.equal, a, b))
    }

    mutating func less(_ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return constantNode(0) }
        if constant(a) == 0 {
            // 0 < b is b != 0
            let zero = equal(b, constantNode(0))
            return not(zero)
        }
        if constant(b) == 1 { return equal(a, constantNode(0)) }
        if let value = constant(a) {
            // a < b with a constant on the left is not (b < a + 1); the right never has the greatest value here.
            if value == .max { return constantNode(0) }
            let reverse = intern(.binary(.less, b, constantNode(value &+ 1)))
            return not(reverse)
        }
        return intern(.binary(.less, a, b))
    }

    mutating func lessOrEqual(_ a: NodeID, _ b: NodeID) -> NodeID {
        let greater = less(b, a)
        return not(greater)
    }

    /// Of `width` bits.
    mutating func lessSigned(_ a: NodeID, _ b: NodeID, width: Int) -> NodeID {
        if constant(b) == 0 {
            // The sign bit alone.
            let sign = shiftRight(a, width - 1)
            return sign
        }
        let (left, right) = (signExtend(a, from: width), signExtend(b, from: width))
        return lessSigned(left, right)
    }

    mutating func lessSigned(_ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return constantNode(0) }
        if let x = constant(a) {
            let left = Int64(bitPattern: x)
            if let y = constant(b) { return constantNode(left < Int64(bitPattern: y) ? 1 : 0) }
            if left == .max { return constantNode(0) }
            let next = constantNode(UInt64(bitPattern: left &+ 1))
            let reverse = intern(.binary(.lessSigned, b, next))
            return not(reverse)
        }
        return intern(.binary(.lessSigned, a, b))
    }

    mutating func select(_ condition: NodeID, _ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return a }
        if let value = knowledge(condition).constant { return value != 0 ? a : b }
        if case .binary(.xor, let x, let y) = self[condition], constant(y) == 1, knowledge(x).high <= 1 {
            return select(x, b, a)
        }
        switch (constant(a), constant(b)) {
        case (1, 0): return condition
        case (0, 1): return not(condition)
        case (0, nil) where knowledge(b).high <= 1:
            let negated = not(condition)
            return and(negated, b)
        case (nil, 0) where knowledge(a).high <= 1: return and(condition, a)
        case (1, nil) where knowledge(b).high <= 1: return or(condition, b)
        case (nil, 1) where knowledge(a).high <= 1:
            let negated = not(condition)
            return or(negated, a)
        default: break
        }
        if case .select(let inner, let x, _) = self[a], inner == condition { return select(condition, x, b) }
        if case .select(let inner, _, let y) = self[b], inner == condition { return select(condition, a, y) }
        return intern(.select(condition, a, b))
    }
}
