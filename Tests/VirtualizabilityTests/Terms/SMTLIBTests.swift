import Certificates
import Foundation
import Testing

@testable import Virtualizability

/// Other people's solvers give the same answers. Without them the tests say so and pass.
@Suite struct SMTLIBTests {
    static let solvers = [("/usr/bin/z3", ["-in", "-smt2"]), ("/usr/bin/cvc5", ["--lang=smt2", "-q"])]

    /// The last word that the solver says about the script, or nil when it is not installed.
    private func answer(_ solver: (path: String, options: [String]), to script: String) throws -> String? {
        guard FileManager.default.isExecutableFile(atPath: solver.path) else {
            print("note: \(solver.path) is not installed; its second opinion is skipped")
            return nil
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: solver.path)
        process.arguments = solver.options
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        DispatchQueue.global().async {
            try? input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
            try? input.fileHandleForWriting.close()
        }
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init).joined(separator: "\n")
    }

    /// The meaning of every operation: our constant is the only value that the solver admits.
    @Test(arguments: 0..<2)
    func operationsMeanTheSame(_ number: Int) throws {
        let solver = SMTLIBTests.solvers[number]
        for width in [1, 3, 6] {
            let graph = TermGraph(simplifies: false)
            var random = SeededGenerator(seed: UInt64(width))
            var given: [Term] = []
            var wrong: [Term] = []
            for (index, constructor) in constructors.enumerated() {
                for round in 0..<3 {
                    let widths = constructor.operandWidths(width)
                    let inputs = widths.enumerated().map {
                        graph.variable("i\(index).\(round).\($0.offset)", width: $0.element)
                    }
                    let values = widths.map { random.word($0) }
                    let term = constructor.build(graph, inputs)
                    let expected = graph.constant(constructor.meaning(values, widths), width: graph.width(of: term))
                    given += zip(inputs, values).map { graph.eq($0, graph.constant($1, width: graph.width(of: $0))) }
                    wrong.append(graph.ne(term, expected))
                }
            }
            let script = graph.smtlib(given + [graph.disjunction(wrong)], products: .exact)
            guard let said = try answer(solver, to: script) else { return }
            #expect(said == "unsat", "width \(width)")
        }
    }

    @Test(arguments: 0..<12)
    func decisionsAgree(_ seed: Int) throws {
        let graph = TermGraph()
        let recipe = RandomTerms(seed: UInt64(7000 + seed), widths: [6, 3], allowsProducts: false)
        let terms = recipe.build(in: graph, steps: 60)
        var random = SeededGenerator(seed: UInt64(seed))
        let truths = terms.filter { graph.width(of: $0) == 1 && graph.constantValue(of: $0) == nil }
        let words = terms.filter { graph.width(of: $0) == 6 }
        guard truths.count > 1, words.count > 1 else { return }
        let asked = [
            truths[random.below(truths.count)], graph.not(truths[random.below(truths.count)]),
            graph.eq(words[random.below(words.count)], words[random.below(words.count)]),
        ]
        let expected: String
        switch graph.decide(asked) {
        case .satisfiable: expected = "sat"
        case .unsatisfiable: expected = "unsat"
        case .undecided(let reason):
            Issue.record("undecided: \(reason)")
            return
        }
        for solver in SMTLIBTests.solvers {
            guard let said = try answer(solver, to: graph.smtlib(asked)) else { continue }
            #expect(said == expected, "seed \(seed), \(solver.0)")
        }
    }

    @Test func namesThatNeedQuotingSurvive() throws {
        let graph = TermGraph()
        let strange = graph.variable("e|[0]\\ é\n", width: 4)
        let function = graph.function("read |x|", argumentWidths: [4], width: 4)
        let asked = [graph.eq(graph.apply(function, [strange]), graph.constant(3, width: 4))]
        for solver in SMTLIBTests.solvers {
            guard let said = try answer(solver, to: graph.smtlib(asked)) else { continue }
            #expect(said == "sat")
        }
    }
}
