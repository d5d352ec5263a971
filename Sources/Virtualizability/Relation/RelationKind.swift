import ISALanguage

/// Which pairs of states a question is about: S1, the state that the guest believes in, and S2, the real one.
///
/// S1 ~ S2 means: the same P, o, mirrored X and window, translations equal up to the window's place, and everything
/// else different in any way at once. The cases below narrow that.
struct RelationKind: Hashable {
    enum Control: Hashable {
        /// As the policy says.
        case policy(Policy)
        /// Without any policy: every owned component arbitrary, and independent of the virtual one.
        case free
        /// Ordinary, like a register: the paper's reading.
        case ordinary
    }

    var control: Control
    /// S1 is in user mode as well (Theorem 3); otherwise in any.
    var virtualIsUser = false
    /// S2 is in user mode, as it is under a monitor; otherwise in any, as in the paper's definitions.
    var realIsUser = true
    /// The window may lie elsewhere, and R with it.
    var variesLocation = true
    /// S1's and S2's modes may differ.
    var variesMode = true
    /// The components of which the two sides' values may differ; nil: all that are not mirrored.
    var variedResources: Set<StateID>?
    /// Only for the test which shows that it would be wrong: the policy also holds on the virtual side.
    var policyOnBothSides = false

    /// How the real side holds a component.
    func handling(of id: StateID, in description: MachineDescription) -> Handling {
        let component = description.state[id.index]
        switch component.role {
        case .pc, .register, .storage, .time: return .mirror
        case .constant: return .constant
        case .mode: return .ownAny
        case .relocation:
            if case .policy(let policy) = control, policy.handlings[id] == .mirror { return .mirror }
            return .ownAny
        case .control:
            switch control {
            case .ordinary: return .mirror
            case .free: return component.declaredHandling == .constant ? .constant : .ownAny
            case .policy(let policy): return policy.handlings[id] ?? .ownAny
            }
        }
    }

    /// Whether every pair of states that this kind relates the other one relates, too, with the same components
    /// counted as the monitor's.
    func isWithin(_ other: RelationKind) -> Bool {
        guard control == other.control, realIsUser == other.realIsUser, variesLocation == other.variesLocation,
            policyOnBothSides == other.policyOnBothSides, virtualIsUser || !other.virtualIsUser,
            !variesMode || other.variesMode
        else { return false }
        guard let allowed = other.variedResources else { return true }
        return variedResources?.isSubset(of: allowed) ?? false
    }

    /// Whether both sides' values are the same, though the real one is the monitor's.
    func pins(_ id: StateID) -> Bool { policyOnBothSides || leaves(id) }

    /// Whether only other components' values vary.
    func leaves(_ id: StateID) -> Bool { variedResources.map { !$0.contains(id) } ?? false }

    /// Components that the monitor owns, so that changing them without a trap changes a resource.
    func isOwned(_ id: StateID, in description: MachineDescription) -> Bool {
        switch description.state[id.index].role {
        case .pc, .register, .storage: return false
        case .constant, .mode: return true
        case .time: return control != .ordinary
        case .relocation, .control: return handling(of: id, in: description) != .mirror
        }
    }

    /// Components whose values user code may see and change: they are compared after the instruction.
    func isOrdinary(_ id: StateID, in description: MachineDescription) -> Bool {
        switch description.state[id.index].role {
        case .pc, .register: return true
        case .storage, .constant, .mode: return false
        case .time: return control == .ordinary
        case .relocation, .control: return handling(of: id, in: description) == .mirror
        }
    }

    /// Components whose real value the monitor's map derives from the guest's state.
    func derived(of description: MachineDescription) -> [StateID] {
        guard let map = description.map else { return [] }
        return description.components(.mode, .relocation, .control).filter {
            map.writes($0) && isOwned($0, in: description)
        }
    }

    /// Whether the map depends on what user code may change without a trap.
    func mapReadsOrdinary(of description: MachineDescription) -> Bool {
        DataFlow(description.map, in: description).reads.contains { isOrdinary($0, in: description) }
    }
}
