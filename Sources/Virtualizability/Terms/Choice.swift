// The choice between two words by one bit: what conditional effects of an instruction become.

extension TermGraph {
    /// `a` when the 1-bit condition is true, else `b`.
    public func ite(_ condition: Term, _ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(self.width(of: condition) == 1, "ite: a condition of \(self.width(of: condition)) bits")
        precondition(width == self.width(of: b), "ite: arms of \(width) and \(self.width(of: b)) bits")
        guard simplifies else { return make(.ite, width, condition, a, b) }
        if let value = constantValue(of: condition) { return value == 1 ? a : b }
        if a == b { return a }
        let test = node(condition)
        if test.operation == .not { return ite(test.first, b, a) }
        if width == 1, let made = chosenTruth(condition, a, b) { return made }
        let (left, right) = (node(a), node(b))
        if left.operation == .not, right.operation == .not { return not(ite(condition, left.first, right.first)) }
        if left.operation == .ite, left.first == condition { return ite(condition, left.second, b) }
        if right.operation == .ite, right.first == condition { return ite(condition, a, right.third) }
        if let made = chosenKnown(test, condition, a, b) ?? mergedChoice(condition, a, b, left, right)
            ?? chosenParts(condition, a, b)
        {
            return made
        }
        return make(.ite, width, condition, a, b)
    }

    private func chosenTruth(_ condition: Term, _ a: Term, _ b: Term) -> Term? {
        if let value = constantValue(of: a) { return value == 1 ? or(condition, b) : and(not(condition), b) }
        if let value = constantValue(of: b) { return value == 1 ? or(not(condition), a) : and(condition, a) }
        if a == condition { return or(condition, b) }
        if b == condition { return and(condition, a) }
        if areOpposite(a, condition) { return and(not(condition), b) }
        if areOpposite(b, condition) { return or(not(condition), a) }
        return areOpposite(a, b) ? not(xor(condition, a)) : nil
    }

    /// Where the condition is `word == value`, the word is that value in the first arm.
    private func chosenKnown(_ test: TermNode, _ condition: Term, _ a: Term, _ b: Term) -> Term? {
        guard test.operation == .eq else { return nil }
        if (test.first == a && test.second == b) || (test.first == b && test.second == a) { return b }
        guard constantValue(of: test.first) != nil, test.second == a else { return nil }
        return ite(condition, test.first, b)
    }

    /// Two choices that share an arm are one.
    private func mergedChoice(
        _ condition: Term, _ a: Term, _ b: Term, _ left: TermNode, _ right: TermNode
    ) -> Term? {
        if right.operation == .ite {
            if right.second == a { return descending { ite(or(condition, right.first), a, right.third) } }
            if right.third == a {
                return descending { ite(and(not(condition), right.first), right.second, a) }
            }
        }
        if left.operation == .ite {
            if left.third == b { return descending { ite(and(condition, left.first), left.second, b) } }
            if left.second == b {
                return descending { ite(and(condition, not(left.first)), left.third, b) }
            }
        }
        return nil
    }

    /// Where both arms agree in a part, only the other part is chosen.
    private func chosenParts(_ condition: Term, _ a: Term, _ b: Term) -> Term? {
        for outer in [a, b] where node(outer).operation == .concat {
            let low = width(of: node(outer).second)
            guard let left = parts(of: a, low), let right = parts(of: b, low) else { continue }
            guard left.high == right.high || left.low == right.low else { continue }
            return descending {
                concat(ite(condition, left.high, right.high), ite(condition, left.low, right.low))
            }
        }
        return nil
    }
}
