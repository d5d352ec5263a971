import ISALanguage

// The theorems speak about conventional third generation machines: two modes, a trap mechanism, protected storage.
// Without these nothing can be sensitive in the paper's terms, and a theorem would hold for no reason.

extension Checker {
    /// Why the theorems say nothing about this machine; nil if they do.
    func hypothesisFailure() -> String? {
        if description.userMode == nil { return "the machine has no user mode" }
        if description.supervisorMode == nil { return "the machine has no supervisor mode" }
        if description.components(.mode).isEmpty { return "no component of the machine is a mode" }
        if description.traps.isEmpty || description.delivery == nil { return "the machine has no trap mechanism" }
        if description.undefinedTrap == nil {
            return "the file does not say that encodings it leaves undescribed trap"
        }
        if description.components(.relocation).isEmpty { return "storage is not relocated: no component is relocation" }
        if description.map == nil, !description.mapIsShadow {
            return "the file gives no map, so the monitor cannot place a guest in storage"
        }
        return protectionFailure()
    }

    /// Protection is proved, not declared: some user access is refused for its place.
    private func protectionFailure() -> String? {
        guard !description.mapIsShadow else { return nil }
        let query = Query(
            subject: .machine, violation: .bounds, kind: conditions.context.kind(.strict, support: flow.surroundings))
        switch decider.answer(query) {
        case .found: return nil
        case .none: return "storage is not protected: no access of user mode is ever refused for its place"
        case .undecided: return nil
        }
    }

    /// Whether translation is the same in every mode, but for the window's place.
    func relocatesInAnyMode() -> Bool {
        if let shadow = ShadowMap(description) { return shadow.isSameInEveryMode }
        return conditions.verdict(.machine, Property(.anyModeTranslation, .strict)) == .holds
    }

    func roleErrors() -> [ReportedError] {
        RoleChecker(description: description, flow: flow).check().map {
            ReportedError(
                kind: .role, cause: $0.cause, remedy: $0.remedy, location: $0.location, contradiction: nil,
                witness: nil)
        }
    }

    func answerNotApplicable(_ report: inout MachineReport) {
        let reason = report.notApplicable ?? ""
        report.theorems = Condition.all.map {
            TheoremVerdict(
                theorem: $0.theorem, reading: $0.reading, policy: $0.policy, verdict: .notApplicable(reason),
                offenders: [], undecided: [], notes: [])
        }
        report.monitors = MonitorVerdict.Monitor.allCases.map { monitor in
            let always = monitor == .bare || monitor == .interpret
            return MonitorVerdict(
                monitor: monitor, verdict: always ? .holds : .notApplicable(reason), conditions: [],
                reason: always ? "admissible on every machine" : reason)
        }
        report.assumptions = assumptions(report)
    }

    func assumptions(_ report: MachineReport) -> [Assumption] {
        var found = description.exemptions.map {
            Assumption(kind: .exemption, text: "\(description.state[$0.component.index].name): \($0.reason)")
        }
        found += options.assumptions.map { Assumption(kind: .given, text: $0.text) }
        found += report.policy.map {
            Assumption(kind: .policy, text: "\($0.component) \($0.handling.text)")
        }
        found += description.functions.filter { !$0.isOfStatement }.map {
            Assumption(kind: .uninterpreted, text: "of \($0.name) only its arguments and its width are known")
        }
        let results = description.functions.count(where: \.isOfStatement)
        if results > 0 {
            found.append(
                Assumption(
                    kind: .uninterpreted,
                    text: "of \(results) results of 'abstract' statements only what they depend on is known"))
        }
        let listed = description.instructions.count(where: \.isListed)
        if listed > 0 {
            found.append(
                Assumption(
                    kind: .scope,
                    text: "\(listed) variants are listed: what they read and write is as the file says, and what"
                        + " encodes them encodes nothing else"))
        }
        if !options.processorIsResource, !flow.stopping.isEmpty {
            found.append(
                Assumption(
                    kind: .scope, text: "a guest that stops the processor stops itself only: one guest a machine"))
        }
        return found
    }

    func entries(_ found: PolicySearch.Result) -> [PolicyEntry] {
        description.components(.control).map { id in
            let component = description.state[id.index]
            let served = found.chosenFor[id] ?? []
            let origin: PolicyEntry.Origin =
                found.chosenFor[id] != nil ? .searched : component.declaredHandling != nil ? .declared : .usual
            return PolicyEntry(
                component: component.name, handling: found.policy.handlings[id] ?? .ownAny, origin: origin,
                servesVariants: Array(Set(served)).sorted().map { description.instructions[$0].name })
        }
    }
}
