// What a conjunction takes for granted, used on the rest of it.
//
// A question says that both executions complete, and then that something differs. Taken by itself what differs is full
// of choices between what was loaded and zero, one for each access that might have been refused, on either side with
// another refusal; given that both complete nothing was refused, and both sides are the same term. The simplifier sees
// one term at a time and cannot know that; a solver would find it out, bit by bit of every word.

extension TermGraph {
    /// An equivalent 1-bit term. Those of the goal's conjuncts that are single truth values stay as they are, and in
    /// all others these truth values are replaced by constants, which may give more of them.
    func settled(_ goal: Term) -> Term {
        var facts: [Int32: Term] = [:]
        var kept: [Term] = []
        var open = [goal]
        for _ in 0..<TermGraph.settlingLimit {
            let known = facts.count
            open = open.flatMap(allConjuncts).filter { conjunct in
                guard let (term, value) = fact(conjunct) else { return true }
                if facts[term.index] == nil { kept.append(conjunct) }
                // Of two facts that contradict each other the second becomes false below.
                return facts.updateValue(facts[term.index] ?? value, forKey: term.index).map { $0 != value } ?? false
            }
            guard facts.count > known else { break }
            var rewriting = Rewriting(graph: self, known: facts)
            open = open.map { rewriting.term($0) }
        }
        return conjunction(kept + open)
    }

    /// One pass nearly always finds all; chains of facts that only follow from each other are cut off here.
    private static let settlingLimit = 4

    /// What a conjunct says of a single term: that it is true, or false, or a certain word. A comparison that is to
    /// fail is no such fact, for its words are what is to be simplified.
    private func fact(_ conjunct: Term) -> (term: Term, value: Term)? {
        let node = node(conjunct)
        switch node.operation {
        case .constant, .and, .ite, .xor: return nil
        case .eq where constantValue(of: node.first) != nil: return (node.second, node.first)
        case .eq: return nil
        case .not:
            let inner = self.node(node.first).operation
            return [.and, .eq, .ite, .xor].contains(inner) ? nil : (node.first, bool(false))
        default: return (conjunct, bool(true))
        }
    }

    private func allConjuncts(_ term: Term) -> [Term] {
        var open = [term]
        var found: [Term] = []
        while let term = open.popLast() {
            let node = node(term)
            if node.operation == .and {
                open.append(node.second)
                open.append(node.first)
            } else if constantValue(of: term) != 1 {
                found.append(term)
            }
        }
        return found
    }
}

/// Builds terms again with some terms replaced, each term once.
private struct Rewriting {
    let graph: TermGraph
    /// By index: what stands for a term.
    var known: [Int32: Term]
    private var pending: [Int32] = []

    init(graph: TermGraph, known: [Int32: Term]) {
        self.graph = graph
        self.known = known
    }

    mutating func term(_ term: Term) -> Term {
        pending.append(term.index)
        while let index = pending.last {
            if known[index] == nil {
                let node = graph.nodes[Int(index)]
                let count = pending.count
                let operands = graph.operands(of: node)
                for operand in operands.reversed() where known[operand.index] == nil { pending.append(operand.index) }
                if pending.count > count { continue }
                let made = operands.map { known[$0.index] ?? $0 }
                known[index] = made == operands ? Term(index: index) : graph.rebuilt(node, made)
            }
            pending.removeLast()
        }
        return known[term.index] ?? term
    }
}

extension TermGraph {
    /// The same operation on other operands.
    fileprivate func rebuilt(_ node: TermNode, _ operands: [Term]) -> Term {
        let a = operands[0]
        switch node.operation {
        case .constant, .variable: return a
        case .apply: return apply(FunctionID(index: node.a), operands)
        case .not: return not(a)
        case .extract: return extract(a, high: Int(node.value) + Int(node.width) - 1, low: Int(node.value))
        case .sext: return sext(a, width: Int(node.width))
        case .countLeadingZeros: return countLeadingZeros(a)
        case .popcount: return popcount(a)
        case .parity: return parity(a)
        case .ite: return ite(a, operands[1], operands[2])
        default: return rebuilt(node.operation, a, operands[1])
        }
    }

    private func rebuilt(_ operation: TermOperation, _ a: Term, _ b: Term) -> Term {
        switch operation {
        case .and: and(a, b)
        case .xor: xor(a, b)
        case .add: add(a, b)
        case .sub: sub(a, b)
        case .mul: mul(a, b)
        case .umulHigh: umulHigh(a, b)
        case .smulHigh: smulHigh(a, b)
        case .udiv: udiv(a, b)
        case .urem: urem(a, b)
        case .sdiv: sdiv(a, b)
        case .srem: srem(a, b)
        case .shl: shl(a, b)
        case .lshr: lshr(a, b)
        case .ashr: ashr(a, b)
        case .rotl: rotl(a, b)
        case .rotr: rotr(a, b)
        case .eq: eq(a, b)
        case .ult: ult(a, b)
        case .slt: slt(a, b)
        default: concat(a, b)
        }
    }
}
