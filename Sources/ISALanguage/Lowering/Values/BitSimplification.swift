// Constructors of a value graph: bits and shifts. Each returns the simplest node it knows for the value, so an
// instruction's program shrinks while it is walked: fields and forms are constants by then.

extension ValueGraph {
    mutating func mask(_ a: NodeID, width: Int) -> NodeID {
        width >= 64 ? a : and(a, constantNode(ConcreteArithmetic.mask(width)))
    }

    mutating func and(_ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return a }
        guard let mask = constant(b) else {
            if constant(a) != nil { return and(b, a) }
            if knowledge(a).high <= 1, knowledge(b).high <= 1 {
                if isNegation(a, of: b) || isNegation(b, of: a) { return constantNode(0) }
            }
            if let simpler = bitwise(.and, a, b) { return simpler }
            return intern(.binary(.and, min(a, b), max(a, b)))
        }
        if let value = constant(a) { return constantNode(value & mask) }
        let known = knowledge(a)
        if known.possible & ~mask == 0 { return a }
        if known.possible & mask == 0 { return constantNode(0) }
        switch self[a] {
        case .binary(.and, let x, let y):
            if let inner = constant(y) { return and(x, constantNode(inner & mask)) }
        case .binary(.add, let x, let y), .binary(.subtract, let x, let y), .binary(.multiply, let x, let y):
            if let narrower = dropMasks(a, x, y, mask) { return narrower }
        case .binary(.or, let x, let y):
            // A part that the mask removes need not be put in; and what is left may need no mask.
            if knowledge(x).possible & mask == 0 { return and(y, b) }
            if knowledge(y).possible & mask == 0 { return and(x, b) }
        case .shiftLeft(let x, let amount):
            if amount > 0, let inner = maskOperand(x), (mask >> UInt64(amount)) & ~inner.mask == 0 {
                let wider = shiftLeft(inner.value, amount)
                return and(wider, b)
            }
        case .shiftRight(let x, let amount):
            // Masked first, a field is the upper part of a number that is often wanted as a whole.
            if isLow(mask) {
                let wider = and(x, constantNode(mask << UInt64(amount) | ConcreteArithmetic.mask(amount)))
                return shiftRight(wider, amount)
            }
        case .select(let condition, let x, let y) where constant(x) != nil && constant(y) != nil:
            let (then, otherwise) = (and(x, b), and(y, b))
            return select(condition, then, otherwise)
        default: break
        }
        // Bits that are 0 anyway need no place in the mask; a shorter mask helps later merging.
        return intern(.binary(.and, a, constantNode(isLow(mask) ? mask : mask & known.possible)))
    }

    /// The value under a mask by a constant.
    func maskOperand(_ a: NodeID) -> (value: NodeID, mask: UInt64)? {
        if case .binary(.and, let x, let y) = self[a], let mask = constant(y) { return (x, mask) }
        return nil
    }

    private func isLow(_ mask: UInt64) -> Bool { mask & (mask &+ 1) == 0 }

    /// Sums, differences and products modulo 2^w need only the low w bits of their operands.
    private mutating func dropMasks(_ a: NodeID, _ x: NodeID, _ y: NodeID, _ mask: UInt64) -> NodeID? {
        let needed = Knowledge.filled(mask)
        func stripped(_ id: NodeID) -> NodeID {
            if let inner = maskOperand(id), needed & ~inner.mask == 0 { return inner.value }
            return id
        }
        let (left, right) = (stripped(x), stripped(y))
        guard left != x || right != y, case .binary(let operation, _, _) = self[a] else { return nil }
        let wider = arithmetic(operation, left, right)
        return and(wider, constantNode(mask))
    }

    mutating func arithmetic(_ operation: NodeOperator, _ a: NodeID, _ b: NodeID) -> NodeID {
        switch operation {
        case .add: return add(a, b)
        case .subtract: return subtract(a, b)
        case .multiply: return multiply(a, b)
        case .and: return and(a, b)
        case .or: return or(a, b)
        case .xor: return xor(a, b)
        case .equal: return equal(a, b)
        case .less: return less(a, b)
        case .lessSigned: return lessSigned(a, b)
        }
    }

    mutating func or(_ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return a }
        guard let value = constant(b) else {
            if constant(a) != nil { return or(b, a) }
            if let joined = joinedParts(a, b) ?? bitwise(.or, a, b) { return joined }
            return intern(.binary(.or, min(a, b), max(a, b)))
        }
        if let other = constant(a) { return constantNode(other | value) }
        if value & ~knowledge(a).certain == 0 { return a }
        if knowledge(a).possible & ~value == 0 { return b }
        if case .binary(.or, let x, let y) = self[a], let inner = constant(y) {
            return or(x, constantNode(inner | value))
        }
        return intern(.binary(.or, a, b))
    }

    /// `(x & m) | (x & n)` is `x & (m | n)`: fields taken apart and put together again.
    private mutating func joinedParts(_ a: NodeID, _ b: NodeID) -> NodeID? {
        guard let first = maskOperand(a), let second = maskOperand(b), first.value == second.value else { return nil }
        return and(first.value, constantNode(first.mask | second.mask))
    }

    mutating func xor(_ a: NodeID, _ b: NodeID) -> NodeID {
        if a == b { return constantNode(0) }
        guard let value = constant(b) else {
            if constant(a) != nil { return xor(b, a) }
            return bitwise(.xor, a, b) ?? intern(.binary(.xor, min(a, b), max(a, b)))
        }
        if value == 0 { return a }
        if let other = constant(a) { return constantNode(other ^ value) }
        if case .binary(.xor, let x, let y) = self[a], let inner = constant(y) {
            return xor(x, constantNode(inner ^ value))
        }
        return intern(.binary(.xor, a, b))
    }

    /// The negation of a single bit.
    mutating func not(_ a: NodeID) -> NodeID { xor(a, constantNode(1)) }

    func isNegation(_ a: NodeID, of b: NodeID) -> Bool {
        if case .binary(.xor, let x, let y) = self[a] { return x == b && constant(y) == 1 && knowledge(x).high <= 1 }
        return false
    }

    mutating func shiftLeft(_ a: NodeID, _ amount: Int) -> NodeID {
        if amount == 0 { return a }
        if amount >= 64 { return constantNode(0) }
        if let value = constant(a) { return constantNode(value << UInt64(amount)) }
        switch self[a] {
        case .shiftLeft(let x, let inner): return shiftLeft(x, inner + amount)
        case .shiftRight(let x, let inner) where inner == amount:
            return and(x, constantNode(.max << UInt64(amount)))
        case .binary(.and, let x, let y):
            // The mask moves outwards, where it may meet another.
            if case .shiftRight(let z, let inner) = self[x], let mask = constant(y), inner == amount {
                return and(z, constantNode(mask << UInt64(amount)))
            }
        default: break
        }
        return intern(.shiftLeft(a, amount))
    }

    mutating func shiftRight(_ a: NodeID, _ amount: Int) -> NodeID {
        if amount == 0 { return a }
        if amount >= 64 { return constantNode(0) }
        if let value = constant(a) { return constantNode(value >> UInt64(amount)) }
        let low = ConcreteArithmetic.mask(amount)
        switch self[a] {
        case .shiftRight(let x, let inner): return shiftRight(x, inner + amount)
        case .shiftLeft(let x, let inner) where knowledge(x).high.leadingZeroBitCount >= inner:
            return inner >= amount ? shiftLeft(x, inner - amount) : shiftRight(x, amount - inner)
        case .binary(.and, let x, let y):
            // A whole number stays in one piece, for it is usually wanted as such, too.
            if let mask = constant(y), !isLow(mask) {
                let shifted = shiftRight(x, amount)
                return and(shifted, constantNode(mask >> UInt64(amount)))
            }
        case .binary(.or, let x, let y):
            if knowledge(x).possible & ~low == 0 { return shiftRight(y, amount) }
            if knowledge(y).possible & ~low == 0 { return shiftRight(x, amount) }
        default: break
        }
        return intern(.shiftRight(a, amount))
    }

    /// From `width` bits to 64.
    mutating func signExtend(_ a: NodeID, from width: Int) -> NodeID {
        if width >= 64 { return a }
        if let value = constant(a) {
            return constantNode(UInt64(bitPattern: ConcreteArithmetic.signed(value, width: width)))
        }
        // A sign that is certainly 0.
        if knowledge(a).high <= ConcreteArithmetic.mask(width - 1) { return a }
        if let inner = maskOperand(a), ConcreteArithmetic.mask(width) & ~inner.mask == 0 {
            return signExtend(inner.value, from: width)
        }
        return intern(.signExtend(a, width))
    }
}
