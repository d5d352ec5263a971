import Certificates

extension TermGraph {
    /// The formula whose unsatisfiability says that the assertions, 1-bit terms, cannot all be true, and what its
    /// variables stand for. Nil when it would have more clauses than the limit.
    public func encode(_ assertions: [Term], clauseLimit: Int = 4_000_000) -> (formula: CNF, map: VariableMap)? {
        guard let blaster = blasted(conjunction(assertions), clauseLimit) else { return nil }
        return (blaster.circuit.formula, blaster.map)
    }

    private func blasted(_ goal: Term, _ clauseLimit: Int) -> BitBlaster? {
        var blaster = BitBlaster(self, clauseLimit: clauseLimit)
        blaster.require(goal)
        blaster.requireCongruence()
        return blaster.isOverLimit ? nil : blaster
    }

    /// Whether values exist that make all assertions, 1-bit terms, true at once.
    ///
    /// Products and quotients are uninterpreted in the formula that a refutation is about. A model is true with exact
    /// products and quotients: it makes every assertion true in its own evaluator.
    public func decide(
        _ assertions: [Term], limits: SolverLimits = SolverLimits(), wantsProof: Bool = false
    ) -> Decision {
        let goal = conjunction(assertions)
        if let value = constantValue(of: goal) { return value == 1 ? .satisfiable(Model()) : .unsatisfiable(.trivial) }
        guard let blaster = blasted(goal, limits.clauses) else { return .undecided(.clauseLimit(limits.clauses)) }
        var question = Question(graph: self, goal: goal, blaster: blaster, limits: limits, wantsProof: wantsProof)
        return question.decide()
    }
}

extension Refutation {
    /// The simplifier found the assertions contradictory: the formula is the empty clause.
    static var trivial: Refutation {
        var formula = CNF()
        formula.append([])
        return Refutation(formula: formula, map: VariableMap(), proof: .emptyClauseOnly)
    }
}

/// One question in progress.
private struct Question {
    let graph: TermGraph
    let goal: Term
    let blaster: BitBlaster
    let limits: SolverLimits
    let wantsProof: Bool

    mutating func decide() -> Decision {
        guard let solver = SatisfiabilitySolver(wantsProof: wantsProof, isInterrupted: limits.isInterrupted),
            solver.add(blaster.circuit.formula.literals)
        else { return .undecided(.outOfMemory) }
        for round in 0...max(0, limits.refinements) {
            if limits.isInterrupted() { return .undecided(.interrupted) }
            switch solver.solve(conflictLimit: limits.conflicts) {
            case .unsatisfiable: return round == 0 ? refuted(by: solver) : .undecided(.abstraction)
            case .unknown: return .undecided(.conflictLimit(limits.conflicts))
            case .interrupted: return .undecided(.interrupted)
            case .outOfMemory: return .undecided(.outOfMemory)
            case .satisfiable:
                let model = model(from: solver)
                var evaluator = model.evaluator(for: graph)
                if evaluator.value(of: goal) == 1 { return .satisfiable(model) }
                let corrections = corrections(from: solver)
                guard !corrections.isEmpty else { return .undecided(.abstraction) }
                guard solver.add(corrections) else { return .undecided(.outOfMemory) }
            }
        }
        return .undecided(.abstraction)
    }

    private func refuted(by solver: SatisfiabilitySolver) -> Decision {
        let formula = blaster.circuit.formula
        var refutation = Refutation(formula: formula, map: blaster.map, proof: nil)
        if wantsProof {
            // Where propagation alone refutes the formula, the checker wants the empty clause and nothing else.
            if let checker = try? RUPChecker(formula), checker.isRefuted {
                refutation.proof = .emptyClauseOnly
            } else if let proof = solver.takeProof() {
                refutation.proof = proof
            } else {
                return .undecided(.outOfMemory)
            }
        }
        return .unsatisfiable(refutation)
    }

    private func word(_ bits: [Int32], _ solver: SatisfiabilitySolver) -> UInt64 {
        var value: UInt64 = 0
        for (place, literal) in bits.enumerated() where solver.isTrue(literal) { value |= 1 << UInt64(place) }
        return value
    }

    private func model(from solver: SatisfiabilitySolver) -> Model {
        var model = Model()
        for input in blaster.inputs where !input.isApplication {
            model.variables[input.name] = word(input.bits, solver)
        }
        for application in blaster.applications {
            guard case .declared(let index) = application.key else { continue }
            model.applications.append(
                .init(
                    function: FunctionID(index: index), arguments: application.arguments.map { word($0, solver) },
                    result: word(application.result, solver)))
        }
        return model
    }

    /// Clauses that give wrong products and quotients of the present model their exact value for its arguments.
    private func corrections(from solver: SatisfiabilitySolver) -> [Int32] {
        var clauses: [Int32] = []
        for application in blaster.applications {
            guard case .abstracted(let operation, let width) = application.key else { continue }
            let arguments = application.arguments.map { word($0, solver) }
            let exact = operation.exact(arguments[0], arguments[1], width)
            let found = word(application.result, solver)
            guard exact != found else { continue }
            let others = zip(application.arguments, arguments).flatMap { bits, value in
                bits.enumerated().map { value >> UInt64($0.offset) & 1 == 1 ? -$0.element : $0.element }
            }
            if others.contains(Circuit.yes) { continue }
            let differing = others.filter { $0 != Circuit.no }
            for (place, bit) in application.result.enumerated() {
                clauses += differing + [exact >> UInt64(place) & 1 == 1 ? bit : -bit, 0]
            }
        }
        return clauses
    }
}

extension TermOperation {
    /// The exact value of an operation that the circuit abstracts.
    fileprivate func exact(_ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
        switch self {
        case .mul: (a &* b) & WordArithmetic.mask(width)
        case .umulHigh: WordArithmetic.umulHigh(a, b, width)
        case .smulHigh: WordArithmetic.smulHigh(a, b, width)
        case .udiv: WordArithmetic.udiv(a, b, width)
        case .urem: WordArithmetic.urem(a, b)
        case .sdiv: WordArithmetic.sdiv(a, b, width)
        default: WordArithmetic.srem(a, b, width)
        }
    }
}
