// Binary floating point in integers, for what the host may not have: fused products and numbers of 16 bits. Rounding
// and exceptions are those of MXCSR with everything masked. Intel SDM volume 1, chapters 4 and 11.

/// A format of IEEE 754.
struct BinaryFormat: Sendable {
    /// Bits of the fraction and of the exponent.
    var fraction: Int
    var exponent: Int

    static let half = BinaryFormat(fraction: 10, exponent: 5)
    static let single = BinaryFormat(fraction: 23, exponent: 8)
    static let double = BinaryFormat(fraction: 52, exponent: 11)

    var bias: Int { 1 << (exponent - 1) - 1 }
    var sign: UInt64 { 1 << UInt64(fraction + exponent) }
    var infinity: UInt64 { (1 << UInt64(exponent) - 1) << UInt64(fraction) }
    /// The fraction's first bit tells a NaN that does not signal.
    var quiet: UInt64 { 1 << UInt64(fraction - 1) }

    func isNaN(_ bits: UInt64) -> Bool { bits & ~sign > infinity }
    func signals(_ bits: UInt64) -> Bool { isNaN(bits) && bits & quiet == 0 }
    func isDenormal(_ bits: UInt64) -> Bool { bits & infinity == 0 && bits & ~sign != 0 }

    /// A finite number as an integer times a power of two.
    func parts(_ bits: UInt64) -> (significand: UInt64, power: Int) {
        let raw = Int(bits & infinity) >> fraction
        let low = bits & (1 << UInt64(fraction) - 1)
        return (raw == 0 ? low : low | 1 << UInt64(fraction), max(raw, 1) - bias - fraction)
    }
}

/// A result, and what MXCSR notes of it.
struct RoundedNumber: Equatable {
    var bits: UInt64
    var flags: UInt32 = 0

    static let invalid: UInt32 = 1, denormal: UInt32 = 2, overflow: UInt32 = 8, inexact: UInt32 = 32
}

/// A number with more bits than any format has: its sign, and an integer that is not zero times a power of two.
struct LongNumber {
    var isNegative: Bool
    var significand: UInt128
    var power: Int

    /// Where the uppermost bit comes to: two sums of which have room.
    private static let top = 124

    /// The same number with its uppermost bit there.
    var normalized: LongNumber {
        var number = self
        let shift = Self.top + 1 - (128 - significand.leadingZeroBitCount)
        number.significand = shift >= 0 ? significand << UInt128(shift) : Self.down(significand, -shift)
        number.power -= shift
        return number
    }

    /// Moved down; if anything is lost, the lowest bit says so.
    private static func down(_ value: UInt128, _ places: Int) -> UInt128 {
        if places > 127 { return value == 0 ? 0 : 1 }
        let kept = value >> UInt128(places)
        return kept << UInt128(places) == value ? kept : kept | 1
    }

    /// nil: zero, exactly. Both are normalized.
    func adding(_ other: LongNumber) -> LongNumber? {
        var (larger, smaller) = (self, other)
        if smaller.power > larger.power { swap(&larger, &smaller) }
        smaller.significand = Self.down(smaller.significand, larger.power - smaller.power)
        if larger.isNegative == smaller.isNegative {
            larger.significand += smaller.significand
        } else {
            if smaller.significand > larger.significand {
                swap(&larger.significand, &smaller.significand)
                larger.isNegative.toggle()
            }
            larger.significand -= smaller.significand
        }
        return larger.significand == 0 ? nil : larger.normalized
    }

