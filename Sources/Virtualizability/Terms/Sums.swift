// Addition and subtraction, modulo 2 to the width. Constants move to the front, so that counters and offsets that are
// built up in steps come out equal.

extension TermGraph {
    public func add(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "add: operands of \(width) and \(self.width(of: b)) bits")
        let (a, b) = ordered(a, b)
        guard simplifies else { return make(.add, width, a, b) }
        if width == 1 { return xor(a, b) }
        if let value = constantValue(of: a) { return offset(b, by: value, width) }
        if a == b { return shl(a, constant(1, width: width)) }
        if areOpposite(a, b) { return constant(.max, width: width) }
        if let made = summed(a, node(b)) ?? summed(b, node(a)) { return made }
        return make(.add, width, a, b)
    }

    private func offset(_ b: Term, by value: UInt64, _ width: Int) -> Term {
        if value == 0 { return b }
        let inner = node(b)
        switch inner.operation {
        case .constant: return constant(value &+ inner.value, width: width)
        case .add:
            if let other = constantValue(of: inner.first) {
                return add(constant(value &+ other, width: width), inner.second)
            }
        case .sub:
            if let other = constantValue(of: inner.first) {
                return sub(constant(value &+ other, width: width), inner.second)
            }
        case .not: return sub(constant(value &- 1, width: width), inner.first)
        case .ite where constantValue(of: inner.second) != nil && constantValue(of: inner.third) != nil:
            let amount = constant(value, width: width)
            return ite(inner.first, add(amount, inner.second), add(amount, inner.third))
        default: break
        }
        return make(.add, width, constant(value, width: width), b)
    }

    /// Rules of `a + right`.
    private func summed(_ a: Term, _ right: TermNode) -> Term? {
        if right.operation == .add, constantValue(of: right.first) != nil {
            return descending { add(right.first, add(a, right.second)) }
        }
        guard right.operation == .sub else { return nil }
        if right.second == a { return right.first }
        if isZero(right.first) { return sub(a, right.second) }
        guard constantValue(of: right.first) != nil else { return nil }
        return descending { add(right.first, sub(a, right.second)) }
    }

    public func neg(_ a: Term) -> Term { sub(constant(0, width: width(of: a)), a) }

    public func sub(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "sub: operands of \(width) and \(self.width(of: b)) bits")
        guard simplifies else { return make(.sub, width, a, b) }
        if width == 1 { return xor(a, b) }
        if a == b { return constant(0, width: width) }
        if let value = constantValue(of: b) { return add(constant(0 &- value, width: width), a) }
        let (left, right) = (node(a), node(b))
        if left.operation == .constant, let made = subtracted(b, right, from: left.value, width) { return made }
        if let made = differenced(a, b, left, right, width) { return made }
        return make(.sub, width, a, b)
    }

    private func subtracted(_ b: Term, _ right: TermNode, from value: UInt64, _ width: Int) -> Term? {
        switch right.operation {
        case .add:
            guard let other = constantValue(of: right.first) else { return nil }
            return sub(constant(value &- other, width: width), right.second)
        case .sub:
            if let other = constantValue(of: right.first) {
                return add(constant(value &- other, width: width), right.second)
            }
            return value == 0 ? sub(right.second, right.first) : nil
        case .not: return add(constant(value &+ 1, width: width), right.first)
        case .ite where constantValue(of: right.second) != nil && constantValue(of: right.third) != nil:
            let from = constant(value, width: width)
            return ite(right.first, sub(from, right.second), sub(from, right.third))
        default: break
        }
        return value == WordArithmetic.mask(width) ? not(b) : nil
    }

    private func differenced(_ a: Term, _ b: Term, _ left: TermNode, _ right: TermNode, _ width: Int) -> Term? {
        if left.operation == .add {
            if left.first == b { return left.second }
            if left.second == b { return left.first }
            if constantValue(of: left.first) != nil {
                return descending { add(left.first, sub(left.second, b)) }
            }
        }
        if left.operation == .sub, left.first == b { return neg(left.second) }
        if right.operation == .add {
            if right.first == a { return neg(right.second) }
            if right.second == a { return neg(right.first) }
            if let value = constantValue(of: right.first) {
                return descending { add(constant(0 &- value, width: width), sub(a, right.second)) }
            }
        }
        if right.operation == .sub {
            if right.first == a { return right.second }
            if isZero(right.first) { return add(a, right.second) }
        }
        return nil
    }
}
