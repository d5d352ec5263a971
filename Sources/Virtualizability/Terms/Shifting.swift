// Shifts and rotations. The amount may have any width. By a constant they are a layout of bits.

extension TermGraph {
    /// To the left; an amount of the width or more leaves 0.
    public func shl(_ a: Term, _ amount: Term) -> Term {
        let width = width(of: a)
        guard simplifies, let count = constantValue(of: amount) else { return shifted(.shl, a, amount) }
        if count == 0 { return a }
        if count >= UInt64(width) { return constant(0, width: width) }
        let kept = extract(a, high: width - 1 - Int(count), low: 0)
        return concat(kept, constant(0, width: Int(count)))
    }

    /// To the right, zeros entering; an amount of the width or more leaves 0.
    public func lshr(_ a: Term, _ amount: Term) -> Term {
        let width = width(of: a)
        guard simplifies, let count = constantValue(of: amount) else { return shifted(.lshr, a, amount) }
        if count == 0 { return a }
        if count >= UInt64(width) { return constant(0, width: width) }
        return zext(extract(a, high: width - 1, low: Int(count)), width: width)
    }

    /// To the right, copies of the sign entering; an amount of the width or more leaves only those.
    public func ashr(_ a: Term, _ amount: Term) -> Term {
        let width = width(of: a)
        guard simplifies, let count = constantValue(of: amount) else { return shifted(.ashr, a, amount) }
        let start = min(Int(min(count, 64)), width - 1)
        return start == 0 ? a : sext(extract(a, high: width - 1, low: start), width: width)
    }

    /// A shift node has operands of one width; an amount that does not fit shifts everything out.
    private func shifted(_ operation: TermOperation, _ a: Term, _ amount: Term) -> Term {
        let width = width(of: a)
        let present = self.width(of: amount)
        var fitting = amount
        if present < width { fitting = zext(amount, width: width) }
        if present > width {
            let excess = extract(amount, high: present - 1, low: width)
            fitting = ite(
                eq(excess, constant(0, width: present - width)), extract(amount, high: width - 1, low: 0),
                constant(.max, width: width))
        }
        if simplifies, constantValue(of: fitting) != nil || isZero(a) {
            if isZero(a) { return a }
            return operation == .shl ? shl(a, fitting) : operation == .lshr ? lshr(a, fitting) : ashr(a, fitting)
        }
        return make(operation, width, a, fitting)
    }

    /// To the left, around; the amount counts modulo the width.
    public func rotl(_ a: Term, _ amount: Term) -> Term {
        guard simplifies, let count = constantValue(of: amount) else { return make(.rotl, width(of: a), a, amount) }
        return rotated(a, Int(count % UInt64(width(of: a))))
    }

    /// To the right, around; the amount counts modulo the width.
    public func rotr(_ a: Term, _ amount: Term) -> Term {
        let width = width(of: a)
        guard simplifies, let count = constantValue(of: amount) else { return make(.rotr, width, a, amount) }
        let right = Int(count % UInt64(width))
        return rotated(a, right == 0 ? 0 : width - right)
    }

    private func rotated(_ a: Term, _ count: Int) -> Term {
        let width = width(of: a)
        if count == 0 { return a }
        return concat(
            extract(a, high: width - 1 - count, low: 0), extract(a, high: width - 1, low: width - count))
    }
}
