// Bitwise operations. Disjunction is written with `not` and `and`, so that there is one form to simplify.

extension TermGraph {
    public func not(_ a: Term) -> Term {
        let width = width(of: a)
        guard simplifies else { return make(.not, width, a) }
        let inner = node(a)
        switch inner.operation {
        case .constant: return constant(~inner.value, width: width)
        case .not: return inner.first
        case .concat:
            if let made = descending({ concat(not(inner.first), not(inner.second)) }) { return made }
        case .xor where constantValue(of: inner.first) != nil: return xor(not(inner.first), inner.second)
        case .ite where constantValue(of: inner.second) != nil && constantValue(of: inner.third) != nil:
            return ite(inner.first, not(inner.second), not(inner.third))
        default: break
        }
        return make(.not, width, a)
    }

    /// Both of the same width, as in all that follow.
    public func or(_ a: Term, _ b: Term) -> Term { not(and(not(a), not(b))) }

    public func and(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "and: operands of \(width) and \(self.width(of: b)) bits")
        let (a, b) = ordered(a, b)
        guard simplifies else { return make(.and, width, a, b) }
        if a == b { return a }
        if areOpposite(a, b) { return constant(0, width: width) }
        if let value = constantValue(of: a) {
            if let made = masked(b, value, width) { return made }
        } else if let made = absorbed(a, b, width) ?? absorbed(b, a, width) ?? distributed(a, b, and) {
            return made
        }
        return make(.and, width, a, b)
    }

    /// A mask is a concatenation of slices and zeros, which later slicing sees through; beyond six runs it stays.
    private func masked(_ b: Term, _ value: UInt64, _ width: Int) -> Term? {
        if value == 0 { return constant(0, width: width) }
        if value == WordArithmetic.mask(width) { return b }
        let inner = node(b)
        switch inner.operation {
        case .constant: return constant(value & inner.value, width: width)
        case .and:
            if let other = constantValue(of: inner.first) {
                return and(constant(value & other, width: width), inner.second)
            }
        case .ite where constantValue(of: inner.second) != nil && constantValue(of: inner.third) != nil:
            let mask = constant(value, width: width)
            return ite(inner.first, and(mask, inner.second), and(mask, inner.third))
        default: break
        }
        let boundaries = (value ^ value >> 1) & WordArithmetic.mask(max(1, width - 1))
        guard boundaries.nonzeroBitCount <= 6 else { return nil }
        return descending { runs(of: b, under: value, width) }
    }

    private func runs(of b: Term, under value: UInt64, _ width: Int) -> Term {
        var result: Term?
        var low = 0
        while low < width {
            let isKept = value >> UInt64(low) & 1 == 1
            var high = low
            while high + 1 < width, (value >> UInt64(high + 1) & 1 == 1) == isKept { high += 1 }
            let part = isKept ? extract(b, high: high, low: low) : constant(0, width: high - low + 1)
            result = result.map { concat(part, $0) } ?? part
            low = high + 1
        }
        return result ?? b
    }

    /// Rules of `a AND b` that look inside `b`.
    private func absorbed(_ a: Term, _ b: Term, _ width: Int) -> Term? {
        let right = node(b)
        switch right.operation {
        case .and:
            if right.first == a || right.second == a { return b }
            if areOpposite(a, right.first) || areOpposite(a, right.second) { return constant(0, width: width) }
            if constantValue(of: right.first) != nil {
                return descending { and(right.first, and(a, right.second)) }
            }
            let left = node(a)
            if left.operation == .and {
                for mine in [left.first, left.second] {
                    if areOpposite(mine, right.first) || areOpposite(mine, right.second) {
                        return constant(0, width: width)
                    }
                    if mine == right.first || mine == right.second {
                        let rest = mine == left.first ? left.second : left.first
                        return descending { and(rest, b) }
                    }
                }
            }
        case .not:
            let inner = node(right.first)
            if inner.operation == .and {
                if inner.first == a { return descending { and(a, not(inner.second)) } }
                if inner.second == a { return descending { and(a, not(inner.first)) } }
                if areOpposite(a, inner.first) || areOpposite(a, inner.second) { return a }
            }
        case .ite where width == 1:
            if right.first == a { return descending { and(a, right.second) } }
            if areOpposite(right.first, a) { return descending { and(a, right.third) } }
        default: break
        }
        return width == 1 ? excluded(a, b) : nil
    }

    /// A word equals at most one constant.
    private func excluded(_ a: Term, _ b: Term) -> Term? {
        guard let left = constantComparison(a) else { return nil }
        let right = node(b)
        if let other = constantComparison(b), other.word == left.word { return bool(false) }
        if right.operation == .not, let other = constantComparison(right.first), other.word == left.word { return a }
        return nil
    }

    private func constantComparison(_ term: Term) -> (value: UInt64, word: Term)? {
        let node = node(term)
        guard node.operation == .eq, let value = constantValue(of: node.first) else { return nil }
        return (value, node.second)
    }

    public func xor(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "xor: operands of \(width) and \(self.width(of: b)) bits")
        let (a, b) = ordered(a, b)
        guard simplifies else { return make(.xor, width, a, b) }
        if a == b { return constant(0, width: width) }
        if areOpposite(a, b) { return constant(.max, width: width) }
        let (left, right) = (node(a), node(b))
        if left.operation == .constant { return toggled(b, left.value, width) }
        if left.operation == .not { return not(xor(left.first, b)) }
        if right.operation == .not { return not(xor(a, right.first)) }
        if let made = cancelled(a, right) ?? cancelled(b, left) ?? distributed(a, b, xor) { return made }
        return make(.xor, width, a, b)
    }

    private func toggled(_ b: Term, _ value: UInt64, _ width: Int) -> Term {
        if value == 0 { return b }
        if value == WordArithmetic.mask(width) { return not(b) }
        let inner = node(b)
        let pattern = constant(value, width: width)
        switch inner.operation {
        case .constant: return constant(value ^ inner.value, width: width)
        case .not: return xor(constant(~value, width: width), inner.first)
        case .xor:
            if let other = constantValue(of: inner.first) {
                return xor(constant(value ^ other, width: width), inner.second)
            }
        case .ite where constantValue(of: inner.second) != nil && constantValue(of: inner.third) != nil:
            return ite(inner.first, xor(pattern, inner.second), xor(pattern, inner.third))
        case .concat:
            if let made = distributed(pattern, b, xor) { return made }
        default: break
        }
        return make(.xor, width, pattern, b)
    }

    private func cancelled(_ a: Term, _ right: TermNode) -> Term? {
        guard right.operation == .xor else { return nil }
        if right.first == a { return right.second }
        if right.second == a { return right.first }
        guard constantValue(of: right.first) != nil else { return nil }
        return descending { xor(right.first, xor(a, right.second)) }
    }

    /// Splits a bitwise operation where both operands are concatenated at the same place and a part is constant.
    private func distributed(_ a: Term, _ b: Term, _ operation: (Term, Term) -> Term) -> Term? {
        for outer in [a, b] where node(outer).operation == .concat {
            let low = width(of: node(outer).second)
            guard let left = parts(of: a, low), let right = parts(of: b, low) else { continue }
            let halves = [left.high, left.low, right.high, right.low]
            guard halves.contains(where: { constantValue(of: $0) != nil }) else { continue }
            return descending { concat(operation(left.high, right.high), operation(left.low, right.low)) }
        }
        return nil
    }

    /// The two parts of a concatenation whose lower part has so many bits, or of a constant.
    func parts(of term: Term, _ lowWidth: Int) -> (high: Term, low: Term)? {
        let node = node(term)
        let width = Int(node.width)
        if node.operation == .constant, lowWidth < width {
            return (
                constant(node.value >> UInt64(lowWidth), width: width - lowWidth),
                constant(node.value, width: lowWidth)
            )
        }
        guard node.operation == .concat, self.width(of: node.second) == lowWidth else { return nil }
        return (node.first, node.second)
    }

    // MARK: Truth values

    /// True when there are none.
    public func conjunction(_ terms: some Sequence<Term>) -> Term { terms.reduce(bool(true), and) }

    /// False when there are none.
    public func disjunction(_ terms: some Sequence<Term>) -> Term { terms.reduce(bool(false), or) }

    public func implies(_ a: Term, _ b: Term) -> Term { not(and(a, not(b))) }
}
