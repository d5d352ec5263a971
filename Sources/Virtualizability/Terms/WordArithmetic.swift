/// What each operation means on concrete words of 1...64 bits, held in the low bits of a `UInt64`.
///
/// Constant folding and the evaluator both call these, and tests compare the circuits with them. Division by zero and
/// overshifting are those of SMT-LIB.
enum WordArithmetic {
    /// All bits of a word.
    @inline(__always)
    static func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }

    /// The word read as two's complement.
    @inline(__always)
    static func signed(_ word: UInt64, _ width: Int) -> Int64 {
        let unused = 64 - width
        return Int64(bitPattern: word << UInt64(unused)) >> Int64(unused)
    }

    static func isNegative(_ word: UInt64, _ width: Int) -> Bool { word >> UInt64(width - 1) & 1 == 1 }

    /// The upper half of the double-width product.
    static func umulHigh(_ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return upper(high, low, width)
    }

    static func smulHigh(_ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
        let (high, low) = signed(a, width).multipliedFullWidth(by: signed(b, width))
        return upper(UInt64(bitPattern: high), low, width)
    }

    private static func upper(_ high: UInt64, _ low: UInt64, _ width: Int) -> UInt64 {
        width == 64 ? high : (high << UInt64(64 - width) | low >> UInt64(width)) & mask(width)
    }

    /// By zero: all ones.
    static func udiv(_ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 { b == 0 ? mask(width) : a / b }

    /// By zero: the dividend.
    static func urem(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? a : a % b }

    /// Towards zero. By zero: -1 for a dividend of 0 or more, 1 for a negative one. The lowest number by -1: itself.
    static func sdiv(_ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
        let quotient = udiv(magnitude(a, width), magnitude(b, width), width)
        return isNegative(a, width) == isNegative(b, width) ? quotient : (0 &- quotient) & mask(width)
    }

    /// The sign is the dividend's. By zero: the dividend.
    static func srem(_ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
        let rest = urem(magnitude(a, width), magnitude(b, width))
        return isNegative(a, width) ? (0 &- rest) & mask(width) : rest
    }

    private static func magnitude(_ word: UInt64, _ width: Int) -> UInt64 {
        isNegative(word, width) ? (0 &- word) & mask(width) : word
    }

    /// An amount of `width` or more leaves 0.
    static func shl(_ a: UInt64, _ amount: UInt64, _ width: Int) -> UInt64 {
        amount >= UInt64(width) ? 0 : a << amount & mask(width)
    }

    static func lshr(_ a: UInt64, _ amount: UInt64, _ width: Int) -> UInt64 {
        amount >= UInt64(width) ? 0 : a >> amount
    }

    /// An amount of `width` or more leaves copies of the sign.
    static func ashr(_ a: UInt64, _ amount: UInt64, _ width: Int) -> UInt64 {
        UInt64(bitPattern: signed(a, width) >> Int64(min(amount, 63))) & mask(width)
    }

    /// The amount counts modulo `width`.
    static func rotl(_ a: UInt64, _ amount: UInt64, _ width: Int) -> UInt64 {
        let count = amount % UInt64(width)
        return count == 0 ? a : (a << count | a >> (UInt64(width) - count)) & mask(width)
    }

    static func rotr(_ a: UInt64, _ amount: UInt64, _ width: Int) -> UInt64 {
        let count = amount % UInt64(width)
        return rotl(a, UInt64(width) - count, width)
    }

    static func countLeadingZeros(_ a: UInt64, _ width: Int) -> UInt64 {
        UInt64(a.leadingZeroBitCount - (64 - width))
    }
}
