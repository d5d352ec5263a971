import ISALanguage

extension SquareVerdict {
    static let notAsked = SquareVerdict(
        verdict: .undecided("not asked"), manner: .plain, isException: false, witness: nil)
}

extension Checker {
    /// i(f S) completes only where i(S) does, and in its image. Where that fails as the monitor runs by default, the
    /// two exceptions that the paper names are tried.
    func directSquare(_ index: Int, meetsCondition: Bool) -> SquareVerdict {
        let subject = Subject.instruction(index)
        if conditions.verdict(subject, Property(.completes, .best)) == .holds {
            return SquareVerdict(verdict: .holds, manner: .neverRuns, isException: false, witness: nil)
        }
        // Where it is sensitive in no way at all, the square follows.
        if options.weakening == .none, conditions.verdict(subject, Property(.sensitive, .open)) == .holds {
            return SquareVerdict(verdict: .holds, manner: .plain, isException: false, witness: nil)
        }
        let plain = Property(.direct, .best)
        let answer = conditions.answer(subject, plain)
        guard case .found(let example) = answer else {
            return SquareVerdict(
                verdict: answer.verdict, manner: .plain,
                isException: answer.verdict == .holds && !meetsCondition, witness: nil)
        }
        let shown = witness(conditions.query(subject, plain), plain.name, example)
        for (violation, manner) in [
            (Violation.directRereading, SquareVerdict.Manner.rereading), (.directUnmoved, .unmoved),
        ] where conditions.verdict(subject, Property(violation, .best)) == .holds {
            return SquareVerdict(verdict: .holds, manner: manner, isException: true, witness: shown)
        }
        return SquareVerdict(verdict: .refuted, manner: .plain, isException: false, witness: shown)
    }

    func interpreterSquare(_ index: Int) -> SquareVerdict { square(.instruction(index), Property(.interpreter, .best)) }

    func interrupts() -> [InterruptReport] {
        description.interrupts.indices.map { line in
            InterruptReport(
                name: description.interrupts[line].name, location: description.interrupts[line].location,
                square: square(.interrupt(line), Property(.interpreter, .best)),
                reachesMonitor: square(.interrupt(line), Property(.masked, .best)))
        }
    }

    private func square(_ subject: Subject, _ property: Property) -> SquareVerdict {
        let answer = conditions.answer(subject, property)
        var found: Witness?
        if case .found(let example) = answer {
            found = witness(conditions.query(subject, property), property.name, example)
        }
        return SquareVerdict(verdict: answer.verdict, manner: .plain, isException: false, witness: found)
    }

    // MARK: Monitors

    /// A monitor is admissible exactly where its squares hold.
    func monitorVerdicts(_ report: MachineReport) -> [MonitorVerdict] {
        let routines = routineVerdict(report)
        return MonitorVerdict.Monitor.allCases.map { monitor in
            switch monitor {
            case .bare:
                MonitorVerdict(
                    monitor: monitor, verdict: .holds, conditions: [], reason: "no monitor: the guest owns the machine")
            case .interpret:
                MonitorVerdict(
                    monitor: monitor, verdict: .holds, conditions: [], reason: "admissible on every machine")
            case .vmm: vmm(report, routines)
            case .hvm: hvm(report, routines)
            case .patch: patch(report, routines)
            case .paravirt: paravirt(report, routines)
            }
        }
    }

    /// The interpreter routines, the interrupts and the map are right.
    private func routineVerdict(_ report: MachineReport) -> Verdict {
        var verdict = conditions.verdict(.machine, Property(.mapMode, .best))
            .and(conditions.verdict(.machine, Property(.mapTranslation, .best)))
        for instruction in report.instructions { verdict = verdict.and(instruction.interpreter.verdict) }
        for line in report.interrupts { verdict = verdict.and(line.square.verdict).and(line.reachesMonitor.verdict) }
        return verdict
    }

