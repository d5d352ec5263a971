// Comparisons of addresses with bounds, spelled so that both sides of a pair use the same atoms.
//
// The bare machine asks whether base + a < extent, the monitor's map has computed extent - base and the real machine
// asks whether a is less than that. Both are the same question, but for a solver each costs an adder to be related to
// a subtracter, bit by bit, for every access of every instruction. Here a sum under a comparison is taken apart, with
// the relocation moved to the bound's side, and choices are taken out of comparisons.

extension Symbols {
    /// One bit: a < b, unsigned.
    func less(_ a: Term, _ b: Term) -> Term { less(a, b, steps: 6) }

    private func less(_ a: Term, _ b: Term, steps: Int) -> Term {
        guard steps > 0, graph.constantValue(of: a) == nil || graph.constantValue(of: b) == nil else {
            return graph.ult(a, b)
        }
        return narrowed(a, b, steps) ?? chosen(a, b, steps) ?? moved(a, b, steps) ?? graph.ult(a, b)
    }

    /// The part of a term below its leading zeros; nil where there are none.
    private func belowZeros(_ term: Term) -> Term? {
        let node = graph.node(term)
        guard node.operation == .concat, graph.constantValue(of: node.first) == 0 else { return nil }
        return node.second
    }

    /// Leading zeros are compared apart.
    private func narrowed(_ a: Term, _ b: Term, _ steps: Int) -> Term? {
        let (left, right) = (belowZeros(a), belowZeros(b))
        if left == nil, right == nil { return nil }
        let width = max(left.map(graph.width(of:)) ?? 0, right.map(graph.width(of:)) ?? 0)
        let whole = graph.width(of: a)
        func low(_ term: Term) -> Term { graph.extract(term, high: width - 1, low: 0) }
        func high(_ term: Term) -> Term {
            graph.isNonZero(graph.extract(term, high: whole - 1, low: width))
        }
        let lower = less(low(a), low(b), steps: steps - 1)
        if left == nil { return graph.and(graph.not(high(a)), lower) }
        if right == nil { return graph.or(high(b), lower) }
        return lower
    }

    private func chosen(_ a: Term, _ b: Term, _ steps: Int) -> Term? {
        let (left, right) = (graph.node(a), graph.node(b))
        if right.operation == .ite {
            return graph.ite(
                right.first, less(a, right.second, steps: steps - 1), less(a, right.third, steps: steps - 1))
        }
        if left.operation == .ite {
            return graph.ite(
                left.first, less(left.second, b, steps: steps - 1), less(left.third, b, steps: steps - 1))
        }
        guard let (x, y) = summands(a) else { return nil }
        let width = graph.width(of: a)
        for (choice, other) in [(x, y), (y, x)] {
            let node = graph.node(belowZeros(choice) ?? choice)
            guard node.operation == .ite else { continue }
            let then = graph.add(graph.resized(node.second, width), other)
            let otherwise = graph.add(graph.resized(node.third, width), other)
            return graph.ite(
                node.first, less(then, b, steps: steps - 1), less(otherwise, b, steps: steps - 1))
        }
        return nil
    }

    /// The summands of a sum, or of the low bits of a wider one.
    private func summands(_ term: Term) -> (Term, Term)? {
        let node = graph.node(term)
        if node.operation == .add { return (node.first, node.second) }
        guard node.operation == .extract, node.value == 0 else { return nil }
        let inner = graph.node(node.first)
        guard inner.operation == .add else { return nil }
        let high = Int(node.width) - 1
        return (
            graph.extract(inner.first, high: high, low: 0), graph.extract(inner.second, high: high, low: 0)
        )
    }

    /// x + y < b, modulo 2 to the width, where x is relocation: y < b - x where that does not wrap round, and y not
    /// less than -x where it does.
    private func moved(_ a: Term, _ b: Term, _ steps: Int) -> Term? {
        guard let (first, second) = summands(a) else { return nil }
        let isFirst = relocation.contains(belowZeros(first) ?? first)
        guard isFirst || relocation.contains(belowZeros(second) ?? second) else { return nil }
        let (x, y) = isFirst ? (first, second) : (second, first)
        let width = graph.width(of: a)
        let zero = graph.constant(0, width: width)
        var wraps = graph.and(graph.ne(x, zero), graph.not(graph.ult(y, graph.neg(x))))
        // Two summands that leave the highest bit free do not wrap round.
        if belowZeros(x) != nil, belowZeros(y) != nil { wraps = graph.bool(false) }
        var room = graph.sub(b, x)
        if let bound = belowZeros(b), let narrow = belowZeros(x) {
            // What is left between them is as narrow as they are.
            let least = max(graph.width(of: bound), graph.width(of: narrow))
            room = graph.resized(graph.sub(graph.resized(bound, least), graph.resized(narrow, least)), width)
        }
        let within = less(y, room, steps: steps - 1)
        return graph.ite(
            less(x, b, steps: steps - 1), graph.or(within, wraps),
            graph.and(wraps, graph.ult(y, graph.sub(b, x))))
    }
}