    /// - Parameter rounding: as MXCSR has it: nearest, down, up, towards zero.
    /// - Parameter flushes: what is tiny becomes zero.
    func rounded(to format: BinaryFormat, rounding: UInt32, flushes: Bool) -> RoundedNumber {
        let number = normalized
        let sign = isNegative ? format.sign : 0
        let least = 1 - format.bias
        func cut(_ places: Int) -> (value: UInt64, isInexact: Bool) {
            let places = min(places, 127)
            let kept = UInt64(truncatingIfNeeded: number.significand >> UInt128(places))
            let lost = number.significand & (1 << UInt128(places) - 1)
            let half: UInt128 = 1 << UInt128(places - 1)
            let isUp: Bool
            switch rounding {
            case 0: isUp = lost > half || lost == half && kept & 1 != 0
            case 1: isUp = isNegative && lost != 0
            case 2: isUp = !isNegative && lost != 0
            default: isUp = false
            }
            return (isUp ? kept + 1 : kept, lost != 0)
        }
        let places = Self.top - format.fraction
        var exponent = number.power + Self.top
        var (value, isInexact) = cut(places)
        // Tiny is what would be less than the least normal number if exponents had no bounds.
        let isTiny = (value >> UInt64(format.fraction + 1) != 0 ? exponent + 1 : exponent) < least
        if isTiny, flushes { return RoundedNumber(bits: sign, flags: MXCSR.underflow | RoundedNumber.inexact) }
        if exponent < least { (value, isInexact) = cut(places + least - exponent) }
        var flags = isInexact ? RoundedNumber.inexact : 0
        if isTiny, isInexact { flags |= MXCSR.underflow }
        if exponent < least {
            // Without the hidden bit; what has been rounded up to it is the least normal number.
            return RoundedNumber(bits: sign | value, flags: flags)
        }
        if value >> UInt64(format.fraction + 1) != 0 {
            value >>= 1
            exponent += 1
        }
        guard exponent <= format.bias else {
            let isInfinite = rounding == 0 || rounding == (isNegative ? 1 : 2)
            let bits = isInfinite ? format.infinity : format.infinity - 1
            return RoundedNumber(bits: sign | bits, flags: RoundedNumber.overflow | RoundedNumber.inexact)
        }
        let raw = UInt64(exponent + format.bias - 1) << UInt64(format.fraction)
        return RoundedNumber(bits: sign | (raw + value), flags: flags)
    }
}

/// x times y plus z with one rounding.
struct ExactProduct {
    var format: BinaryFormat
    var rounding: UInt32
    var zeroesDenormals: Bool
    var flushes: Bool

    init(format: BinaryFormat, control: UInt32) {
        self.format = format
        rounding = control >> 13 & 3
        zeroesDenormals = control & MXCSR.denormalsAreZero != 0
        flushes = control & MXCSR.flushToZero != 0
    }

    func sum(
        _ x: UInt64, _ y: UInt64, _ z: UInt64, negatesProduct: Bool, negatesAddend: Bool
    ) -> RoundedNumber {
        let isInvalid = format.signals(x) || format.signals(y) || format.signals(z)
        // The first that is no number is the result.
        if let first = [x, y, z].first(where: format.isNaN) {
            return RoundedNumber(bits: first | format.quiet, flags: isInvalid ? RoundedNumber.invalid : 0)
        }
        var operands = [x, y, z]
        var flags: UInt32 = 0
        for index in 0..<3 where format.isDenormal(operands[index]) {
            if zeroesDenormals { operands[index] &= format.sign } else { flags |= RoundedNumber.denormal }
        }
        if negatesAddend { operands[2] ^= format.sign }
        let (a, b, c) = (operands[0], operands[1], operands[2])
        let productSign = (a ^ b) & format.sign ^ (negatesProduct ? format.sign : 0)
        let magnitudes = operands.map { $0 & ~format.sign }
        let nothing = RoundedNumber(bits: format.sign | format.infinity | format.quiet, flags: RoundedNumber.invalid)
        let isInfinite = magnitudes[0] == format.infinity || magnitudes[1] == format.infinity
        if isInfinite {
            if magnitudes[0] == 0 || magnitudes[1] == 0 { return nothing }
            if magnitudes[2] == format.infinity, c & format.sign != productSign { return nothing }
            return RoundedNumber(bits: productSign | format.infinity, flags: flags)
        }
        if magnitudes[2] == format.infinity { return RoundedNumber(bits: c, flags: flags) }

        var result: LongNumber?
        if magnitudes[0] != 0, magnitudes[1] != 0 {
            let (p, q) = (format.parts(a), format.parts(b))
            result = LongNumber(
                isNegative: productSign != 0, significand: UInt128(p.significand) * UInt128(q.significand),
                power: p.power + q.power
            ).normalized
        }
        let hasProduct = result != nil
        if magnitudes[2] != 0 {
            let parts = format.parts(c)
            let addend = LongNumber(
                isNegative: c & format.sign != 0, significand: UInt128(parts.significand), power: parts.power)
            result = hasProduct ? result?.adding(addend.normalized) : addend
        }
        guard let result else {
            // Zero: minus where both are, or where they cancel and it is rounded down.
            let isBoth = productSign == c & format.sign
            let sign = isBoth ? productSign : rounding == 1 ? format.sign : 0
            return RoundedNumber(bits: sign, flags: flags)
        }
        var rounded = result.rounded(to: format, rounding: rounding, flushes: flushes)
        rounded.flags |= flags
        return rounded
    }
}
