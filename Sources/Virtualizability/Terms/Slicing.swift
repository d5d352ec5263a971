// Putting words together and taking them apart. Masks, constant shifts, rotations and extensions all become these,
// and a concatenation leans to the right, so that equal layouts of bits are equal terms.

extension TermGraph {
    /// `high` above `low`; at most 64 bits together.
    public func concat(_ high: Term, _ low: Term) -> Term {
        let width = width(of: high) + width(of: low)
        precondition(width <= 64, "concat: \(width) bits are more than 64")
        guard simplifies else { return make(.concat, width, high, low) }
        let (upper, lower) = (node(high), node(low))
        if upper.operation == .concat {
            return concat(upper.first, concat(upper.second, low))
        }
        if let joined = joined(high, low) { return joined }
        if lower.operation == .concat, let joined = joined(high, lower.first) {
            return concat(joined, lower.second)
        }
        return make(.concat, width, high, low)
    }

    /// Two neighbours that are one: constants, adjacent slices of one word.
    private func joined(_ high: Term, _ low: Term) -> Term? {
        let (upper, lower) = (node(high), node(low))
        let width = Int(upper.width) + Int(lower.width)
        if upper.operation == .constant, lower.operation == .constant {
            return constant(upper.value << UInt64(lower.width) | lower.value, width: width)
        }
        if upper.operation == .not, lower.operation == .not, let inner = joined(upper.first, lower.first) {
            return not(inner)
        }
        if upper.operation == .extract, lower.operation == .extract, upper.first == lower.first,
            upper.value == lower.value + UInt64(lower.width)
        {
            return extract(upper.first, high: Int(upper.value) + Int(upper.width) - 1, low: Int(lower.value))
        }
        return nil
    }

    /// Bits `high` down to `low`, both counted from 0 and both included.
    public func extract(_ a: Term, high: Int, low: Int) -> Term {
        let inner = node(a)
        precondition(
            0 <= low && low <= high && high < Int(inner.width), "extract: bits \(high)...\(low) of \(inner.width)")
        let width = high - low + 1
        if width == Int(inner.width) { return a }
        let plain = TermNode(operation: .extract, width: UInt8(width), a: a.index, value: UInt64(low))
        guard simplifies else { return intern(plain) }
        switch inner.operation {
        case .constant: return constant(inner.value >> UInt64(low), width: width)
        case .extract:
            return extract(inner.first, high: high + Int(inner.value), low: low + Int(inner.value))
        case .not:
            if let made = descending({ not(extract(inner.first, high: high, low: low)) }) { return made }
        case .concat: return extractConcatenated(inner, high, low)
        case .sext: return extractExtended(inner, high, low)
        case .ite:
            if isSliceable(inner.second) || isSliceable(inner.third) {
                let made = descending {
                    ite(
                        inner.first, extract(inner.second, high: high, low: low),
                        extract(inner.third, high: high, low: low))
                }
                if let made { return made }
            }
        case .and, .xor:
            if isSliceable(inner.first) || isSliceable(inner.second) {
                let made = descending {
                    let left = extract(inner.first, high: high, low: low)
                    let right = extract(inner.second, high: high, low: low)
                    return inner.operation == .and ? and(left, right) : xor(left, right)
                }
                if let made { return made }
            }
        default: break
        }
        return intern(plain)
    }

    private func isSliceable(_ term: Term) -> Bool {
        switch node(term).operation {
        case .constant, .concat, .extract, .sext: true
        default: false
        }
    }

    private func extractConcatenated(_ inner: TermNode, _ high: Int, _ low: Int) -> Term {
        let lowWidth = width(of: inner.second)
        if high < lowWidth { return extract(inner.second, high: high, low: low) }
        if low >= lowWidth { return extract(inner.first, high: high - lowWidth, low: low - lowWidth) }
        return concat(
            extract(inner.first, high: high - lowWidth, low: 0),
            extract(inner.second, high: lowWidth - 1, low: low))
    }

    private func extractExtended(_ inner: TermNode, _ high: Int, _ low: Int) -> Term {
        let kept = width(of: inner.first)
        if high < kept { return extract(inner.first, high: high, low: low) }
        let start = min(low, kept - 1)
        return sext(extract(inner.first, high: kept - 1, low: start), width: high - low + 1)
    }

    /// One bit, counted from the least significant.
    public func bit(_ a: Term, _ place: Int) -> Term { extract(a, high: place, low: place) }

    /// Zeros above, up to `width` bits, which must not be fewer than the term has.
    public func zext(_ a: Term, width: Int) -> Term {
        let present = self.width(of: a)
        precondition(present <= width && width <= 64, "zext: from \(present) to \(width) bits")
        return present == width ? a : concat(constant(0, width: width - present), a)
    }

    /// Copies of the sign bit above, up to `width` bits, which must not be fewer than the term has.
    public func sext(_ a: Term, width: Int) -> Term {
        let inner = node(a)
        precondition(Int(inner.width) <= width && width <= 64, "sext: from \(inner.width) to \(width) bits")
        if Int(inner.width) == width { return a }
        guard simplifies else { return make(.sext, width, a) }
        switch inner.operation {
        case .constant:
            return constant(UInt64(bitPattern: WordArithmetic.signed(inner.value, Int(inner.width))), width: width)
        case .sext: return sext(inner.first, width: width)
        case .concat:
            if let top = constantValue(of: inner.first) {
                let isNegative = WordArithmetic.isNegative(top, self.width(of: inner.first))
                return concat(constant(isNegative ? .max : 0, width: width - Int(inner.width)), a)
            }
        default: break
        }
        return make(.sext, width, a)
    }
}
