import Testing

@testable import Virtualizability

/// Every operation means the same to the evaluator, the simplifier, the circuit and a second definition.
@Suite struct MeaningTests {
    /// The widths to try for one operation: all of them in turn, a few rounds.
    private static let widths = Array(1...64)

    @Test(arguments: constructors.indices)
    func evaluatorFoldingAndSecondDefinitionAgree(_ index: Int) {
        let constructor = constructors[index]
        var random = SeededGenerator(seed: UInt64(index))
        for width in MeaningTests.widths {
            let graph = TermGraph()
            let plain = TermGraph(simplifies: false)
            let widths = constructor.operandWidths(width)
            let symbolic = variables(graph, widths)
            let raw = variables(plain, widths)
            let term = constructor.build(graph, symbolic)
            let rawTerm = constructor.build(plain, raw)
            for _ in 0..<12 {
                let values = widths.map { random.word($0) }
                let expected = constructor.meaning(values, widths)
                let assignment = named(values)
                #expect(graph.evaluate(term, assignment) == expected, "\(constructor.name) \(values) of \(widths)")
                #expect(plain.evaluate(rawTerm, assignment) == expected, "\(constructor.name) \(values) of \(widths)")
                let constants = zip(values, widths).map { graph.constant($0, width: $1) }
                let folded = constructor.build(graph, constants)
                #expect(graph.constantValue(of: folded) == expected, "\(constructor.name) \(values) of \(widths)")
            }
        }
    }

    /// With the inputs fixed, the circuit admits the evaluator's result and no other.
    @Test(arguments: constructors.indices)
    func circuitAgreesWithEvaluator(_ index: Int) {
        let constructor = constructors[index]
        var random = SeededGenerator(seed: 1000 + UInt64(index))
        for width in MeaningTests.widths {
            let graph = TermGraph(simplifies: width % 2 == 0)
            let widths = constructor.operandWidths(width)
            let inputs = variables(graph, widths)
            let term = constructor.build(graph, inputs)
            let output = graph.variable("output", width: graph.width(of: term))
            let values = widths.map { random.word($0) }
            let expected = constructor.meaning(values, widths)
            var assertions = zip(inputs, values).map { graph.eq($0, graph.constant($1, width: graph.width(of: $0))) }
            assertions.append(graph.eq(output, term))
            guard case .satisfiable(let model) = graph.decide(assertions) else {
                Issue.record("\(constructor.name) of \(widths) has no model for \(values)")
                continue
            }
            #expect(model.variables["output"] == expected, "\(constructor.name) \(values) of \(widths)")
            if constructor.isAbstracted { continue }
            assertions.append(graph.ne(output, graph.constant(expected, width: graph.width(of: output))))
            guard case .unsatisfiable = graph.decide(assertions) else {
                Issue.record("\(constructor.name) of \(widths) admits a second result for \(values)")
                continue
            }
        }
    }

    private func variables(_ graph: TermGraph, _ widths: [Int]) -> [Term] {
        widths.enumerated().map { graph.variable("x\($0.offset)", width: $0.element) }
    }

    private func named(_ values: [UInt64]) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: values.enumerated().map { ("x\($0.offset)", $0.element) })
    }
}

extension Constructor {
    var isAbstracted: Bool { ["mul", "umulHigh", "smulHigh", "udiv", "urem", "sdiv", "srem"].contains(name) }
}
