import ISALanguage

/// A question in terms: what must be true together for the answer to be yes.
struct PosedQuery {
    let query: Query
    let symbols: Symbols
    let pair: StatePair
    /// The encoding that is executed; nil where no instruction is.
    var decoding: SymbolicDecoding?
    /// One-bit terms, in an order that depends on the question alone.
    var assertions: [Term]
    /// False where `assertions` may hold although the encoding is another instruction's.
    var isExact = true

    /// Asserts that all these hold, or that an access has left the window.
    mutating func append(widened conditions: [Term]) {
        guard !symbols.escapes.isEmpty else {
            assertions += conditions
            return
        }
        assertions.append(symbols.graph.disjunction([symbols.graph.conjunction(conditions)] + symbols.escapes))
    }
}

/// Turns questions about one machine into terms. Every question gets a graph of its own, so that its formula depends
/// on nothing else that was asked.
struct QueryPoser {
    /// In which words a question is put. All that a claim in one of them proves, holds; where an answer is yes, only
    /// the last is final.
    enum Manner: CaseIterable {
        /// About any translation that obeys the lemma, and widened.
        case lemma
        /// Widened: see `pose`.
        case widened
        case exact
    }

    let description: MachineDescription
    /// Nil where there is no lemma to be had: of the real translation, and of the guest's own.
    let placed: TranslationAbstraction?
    let existing: TranslationAbstraction?
    let catalogue: EncodingCatalogue
    let assumed: [ComponentAssumption]
    /// Off only in the test that shows why cells outside the window must count.
    var countsCellsOutside = true
    var usesLemmas = true
    /// What the monitor runs, with the fault that is planted in it in tests and demonstrations.
    let views: MonitorViews
    private let existingViews: MonitorViews?
    private let shadow: ShadowMap?
    private let variables: StateVariables

    init(_ description: MachineDescription, assumed: [ComponentAssumption] = [], fault: SeededFault? = nil) {
        self.description = description
        self.assumed = assumed
        placed = description.abstractingTranslation(.whole)
        existing = description.abstractingTranslation(.addresses)
        shadow = ShadowMap(description)
        variables = StateVariables(description)
        existingViews = existing.map { MonitorViews($0.machine, fault) }
        catalogue = EncodingCatalogue(description)
        views = MonitorViews(description, fault)
    }

    /// The query in terms.
    ///
    /// By default the question is widened: "or the real execution reads a cell outside the window". Nearly always
    /// there is no such read, and then both sides share every value that they load, which makes the proof short. A
    /// claim of the wider question is one of the narrower; where the wider one has an answer that the evaluator does
    /// not confirm, `.exact` poses the question as it stands.
    func pose(_ query: Query, _ manner: Manner = .widened) -> PosedQuery {
        let symbols = Symbols(TermGraph(copying: variables.graph))
        symbols.confines = manner != .exact && QueryPoser.isWidened(query.violation)
        symbols.boundsBare = query.violation == .interpreter
        var machine = SymbolicMachine(description: description, symbols: symbols)
        var pair = PairBuilder(machine: machine, kind: query.kind, assumed: assumed).build(of: variables)
        var views = views
        if manner == .lemma { views = rest(onLemmaFor: query, &machine, &pair) }
        var posed = PosedQuery(query: query, symbols: symbols, pair: pair, assertions: pair.assumptions)
        switch query.violation {
        case .interpreter, .masked:
            let square = SquareBuilder(
                machine: machine, pair: pair, kind: query.kind, views: views, catalogue: catalogue)
            square.pose(&posed)
        case .mapMode, .mapTranslation, .translation, .existence, .anyModeTranslation, .vectorInside, .bounds:
            MapQueries(machine: machine, pair: pair).pose(&posed)
        case .timing:
            poseTiming(&posed, machine)
        default:
            poseExecution(&posed, machine)
        }
        posed.assertions += symbols.facts
        if let shadow, manner != .lemma {
            posed.assertions += shadow.knowledge(pair, symbols, bothWays: !query.kind.realIsUser)
        }
        return posed
    }

