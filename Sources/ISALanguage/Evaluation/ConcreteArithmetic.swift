/// What every operator does with numbers. The concrete evaluator, the constant folding of the
/// micro-op lowering and the replay of witnesses all call these, so there is one meaning to agree with.
///
/// Operands are already masked to their widths, and so is every result.
public enum ConcreteArithmetic {
    /// Ones in the low `width` bits, 0...64.
    @inlinable
    public static func mask(_ width: Int) -> UInt64 {
        width >= 64 ? .max : width <= 0 ? 0 : (1 << UInt64(width)) &- 1
    }

    /// The value of `width` bits read as two's complement.
    @inlinable
    public static func signed(_ value: UInt64, width: Int) -> Int64 {
        guard width > 0, width < 64 else { return Int64(bitPattern: value) }
        let unused = UInt64(64 - width)
        return Int64(bitPattern: value << unused) >> Int64(unused)
    }

    @inlinable
    public static func signExtend(_ value: UInt64, from: Int, to: Int) -> UInt64 {
        UInt64(bitPattern: signed(value, width: from)) & mask(to)
    }

    @inlinable
    public static func extract(_ value: UInt64, low: Int, width: Int) -> UInt64 {
        (value >> UInt64(max(low, 0))) & mask(width)
    }

    /// `width` is the result's; it is the operand's too, except for `parity`, whose result is one bit.
    public static func unary(_ operation: UnaryOperator, _ a: UInt64, width: Int) -> UInt64 {
        switch operation {
        case .not: return ~a & mask(width)
        case .negate: return (0 &- a) & mask(width)
        case .countLeadingZeros: return UInt64(max(0, a.leadingZeroBitCount - (64 - width))) & mask(width)
        case .populationCount: return UInt64(a.nonzeroBitCount) & mask(width)
        case .parity: return UInt64(a.nonzeroBitCount & 1)
        }
    }

    /// `width` is the result's, `operandWidth` the left operand's, `rightWidth` the right one's.
    public static func binary(
        _ operation: BinaryOperator, _ a: UInt64, _ b: UInt64, width: Int, operandWidth: Int, rightWidth: Int
    ) -> UInt64 {
        switch operation {
        case .and: return a & b
        case .or: return a | b
        case .xor: return a ^ b
        case .add: return (a &+ b) & mask(width)
        case .subtract: return (a &- b) & mask(width)
        case .multiply: return (a &* b) & mask(width)
        case .multiplyHighUnsigned: return multiplyHighUnsigned(a, b, width: width)
        case .multiplyHighSigned: return multiplyHighSigned(a, b, width: width)
        case .divideUnsigned: return b == 0 ? mask(width) : a / b
        case .remainderUnsigned: return b == 0 ? a : a % b
        case .divideSigned: return divideSigned(a, b, width: width)
        case .remainderSigned: return remainderSigned(a, b, width: width)
        case .shiftLeft: return b >= UInt64(width) ? 0 : (a << b) & mask(width)
        case .shiftRight: return b >= UInt64(width) ? 0 : a >> b
        case .shiftRightSigned: return shiftRightSigned(a, b, width: width)
        case .rotateLeft: return rotateLeft(a, by: b % UInt64(width), width: width)
        case .rotateRight:
            return rotateLeft(a, by: (UInt64(width) - b % UInt64(width)) % UInt64(width), width: width)
        case .equal: return a == b ? 1 : 0
        case .lessUnsigned: return a < b ? 1 : 0
        case .lessOrEqualUnsigned: return a <= b ? 1 : 0
        case .lessSigned: return signed(a, width: operandWidth) < signed(b, width: operandWidth) ? 1 : 0
        case .lessOrEqualSigned: return signed(a, width: operandWidth) <= signed(b, width: operandWidth) ? 1 : 0
        case .concatenate: return ((a << UInt64(rightWidth)) | b) & mask(width)
        }
    }

    private static func multiplyHighUnsigned(_ a: UInt64, _ b: UInt64, width: Int) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        // Swift's shifts by 64 give 0, as they should here for `width` 64 and 0 unused bits.
        return ((product.low >> UInt64(width)) | (product.high << UInt64(64 - width))) & mask(width)
    }

    private static func multiplyHighSigned(_ a: UInt64, _ b: UInt64, width: Int) -> UInt64 {
        let product = signed(a, width: width).multipliedFullWidth(by: signed(b, width: width))
        let high = UInt64(bitPattern: product.high)
        return ((product.low >> UInt64(width)) | (high << UInt64(64 - width))) & mask(width)
    }

    private static func divideSigned(_ a: UInt64, _ b: UInt64, width: Int) -> UInt64 {
        guard b != 0 else { return mask(width) }
        // The only overflow, the least number divided by -1, wraps round to itself.
        let quotient = signed(a, width: width).dividedReportingOverflow(by: signed(b, width: width)).partialValue
        return UInt64(bitPattern: quotient) & mask(width)
    }

    private static func remainderSigned(_ a: UInt64, _ b: UInt64, width: Int) -> UInt64 {
        guard b != 0 else { return a }
        let divisor = signed(b, width: width)
        if divisor == -1 { return 0 }
        return UInt64(bitPattern: signed(a, width: width) % divisor) & mask(width)
    }

    private static func shiftRightSigned(_ a: UInt64, _ b: UInt64, width: Int) -> UInt64 {
        let amount = Int64(min(b, 63))
        return UInt64(bitPattern: signed(a, width: width) >> amount) & mask(width)
    }

    private static func rotateLeft(_ a: UInt64, by amount: UInt64, width: Int) -> UInt64 {
        ((a << amount) | (a >> (UInt64(width) - amount))) & mask(width)
    }
}
