extension TermGraph {
    /// How many zeros stand above the highest one, as a word of the operand's width; the width itself for 0.
    public func countLeadingZeros(_ a: Term) -> Term {
        let width = width(of: a)
        guard simplifies else { return make(.countLeadingZeros, width, a) }
        if width == 1 { return not(a) }
        guard let value = constantValue(of: a) else { return make(.countLeadingZeros, width, a) }
        return constant(WordArithmetic.countLeadingZeros(value, width), width: width)
    }

    /// How many bits are one, as a word of the operand's width. (All ones in a word of one bit: 1.)
    public func popcount(_ a: Term) -> Term {
        let width = width(of: a)
        guard simplifies else { return make(.popcount, width, a) }
        if width == 1 { return a }
        guard let value = constantValue(of: a) else { return make(.popcount, width, a) }
        return constant(UInt64(value.nonzeroBitCount), width: width)
    }

    /// One bit: 1 when an odd number of bits are one.
    public func parity(_ a: Term) -> Term {
        guard simplifies else { return make(.parity, 1, a) }
        if width(of: a) == 1 { return a }
        guard let value = constantValue(of: a) else { return make(.parity, 1, a) }
        return constant(UInt64(value.nonzeroBitCount & 1), width: 1)
    }
}