    private func vmm(_ report: MachineReport, _ routines: Verdict) -> MonitorVerdict {
        var verdict = routines
        for instruction in report.instructions { verdict = verdict.and(instruction.direct.verdict) }
        let (extra, needs) = conditions(
            for: Set(report.instructions.filter { $0.direct.verdict == .holds }.map(\.direct.manner)))
        verdict = verdict.and(extra)
        let broken = report.instructions.filter { $0.direct.verdict == .refuted || $0.interpreter.verdict == .refuted }
        let reason: String
        switch verdict {
        case .holds: reason = "every square commutes"
        case .refuted:
            reason = broken.isEmpty
                ? "the guest's trap vector would be the monitor's, or an interrupt does not commute"
                : "wrong for \(broken.map(\.name).joined(separator: ", "))"
        default: reason = verdict.reason ?? ""
        }
        return MonitorVerdict(monitor: .vmm, verdict: verdict, conditions: needs, reason: reason)
    }

    /// The same with direct execution of virtual user code only.
    private func hvm(_ report: MachineReport, _ routines: Verdict) -> MonitorVerdict {
        var verdict = routines
        var broken: [String] = []
        var manners: Set<SquareVerdict.Manner> = []
        for (index, instruction) in report.instructions.enumerated() where instruction.isCritical {
            var own = conditions.verdict(.instruction(index), Property(.direct, .userBest))
            if own == .refuted, instruction.direct.verdict == .holds {
                manners.insert(instruction.direct.manner)
                own = .holds
            }
            if own == .refuted { broken.append(instruction.name) }
            verdict = verdict.and(own)
        }
        let (extra, needs) = conditions(for: manners)
        verdict = verdict.and(extra)
        let reason: String
        switch verdict {
        case .holds: reason = "every square commutes where the guest believes to be in user mode"
        case .refuted where broken.isEmpty: reason = "wrong already for virtual supervisor code, or for the trap vector"
        case .refuted: reason = "wrong in virtual user mode for \(broken.joined(separator: ", "))"
        default: reason = verdict.reason ?? ""
        }
        return MonitorVerdict(monitor: .hvm, verdict: verdict, conditions: needs, reason: reason)
    }

    /// What the paper's exceptions ask of a monitor.
    private func conditions(for manners: Set<SquareVerdict.Manner>) -> (Verdict, [String]) {
        var verdict = Verdict.holds
        var needs: [String] = []
        if manners.contains(.rereading) {
            needs.append("reads R again at each trap, and gives guests an R that is not cut")
        }
        if manners.contains(.unmoved) {
            needs.append("places the guest at the beginning of storage")
            verdict = conditions.verdict(.machine, Property(.vectorInside, .best))
        }
        return (verdict, needs)
    }

    private func patch(_ report: MachineReport, _ routines: Verdict) -> MonitorVerdict {
        let critical = report.instructions.filter(\.isCritical).map(\.name)
        let needs = critical.isEmpty ? [] : ["replaces before they run: \(critical.joined(separator: ", "))"]
        return MonitorVerdict(
            monitor: .patch, verdict: routines, conditions: needs,
            reason: routines == .holds
                ? "critical sites are rewritten into traps" : routines.reason ?? "a routine is wrong")
    }

    private func paravirt(_ report: MachineReport, _ routines: Verdict) -> MonitorVerdict {
        guard description.traps.contains(where: \.isCall) else {
            return MonitorVerdict(
                monitor: .paravirt, verdict: .notApplicable("the machine has no trap that calls the supervisor"),
                conditions: [], reason: "hypercalls need a call trap")
        }
        let critical = report.instructions.filter(\.isCritical).map(\.name)
        return MonitorVerdict(
            monitor: .paravirt, verdict: routines,
            conditions: critical.isEmpty ? [] : ["the guest does not use: \(critical.joined(separator: ", "))"],
            reason: routines == .holds ? "for guests that make hypercalls" : routines.reason ?? "a routine is wrong")
    }

    /// A guest for every variant whose direct square is refuted.
    func guestPrograms(_ indices: [Int], _ instructions: [InstructionReport]) -> [GuestProgram] {
        zip(indices, instructions).compactMap { index, instruction in
            guard let witness = instruction.direct.witness else { return nil }
            let query = conditions.query(.instruction(index), Property(.direct, .best))
            return WitnessMaker(replay: decider.replay(query), property: witness.property).guestProgram(witness)
        }
    }
}
