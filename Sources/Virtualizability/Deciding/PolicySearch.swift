import ISALanguage

/// Looks for the handlings under which the fewest instructions offend.
///
/// Candidates come from the offending instructions' own read and write sets, one component at a time and then in
/// pairs; what helps one instruction is combined greedily, and each step is kept only if no instruction that the
/// component concerns is lost by it. So the work grows with the number of offenders, not with the number of policies.
struct PolicySearch {
    struct Result {
        var policy: Policy
        /// For each component that the search settled, the variants that need it.
        var chosenFor: [StateID: [Int]] = [:]
    }

    private struct Choice: Hashable {
        var component: StateID
        var handling: Handling
    }

    let checker: ConditionChecker
    /// Whether the processor's stopping is a resource that a guest must not have for itself.
    let processorIsResource: Bool
    /// Components whose handling the user has fixed.
    let fixed: Set<StateID>
    private let condition = Condition(theorem: .first, reading: .extended, policy: .best)

    init(_ checker: ConditionChecker, processorIsResource: Bool, fixed: Set<StateID>) {
        self.checker = checker
        self.processorIsResource = processorIsResource
        self.fixed = fixed
    }

    private var description: MachineDescription { checker.description }
    private var flow: MachineFlow { checker.flow }

    /// Leaves the checker's context with the policy that was found.
    func search() -> Result {
        var result = Result(policy: checker.context.policy)
        // What is like another variant is helped by what helps that one.
        var offenders = description.instructions.indices.filter(checker.decider.likeness.isRepresentative)
            .filter(offends)
        var rounds = 0
        while !offenders.isEmpty, rounds < 64 {
            rounds += 1
            guard let step = bestStep(for: offenders) else { break }
            for choice in step.choices {
                checker.context.policy.handlings[choice.component] = choice.handling
                result.chosenFor[choice.component, default: []].append(contentsOf: step.helps)
            }
            offenders.removeAll(where: Set(step.helps).contains)
        }
        result.policy = checker.context.policy
        return result
    }

    private func offends(_ instruction: Int) -> Bool { checker.verdict(instruction, condition) == .refuted }

    /// The choices that help most instructions and harm none.
    private func bestStep(for offenders: [Int]) -> (choices: [Choice], helps: [Int])? {
        var helped: [[Choice]: [Int]] = [:]
        var order: [[Choice]] = []
        for offender in offenders {
            for choices in candidates(for: offender) where tries(choices, offender) {
                if helped[choices] == nil { order.append(choices) }
                helped[choices, default: []].append(offender)
            }
        }
        let ranked = order.sorted { a, b in
            let (left, right) = (helped[a]?.count ?? 0, helped[b]?.count ?? 0)
            return left != right ? left > right : a.count < b.count
        }
        for choices in ranked where isAdmissible(choices) && harmsNone(choices) {
            return (choices, helped[choices] ?? [])
        }
        return nil
    }

    private func candidates(for instruction: Int) -> [[Choice]] {
        let single = flow.support(of: instruction).sorted().flatMap(choices)
        let alone = single.filter { tries([$0], instruction) }
        if !alone.isEmpty { return alone.map { [$0] } }
        var pairs: [[Choice]] = []
        for (index, first) in single.enumerated() {
            for second in single[(index + 1)...] where second.component != first.component && pairs.count < 256 {
                pairs.append([first, second])
            }
        }
        return pairs
    }

    /// The ways in which one component could be handled instead.
    private func choices(_ id: StateID) -> [Choice] {
        let component = description.state[id.index]
        guard component.role == .control, !fixed.contains(id) else { return [] }
        var handlings: [Handling] = []
        if component.isPolicy { handlings += values(component).map { .own($0) } }
        if component.declaredHandling == nil, !component.isPolicy { handlings.append(.mirror) }
        let present = checker.context.policy.handlings[id]
        return handlings.filter { $0 != present }.map { Choice(component: id, handling: $0) }
    }

    /// All values of a few bits; of many bits, each field's all zeros and all ones.
    private func values(_ component: StateComponent) -> [UInt64] {
        if component.width <= 4 { return Array(0...WordArithmetic.mask(component.width)) }
        var values: Set<UInt64> = [0, WordArithmetic.mask(component.width), component.initialValue]
        let bits = component.subFields.map { WordArithmetic.mask($0.high - $0.low + 1) << UInt64($0.low) }
        for bit in bits {
            for base in values.sorted().prefix(32) { values.formUnion([base | bit, base & ~bit]) }
        }
        return values.sorted().prefix(64).map { $0 }
    }

    private func tries(_ choices: [Choice], _ instruction: Int) -> Bool {
        with(choices) { checker.verdict(instruction, condition) == .holds }
    }

    private func with<T>(_ choices: [Choice], _ body: () -> T) -> T {
        let before = checker.context.policy
        defer { checker.context.policy = before }
        for choice in choices { checker.context.policy.handlings[choice.component] = choice.handling }
        return body()
    }

    /// No instruction that meets the condition now ceases to.
    private func harmsNone(_ choices: [Choice]) -> Bool {
        let components = Set(choices.map(\.component))
        return description.instructions.indices.allSatisfy { index in
            guard !flow.support(of: index).isDisjoint(with: components), !offends(index) else { return true }
            return tries(choices, index)
        }
    }

    private func isAdmissible(_ choices: [Choice]) -> Bool {
        choices.allSatisfy { choice in
            guard choice.handling == .mirror else { return true }
            let mirrors = MirrorAdmission(checker: checker, processorIsResource: processorIsResource)
            return mirrors.refusal(choice.component) == nil
        }
    }
}

/// Whether the guest's own value of a component may be loaded into the real machine: no value of it may let user
/// mode mask the monitor's interrupts, change what decides the mode, or touch a device. What a value does to the window
/// the claims about the map say; and an instruction that a value keeps from trapping is either harmless then (floating
/// point, where the guest has switched it on) or offends and is named.
struct MirrorAdmission {
    let checker: ConditionChecker
    let processorIsResource: Bool

    private var description: MachineDescription { checker.description }
    private var flow: MachineFlow { checker.flow }

    /// Why it may not be mirrored; nil if it may.
    func refusal(_ id: StateID) -> String? {
        let name = description.state[id.index].name
        if flow.modes.results.contains(id) || flow.supervisor.results.contains(id) {
            return "'\(name)' decides the mode"
        }
        for (line, fed) in zip(description.interrupts, flow.acceptance)
        where fed.enabled.contains(id) || fed.pending.contains(id) {
            return "'\(name)' decides whether '\(line.name)' is accepted"
        }
        if flow.deviceComponents.contains(id) { return "'\(name)' is a device's" }
        if processorIsResource, flow.stopping.contains(id) { return "'\(name)' stops the processor" }
        if description.state.contains(where: { $0.expires == id }) { return "a clock sets '\(name)'" }
        return nil
    }
}
