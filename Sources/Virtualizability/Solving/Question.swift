import Certificates

/// One question in progress.
struct Question {
    let graph: TermGraph
    let goal: Term
    var blaster: BitBlaster
    let limits: SolverLimits
    let wantsProof: Bool

    /// A refutation, if the formula as it stands has no model.
    func refuted() -> Refutation? {
        guard !limits.isInterrupted(),
            let solver = SatisfiabilitySolver(wantsProof: wantsProof, isInterrupted: limits.isInterrupted),
            solver.add(blaster.circuit.formula.literals[...]), solver.solve(conflictLimit: limits.conflicts) == .unsatisfiable,
            case .unsatisfiable(let refutation) = refuted(by: solver)
        else { return nil }
        return refutation
    }

    /// Decides the formula as it stands, and again with more about functions wherever a model is wrong about them.
    mutating func decide(knowsFunctions: Bool, wish: Term? = nil) -> Decision {
        guard
            let solver = SatisfiabilitySolver(
                wantsProof: wantsProof, prefersZeros: limits.prefersZeros, isInterrupted: limits.isInterrupted)
        else { return .undecided(.outOfMemory) }
        var knowsFunctions = knowsFunctions
        var added = 0
        var lessons = 0
        var corrected = 0
        var wish = wish.map { blaster.literal(of: $0) }
        while true {
            if limits.isInterrupted() { return .undecided(.interrupted) }
            if blaster.isOverLimit { return .undecided(.clauseLimit(limits.clauses)) }
            guard solver.add(blaster.circuit.formula.literals[added...]) else { return .undecided(.outOfMemory) }
            added = blaster.circuit.formula.literals.count
            let answer = solver.solve(
                conflictLimit: wish == nil ? limits.conflicts : min(limits.conflicts, Question.wishLimit),
                supposing: wish)
            if wish != nil, answer != .satisfiable {
                wish = nil
                continue
            }
            switch answer {
            case .unsatisfiable: return corrected == 0 ? refuted(by: solver) : .undecided(.abstraction)
            case .unknown: return .undecided(.conflictLimit(limits.conflicts))
            case .interrupted: return .undecided(.interrupted)
            case .outOfMemory: return .undecided(.outOfMemory)
            case .satisfiable: break
            }
            let values = values(from: solver)
            let model = model(values)
            var evaluator = model.evaluator(for: graph)
            if evaluator.value(of: goal) == 1 { return .satisfiable(model) }
            if !knowsFunctions {
                // Nearly always a handful of pairs is enough, of hundreds.
                lessons += 1
                let disagreeing = lessons > Question.lessonLimit ? [] : disagreeing(values)
                for pair in disagreeing { blaster.requireCongruence(pair.0, pair.1) }
                guard disagreeing.isEmpty else { continue }
                blaster.requireCongruence()
                knowsFunctions = true
                continue
            }
            corrected += 1
            let corrections = corrections(values)
            guard corrected <= limits.refinements, !corrections.isEmpty else { return .undecided(.abstraction) }
            guard solver.add(corrections[...]) else { return .undecided(.outOfMemory) }
        }
    }

    /// Conflicts that a wish may cost.
    private static let wishLimit = 200

    /// How often a model is shown what is wrong with it before everything about functions is said.
    private static let lessonLimit = 12

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

    // MARK: Models

    /// What the solver gives the words of the formula.
    private struct Values {
        var variables: [String: UInt64] = [:]
        /// By number of the application.
        var results: [UInt64] = []
        var arguments: [[UInt64]] = []
    }

    private func word(_ bits: [Int32], _ solver: SatisfiabilitySolver) -> UInt64 {
        var value: UInt64 = 0
        for (place, literal) in bits.enumerated() where solver.isTrue(literal) { value |= 1 << UInt64(place) }
        return value
    }

    /// Arguments that the formula leaves out have the values that its variables give them.
    private func values(from solver: SatisfiabilitySolver) -> Values {
        var values = Values()
        for input in blaster.inputs where !input.isApplication {
            values.variables[input.name] = word(input.bits, solver)
        }
        let variables = values.variables
        var evaluator = Evaluator(graph, variable: { name, _ in variables[name] ?? 0 })
        for application in blaster.applications {
            values.results.append(word(application.result, solver))
            evaluator.suppose(application.term, is: values.results[values.results.count - 1])
        }
        for application in blaster.applications {
            if let arguments = application.arguments {
                values.arguments.append(arguments.map { word($0, solver) })
            } else {
                let operands = graph.operands(of: graph.node(application.term))
                values.arguments.append(operands.map { evaluator.value(of: $0) })
            }
        }
        return values
    }

    private func model(_ values: Values) -> Model {
        var model = Model()
        model.variables = values.variables
        for (number, application) in blaster.applications.enumerated() {
            guard case .declared(let index) = application.key else { continue }
            model.applications.append(
                .init(
                    function: FunctionID(index: index), arguments: values.arguments[number],
                    result: values.results[number]))
        }
        return model
    }

    /// Applications with the same arguments and different results.
    private func disagreeing(_ values: Values) -> [(Int, Int)] {
        struct Point: Hashable {
            var key: BitBlaster.Key
            var arguments: [UInt64]
        }
        var first: [Point: Int] = [:]
        var found: [(Int, Int)] = []
        for (number, application) in blaster.applications.enumerated() {
            let point = Point(key: application.key, arguments: values.arguments[number])
            guard let earlier = first[point] else {
                first[point] = number
                continue
            }
            if values.results[earlier] != values.results[number] { found.append((earlier, number)) }
        }
        return found
    }

    /// Clauses that give wrong products and quotients of a model their exact value for its arguments.
    private func corrections(_ values: Values) -> [Int32] {
        var clauses: [Int32] = []
        for (number, application) in blaster.applications.enumerated() {
            guard case .abstracted(let operation, let width) = application.key, let bits = application.arguments else {
                continue
            }
            let arguments = values.arguments[number]
            let exact = operation.exact(arguments[0], arguments[1], width)
            guard exact != values.results[number] else { continue }
            let others = zip(bits, arguments).flatMap { bits, value in
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
