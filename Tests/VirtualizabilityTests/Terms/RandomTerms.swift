@testable import Virtualizability

/// A random expression over a few variables and one function, the same one in every graph that it is built in.
///
/// Operands are taken from a pool that favours recent terms and a handful of variables and constants, so that the
/// neighbourhoods that simplification rules look for come up often.
struct RandomTerms {
    let seed: UInt64
    let widths: [Int]
    let allowsProducts: Bool

    static let variableCount = 5

    func build(in graph: TermGraph, steps: Int) -> [Term] {
        var random = SeededGenerator(seed: seed)
        var pool: [Int: [Term]] = [:]
        for width in Set(widths + [1]).sorted() {
            pool[width] = (0..<RandomTerms.variableCount).map { graph.variable("v\(width).\($0)", width: width) }
        }
        let function = graph.function("f", argumentWidths: [widths[0], 1], width: widths[0])
        let usable = constructors.filter { allowsProducts || !$0.isAbstracted }
        for _ in 0..<steps {
            let made: Term
            switch random.below(16) {
            case 0:
                let width = widths[random.below(widths.count)]
                made = graph.constant(random.word(width), width: width)
            case 1:
                made = graph.apply(
                    function, [pick(graph, widths[0], &pool, &random), pick(graph, 1, &pool, &random)])
            default:
                let constructor = usable[random.below(usable.count)]
                let wanted = constructor.operandWidths(random.below(4) == 0 ? 1 : widths[random.below(widths.count)])
                made = constructor.build(graph, wanted.map { pick(graph, $0, &pool, &random) })
            }
            pool[graph.width(of: made), default: []].append(made)
        }
        return pool.sorted { $0.key < $1.key }.flatMap { $0.value.suffix(6) }
    }

    /// A term of this width: mostly one from the pool, else one cut or extended to fit.
    private func pick(
        _ graph: TermGraph, _ width: Int, _ pool: inout [Int: [Term]], _ random: inout SeededGenerator
    ) -> Term {
        let known = pool[width] ?? []
        switch (random.below(8), known.isEmpty) {
        case (0, _): return graph.constant(random.word(width), width: width)
        case (1...5, false): return known.suffix(12)[known.suffix(12).startIndex + random.below(min(12, known.count))]
        case (_, false): return known[random.below(known.count)]
        default: break
        }
        let others = pool.keys.sorted()
        let from = others[random.below(others.count)]
        let terms = pool[from] ?? []
        let term = terms[random.below(terms.count)]
        return from >= width ? graph.extract(term, high: from - 1, low: from - width) : graph.zext(term, width: width)
    }

    /// Values for all variables, and a function that depends on its arguments.
    func evaluator(for graph: TermGraph, round: UInt64) -> Evaluator {
        Evaluator(graph) { name, width in
            var hash = round &* 0x9e37_79b9_7f4a_7c15
            for unit in name.utf8 { hash = (hash ^ UInt64(unit)) &* 0x100_0000_01b3 }
            var random = SeededGenerator(seed: hash)
            return random.word(width)
        } function: { _, arguments in
            arguments.reduce(round) { ($0 ^ $1) &* 0x2545_f491_4f6c_dd1d }
        }
    }
}
