import ISALanguage

/// What came of a query.
enum Answer {
    /// No pair of states shows the violation.
    case none
    /// This one does; the reference evaluator has confirmed it.
    case found(ConcreteCase)
    case undecided(String)

    var isFound: Bool {
        if case .found = self { true } else { false }
    }

    /// As the truth of the claim that the violation does not exist.
    var verdict: Verdict {
        switch self {
        case .none: .holds
        case .found: .refuted
        case .undecided(let reason): .undecided(reason)
        }
    }
}

/// Answers queries about one machine and remembers the answers.
final class Decider {
    let poser: QueryPoser
    private let parts: ConcreteMachine.Parts
    private(set) var limits: SolverLimits
    private(set) var statistics = CheckStatistics()
    private var answers: [Query: Answer] = [:]
    private let surroundings: Set<StateID>
    let likeness: Likeness
    /// Pairs of states that have shown something of a subject: often they show the next thing, too.
    private var examples: [Subject: [ConcreteCase]] = [:]
    /// What has been proved not to exist.
    private var absent: [Subject: [(violation: Violation, kind: RelationKind)]] = [:]

    init(_ poser: QueryPoser, _ flow: MachineFlow, limits: SolverLimits) {
        self.poser = poser
        surroundings = flow.surroundings
        self.limits = limits
        // Examples are for people, and are made small: what is free is zero from the start.
        self.limits.prefersZeros = true
        parts = ConcreteMachine.Parts(poser.description, Decoder(poser.description))
        likeness = Likeness(poser.description)
    }

    var description: MachineDescription { poser.description }

    /// What is like another instruction has that one's answer, and its example with its own name.
    func answer(_ asked: Query) -> Answer {
        let query = asked.canonical(likeness)
        return named(answer(canonical: query), for: asked)
    }

    private func named(_ answer: Answer, for query: Query) -> Answer {
        guard case .found(var example) = answer, case .instruction(let index) = query.subject else { return answer }
        example.given?.instruction = index
        return .found(example)
    }

    private func answer(canonical query: Query) -> Answer {
        if let known = answers[query] { return known }
        if limits.isInterrupted() { return .undecided(UndecidedReason.interrupted.description) }
        return self.answer(canonical: query, is: decide(query))
    }

    private func answer(canonical query: Query, is answer: Answer) -> Answer {
        statistics.queries += 1
        switch answer {
        case .none:
            statistics.proved += 1
            absent[query.subject, default: []].append((query.violation, query.kind))
        case .found(let example):
            statistics.witnessed += 1
            examples[query.subject, default: []].append(example)
        case .undecided: statistics.undecided += 1
        }
        answers[query] = answer
        return answer
    }

    /// The answer, if the query has been asked.
    func known(_ query: Query) -> Answer? { answers[query.canonical(likeness)].map { named($0, for: query) } }

    func replay(_ query: Query) -> Replay {
        Replay(
            parts, query: query, assumed: poser.assumed,
            countsCellsOutside: poser.countsCellsOutside, views: poser.views)
    }

    private func decide(_ query: Query) -> Answer {
        if isAbsent(query) { return .none }
        if let example = shown(query) { return .found(example) }
        var answer = Answer.undecided("not asked")
        for manner in manners(of: query) {
            if limits.isInterrupted() { return .undecided(UndecidedReason.interrupted.description) }
            answer = decide(poser.pose(query, manner), isFinal: manner != .lemma)
            guard case .undecided = answer else { return answer }
        }
        return answer
    }

    /// The answer to a question that a pair of states shows which is known from another one; nil if none does.
    func quickly(_ asked: Query) -> Answer? {
        let query = asked.canonical(likeness)
        if let known = answers[query] { return named(known, for: asked) }
        guard let example = shown(query) else { return nil }
        return named(answer(canonical: query, is: .found(example)), for: asked)
    }

    /// Only an instruction's replay looks at all that its query asks for.
    private func shown(_ query: Query) -> ConcreteCase? {
        guard case .instruction = query.subject, let known = examples[query.subject] else { return nil }
        let replay = replay(query)
        if let example = known.first(where: replay.confirms) { return example }
        let conforming = Conforming(replay: replay)
        return known.lazy.map(conforming.conformed).first(where: replay.confirms)
    }

