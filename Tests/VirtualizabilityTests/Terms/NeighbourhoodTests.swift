import Testing

@testable import Virtualizability

/// Simplification rules look at an operation and its operands' operations. Here small expressions over very few
/// leaves are made in great number, both ways, so that every such neighbourhood comes up.
@Suite struct NeighbourhoodTests {
    private static let width = 3

    /// A recipe that two graphs follow alike.
    private indirect enum Shape {
        case leaf(Int)
        case operation(Int, [Shape])
        case slice(Shape, high: Int, low: Int)
    }

    private static func leaf(_ number: Int, _ width: Int, in graph: TermGraph) -> Term {
        number < 3
            ? graph.variable("l\(number).\(width)", width: width)
            : graph.constant([0, 1, 6, 7, 4, 2][number - 3], width: width)
    }

    private static func build(_ shape: Shape, _ width: Int, in graph: TermGraph) -> Term {
        switch shape {
        case .leaf(let number): return leaf(number, width, in: graph)
        case .slice(let inner, let high, let low):
            let term = build(inner, Self.width, in: graph)
            return fitted(graph.extract(term, high: high, low: low), width, in: graph)
        case .operation(let index, let operands):
            let constructor = constructors[index]
            let wanted = constructor.operandWidths(Self.width)
            let terms = zip(operands, wanted).map { build($0, $1, in: graph) }
            return fitted(constructor.build(graph, terms), width, in: graph)
        }
    }

    private static func fitted(_ term: Term, _ width: Int, in graph: TermGraph) -> Term {
        let present = graph.width(of: term)
        return present >= width ? graph.extract(term, high: width - 1, low: 0) : graph.sext(term, width: width)
    }

    /// Operations whose rules look at their neighbours; the others fold constants only.
    private static let neighbourly: [Int] = {
        let names = [
            "not", "and", "or", "xor", "add", "sub", "neg", "eq", "ne", "ult", "ule", "slt", "sge", "concat", "extract",
            "zext", "sext", "ite", "shl0", "lshr0", "ashr0", "rotl0",
        ]
        return constructors.indices.filter { names.contains(constructors[$0].name) }
    }()

    private static func leaf(_ generator: inout SeededGenerator) -> Shape {
        .leaf(generator.below(5) > 0 ? generator.below(2 + generator.below(2)) : 3 + generator.below(6))
    }

    /// `outer` over operands that are mostly `inner`, sometimes a leaf or a slice, over leaves or a third operation.
    private static func random(_ outer: Int, _ inner: Int, _ generator: inout SeededGenerator) -> Shape {
        let count = constructors[outer].operandWidths(width).count
        return .operation(
            outer,
            (0..<count).map { _ in
                switch generator.below(10) {
                case 0...3: return leaf(&generator)
                case 4:
                    let low = generator.below(width)
                    return .slice(leaf(&generator), high: low + generator.below(width - low), low: low)
                default: return operands(inner, &generator)
                }
            })
    }

    private static func operands(_ operation: Int, _ generator: inout SeededGenerator) -> Shape {
        let count = constructors[operation].operandWidths(width).count
        return .operation(
            operation,
            (0..<count).map { _ in
                guard generator.below(6) == 0 else { return leaf(&generator) }
                let third = neighbourly[generator.below(neighbourly.count)]
                let arity = constructors[third].operandWidths(width).count
                return .operation(third, (0..<arity).map { _ in leaf(&generator) })
            })
    }

    @Test(arguments: neighbourly.indices)
    func everyRuleKeepsTheMeaning(_ place: Int) {
        var generator = SeededGenerator(seed: 500 + UInt64(place))
        let (graph, plain) = (TermGraph(), TermGraph(simplifies: false))
        var pairs: [(simple: Term, raw: Term)] = []
        for inner in Self.neighbourly {
            for _ in 0..<250 {
                let shape = Self.random(Self.neighbourly[place], inner, &generator)
                pairs.append((Self.build(shape, Self.width, in: graph), Self.build(shape, Self.width, in: plain)))
            }
        }
        for _ in 0..<8 {
            let values = (0..<6).map { _ in generator.word(Self.width) }
            let assignment = { (name: String, width: Int) in
                values[(Int(name.utf8.dropFirst().first ?? 48) - 48) + (width == 1 ? 3 : 0)]
            }
            var left = Evaluator(graph, variable: assignment)
            var right = Evaluator(plain, variable: assignment)
            for (index, pair) in pairs.enumerated() {
                #expect(left.value(of: pair.simple) == right.value(of: pair.raw), "expression \(index)")
            }
        }
    }
}
