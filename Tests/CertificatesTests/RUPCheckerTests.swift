import CCaDiCaL
import Certificates
import Testing

@Suite struct RUPCheckerTests {
    /// Limits that make the solver use every inprocessing technique on small formulas.
    private static let eager: [(String, Int32)] = [
        ("elimint", 20), ("probeint", 20), ("subsumeint", 20), ("reduceint", 20), ("rephaseint", 20),
        ("compactint", 20), ("compactmin", 1), ("vivifyonce", 0), ("ternary", 1), ("decompose", 1), ("flushint", 20),
        ("flush", 1), ("chrono", 2), ("chronoalways", 1), ("instantiate", 1),
    ]

    @Test(arguments: 0..<150)
    func acceptsTheSolversProofs(_ seed: Int) throws {
        let formula = Formulas.threeLiterals(
            seed: UInt64(seed), variables: 10 + seed % 70, ratio: seed % 3 == 0 ? 8 : 5.2)
        let answer = solverProof(of: formula, options: seed % 2 == 0 ? [] : Self.eager)
        guard answer.result == 20 else { return }
        try RUPChecker.check(try #require(answer.proof), refutes: formula)
    }

    @Test(arguments: 2..<7)
    func acceptsPigeons(_ holes: Int) throws {
        for options in [[], Self.eager] {
            let formula = Formulas.pigeons(holes)
            let answer = solverProof(of: formula, options: options)
            #expect(answer.result == 20)
            try RUPChecker.check(try #require(answer.proof), refutes: formula)
        }
    }

    @Test(arguments: 1..<9)
    func acceptsArithmetic(_ width: Int) throws {
        for options in [[], Self.eager] {
            let formula = Formulas.unequalSums(width)
            let answer = solverProof(of: formula, options: options)
            #expect(answer.result == 20)
            try RUPChecker.check(try #require(answer.proof), refutes: formula)
        }
    }

    /// However a proof is damaged, what the checker accepts is a refutation: a satisfiable formula never passes.
    @Test(arguments: 0..<60)
    func neverRefutesWhatHasAModel(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let variables = 6 + seed % 10
        let model = (1...variables).map { random.below(2) == 0 ? Int32($0) : -Int32($0) }
        var formula = CNF(variableCount: Int32(variables))
        for _ in 0..<variables * 6 {
            var clause = (0..<3).map { _ in model[random.below(variables)] * (random.below(2) == 0 ? 1 : -1) }
            if !clause.contains(where: model.contains) { clause[0] = -clause[0] }
            formula.append(clause)
        }
        let other = solverProof(of: Formulas.threeLiterals(seed: UInt64(seed), variables: variables, ratio: 9))
        for _ in 0..<40 {
            var proof = Proof()
            other.proof?.forEachStep { _, deletes, clause in
                let literals = clause.map { random.below(10) == 0 ? -$0 : $0 }
                if random.below(8) > 0 { proof.append(literals, isDeletion: deletes && random.below(2) == 0) }
                return true
            }
            proof.append([])
            #expect(throws: RUPChecker.Failure.self) { try RUPChecker.check(proof, refutes: formula) }
        }
    }

    @Test func namesEveryFlaw() {
        // Four clauses over two variables; 1 follows, and then the empty clause.
        var formula = CNF()
        for clause: [Int32] in [[1, 2], [1, -2], [-1, 2], [-1, -2]] { formula.append(clause) }
        func outcome(_ steps: [(deletes: Bool, clause: [Int32])], of formula: CNF) -> RUPChecker.Failure? {
            var proof = Proof()
            for step in steps { proof.append(step.clause, isDeletion: step.deletes) }
            do {
                try RUPChecker.check(proof, refutes: formula)
                return nil
            } catch { return error }
        }
        #expect(outcome([(false, [1]), (false, [])], of: formula) == nil)
        #expect(outcome([], of: formula) == .emptyProof)
        #expect(outcome([(false, [])], of: formula) == .doesNotFollow(step: 0, clause: []))
        #expect(outcome([(false, [1])], of: formula) == .noEmptyClause)
        #expect(outcome([(false, [3]), (false, [])], of: formula) == .unknownVariable(step: 0, literal: 3))
        #expect(outcome([(true, [1])], of: formula) == .deletesAbsentClause(step: 0, clause: [1]))
        #expect(
            outcome([(true, [2, 1]), (true, [1, 2])], of: formula) == .deletesAbsentClause(step: 1, clause: [1, 2]))
        #expect(
            outcome([(true, [1, 2]), (false, [1]), (false, [])], of: formula)
                == .doesNotFollow(step: 1, clause: [1]))
        #expect(
            outcome([(false, [1]), (false, []), (true, [1])], of: formula) == .stepsAfterEmptyClause(step: 2))
        var trivial = CNF()
        trivial.append([])
        #expect(outcome([(false, [])], of: trivial) == nil)
        #expect(outcome([], of: trivial) == .emptyProof)
        var units = CNF()
        units.append([1])
        units.append([-1])
        #expect(outcome([(false, [1]), (false, [])], of: units) == .superfluousSteps)
        #expect(outcome([(false, [])], of: units) == nil)
    }

    @Test func canBeInterrupted() {
        let formula = Formulas.pigeons(6)
        guard let proof = solverProof(of: formula).proof else {
            Issue.record("pigeons have a proof")
            return
        }
        #expect(throws: RUPChecker.Failure.interrupted(step: 1023)) {
            try RUPChecker.check(proof, refutes: formula) { true }
        }
    }

    @Test func solverNamesItsVersion() { #expect(!String(cString: trapline_cadical_version()).isEmpty) }
}
