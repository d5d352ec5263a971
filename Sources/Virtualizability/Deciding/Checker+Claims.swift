import ISALanguage

// What the file claims about an instruction is checked against what was derived; a claim that the derivation refutes
// is an error in the file, shown with what contradicts it.

extension Checker {
    func claimErrors(_ instructions: [InstructionReport]) -> [ReportedError] {
        guard options.wantsClasses else { return [] }
        return description.instructions.indices.flatMap { index in
            description.instructions[index].claims.compactMap { claim, location in
                error(claim, location, description.instructions[index], instructions[index])
            }
        }
    }

    private func error(
        _ claim: Claim, _ location: SourceLocation, _ instruction: Instruction, _ report: InstructionReport
    ) -> ReportedError? {
        let (wanted, properties) = expectation(claim, report.classes)
        guard case .no = wanted else { return nil }
        let witness = report.evidence.first { evidence in
            evidence.witness != nil && properties.contains { evidence.property.hasPrefix($0) }
        }?.witness
        return ReportedError(
            kind: .claim, cause: "'\(instruction.name)' is claimed to be \(claim.rawValue), but it is \(found(claim, report))",
            remedy: "Correct the claim, or what the instruction does.", location: location,
            contradiction: contradiction(claim, instruction), witness: witness)
    }

    /// Whether the derivation agrees, and the properties whose witnesses show that it does not.
    private func expectation(_ claim: Claim, _ classes: Classes) -> (Membership, [String]) {
        func not(_ member: Membership) -> Membership {
            switch member {
            case .yes: .no
            case .no: .yes
            case .unknown: member
            }
        }
        switch claim {
        case .privileged: return (classes.privileged, ["completes/best", "completes/strict"])
        case .unprivileged: return (not(classes.privileged), ["privilege/"])
        case .innocuous:
            return (classes.innocuous, ["control/", "behaviour/", "lost-trap/", "sensitive/"])
        case .sensitive: return (classes.sensitive, [])
        case .controlSensitive: return (classes.control, [])
        case .behaviourSensitive: return (classes.behaviour, [])
        case .locationSensitive: return (classes.location, [])
        case .modeSensitive: return (classes.mode, [])
        case .resourceSensitive: return (classes.resource, [])
        case .trapSensitive: return (classes.trap, [])
        case .userSensitive: return (classes.user, [])
        case .timingRead: return (classes.timing, [])
        }
    }

    private func found(_ claim: Claim, _ report: InstructionReport) -> String {
        switch claim {
        case .privileged:
            if report.evidence.contains(where: { $0.property.hasPrefix("completes/best") && $0.witness != nil }) {
                return "not: it completes in user mode"
            }
            return "not: it traps in supervisor mode as well"
        case .unprivileged: return "privileged"
        case .innocuous:
            let classes = report.classes
            let names: [(String, Membership)] = [
                ("control-sensitive", classes.control), ("location-sensitive", classes.location),
                ("mode-sensitive", classes.mode), ("resource-sensitive", classes.resource),
                ("sensitive to several components at once", classes.joint), ("trap-sensitive", classes.trap),
            ]
            return names.filter { $0.1 == .yes }.map(\.0).joined(separator: ", ")
        default: return "not"
        }
    }

    /// The line that contradicts the claim: a trap, for what is claimed to complete, or a write of control state.
    private func contradiction(_ claim: Claim, _ instruction: Instruction) -> SourceLocation? {
        let program = instruction.program
        for index in program.operations.indices {
            let isIt: Bool
            switch (claim, program.operations[index]) {
            case (.unprivileged, .trap(let trap, _, _)): isIt = !description.traps[trap.index].isStorageTrap
            case (.innocuous, .write(let id, _, _)), (.innocuous, .writeElement(let id, _, _, _)):
                isIt = ![.pc, .register].contains(description.state[id.index].role)
            default: isIt = false
            }
            if isIt, let location = program.location(of: ValueID(index)) { return location }
        }
        return instruction.location
    }
}
