import ISALanguage

/// A declared role that disagrees with what the programs do.
public struct RoleDisagreement: Hashable, Sendable {
    public var component: String
    public var declared: Role
    /// What it feeds, or fails to feed.
    public var cause: String
    public var remedy: String
    public var location: SourceLocation
}

/// Roles are declared and not believed. A component that decides who may do what must not be declared as something
/// that user code owns, for the relation would then hold both sides equal and hide every difference in it.
struct RoleChecker {
    let description: MachineDescription
    let flow: MachineFlow

    func check() -> [RoleDisagreement] {
        let exempt = Set(description.exemptions.map(\.component))
        return description.state.indices.map(StateID.init).filter { !exempt.contains($0) }.compactMap(disagreement)
    }

    private func disagreement(_ id: StateID) -> RoleDisagreement? {
        let component = description.state[id.index]
        func wrong(_ cause: String, _ remedy: String) -> RoleDisagreement {
            RoleDisagreement(
                component: component.name, declared: component.role, cause: cause, remedy: remedy,
                location: component.location)
        }
        switch component.role {
        case .register:
            guard let fed = controlFedBy(id) else { return nil }
            return wrong(
                "'\(component.name)' is declared a register, but it feeds \(fed)",
                "Declare it \(fedRole(id)), or exempt it with a reason.")
        case .mode:
            if decides(id) || flow.instructions.contains(where: { $0.traps.contains(id) }) { return nil }
            return wrong(
                "'\(component.name)' is declared a mode, but no mode predicate, trap or translation reads it",
                "Declare it control, or exempt it with a reason.")
        case .relocation:
            if translates(id) { return nil }
            return wrong(
                "'\(component.name)' is declared relocation, but translation does not read it",
                "Declare it control, or exempt it with a reason.")
        case .control:
            if decidesMode(id) {
                return wrong(
                    "'\(component.name)' is declared control, but the mode predicates read it",
                    "Declare it mode, or exempt it with a reason.")
            }
            return nil
        case .constant:
            guard let writer = writer(of: id) else { return nil }
            return wrong(
                "'\(component.name)' is declared constant, but \(writer) writes it",
                "Declare it control, or exempt it with a reason.")
        case .pc, .storage, .time: return nil
        }
    }

    private func decidesMode(_ id: StateID) -> Bool {
        flow.modes.results.contains(id) || flow.supervisor.results.contains(id)
    }

    private func translates(_ id: StateID) -> Bool {
        flow.fetch.reads.contains(id) || description.functions.contains { $0.purpose != .computation }
            || flow.instructions.contains { $0.storageTraps.contains(id) }
    }

    private func decides(_ id: StateID) -> Bool { decidesMode(id) || translates(id) }

    /// What of the monitor's concern a component feeds; nil if nothing.
    private func controlFedBy(_ id: StateID) -> String? {
        if decidesMode(id) { return "the mode predicates" }
        if flow.fetch.reads.contains(id) { return "the translation of addresses" }
        for (line, fed) in zip(description.interrupts, flow.acceptance)
        where fed.pending.contains(id) || fed.enabled.contains(id) {
            return "the acceptance of '\(line.name)'"
        }
        let targets = description.components(.pc, .mode, .relocation)
        for target in targets where flow.delivery.writes[target]?.contains(id) == true {
            return "the target of trap delivery"
        }
        return nil
    }

    private func fedRole(_ id: StateID) -> String {
        if decidesMode(id) { return "mode" }
        return flow.fetch.reads.contains(id) ? "relocation" : "control"
    }

    private func writer(of id: StateID) -> String? {
        if let index = flow.instructions.firstIndex(where: { $0.writes[id] != nil }) {
            return "'\(description.instructions[index].name)'"
        }
        return flow.delivery.writes[id] != nil ? "delivery" : nil
    }
}
