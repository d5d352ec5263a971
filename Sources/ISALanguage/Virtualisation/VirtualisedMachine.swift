/// A machine as a monitor sees it while it looks after a guest: the description again, over the real state
/// extended by the saved state V, with every program reading and writing V where the original reads and
/// writes what the monitor owns, and storage addressed from the guest's origin.
///
/// The monitor executes these programs, the checker reasons about the same ones: what is proved is what runs.
/// (Section 4 of the paper calls the instructions' programs the interpreter routines v_i, and what
/// establishes the real state afterwards a part of the virtual machine map.)
public struct VirtualisedMachine: Sendable {
    /// The machine as its file describes it.
    public let original: MachineDescription
    /// The virtualised programs, in the places where the original has them: per instruction the interpreter
    /// routine, the fetch, trap delivery, interrupt lines, modes, stopping, devices. Its state is the
    /// original's, then V; component indices of the original remain valid. Encodings are unchanged, and it
    /// has no `map`.
    ///
    /// Delivery has one result more than the original's: one bit, that it needed a cell which the guest does not
    /// have, where a bare machine cannot go on.
    ///
    /// These programs mention `origin` and `extent` and never the storage's real size, except under a fault.
    public let machine: MachineDescription
    /// The handlings it was made for; every control component has one.
    public let handlings: [StateID: Handling]
    /// For each component that the guest has in V, where in V it is.
    public let saved: [StateID: StateID]
    /// The real components whose value is fixed while a guest runs.
    public let owned: [(component: StateID, value: UInt64)]
    /// The clock: real components and their saved counterparts. The real ones follow the guest's while it
    /// runs directly, so that an instruction that reads the time reads the guest's.
    public let clocks: [(real: StateID, saved: StateID)]
    /// Writes the real mode and relocation, from V; run whenever a guest is given the processor. `nil` where
    /// the file gives no map: then a guest can only be interpreted.
    public let map: Program?
    /// The same, as it is run after an interpreter routine or a delivery. Only a fault tells the two apart.
    public let remap: Program?
    /// Counts down the guest's clock by one completed instruction, over V alone.
    public let tick: Program
    /// The fault that was planted.
    public let fault: SeededFault?

    /// Where the guest's value of a component is kept: in V, or where the original has it.
    public func home(of component: StateID) -> StateID { saved[component] ?? component }

    /// The index of the first component of V.
    public var firstSaved: Int { original.state.count }
}

extension MachineDescription {
    /// The monitor's view of this machine.
    ///
    /// - Parameters:
    ///   - handlings: for the control components that are not to be treated as `defaultHandlings` says. A
    ///     relocation component may be given `.mirror`, too, where the guest may set it freely.
    ///   - fault: a mistake to plant.
    public func virtualise(
        handlings: [StateID: Handling] = [:], fault: SeededFault? = nil
    ) -> VirtualisedMachine {
        let handlings = defaultHandlings.merging(handlings) { $1 }
        let savedComponents = savedComponents(under: handlings)
        var machine = self
        var saved: [StateID: StateID] = [:]
        for id in savedComponents {
            saved[id] = StateID(machine.state.count)
            var component = state[id.index]
            component.name = "virtual \(component.name)"
            component.elementNames = component.elementNames.map { "virtual \($0)" }
            machine.state.append(component)
        }
        for id in saved.values {
            machine.state[id.index].expires = machine.state[id.index].expires.map { saved[$0] ?? $0 }
        }
        let owned = savedComponents.compactMap { id -> (component: StateID, value: UInt64)? in
            guard state[id.index].role == .control, case .own(let value)? = handlings[id] else { return nil }
            return (id, value)
        }
        let clocks = savedComponents.filter { state[$0.index].role == .time }.map { (real: $0, saved: saved[$0] ?? $0) }
        let virtualiser = Virtualiser(original: self, saved: saved, fault: fault)
        let map = self.map.map { virtualiser.rewrite($0, as: .map) }
        virtualiser.rewritePrograms(of: &machine, remap: map)
        var remap = map
        if fault == .mapFromOldState { remap = map.map { _ in Program(argumentWidths: []) } }
        return VirtualisedMachine(
            original: self, machine: machine, handlings: handlings, saved: saved, owned: owned, clocks: clocks,
            map: map, remap: remap, tick: virtualiser.tick(of: machine), fault: fault)
    }
}
