// Comparisons give one bit. Only `eq`, `ult` and `slt` have nodes, the others are their negations and mirror images.

extension TermGraph {
    public func eq(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "eq: operands of \(width) and \(self.width(of: b)) bits")
        let (a, b) = ordered(a, b)
        guard simplifies else { return make(.eq, 1, a, b) }
        if a == b { return bool(true) }
        if width == 1 { return not(xor(a, b)) }
        if areOpposite(a, b) { return bool(false) }
        let (left, right) = (node(a), node(b))
        if left.operation == .constant {
            if let made = equalToConstant(left.value, right, width) { return made }
        } else if let made = equalInside(a, b, left, right) ?? equalInside(b, a, right, left) {
            return made
        }
        if let made = equalParts(a, b) { return made }
        return make(.eq, 1, a, b)
    }

    public func ne(_ a: Term, _ b: Term) -> Term { not(eq(a, b)) }

    /// `value == right`: undoes what can be undone on the constant's side.
    private func equalToConstant(_ value: UInt64, _ right: TermNode, _ width: Int) -> Term? {
        switch right.operation {
        case .constant: return bool(value == right.value)
        case .not: return eq(constant(~value, width: width), right.first)
        case .add:
            guard let other = constantValue(of: right.first) else { return nil }
            return eq(constant(value &- other, width: width), right.second)
        case .sub:
            if let other = constantValue(of: right.first) {
                return eq(constant(other &- value, width: width), right.second)
            }
            return value == 0 ? eq(right.first, right.second) : nil
        case .xor:
            if let other = constantValue(of: right.first) {
                return eq(constant(value ^ other, width: width), right.second)
            }
            return value == 0 ? eq(right.first, right.second) : nil
        case .sext:
            let kept = self.width(of: right.first)
            let extended = UInt64(bitPattern: WordArithmetic.signed(value & WordArithmetic.mask(kept), kept))
            guard extended & WordArithmetic.mask(width) == value else { return bool(false) }
            return eq(constant(value, width: kept), right.first)
        case .ite: return chosenConstant(value, right, width)
        default: return nil
        }
    }

    /// `value == (c ? x : y)` where an arm is a constant.
    private func chosenConstant(_ value: UInt64, _ choice: TermNode, _ width: Int) -> Term? {
        let word = constant(value, width: width)
        if let taken = constantValue(of: choice.second) {
            return descending {
                let other = eq(word, choice.third)
                return taken == value ? or(choice.first, other) : and(not(choice.first), other)
            }
        }
        if let taken = constantValue(of: choice.third) {
            return descending {
                let other = eq(word, choice.second)
                return taken == value ? or(not(choice.first), other) : and(choice.first, other)
            }
        }
        return nil
    }

    /// Rules of `a == b` that look inside `b`.
    private func equalInside(_ a: Term, _ b: Term, _ left: TermNode, _ right: TermNode) -> Term? {
        switch right.operation {
        case .not where left.operation == .not: return eq(left.first, right.first)
        case .add, .xor:
            let zero = constant(0, width: Int(right.width))
            if right.first == a { return eq(zero, right.second) }
            if right.second == a { return eq(zero, right.first) }
            guard left.operation == right.operation else { return nil }
            for (mine, rest) in [(left.first, left.second), (left.second, left.first)] {
                if mine == right.first { return eq(rest, right.second) }
                if mine == right.second { return eq(rest, right.first) }
            }
        case .sub:
            if right.first == a { return eq(constant(0, width: Int(right.width)), right.second) }
            guard left.operation == .sub else { return nil }
            if left.first == right.first { return eq(left.second, right.second) }
            if left.second == right.second { return eq(left.first, right.first) }
        case .sext where left.operation == .sext && width(of: left.first) == width(of: right.first):
            return eq(left.first, right.first)
        case .ite:
            if right.second == a { return descending { or(right.first, eq(a, right.third)) } }
            if right.third == a { return descending { or(not(right.first), eq(a, right.second)) } }
            guard left.operation == .ite, left.first == right.first else { return nil }
            return descending { ite(left.first, eq(left.second, right.second), eq(left.third, right.third)) }
        default: break
        }
        return nil
    }

    /// Concatenations at the same place are equal part by part.
    private func equalParts(_ a: Term, _ b: Term) -> Term? {
        for outer in [a, b] where node(outer).operation == .concat {
            let low = width(of: node(outer).second)
            guard let left = parts(of: a, low), let right = parts(of: b, low) else { continue }
            return descending { and(eq(left.high, right.high), eq(left.low, right.low)) }
        }
        return nil
    }

    /// Less than, unsigned.
    public func ult(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "ult: operands of \(width) and \(self.width(of: b)) bits")
        guard simplifies else { return make(.ult, 1, a, b) }
        if a == b || isZero(b) || isOnes(a) { return bool(false) }
        if let left = constantValue(of: a), let right = constantValue(of: b) { return bool(left < right) }
        if width == 1 { return and(not(a), b) }
        if isZero(a) { return ne(a, b) }
        if isOnes(b) { return ne(a, b) }
        if constantValue(of: b) == 1 { return eq(a, constant(0, width: width)) }
        if let made = lessInParts(a, b) { return made }
        return make(.ult, 1, a, b)
    }

    public func ule(_ a: Term, _ b: Term) -> Term { not(ult(b, a)) }
    public func ugt(_ a: Term, _ b: Term) -> Term { ult(b, a) }
    public func uge(_ a: Term, _ b: Term) -> Term { not(ult(a, b)) }

    /// `a < b` where a part of both is the same or constant.
    private func lessInParts(_ a: Term, _ b: Term) -> Term? {
        for outer in [a, b] where node(outer).operation == .concat {
            let low = width(of: node(outer).second)
            guard let left = parts(of: a, low), let right = parts(of: b, low) else { continue }
            if left.high == right.high { return descending { ult(left.low, right.low) } }
            if left.low == right.low { return descending { ult(left.high, right.high) } }
            if let mine = constantValue(of: left.high), let other = constantValue(of: right.high) {
                return bool(mine < other)
            }
        }
        return nil
    }

    /// Less than, two's complement.
    public func slt(_ a: Term, _ b: Term) -> Term {
        let width = width(of: a)
        precondition(width == self.width(of: b), "slt: operands of \(width) and \(self.width(of: b)) bits")
        guard simplifies else { return make(.slt, 1, a, b) }
        if a == b { return bool(false) }
        if width == 1 { return and(a, not(b)) }
        if let left = constantValue(of: a), let right = constantValue(of: b) {
            return bool(WordArithmetic.signed(left, width) < WordArithmetic.signed(right, width))
        }
        if isZero(b) { return bit(a, width - 1) }
        if isOnes(a) { return not(bit(b, width - 1)) }
        let (left, right) = (bit(a, width - 1), bit(b, width - 1))
        if left == right, constantValue(of: left) != nil { return ult(a, b) }
        return make(.slt, 1, a, b)
    }

    public func sle(_ a: Term, _ b: Term) -> Term { not(slt(b, a)) }
    public func sgt(_ a: Term, _ b: Term) -> Term { slt(b, a) }
    public func sge(_ a: Term, _ b: Term) -> Term { not(slt(a, b)) }
}
