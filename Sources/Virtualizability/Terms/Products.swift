// Products and quotients. The circuit knows them as uninterpreted functions only, so whatever is known about them
// must be said here.

extension TermGraph {
    /// The low half of the product.
    public func mul(_ a: Term, _ b: Term) -> Term {
        product(.mul, a, b) { $0 &* $1 } byPower: { shl($0, constant(UInt64($1), width: width(of: $0))) }
    }

    /// The high half of the unsigned product.
    public func umulHigh(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        return product(.umulHigh, a, b) { WordArithmetic.umulHigh($0, $1, width) } byPower: {
            lshr($0, constant(UInt64(width - $1), width: 64))
        }
    }

    /// The high half of the signed product.
    public func smulHigh(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        return product(.smulHigh, a, b) { WordArithmetic.smulHigh($0, $1, width) } byPower: { term, power in
            // 2 to the width - 1 is negative.
            power == width - 1 ? nil : ashr(term, constant(UInt64(width - power), width: 64))
        }
    }

    private func product(
        _ operation: TermOperation, _ a: Term, _ b: Term, fold: (UInt64, UInt64) -> UInt64,
        byPower: (Term, Int) -> Term?
    ) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "\(operation): operands of \(width) and \(self.width(of: b)) bits")
        let (a, b) = ordered(a, b)
        guard simplifies else { return make(operation, width, a, b) }
        if let left = constantValue(of: a) {
            if let right = constantValue(of: b) { return constant(fold(left, right), width: width) }
            if left == 0 { return a }
            if left.nonzeroBitCount == 1, let made = byPower(b, left.trailingZeroBitCount) { return made }
        }
        return make(operation, width, a, b)
    }

    /// The unsigned quotient; by zero: all ones.
    public func udiv(_ a: Term, _ b: Term) -> Term {
        quotient(.udiv, a, b) { WordArithmetic.udiv($0, $1, $2) } byConstant: { value in
            if value == 0 { return constant(.max, width: width(of: a)) }
            guard value.nonzeroBitCount == 1 else { return nil }
            return lshr(a, constant(UInt64(value.trailingZeroBitCount), width: 64))
        }
    }

    /// The unsigned remainder; by zero: the dividend.
    public func urem(_ a: Term, _ b: Term) -> Term {
        quotient(.urem, a, b) { left, right, _ in WordArithmetic.urem(left, right) } byConstant: { value in
            if value == 0 { return a }
            guard value.nonzeroBitCount == 1 else { return nil }
            return and(constant(value - 1, width: width(of: a)), a)
        }
    }

    /// The signed quotient, towards zero; by zero: -1, or 1 for a negative dividend.
    public func sdiv(_ a: Term, _ b: Term) -> Term {
        quotient(.sdiv, a, b) { WordArithmetic.sdiv($0, $1, $2) } byConstant: { value in
            let width = width(of: a)
            if value == 0 { return ite(bit(a, width - 1), constant(1, width: width), constant(.max, width: width)) }
            return value == 1 && width > 1 ? a : nil
        }
    }

    /// The signed remainder, with the dividend's sign; by zero: the dividend.
    public func srem(_ a: Term, _ b: Term) -> Term {
        quotient(.srem, a, b) { WordArithmetic.srem($0, $1, $2) } byConstant: { value in
            let width = width(of: a)
            if value == 0 { return a }
            return value == 1 && width > 1 ? constant(0, width: width) : nil
        }
    }

    private func quotient(
        _ operation: TermOperation, _ a: Term, _ b: Term, fold: (UInt64, UInt64, Int) -> UInt64,
        byConstant: (UInt64) -> Term?
    ) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "\(operation): operands of \(width) and \(self.width(of: b)) bits")
        guard simplifies, let right = constantValue(of: b) else { return make(operation, width, a, b) }
        if let left = constantValue(of: a) { return constant(fold(left, right, width), width: width) }
        return byConstant(right) ?? make(operation, width, a, b)
    }
}