    /// Whether the answer follows from others: nothing of the kind was found among more pairs of states, or none of
    /// the violations of which this one is made.
    private func isAbsent(_ query: Query) -> Bool {
        guard let absent = absent[query.subject] else { return false }
        func isAbsent(_ violation: Violation) -> Bool {
            absent.contains { $0.violation == violation && query.kind.isWithin($0.kind) }
        }
        if isAbsent(query.violation) { return true }
        switch query.violation {
        case .control, .behaviour, .lostTrap: return isAbsent(.sensitive)
        case .sensitive: return [.control, .behaviour, .lostTrap].allSatisfy(isAbsent)
        case .directUnmoved where isAbsent(.direct): return true
        // S2 completes in another state than the image of S1's: that is one of the three, on either side.
        case .direct, .directUnmoved:
            guard poser.countsCellsOutside else { return false }
            return isAbsent(.sensitive) || [.control, .behaviour, .lostTrap].allSatisfy(isAbsent)
        default: return false
        }
    }

    /// The manners in which a question is put, one after the other until there is an answer.
    func manners(of query: Query) -> [QueryPoser.Manner] {
        QueryPoser.Manner.allCases.filter { manner in
            guard poser.isPosed(query, manner) else { return false }
            guard manner == .lemma, let lemma = lemma(for: query) else { return true }
            if case .none = answer(lemma) { return true }
            return false
        }
    }

    /// The lemma for the pairs of states that a query is about; nil where none is needed. A policy's part in it is
    /// what translation and map touch.
    func lemma(for query: Query) -> Query? {
        guard case .lemma(let violation)? = poser.premise(of: query) else { return nil }
        var kind = query.kind
        kind.variedResources = nil
        if case .policy(let policy) = kind.control {
            kind.control = .policy(Policy(policy.handlings.filter { surroundings.contains($0.key) }))
        }
        return Query(subject: .machine, violation: violation, kind: kind)
    }

    /// - Parameter isFinal: a model decides, if it is confirmed.
    private func decide(_ posed: PosedQuery, isFinal: Bool) -> Answer {
        var wish: Term?
        if isFinal {
            wish = posed.symbols.graph.and(posed.isSmall(handyCells), posed.asksForCells(description))
        }
        switch posed.symbols.graph.decide(posed.assertions, wish: wish, limits: limits) {
        case .unsatisfiable(let refutation):
            if refutation.formula.clauseCount <= 1 { statistics.trivial += 1 }
            return .none
        case .undecided(let reason): return .undecided(reason.description)
        case .satisfiable where !isFinal || [.translation, .existence].contains(posed.query.violation):
            return .undecided("the lemma does not settle it")
        case .satisfiable(let model): return confirm(posed, model)
        }
    }

    /// What nearly every instruction does.
    static func isLikely(_ query: Query) -> Bool { query.violation == .completes || query.violation == .privilege }

    /// A model must be a counterexample in numbers, or nothing is decided.
    private func confirm(_ posed: PosedQuery, _ model: Model) -> Answer {
        let replay = replay(posed.query)
        let concrete = posed.concrete(model, description)
        if let concrete, concrete.real.cells.count <= Int(handyCells), replay.confirms(concrete) {
            return .found(concrete)
        }
        // A model may rest on what the circuit leaves open, a cell that does not exist for one; then another may not.
        for prefersZeros in [true, false] {
            if let small = smallExample(posed, replay, prefersZeros) { return .found(small) }
        }
        guard let concrete else {
            return .undecided("there is a model, but its storage is too large to replay it")
        }
        if replay.confirms(concrete) { return .found(concrete) }
        let reason = posed.isExact ? "" : ", perhaps because the encodings are too many to list"
        return .undecided("there is a model, but the reference evaluator does not confirm it\(reason)")
    }

    /// Storage of this size is quick to replay.
    private var handyCells: UInt64 {
        let least = description.storageID.map { description.state[$0.index].minimumCount } ?? 0
        return UInt64(max(least * 2, 64))
    }

    /// An example with as little storage as possible: small states are quick to replay and easy to read.
    private func smallExample(_ posed: PosedQuery, _ replay: Replay, _ prefersZeros: Bool) -> ConcreteCase? {
        guard let storage = description.storageID else { return nil }
        let least = UInt64(max(description.state[storage.index].minimumCount, 1))
        var limits = limits
        limits.prefersZeros = prefersZeros
        for cells in [least * 2, least * 16, 1 << 14] where cells <= 1 << 20 {
            let assertions = posed.assertions + [posed.isSmall(cells)]
            let wish = posed.asksForCells(description)
            if case .satisfiable(let model) = posed.symbols.graph.decide(assertions, wish: wish, limits: limits),
                let concrete = posed.concrete(model, description), replay.confirms(concrete)
            {
                return concrete
            }
        }
        return nil
    }
}
