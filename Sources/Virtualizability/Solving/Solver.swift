import Certificates

extension TermGraph {
    /// The formula whose unsatisfiability says that the assertions, 1-bit terms, cannot all be true, and what its
    /// variables stand for. Nil when it would have more clauses than the limit.
    public func encode(_ assertions: [Term], clauseLimit: Int = 4_000_000) -> (formula: CNF, map: VariableMap)? {
        encode(assertions, .functions, clauseLimit: clauseLimit)
    }

    /// The same of a formula that knows so much only.
    func encode(
        _ assertions: [Term], _ detail: Detail, clauseLimit: Int = 4_000_000
    ) -> (formula: CNF, map: VariableMap)? {
        let goal = conjunction(assertions)
        guard let blaster = blasted(detail == .truths ? goal : settled(goal), clauseLimit, detail) else { return nil }
        return (blaster.circuit.formula, blaster.map)
    }

    private func blasted(_ goal: Term, _ clauseLimit: Int, _ detail: Detail) -> BitBlaster? {
        var blaster = BitBlaster(self, clauseLimit: clauseLimit, detail: detail)
        blaster.require(goal)
        if detail == .functions { blaster.requireCongruence() }
        return blaster.isOverLimit ? nil : blaster
    }

    /// Whether values exist that make all assertions, 1-bit terms, true at once.
    ///
    /// Products and quotients are uninterpreted in the formula that a refutation is about. A model is true with exact
    /// products and quotients: it makes every assertion true in its own evaluator.
    ///
    /// Formulas that know little come first, for they are small. Where a proof is wanted it is one of the formula that
    /// `encode` gives for one detail; else the last one learns about functions only what its models get wrong.
    /// Where there is a model in which `wish` is true, too, it is such a one, unless that takes long to find out.
    public func decide(
        _ assertions: [Term], wish: Term? = nil, limits: SolverLimits = SolverLimits(), wantsProof: Bool = false
    ) -> Decision {
        let goal = conjunction(assertions)
        if let value = constantValue(of: goal) { return value == 1 ? .satisfiable(Model()) : .unsatisfiable(.trivial) }
        func question(_ detail: Detail, _ stated: Term) -> Question? {
            blasted(stated, limits.clauses, detail).map {
                Question(graph: self, goal: goal, blaster: $0, limits: limits, wantsProof: wantsProof)
            }
        }
        if let refutation = question(.truths, goal)?.refuted() { return .unsatisfiable(refutation) }
        let settled = settled(goal)
        if let value = constantValue(of: settled) { return value == 1 ? .satisfiable(Model()) : .unsatisfiable(.trivial) }
        if wantsProof, let refutation = question(.words, settled)?.refuted() { return .unsatisfiable(refutation) }
        guard var last = question(wantsProof ? .functions : .words, settled) else {
            return .undecided(.clauseLimit(limits.clauses))
        }
        return last.decide(knowsFunctions: wantsProof, wish: wish)
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
