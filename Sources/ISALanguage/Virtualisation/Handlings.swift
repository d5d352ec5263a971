extension MachineDescription {
    /// How a monitor treats each control component unless it is told otherwise: as the file declares, and
    /// where it says nothing, as its own with the value of a fresh machine.
    public var defaultHandlings: [StateID: Handling] {
        var handlings: [StateID: Handling] = [:]
        for (index, component) in state.enumerated() {
            if let declared = component.declaredHandling {
                handlings[StateID(index)] = declared
            } else if component.role == .control {
                handlings[StateID(index)] = .own(component.initialValue)
            }
        }
        return handlings
    }

    /// The components that a monitor with these handlings keeps in its saved state V, in the file's order:
    /// the mode, the relocation, the control state that it owns, and the clock, which counts the guest's
    /// instructions and not the processor's. Whatever is mirrored or constant stays real.
    func savedComponents(under handlings: [StateID: Handling]) -> [StateID] {
        state.indices.map(StateID.init).filter { id in
            switch state[id.index].role {
            case .pc, .register, .storage, .constant: return false
            case .time: return true
            case .mode, .relocation, .control:
                switch handlings[id] ?? .ownAny {
                case .own, .ownAny: return true
                case .mirror, .constant: return false
                }
            }
        }
    }
}
