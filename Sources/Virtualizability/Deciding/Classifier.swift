import ISALanguage

/// Derives the classes of one instruction.
struct Classifier {
    let checker: ConditionChecker

    private var description: MachineDescription { checker.description }
    private var decider: Decider { checker.decider }

    /// In what ways it is sensitive, of an instruction that is: the classes without privilege, user mode and clocks.
    func sensitivity(of index: Int) -> Classes {
        var collector = Collector(index: index, checker: checker)
        var classes = Classes()
        sensitivity(&classes, &collector)
        return classes
    }

    private func sensitivity(_ classes: inout Classes, _ collector: inout Collector) {
        classes.control = collector.member("control/columns", .control, columns(of: collector.index))
        behaviour(&classes, &collector)
        classes.trap = collector.member(Property(.lostTrap, .best))
    }

    /// The classes, and for each violation that was asked for its answer by name.
    func classes(of index: Int) -> (classes: Classes, evidence: [(property: String, query: Query, answer: Answer)]) {
        var collector = Collector(index: index, checker: checker)
        var classes = Classes()
        privilege(&classes, &collector)
        if !isHarmless(&collector, classes) {
            sensitivity(&classes, &collector)
            user(&classes, &collector)
        }
        if readsTime(index) {
            classes.timing = collector.member(Property(.timing, .open))
        }
        return (classes, collector.evidence)
    }

    /// Whether it traps in user mode whatever the control state, and completes in supervisor mode.
    func strictPrivilege(of index: Int) -> Membership {
        var collector = Collector(index: index, checker: checker)
        return isPrivileged(.strict, &collector)
    }

    /// Sensitive in no way at all. Where S2 is in user mode, that says nothing of an instruction that traps there: the
    /// columns compare it in supervisor mode too.
    private func isHarmless(_ collector: inout Collector, _ classes: Classes) -> Bool {
        guard case .none = collector.ask(Property(.sensitive, .open)) else { return false }
        return checker.context.relocatesInAnyMode || classes.privileged == .no
    }

    /// Asks, and keeps what was found.
    private struct Collector {
        let index: Int
        let checker: ConditionChecker
        var evidence: [(property: String, query: Query, answer: Answer)] = []

        mutating func ask(_ property: Property) -> Answer {
            ask(property.name, checker.query(.instruction(index), property))
        }

        mutating func ask(_ name: String, _ query: Query) -> Answer {
            let answer = checker.decider.answer(query)
            evidence.append((name, query, answer))
            return answer
        }

        mutating func member(_ property: Property) -> Membership { membership(ask(property)) }

        mutating func member(_ name: String, _ violation: Violation, _ kind: RelationKind) -> Membership {
            membership(ask(name, Query(subject: .instruction(index), violation: violation, kind: kind)))
        }

        func membership(_ answer: Answer) -> Membership {
            switch answer {
            case .none: .no
            case .found: .yes
            case .undecided(let reason): .unknown(reason)
            }
        }
    }

    /// The paper's columns: S2 in any mode, where relocation is active in every mode, and control state as the best
    /// policy says. What the policy mirrors is the guest's own, and ordinary.
    private func columns(of index: Int) -> RelationKind {
        var kind = checker.context.kind(.best, support: checker.flow.support(of: index))
        kind.realIsUser = !checker.context.relocatesInAnyMode
        return kind
    }

    /// The columns where only the place is fixed. The translation must be the same on both sides, so that the modes may
    /// differ only where it does not depend on them.
    private func unmoved(_ columns: RelationKind) -> RelationKind {
        var kind = columns
        kind.realIsUser = false
        kind.variesLocation = false
        kind.variesMode = checker.context.relocatesInAnyMode
        return kind
    }

    /// Only the mode varies; where the translation depends on it, the map makes it the same, at any place.
    private func otherMode(_ columns: RelationKind) -> RelationKind {
        var kind = checker.context.relocatesInAnyMode ? unmoved(columns) : columns
        kind.variedResources = []
        return kind
    }

    private func privilege(_ classes: inout Classes, _ collector: inout Collector) {
        // An example under the policy is one without it.
        classes.privileged = isPrivileged(.best, &collector)
        classes.strictlyPrivileged = isPrivileged(.strict, &collector)
        if classes.strictlyPrivileged == .yes { classes.privileged = .yes }
    }

    /// It never completes in user mode, and some state completes in supervisor mode where it traps in user mode.
    private func isPrivileged(_ setting: Setting, _ collector: inout Collector) -> Membership {
        switch collector.ask(Property(.completes, setting)) {
        case .found: return .no
        case .undecided(let reason): return .unknown(reason)
        case .none: break
        }
        var kind = checker.context.kind(setting, support: checker.flow.support(of: collector.index))
        kind.variesLocation = false
        kind.variedResources = []
        return collector.member("privilege/\(setting.rawValue)", .privilege, kind)
    }

    /// Behaviour-sensitive, named by the smallest varying set.
    private func behaviour(_ classes: inout Classes, _ collector: inout Collector) {
        let columns = columns(of: collector.index)
        let unmoved = unmoved(columns)
        let whole = collector.member("behaviour/columns", .behaviour, columns)
        var place = columns
        place.variesMode = false
        place.variedResources = []
        let atPlace = checker.context.relocatesInAnyMode
            ? Membership.no : collector.member("behaviour/unmoved", .behaviour, unmoved)
        if whole == .no, atPlace == .no { return }
        classes.location = collector.member("behaviour/location", .behaviour, place)
        classes.mode = collector.member("behaviour/mode", .behaviour, otherMode(columns))
        // What shows the place shows it in any mode.
        if !checker.context.relocatesInAnyMode, classes.location == .yes { classes.mode = .no }
        // Where all that varies together shows nothing at one place, nothing by itself does.
        let isShown = checker.context.relocatesInAnyMode || atPlace != .no
        for id in checker.flow.support(of: collector.index).sorted() where isShown && varies(id, columns) {
            var single = unmoved
            single.variesMode = false
            single.variedResources = [id]
            let name = description.state[id.index].name
            let member = collector.member("behaviour/resource \(name)", .behaviour, single)
            if member == .yes { classes.resources.append(name) }
            if classes.resource != .yes, member != .no { classes.resource = member }
        }
        let single = [classes.location, classes.mode, classes.resource]
        if single.allSatisfy({ $0 == .no }) { classes.joint = whole == .no ? atPlace : whole }
    }

    private func varies(_ id: StateID, _ kind: RelationKind) -> Bool {
        description.state[id.index].role == .control && kind.isOwned(id, in: description)
            && kind.handling(of: id, in: description) != .constant
    }

    /// Sensitive with both states in user mode. (The paper's user-sensitive, in the extended reading.)
    private func user(_ classes: inout Classes, _ collector: inout Collector) {
        let members = [Violation.control, .behaviour, .lostTrap].map { violation in
            collector.member(Property(violation, .userBest))
        }
        classes.user = members.first { $0 == .yes } ?? members.first { $0 != .no } ?? .no
    }

    private func readsTime(_ index: Int) -> Bool {
        let clocks = Set(description.components(.time))
        return !checker.flow.instructions[index].reads.isDisjoint(with: clocks)
    }
}
