import Certificates
import Testing

@testable import Virtualizability

@Suite struct DecisionTests {
    /// On 3-bit words every assignment can be tried.
    @Test(arguments: 0..<80)
    func agreesWithTryingEverything(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let graph = TermGraph(simplifies: seed % 2 == 0)
        let names = ["x", "y", "z"]
        var pool = names.map { graph.variable($0, width: 3) }
        let usable = constructors.filter { !["zext", "sext", "concat", "extract"].contains($0.name) }
        var truths: [Term] = []
        for _ in 0..<25 {
            let constructor = usable[random.below(usable.count)]
            let operands = constructor.operandWidths(3).map { width -> Term in
                let word = random.below(6) == 0
                    ? graph.constant(random.word(3), width: 3) : pool[random.below(pool.count)]
                return width < 3 ? graph.extract(word, high: width - 1, low: 0) : graph.zext(word, width: width)
            }
            let made = constructor.build(graph, operands)
            if graph.width(of: made) == 1 { truths.append(made) } else { pool.append(made) }
        }
        let asked = Array(truths.suffix(3)) + [graph.ne(pool[pool.count - 1], pool[pool.count - 2])]
        let solutions = (0..<512).filter { number in
            let values = Dictionary(uniqueKeysWithValues: names.enumerated().map {
                ($0.element, UInt64(number >> (3 * $0.offset) & 7))
            })
            return asked.allSatisfy { graph.evaluate($0, values) == 1 }
        }
        let settled = graph.settled(graph.conjunction(asked))
        for number in 0..<512 {
            let values = Dictionary(uniqueKeysWithValues: names.enumerated().map {
                ($0.element, UInt64(number >> (3 * $0.offset) & 7))
            })
            #expect((graph.evaluate(settled, values) == 1) == solutions.contains(number), "seed \(seed), \(number)")
        }
        switch graph.decide(asked, wantsProof: true) {
        case .satisfiable(let model):
            var evaluator = model.evaluator(for: graph)
            #expect(!solutions.isEmpty)
            #expect(asked.allSatisfy { evaluator.value(of: $0) == 1 })
        case .unsatisfiable(let refutation):
            #expect(solutions.isEmpty)
            try RUPChecker.check(try #require(refutation.proof), refutes: refutation.formula)
        case .undecided(let reason):
            // Only products may leave it open, and only where nothing solves it.
            #expect(reason == .abstraction && solutions.isEmpty)
        }
    }

    @Test func functionsAreCongruent() {
        let graph = TermGraph()
        let (x, y) = (graph.variable("x", width: 20), graph.variable("y", width: 20))
        let f = graph.function("f", argumentWidths: [20, 20], width: 33)
        let same = graph.eq(x, y)
        let differ = graph.ne(graph.apply(f, [x, y]), graph.apply(f, [y, x]))
        guard case .unsatisfiable = graph.decide([same, differ]) else {
            Issue.record("equal arguments gave different results")
            return
        }
        guard case .satisfiable(let model) = graph.decide([differ]) else {
            Issue.record("different arguments must be free to give different results")
            return
        }
        #expect(model.applications.count == 2)
        #expect(model.variables["x"] != model.variables["y"])
    }

    /// A proof is one of the formula that knows as little as will do, so that it can be made again.
    @Test(arguments: Detail.allCases)
    func refutationsNeedNoMoreDetailThanTheyMust(_ detail: Detail) throws {
        let graph = TermGraph()
        let word = { graph.variable($0, width: 20) }
        let (x, y, isSet) = (word("x"), word("y"), graph.variable("set", width: 1))
        let f = graph.function("f", argumentWidths: [20, 20], width: 33)
        let (one, other) = (graph.apply(f, [x, y]), graph.apply(f, [y, x]))
        let less = graph.ult(x, y)
        let asked: [Term]
        switch detail {
        case .truths: asked = [less, graph.or(graph.not(less), isSet), graph.not(graph.and(isSet, less))]
        case .words: asked = [graph.ult(one, other), graph.ult(other, one)]
        case .functions: asked = [graph.not(less), graph.not(graph.ult(y, x)), graph.ne(one, other)]
        }
        guard case .unsatisfiable(let refutation) = graph.decide(asked, wantsProof: true) else {
            Issue.record("\(detail) is enough")
            return
        }
        #expect(refutation.formula == graph.encode(asked, detail)?.formula)
        try RUPChecker.check(try #require(refutation.proof), refutes: refutation.formula)
        for less in Detail.allCases.prefix(while: { $0 != detail }) {
            let formula = try #require(graph.encode(asked, less)?.formula)
            #expect(throws: (any Error).self) {
                try RUPChecker.check(try #require(refutation.proof), refutes: formula)
            }
        }
    }

    /// What follows from single truth values is seen without a solver: both sides of a choice that is made.
    @Test func whatAConjunctionTakesForGrantedSettlesTheRest() {
        let graph = TermGraph()
        let word = { graph.variable($0, width: 64) }
        let (isAllowed, isRefused) = (graph.variable("allowed", width: 1), graph.variable("refused", width: 1))
        let zero = graph.constant(0, width: 64)
        let (left, right) = (graph.ite(isAllowed, word("a"), zero), graph.ite(isRefused, zero, word("a")))
        let goal = graph.conjunction([isAllowed, graph.ne(left, right), graph.not(isRefused)])
        #expect(graph.constantValue(of: goal) == nil)
        #expect(graph.settled(goal) == graph.bool(false))
    }

    @Test func productsAreCongruentCommutativeAndReplayed() {
        let graph = TermGraph()
        let word = { graph.variable($0, width: 32) }
        let (a, b, c, d) = (word("a"), word("b"), word("c"), word("d"))
        let crossed = [graph.eq(a, d), graph.eq(b, c), graph.ne(graph.mul(a, b), graph.mul(c, d))]
        guard case .unsatisfiable = graph.decide(crossed) else {
            Issue.record("multiplication must commute")
            return
        }
        // A model must be true with the exact product.
        let number = { graph.constant($0, width: 32) }
        let square = [graph.eq(graph.mul(a, a), number(9)), graph.eq(a, number(3))]
        guard case .satisfiable = graph.decide(square) else {
            Issue.record("3 times 3 is 9")
            return
        }
        // True of real products only: neither refuted nor a model.
        let small = graph.constant(100, width: 32)
        let odd = [graph.ult(a, small), graph.eq(graph.mul(a, a), graph.constant(10, width: 32))]
        guard case .undecided(.abstraction) = graph.decide(odd) else {
            Issue.record("10 is no square, but only exact products know")
            return
        }
    }

    @Test func limitsAndInterruptionEndAQuestion() {
        let graph = TermGraph()
        // Addition is associative: hard for the solver at this width without simplification's help.
        let plain = TermGraph(simplifies: false)
        let word = { plain.variable($0, width: 48) }
        let sums = [("a", "b", "c", "d"), ("d", "b", "c", "a")].map {
            plain.popcount(plain.add(plain.add(word($0), word($1)), plain.add(word($2), word($3))))
        }
        let hard = [plain.ne(sums[0], sums[1])]
        guard case .undecided(.conflictLimit(1)) = plain.decide(hard, limits: SolverLimits(conflicts: 1)) else {
            Issue.record("one conflict cannot suffice")
            return
        }
        guard case .undecided(.interrupted) = plain.decide(hard, limits: SolverLimits(isInterrupted: { true })) else {
            Issue.record("an interruption must end the question")
            return
        }
        guard case .undecided(.clauseLimit(10)) = plain.decide(hard, limits: SolverLimits(clauses: 10)) else {
            Issue.record("ten clauses cannot suffice")
            return
        }
        guard case .unsatisfiable(let refutation) = graph.decide([graph.bool(false)], wantsProof: true) else {
            Issue.record("false is unsatisfiable")
            return
        }
        #expect(refutation.proof == .emptyClauseOnly && refutation.formula.clauseCount == 1)
    }
}
