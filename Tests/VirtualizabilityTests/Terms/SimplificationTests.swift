import Testing

@testable import Virtualizability

@Suite struct SimplificationTests {
    @Test(arguments: 0..<60)
    func simplifiedTermsMeanTheSame(_ seed: Int) {
        let widths = [[8, 3], [64, 32], [1, 2], [5, 16], [36, 18], [4, 4]][seed % 6]
        let recipe = RandomTerms(seed: UInt64(seed), widths: widths, allowsProducts: true)
        let (graph, plain) = (TermGraph(), TermGraph(simplifies: false))
        let (simple, raw) = (recipe.build(in: graph, steps: 300), recipe.build(in: plain, steps: 300))
        // A term whose simplified form has another width would shift the lists.
        #expect(simple.map(graph.width(of:)) == raw.map(plain.width(of:)))
        for round in 0..<25 {
            var left = recipe.evaluator(for: graph, round: UInt64(round))
            var right = recipe.evaluator(for: plain, round: UInt64(round))
            for (mine, other) in zip(simple, raw) {
                #expect(left.value(of: mine) == right.value(of: other), "seed \(seed), round \(round)")
            }
        }
    }

    /// Equalities that the checker's claims live on: each pair must be one term.
    @Test func equalLayoutsAreOneTerm() {
        let graph = TermGraph()
        let psw = graph.variable("psw", width: 16)
        let mode = graph.variable("mode", width: 1)
        let word = graph.variable("word", width: 16)
        let constant = { (value: UInt64) in graph.constant(value, width: 16) }
        let low = graph.extract(psw, high: 7, low: 0)
        let high = graph.extract(psw, high: 15, low: 8)
        #expect(graph.concat(high, low) == psw)
        #expect(graph.and(psw, constant(0x00ff)) == graph.zext(low, width: 16))
        #expect(graph.extract(graph.or(psw, constant(0xff00)), high: 7, low: 0) == low)
        #expect(graph.or(graph.and(psw, constant(0xff00)), graph.and(psw, constant(0x00ff))) == psw)
        #expect(graph.lshr(psw, constant(8)) == graph.zext(high, width: 16))
        #expect(graph.rotl(psw, constant(8)) == graph.concat(low, high))
        #expect(graph.add(graph.add(word, constant(1)), constant(2)) == graph.add(word, constant(3)))
        #expect(graph.sub(graph.add(word, psw), psw) == word)
        #expect(graph.ite(mode, graph.ite(mode, word, psw), psw) == graph.ite(mode, word, psw))
        #expect(graph.eq(graph.ite(mode, constant(1), constant(0)), constant(1)) == mode)
        #expect(graph.and(mode, graph.not(mode)) == graph.bool(false))
        #expect(graph.eq(graph.add(word, constant(1)), word) == graph.bool(false))
        let replaced = graph.concat(high, graph.constant(5, width: 8))
        #expect(graph.extract(graph.ite(mode, replaced, psw), high: 15, low: 8) == high)
    }

    /// The same claim, built after other terms, is the same circuit.
    @Test(arguments: 0..<20)
    func circuitDependsOnTheClaimAlone(_ seed: Int) throws {
        let recipe = RandomTerms(seed: UInt64(seed), widths: [8, 3], allowsProducts: true)
        let fresh = TermGraph()
        let used = TermGraph()
        for other in 0..<3 {
            let before = RandomTerms(seed: UInt64(1000 + other), widths: [8, 3], allowsProducts: true)
            _ = before.build(in: used, steps: 200)
        }
        let (a, b) = (recipe.build(in: fresh, steps: 120), recipe.build(in: used, steps: 120))
        let first = try #require(fresh.encode(a.filter { fresh.width(of: $0) == 1 }))
        let second = try #require(used.encode(b.filter { used.width(of: $0) == 1 }))
        #expect(first.formula.dimacs == second.formula.dimacs)
        #expect(first.map == second.map)
    }

    /// Long chains of choices with shared arms neither overflow the stack nor take exponential time.
    @Test func longChainsStayCheap() {
        let graph = TermGraph()
        var (left, right) = (graph.variable("a", width: 8), graph.variable("b", width: 8))
        for step in 0..<5000 {
            let condition = graph.variable("c\(step)", width: 1)
            (left, right) = (
                graph.ite(condition, graph.add(left, right), graph.xor(left, right)),
                graph.ite(condition, graph.xor(left, right), right)
            )
        }
        let equal = graph.eq(left, right)
        _ = graph.extract(left, high: 3, low: 0)
        _ = graph.evaluate(equal, ["a": 1, "b": 2])
        #expect(graph.encode([equal]) != nil)
        #expect(graph.encode([equal], clauseLimit: 1000) == nil)
    }
}
