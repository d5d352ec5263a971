// The language's operators in terms of a value graph's constructors.

extension ValueGraph {
    mutating func unary(_ operation: UnaryOperator, _ a: NodeID, width: Int) -> NodeID {
        if let value = constant(a) { return constantNode(ConcreteArithmetic.unary(operation, value, width: width)) }
        switch operation {
        case .not: return xor(a, constantNode(ConcreteArithmetic.mask(width)))
        case .negate:
            let difference = subtract(constantNode(0), a)
            return mask(difference, width: width)
        case .countLeadingZeros, .populationCount, .parity:
            // A count may be wider than its result: the mask keeps what the reference keeps.
            let counted = intern(.unary(operation, a, width: operation == .parity ? 1 : width))
            return mask(counted, width: operation == .parity ? 1 : width)
        }
    }

    mutating func binary(
        _ operation: BinaryOperator, _ a: NodeID, _ b: NodeID, width: Int, operandWidth: Int, rightWidth: Int
    ) -> NodeID {
        if let x = constant(a), let y = constant(b) {
            return constantNode(ConcreteArithmetic.binary(
                operation, x, y, width: width, operandWidth: operandWidth, rightWidth: rightWidth))
        }
        switch operation {
        case .and: return and(a, b)
        case .or: return or(a, b)
        case .xor: return xor(a, b)
        case .add, .subtract, .multiply:
            let plain = operation == .add ? add(a, b) : operation == .subtract ? subtract(a, b) : multiply(a, b)
            return mask(plain, width: width)
        case .equal: return equal(a, b)
        case .lessUnsigned: return less(a, b)
        case .lessOrEqualUnsigned: return lessOrEqual(a, b)
        case .lessSigned: return lessSigned(a, b, width: operandWidth)
        case .lessOrEqualSigned:
            let greater = lessSigned(b, a, width: operandWidth)
            return not(greater)
        case .concatenate:
            let shifted = shiftLeft(a, rightWidth)
            return or(shifted, b)
        case .shiftLeft, .shiftRight, .shiftRightSigned: return shift(operation, a, b, width, rightWidth)
        case .rotateLeft, .rotateRight: return rotate(operation, a, b, width, rightWidth)
        case .multiplyHighUnsigned, .multiplyHighSigned, .divideUnsigned, .remainderUnsigned, .divideSigned,
            .remainderSigned:
            return divide(operation, a, b, width, rightWidth)
        }
    }

    private mutating func shift(
        _ operation: BinaryOperator, _ a: NodeID, _ b: NodeID, _ width: Int, _ rightWidth: Int
    ) -> NodeID {
        guard let amount = constant(b) else {
            return intern(.wide(operation, a, b, width: width, rightWidth: rightWidth))
        }
        switch operation {
        case .shiftLeft:
            if amount >= UInt64(width) { return constantNode(0) }
            let shifted = shiftLeft(a, Int(amount))
            return mask(shifted, width: width)
        case .shiftRight: return amount >= UInt64(width) ? constantNode(0) : shiftRight(a, Int(amount))
        default:
            // The sign, by as many bits as make the same of every width.
            let places = Int(min(amount, UInt64(width - 1)))
            let left = 64 - width
            let extended = signExtend(a, from: width)
            if knowledge(extended).high <= UInt64(Int64.max) { return shiftRight(extended, places) }
            let shifted = shiftRight(extended, places)
            let kept = mask(shifted, width: width)
            // Logical shifting of the extended value brings zeros into the top; they are above the
            // width unless the width is 64.
            if left >= places { return kept }
            return intern(.wide(.shiftRightSigned, a, b, width: width, rightWidth: rightWidth))
        }
    }

    private mutating func rotate(
        _ operation: BinaryOperator, _ a: NodeID, _ b: NodeID, _ width: Int, _ rightWidth: Int
    ) -> NodeID {
        guard let amount = constant(b) else {
            return intern(.wide(operation, a, b, width: width, rightWidth: rightWidth))
        }
        let places = Int(amount % UInt64(width))
        let left = operation == .rotateLeft ? places : (width - places) % width
        if left == 0 { return a }
        let high = shiftLeft(a, left)
        let kept = mask(high, width: width)
        let low = shiftRight(a, width - left)
        return or(kept, low)
    }

    private mutating func divide(
        _ operation: BinaryOperator, _ a: NodeID, _ b: NodeID, _ width: Int, _ rightWidth: Int
    ) -> NodeID {
        if let divisor = constant(b), divisor != 0, divisor & (divisor &- 1) == 0 {
            if operation == .divideUnsigned { return shiftRight(a, divisor.trailingZeroBitCount) }
            if operation == .remainderUnsigned { return and(a, constantNode(divisor &- 1)) }
        }
        return intern(.wide(operation, a, b, width: width, rightWidth: rightWidth))
    }

    /// The graph's constructor for a node whose operands may have been replaced.
    mutating func rebuilt(_ kind: NodeKind, by replaced: (NodeID) -> NodeID) -> NodeID {
        switch kind {
        case .constant, .slot: return intern(kind)
        case .element(let first, let count, let index):
            return element(first: first, count: count, index: replaced(index))
        case .load(let address, let guarded, let known):
            return intern(.load(address: replaced(address), guarded: guarded.map(replaced), known: known))
        case .binary(let operation, let a, let b): return arithmetic(operation, replaced(a), replaced(b))
        case .shiftLeft(let a, let amount): return shiftLeft(replaced(a), amount)
        case .shiftRight(let a, let amount): return shiftRight(replaced(a), amount)
        case .signExtend(let a, let width): return signExtend(replaced(a), from: width)
        case .select(let condition, let a, let b): return select(replaced(condition), replaced(a), replaced(b))
        case .unary(let operation, let a, let width): return intern(.unary(operation, replaced(a), width: width))
        case .wide(let operation, let a, let b, let width, let rightWidth):
            return intern(.wide(operation, replaced(a), replaced(b), width: width, rightWidth: rightWidth))
        }
    }

    mutating func element(first: Int, count: Int, index: NodeID) -> NodeID {
        if let number = constant(index) {
            return number < UInt64(count) ? intern(.slot(first + Int(number))) : constantNode(0)
        }
        return intern(.element(first: first, count: count, index: index))
    }

    /// A value once more, with what has been learnt since it was made.
    mutating func refreshed(_ root: NodeID) -> NodeID {
        var replacement: [NodeID: NodeID] = [:]
        for id in reachable(from: [root]) {
            if let value = knowledge(id).constant {
                replacement[id] = constantNode(value)
            } else {
                replacement[id] = rebuilt(self[id]) { replacement[$0] ?? $0 }
            }
        }
        return replacement[root] ?? root
    }
}
