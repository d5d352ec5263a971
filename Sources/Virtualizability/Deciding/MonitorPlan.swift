import ISALanguage

/// What a monitor has to know of a machine before it runs a guest. It is a part of the verdict, found without the
/// classes, witnesses and interpreter squares of a whole check, and with fewer conflicts for each question; what is
/// not decided by then counts as wrong to run directly, which costs time and is safe.
public struct MonitorPlan: Sendable {
    /// How an instruction may be run by a monitor that does not interpret it.
    public enum DirectExecution: Hashable, Sendable {
        case right
        /// Right if the monitor reads R again at each trap, and the guest's R is not cut.
        case rightIfReread
        /// Right if the guest's cells lie at the beginning of storage.
        case rightIfUnmoved
        case wrong
        /// Not decided, and why.
        case unknown(String)

        /// It is known that it must not run directly, unless an exception's condition is met.
        public var isRefuted: Bool {
            switch self {
            case .right, .unknown: false
            case .rightIfReread, .rightIfUnmoved, .wrong: true
            }
        }
    }

    /// Why the theorems say nothing about this machine; nil if they do.
    public var notApplicable: String?
    /// Mistakes in the file by which nothing can be planned.
    public var errors: [ReportedError] = []
    /// How each control component is handled, under the best policy.
    public var handlings: [StateID: Handling] = [:]
    /// By index into the description's instructions.
    public var direct: [DirectExecution] = []
    /// The same where the guest believes to be in user mode: for the hybrid monitor.
    public var directInUserMode: [DirectExecution] = []
    /// The map puts the guest into user mode and keeps it in its window, and every real interrupt reaches the monitor.
    public var surroundings = Verdict.holds
    /// A guest may lie at the beginning of storage: the real trap vector is not in its window.
    public var mayBeUnmoved = false
    public var wasInterrupted = false

    /// The instructions that must not run directly, as indices, for a monitor that does or does not do what the
    /// paper's exceptions ask of it.
    public func critical(rereads: Bool, isUnmoved: Bool, inUserMode: Bool = false) -> Set<Int> {
        let all = inUserMode ? directInUserMode : direct
        return Set(all.indices.filter { index in
            switch all[index] {
            case .right: false
            case .rightIfReread: !rereads
            case .rightIfUnmoved: !isUnmoved
            case .wrong, .unknown: true
            }
        })
    }
}

extension Checker {
    /// Finds the best policy and what may run directly under it.
    public func monitorPlan(progress: (CheckProgress) -> Void = { _ in }) -> MonitorPlan {
        var plan = MonitorPlan()
        plan.errors = roleErrors()
        plan.notApplicable = hypothesisFailure()
        guard plan.notApplicable == nil, plan.errors.isEmpty else { return plan }
        let total = description.instructions.count + 1
        plan.handlings = bestPolicy(total, progress).policy.handlings
        plan.errors = mirrorErrors()
        guard plan.errors.isEmpty else { return plan }
        for index in description.instructions.indices {
            progress(CheckProgress(done: index + 1, total: total, subject: description.instructions[index].name))
            let direct = directExecution(index, .direct, .best)
            plan.direct.append(direct)
            // What is right from every mode is right from user mode.
            plan.directInUserMode.append(
                direct == .right ? direct : directExecution(index, .direct, .userBest, otherwise: direct))
        }
        plan.surroundings = surroundings()
        if plan.direct.contains(.rightIfUnmoved) {
            plan.mayBeUnmoved = conditions.verdict(.machine, Property(.vectorInside, .best)) == .holds
        }
        plan.wasInterrupted = decider.limits.isInterrupted()
        return plan
    }

    private func directExecution(
        _ index: Int, _ violation: Violation, _ setting: Setting, otherwise: MonitorPlan.DirectExecution? = nil
    ) -> MonitorPlan.DirectExecution {
        let subject = Subject.instruction(index)
        let theorem: Theorem = setting == .best ? .first : .third
        if conditions.verdict(index, condition(theorem, .extended, .best)) == .holds { return .right }
        switch conditions.verdict(subject, Property(violation, setting)) {
        case .holds: return .right
        case .undecided(let reason), .notApplicable(let reason): return otherwise ?? .unknown(reason)
        case .refuted: break
        }
        if let otherwise { return otherwise == .rightIfReread || otherwise == .rightIfUnmoved ? otherwise : .wrong }
        if conditions.verdict(subject, Property(.directRereading, setting)) == .holds { return .rightIfReread }
        if conditions.verdict(subject, Property(.directUnmoved, setting)) == .holds { return .rightIfUnmoved }
        return .wrong
    }

    private func surroundings() -> Verdict {
        var verdict = conditions.verdict(.machine, Property(.mapMode, .best))
            .and(conditions.verdict(.machine, Property(.mapTranslation, .best)))
        for line in description.interrupts.indices {
            verdict = verdict.and(conditions.verdict(.interrupt(line), Property(.masked, .best)))
        }
        return verdict
    }

    /// A component that the file declares mirrored is loaded into the real machine as the guest has it: that must be
    /// harmless there as it must be for one that the policy search mirrors. Where it is not, the theorems' condition
    /// says nothing.
    func mirrorErrors() -> [ReportedError] {
        let admission = MirrorAdmission(checker: conditions, processorIsResource: options.processorIsResource)
        return description.components(.control).compactMap { id in
            let component = description.state[id.index]
            guard component.declaredHandling == .mirror, let why = admission.refusal(id) else { return nil }
            return ReportedError(
                kind: .role, cause: "'\(component.name)' is declared 'handled mirror', but \(why)",
                remedy: "Let the monitor keep it ('handled own'), or run the guest with --monitor interpret.",
                location: component.location, contradiction: nil, witness: nil)
        }
    }
}
