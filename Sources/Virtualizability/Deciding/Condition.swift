import ISALanguage

/// What one theorem asks of every instruction, in one reading, with or without a policy: all properties of at least
/// one alternative.
struct Condition: Hashable {
    var theorem: Theorem
    var reading: Reading
    var policy: PolicyChoice
    /// Off only in the test which shows that lost traps must count.
    var countsLostTraps = true

    static var all: [Condition] {
        Theorem.allCases.flatMap { theorem in
            Reading.allCases.flatMap { reading in
                PolicyChoice.allCases.map { Condition(theorem: theorem, reading: reading, policy: $0) }
            }
        }
    }

    /// What settles the question for every theorem, reading and policy at once: it never completes in user mode
    /// whatever the control state, or it is sensitive in no way at all.
    static let shortcuts: [Property] = [Property(.completes, .strict), Property(.sensitive, .open)]

    /// The condition itself: it never completes in user mode, or it is not sensitive.
    var exact: [[Property]] {
        let setting = setting
        var harmless = [Property(.control, setting), Property(.behaviour, setting)]
        // The paper has no notion of a lost trap.
        if reading == .extended, countsLostTraps { harmless.append(Property(.lostTrap, setting)) }
        return [[Property(.completes, completing)], harmless]
    }

    var alternatives: [[Property]] { Condition.shortcuts.map { [$0] } + exact }

    /// What the machine as a whole must have: the map puts the guest into user mode, and keeps it in its window.
    var machineAlternatives: [[Property]] {
        let setting = completing
        let both = [Property(.mapMode, setting), Property(.mapTranslation, setting)]
        if setting == .strict { return [both] }
        return [[Property(.mapMode, .strict), Property(.mapTranslation, .strict)], both]
    }

    private var setting: Setting {
        switch (theorem, reading, policy) {
        case (.third, .paper, _): .userPaper
        case (.third, .extended, .strict): .userStrict
        case (.third, .extended, .best): .userBest
        case (_, .paper, _): .paper
        case (_, .extended, .strict): .strict
        case (_, .extended, .best): .best
        }
    }

    private var completing: Setting {
        switch (reading, policy) {
        case (.paper, .strict): .paper
        case (.extended, .strict): .strict
        // A trap under the policy is a trap in either reading: the PDP-10's I/O under USER IN-OUT = 0.
        case (_, .best): .best
        }
    }
}

/// Answers what conditions ask, for one policy.
final class ConditionChecker {
    let decider: Decider
    let flow: MachineFlow
    var context: SettingContext {
        didSet { known = [:] }
    }
    /// Off only in the test which shows that components must vary jointly.
    var variesJointly = true {
        didSet { known = [:] }
    }
    /// Answers in this context, by what was asked: a whole query takes longer to put together and to look up.
    private var known: [Asked: Answer] = [:]

    private struct Asked: Hashable {
        var subject: Subject
        var property: Property
    }

    init(_ decider: Decider, _ flow: MachineFlow, _ context: SettingContext) {
        self.decider = decider
        self.flow = flow
        self.context = context
    }

    var description: MachineDescription { decider.description }

    func query(_ subject: Subject, _ property: Property) -> Query {
        var support: Set<StateID>?
        switch (subject, property.violation) {
        case (_, .interpreter), (_, .masked), (.interrupt, _): support = nil
        case (.instruction(let index), _): support = flow.support(of: index)
        case (.machine, _): support = flow.surroundings
        }
        var kind = context.kind(property.setting, support: support)
        if property.violation == .anyModeTranslation { kind.realIsUser = false }
        return Query(subject: subject, violation: property.violation, kind: kind)
    }

    func answer(_ subject: Subject, _ property: Property) -> Answer {
        let asked = Asked(subject: subject, property: property)
        if let answer = known[asked] { return answer }
        let answer = answer(asked)
        if case .undecided = answer { return answer }
        known[asked] = answer
        return answer
    }

    private func answer(_ asked: Asked) -> Answer {
        let query = query(asked.subject, asked.property)
        guard !variesJointly, query.violation == .behaviour || query.violation == .lostTrap else {
            return decider.answer(query)
        }
        for kind in singleVariations(of: query.kind) {
            var single = query
            single.kind = kind
            if case .none = decider.answer(single) { continue }
            return decider.answer(single)
        }
        return .none
    }

    func verdict(_ subject: Subject, _ property: Property) -> Verdict { answer(subject, property).verdict }

    /// One thing varied at a time: the window's place, the mode, each resource.
    private func singleVariations(of kind: RelationKind) -> [RelationKind] {
        var place = kind
        place.variesMode = false
        place.variedResources = []
        var mode = kind
        mode.variesLocation = false
        mode.variedResources = []
        let resources = description.components(.control).map { id in
            var single = kind
            single.variesLocation = false
            single.variesMode = false
            single.variedResources = [id]
            return single
        }
        return [place, mode] + resources
    }

    /// Whether an instruction meets a theorem's condition.
    func verdict(_ instruction: Int, _ condition: Condition) -> Verdict {
        let subject = Subject.instruction(instruction)
        if variesJointly, condition.countsLostTraps, !context.policyOnBothSides {
            for shortcut in shortcuts(for: instruction) where verdict(subject, shortcut) == .holds { return .holds }
        }
        var result = Verdict.refuted
        for alternative in condition.exact {
            // What an example shows that is known from another question needs no search.
            if variesJointly, alternative.contains(where: { quickly(subject, $0)?.isFound == true }) {
                continue
            }
            var all = Verdict.holds
            for property in alternative where all != .refuted { all = all.and(verdict(subject, property)) }
            result = result.or(all)
            if result == .holds { break }
        }
        return result
    }

    private func quickly(_ subject: Subject, _ property: Property) -> Answer? {
        known[Asked(subject: subject, property: property)] ?? decider.quickly(query(subject, property))
    }

    /// The likelier one first: an instruction that never completes in user mode has a trap that asks for the mode.
    private func shortcuts(for instruction: Int) -> [Property] {
        let asksForMode = !flow.instructions[instruction].traps.isDisjoint(with: flow.modes.results)
        return asksForMode ? Condition.shortcuts : Condition.shortcuts.reversed()
    }

    /// The first property that keeps an instruction from meeting a condition, with its counterexample.
    func offence(_ instruction: Int, _ condition: Condition) -> (property: Property, example: ConcreteCase?)? {
        guard verdict(instruction, condition) == .refuted, let harmless = condition.exact.last else { return nil }
        for property in harmless {
            if case .found(let example) = answer(.instruction(instruction), property) { return (property, example) }
        }
        return nil
    }
}
