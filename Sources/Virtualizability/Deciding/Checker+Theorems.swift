import ISALanguage

extension Checker {
    /// One theorem's answer.
    func theorem(_ asked: Condition, _ instructions: [InstructionReport]) -> TheoremVerdict {
        let condition = condition(asked.theorem, asked.reading, asked.policy)
        var verdict = machineVerdict(condition)
        var offenders: [Offender] = []
        var known: [Int: Offender] = [:]
        var undecided: [String] = []
        for (index, instruction) in instructions.enumerated() {
            let own = instruction.condition(asked.theorem, reading: asked.reading, policy: asked.policy)
                ?? .undecided("not asked")
            verdict = verdict.and(own)
            if own == .refuted {
                let representative = decider.likeness.representatives[index]
                let offender = known[representative] ?? offender(representative, condition)
                known[representative] = offender
                offenders.append(offender.said(of: description.instructions[index], at: index))
            }
            if case .undecided = own { undecided.append(instruction.name) }
        }
        var notes: [String] = []
        if asked.theorem == .second { verdict = verdict.and(timing(instructions, &notes)) }
        return TheoremVerdict(
            theorem: asked.theorem, reading: asked.reading, policy: asked.policy, verdict: verdict,
            offenders: offenders, undecided: undecided, notes: notes)
    }

    /// The map does what a map must.
    private func machineVerdict(_ condition: Condition) -> Verdict {
        condition.machineAlternatives.map { alternative in
            alternative.map { conditions.verdict(.machine, $0) }.reduce(.holds) { $0.and($1) }
        }.reduce(.refuted) { $0.or($1) }
    }

    private func offender(_ index: Int, _ condition: Condition) -> Offender {
        let instruction = description.instructions[index]
        guard let (property, example) = conditions.offence(index, condition) else {
            return Offender(
                instruction: instruction.name, location: instruction.location, violation: "", summary: "", witness: nil)
        }
        let query = conditions.query(.instruction(index), property)
        return Offender(
            instruction: instruction.name, location: instruction.location, violation: property.violation.rawValue,
            summary: summary(property.violation), witness: example.map { witness(query, property.name, $0) })
    }

    private func summary(_ violation: Violation) -> String {
        switch violation {
        case .control: "completes and changes mode, relocation, owned control state or somebody else's storage"
        case .behaviour: "completes with another result than the guest would see on its own machine"
        case .lostTrap: "completes where the guest's own machine would have trapped"
        default: violation.rawValue
        }
    }

    /// Theorem 2's second condition: the monitor's own code has no timing dependence.
    private func timing(_ instructions: [InstructionReport], _ notes: inout [String]) -> Verdict {
        let sources = instructions.filter { $0.classes.timing != .no }
        guard let footprint = options.monitorFootprint else {
            notes.append(
                sources.isEmpty
                    ? "no instruction reads a clock"
                    : "a monitor must do without: \(sources.map(\.name).joined(separator: ", "))")
            return .holds
        }
        let used = sources.filter { footprint.contains($0.name) || footprint.contains($0.mnemonic) }
        if let first = used.first(where: { $0.classes.timing == .yes }) {
            notes.append("the monitor's code uses '\(first.name)', which reads a clock")
            return .refuted
        }
        if case .unknown(let reason)? = used.first?.classes.timing { return .undecided(reason) }
        notes.append("the monitor's code, of \(footprint.count) variants, reads no clock")
        return .holds
    }

    /// The smallest changes that would make a theorem hold.
    func remedies(_ report: MachineReport) -> [Remedy] {
        var found: [Remedy] = []
        for verdict in report.theorems where verdict.verdict == .refuted && verdict.theorem != .second {
            let names = verdict.offenders.map(\.instruction)
            if !names.isEmpty {
                found.append(
                    Remedy(
                        kind: .trap, theorem: verdict.theorem, reading: verdict.reading, choice: verdict.policy,
                        items: names, text: "In user mode, let trap: \(names.joined(separator: ", "))."))
            }
            let best = report.verdict(verdict.theorem, reading: verdict.reading, policy: .best)
            let settled = report.policy.filter { $0.origin != .usual || verdict.policy == .strict && matters($0) }
            if verdict.policy == .strict, best?.verdict == .holds, !settled.isEmpty {
                let items = settled.map { "\($0.component) \($0.handling.text)" }
                found.append(
                    Remedy(
                        kind: .policy, theorem: verdict.theorem, reading: verdict.reading, choice: .strict,
                        items: items, text: "Let the monitor keep: \(items.joined(separator: ", "))."))
            }
        }
        return found
    }

    /// A component that some instruction both touches and offends by.
    private func matters(_ entry: PolicyEntry) -> Bool {
        guard let index = description.state.firstIndex(where: { $0.name == entry.component }) else { return false }
        let strict = condition(.first, .extended, .strict)
        return description.instructions.indices.contains { instruction in
            flow.instructions[instruction].touched.contains(StateID(index))
                && conditions.verdict(instruction, strict) == .refuted
        }
    }
}
