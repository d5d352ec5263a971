import ISALanguage

/// What the user asks of a check.
public struct CheckerOptions: Sendable {
    /// Values to take for granted: `--assume`.
    public var assumptions: [ComponentAssumption] = []
    /// Whether stopping the processor is a resource that a guest must not have for itself. (The third footnote.)
    public var processorIsResource = false
    /// The variants of which a monitor in the machine's own code is made: what Theorem 2 asks about. Nil: not known.
    public var monitorFootprint: [String]?
    /// Classes beyond what verdicts need: the table of `classify`.
    public var wantsClasses = true
    public var wantsSquares = true
    /// Conflicts that one query may cost before it is undecided.
    public var conflictLimit = 200_000
    /// A mistake planted in the monitor's programs; squares must refute it.
    public var fault: SeededFault?
    var weakening = Weakening()
    /// Off only in the test which shows that lemmas change no answer.
    var usesLemmas = true

    public init() {}

    /// What each correction of the naive condition is worth: tests switch one off and see the condition fail.
    struct Weakening: Hashable, Sendable {
        static let none = Weakening()
        var ignoresLostTraps = false
        var variesOneAtATime = false
        var policyOnBothSides = false
        var ignoresCellsOutside = false
    }
}

/// How far a check has come.
public struct CheckProgress: Sendable {
    public var done: Int
    public var total: Int
    /// The variant, or what else is being looked at.
    public var subject: String
}

/// Decides what can be known about one machine.
///
/// Not to be shared between threads. A check that is interrupted (`isInterrupted` gives true) reports what it knows,
/// and the rest as undecided.
public final class Checker {
    public let description: MachineDescription
    public let options: CheckerOptions
    let flow: MachineFlow
    let decider: Decider
    let conditions: ConditionChecker
    private let isInterrupted: () -> Bool
    /// Witnesses that have been made small, by question and property.
    private var witnesses: [WitnessedProperty: Witness] = [:]

    private struct WitnessedProperty: Hashable {
        var query: Query
        var property: String
    }

    public init(
        _ description: MachineDescription, options: CheckerOptions = CheckerOptions(),
        isInterrupted: @escaping () -> Bool = { false }
    ) {
        self.description = description
        self.options = options
        self.isInterrupted = isInterrupted
        flow = MachineFlow(description)
        var poser = QueryPoser(description, assumed: options.assumptions, fault: options.fault)
        poser.countsCellsOutside = !options.weakening.ignoresCellsOutside
        poser.usesLemmas = options.usesLemmas
        decider = Decider(
            poser, flow, limits: SolverLimits(conflicts: options.conflictLimit, isInterrupted: isInterrupted))
        var context = SettingContext(
            policy: Policy(defaultsOf: description), relocatesInAnyMode: false,
            policyOnBothSides: options.weakening.policyOnBothSides)
        for assumption in options.assumptions where description.state[assumption.component.index].role == .control {
            let component = description.state[assumption.component.index]
            guard assumption.mask == WordArithmetic.mask(component.width) else { continue }
            context.policy.handlings[assumption.component] = .own(assumption.value)
        }
        conditions = ConditionChecker(decider, flow, context)
        conditions.variesJointly = !options.weakening.variesOneAtATime
    }

    /// Runs the whole check.
    public func check(progress: (CheckProgress) -> Void = { _ in }) -> MachineReport {
        let total = description.instructions.count + 2
        var report = begun(total, progress)
        guard report.notApplicable == nil else {
            answerNotApplicable(&report)
            return report
        }
        for index in description.instructions.indices {
            progress(CheckProgress(done: index + 1, total: total, subject: description.instructions[index].name))
            let representative = decider.likeness.representatives[index]
            report.instructions.append(
                representative == index
                    ? instruction(index)
                    : report.instructions[representative].said(of: description.instructions[index], at: index))
        }
        progress(CheckProgress(done: total - 1, total: total, subject: "theorems"))
        finish(&report)
        progress(CheckProgress(done: total, total: total, subject: "done"))
        return report
    }

