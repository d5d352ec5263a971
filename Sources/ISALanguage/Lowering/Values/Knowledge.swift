/// What is known of a value before it is computed: a range of unsigned numbers, and bits that are
/// certainly 0 or certainly 1. It is what makes masks, extensions and bound checks disappear.
struct Knowledge: Hashable {
    var low: UInt64
    var high: UInt64
    /// Bits that may be 1.
    var possible: UInt64
    /// Bits that are 1.
    var certain: UInt64

    static let anything = Knowledge(low: 0, high: .max, possible: .max, certain: 0)
    static let bit = Knowledge(low: 0, high: 1, possible: 1, certain: 0)

    init(low: UInt64, high: UInt64, possible: UInt64, certain: UInt64) {
        self.low = low
        self.high = high
        self.possible = possible
        self.certain = certain
    }

    init(exactly value: UInt64) {
        self.init(low: value, high: value, possible: value, certain: value)
    }

    /// Any number of this many bits.
    init(width: Int) {
        let mask = ConcreteArithmetic.mask(width)
        self.init(low: 0, high: mask, possible: mask, certain: 0)
    }

    /// A range.
    init(from low: UInt64, through high: UInt64) {
        self.init(low: low, high: high, possible: Knowledge.filled(high), certain: 0)
    }

    /// Each part made as strong as the other part allows.
    var normalised: Knowledge {
        var result = self
        result.high = min(high, possible)
        result.low = max(low, certain)
        if result.low > result.high { return Knowledge(exactly: result.high) }
        result.possible &= Knowledge.filled(result.high)
        if result.low == result.high { return Knowledge(exactly: result.low) }
        return result
    }

    var constant: UInt64? { low == high ? low : nil }

    func intersection(_ other: Knowledge) -> Knowledge {
        Knowledge(
            low: max(low, other.low), high: min(high, other.high), possible: possible & other.possible,
            certain: certain | other.certain
        ).normalised
    }

    func union(_ other: Knowledge) -> Knowledge {
        Knowledge(
            low: min(low, other.low), high: max(high, other.high), possible: possible | other.possible,
            certain: certain & other.certain)
    }

    /// Ones from the highest one bit downwards.
    static func filled(_ value: UInt64) -> UInt64 {
        value == 0 ? 0 : .max >> UInt64(value.leadingZeroBitCount)
    }
}

extension Knowledge {
    static func and(_ a: Knowledge, _ b: Knowledge) -> Knowledge {
        Knowledge(
            low: 0, high: min(a.high, b.high), possible: a.possible & b.possible, certain: a.certain & b.certain
        ).normalised
    }

    static func or(_ a: Knowledge, _ b: Knowledge) -> Knowledge {
        Knowledge(
            low: max(a.low, b.low), high: .max, possible: a.possible | b.possible, certain: a.certain | b.certain
        ).normalised
    }

    static func xor(_ a: Knowledge, _ b: Knowledge) -> Knowledge {
        let certain = (a.certain & ~b.possible) | (b.certain & ~a.possible)
        let possible = (a.possible | b.possible) & ~(a.certain & b.certain)
        return Knowledge(low: 0, high: .max, possible: possible, certain: certain).normalised
    }

    static func add(_ a: Knowledge, _ b: Knowledge) -> Knowledge {
        let (high, overflow) = a.high.addingReportingOverflow(b.high)
        // Where neither operand has ones below some bit, the sum has none.
        let zeros = min((a.possible | b.possible).trailingZeroBitCount, 63)
        let trailing = ~((1 << UInt64(zeros)) &- 1 as UInt64)
        if overflow { return Knowledge(low: 0, high: .max, possible: trailing, certain: 0) }
        return Knowledge(
            low: a.low &+ b.low, high: high, possible: filled(high) & trailing, certain: 0
        ).normalised
    }

    static func subtract(_ a: Knowledge, _ b: Knowledge) -> Knowledge {
        a.low >= b.high ? Knowledge(from: a.low &- b.high, through: a.high &- b.low).normalised : .anything
    }

    static func multiply(_ a: Knowledge, _ b: Knowledge) -> Knowledge {
        let (high, overflow) = a.high.multipliedReportingOverflow(by: b.high)
        return overflow ? .anything : Knowledge(from: a.low &* b.low, through: high).normalised
    }

    static func shiftLeft(_ a: Knowledge, _ amount: Int) -> Knowledge {
        let keeps = a.high.leadingZeroBitCount >= amount
        let shift = UInt64(amount)
        return Knowledge(
            low: keeps ? a.low << shift : 0, high: keeps ? a.high << shift : .max, possible: a.possible << shift,
            certain: a.certain << shift
        ).normalised
    }

    static func shiftRight(_ a: Knowledge, _ amount: Int) -> Knowledge {
        let shift = UInt64(amount)
        return Knowledge(
            low: a.low >> shift, high: a.high >> shift, possible: a.possible >> shift, certain: a.certain >> shift
        ).normalised
    }
}