    /// Puts machines of less known translation in the place of the file's; gives the monitor's programs for them.
    private func rest(
        onLemmaFor query: Query, _ machine: inout SymbolicMachine, _ pair: inout StatePair
    ) -> MonitorViews {
        if query.violation == .interpreter, let existing, let existingViews {
            machine = SymbolicMachine(description: existing.machine, symbols: machine.symbols)
            machine.symbols.excluded = existing.excluded
            return existingViews
        }
        if let placed {
            machine = SymbolicMachine(description: placed.machine, symbols: machine.symbols)
            pair.real.placement = Placement(
                placed.machine, allows: placed.allows, address: placed.address, components: placed.components,
                refusesMore: true, pair)
        } else if let shadow {
            pair.real.placement = Placement(
                description, allows: shadow.allows, address: shadow.address, components: shadow.components,
                refusesMore: query.kind.realIsUser, pair)
        }
        return views
    }

    /// What the lemma's manner of a question rests on.
    enum Premise {
        /// That this does not happen, which is proved first.
        case lemma(Violation)
        /// What the monitor sees to.
        case shadowTables
    }

    /// Nil where a question cannot be put so.
    func premise(of query: Query) -> Premise? {
        guard usesLemmas else { return nil }
        switch query.violation {
        case .control, .behaviour, .lostTrap, .sensitive, .direct, .directUnmoved:
            if placed != nil { return .lemma(.translation) }
            return shadow != nil && query.kind.variesLocation ? .shadowTables : nil
        case .interpreter: return existing == nil ? nil : .lemma(.existence)
        default: return nil
        }
    }

    /// Whether a question can be put in a manner, its premise taken to hold.
    func isPosed(_ query: Query, _ manner: Manner) -> Bool {
        switch manner {
        case .lemma: premise(of: query) != nil
        case .widened: true
        case .exact: QueryPoser.isWidened(query.violation)
        }
    }

    /// The violations in whose query reads outside the window may be counted.
    static func isWidened(_ violation: Violation) -> Bool {
        switch violation {
        case .control, .behaviour, .lostTrap, .sensitive, .direct, .directRereading, .directUnmoved, .interpreter: true
        default: false
        }
    }

    /// Both states execute the same encoding.
    private func poseExecution(_ posed: inout PosedQuery, _ machine: SymbolicMachine) {
        guard case .instruction(let index) = posed.query.subject else { return }
        let decoding = catalogue.decoding(of: index, in: posed.symbols)
        let execution = PairedExecution(
            machine: machine, kind: posed.query.kind, pair: posed.pair,
            virtual: machine.step(index, decoding, on: posed.pair.virtual),
            real: machine.step(index, decoding, on: posed.pair.real), countsCellsOutside: countsCellsOutside)
        posed.decoding = decoding
        posed.isExact = decoding.isExact
        posed.assertions += [execution.virtual.holdsInstruction, execution.real.holdsInstruction]
        posed.append(widened: execution.assertions(posed.query.violation))
    }

    /// The same state twice but for the clocks.
    private func poseTiming(_ posed: inout PosedQuery, _ machine: SymbolicMachine) {
        guard case .instruction(let index) = posed.query.subject else { return }
        let decoding = catalogue.decoding(of: index, in: posed.symbols)
        var other = posed.pair.virtual
        for id in description.components(.time) where other.arrays[id.index] == nil {
            let component = description.state[id.index]
            other[id] = posed.symbols.graph.variable("other.\(component.name)", width: component.width)
        }
        posed.decoding = decoding
        posed.isExact = decoding.isExact
        let first = machine.step(index, decoding, on: posed.pair.virtual)
        let second = machine.step(index, decoding, on: other)
        let comparison = StateComparison(machine: machine, kind: posed.query.kind)
        posed.assertions += [
            first.holdsInstruction, second.holdsInstruction,
            comparison.outcomesDiffer(first.outcome, second.outcome),
        ]
    }
}