    /// What can be known of some variants, under the policy that is the best for all: a report without theorems,
    /// monitors and interrupts.
    public func look(
        at variants: Set<String>, progress: (CheckProgress) -> Void = { _ in }
    ) -> MachineReport {
        let indices = description.instructions.indices.filter { variants.contains(description.instructions[$0].name) }
        var report = begun(indices.count + 1, progress)
        guard report.notApplicable == nil else { return report }
        for (done, index) in indices.enumerated() {
            let name = description.instructions[index].name
            progress(CheckProgress(done: done + 1, total: indices.count + 1, subject: name))
            report.instructions.append(instruction(index))
        }
        report.mnemonics = mnemonics(report.instructions)
        report.guestPrograms = guestPrograms(indices, report.instructions)
        report.assumptions = assumptions(report)
        report.statistics = decider.statistics
        report.wasInterrupted = isInterrupted()
        return report
    }

    /// The hypotheses and the policy: what comes before any instruction.
    private func begun(_ total: Int, _ progress: (CheckProgress) -> Void) -> MachineReport {
        var report = outline()
        report.errors = roleErrors()
        report.notApplicable = hypothesisFailure()
        guard report.notApplicable == nil else { return report }
        let found = bestPolicy(total, progress)
        report.relocatesInAnyMode = conditions.context.relocatesInAnyMode
        report.policy = entries(found)
        report.errors += mirrorErrors()
        return report
    }

    /// Settles under what every further question is asked: whether relocation is active in every mode, and the best
    /// policy.
    func bestPolicy(_ total: Int, _ progress: (CheckProgress) -> Void) -> PolicySearch.Result {
        conditions.context.relocatesInAnyMode = relocatesInAnyMode()
        progress(CheckProgress(done: 0, total: total, subject: "policy"))
        return PolicySearch(
            conditions, processorIsResource: options.processorIsResource,
            fixed: Set(options.assumptions.map(\.component))
        ).search()
    }

    private func finish(_ report: inout MachineReport) {
        report.mnemonics = mnemonics(report.instructions)
        report.theorems = Condition.all.map { theorem($0, report.instructions) }
        if options.wantsSquares { report.interrupts = interrupts() }
        report.monitors = monitorVerdicts(report)
        report.timingSources = report.instructions.filter { $0.classes.timing == .yes }.map(\.name)
        report.remedies = remedies(report)
        report.guestPrograms = guestPrograms(Array(description.instructions.indices), report.instructions)
        report.errors += claimErrors(report.instructions)
        report.assumptions = assumptions(report)
        report.statistics = decider.statistics
        report.wasInterrupted = isInterrupted()
    }

    func condition(_ theorem: Theorem, _ reading: Reading, _ policy: PolicyChoice) -> Condition {
        Condition(
            theorem: theorem, reading: reading, policy: policy,
            countsLostTraps: !options.weakening.ignoresLostTraps)
    }

    private func outline() -> MachineReport {
        MachineReport(
            name: description.name, title: description.title, depth: description.depth, sources: description.sources,
            scope: description.scope, location: description.location, notApplicable: nil, errors: [], assumptions: [],
            policy: [], relocatesInAnyMode: false, instructions: [], mnemonics: [], interrupts: [], theorems: [],
            monitors: [], timingSources: [], remedies: [], guestPrograms: [], statistics: CheckStatistics(),
            wasInterrupted: false)
    }

    /// A witness as the report shows it, made small: once for each question, and for all instructions that are alike.
    func witness(_ query: Query, _ property: String, _ example: ConcreteCase) -> Witness {
        let key = WitnessedProperty(query: query.canonical(decider.likeness), property: property)
        if let known = witnesses[key] {
            guard case .instruction(let index) = query.subject else { return known }
            return known.said(of: description.instructions[index], at: index)
        }
        let replay = decider.replay(query)
        // What nearly every instruction shows, that it completes, is shown as it was found.
        let small = Decider.isLikely(query) ? example : Shrinker(replay: replay).shrink(example)
        let made = WitnessMaker(replay: replay, property: property).witness(small)
        witnesses[key] = made
        return made
    }
}
