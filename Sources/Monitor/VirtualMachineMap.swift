import ISALanguage
import Machine

/// f, the virtual machine map, as far as the monitor has to do anything about it: the guest's storage is the
/// window `origin ..< origin + extent` of the machine below, and the real mode and relocation are derived
/// from the virtual ones. Program counter, registers and mirrored control state are the same on both sides.
public struct VirtualMachineMap: Sendable {
    /// k: where the guest's cells begin in the machine below.
    public let origin: Int
    /// w: how many cells the guest has.
    public let extent: Int
    let virtualised: VirtualisedMachine

    /// The guest's cells as a range of the cells of the machine below.
    public var window: Range<Int> { origin..<origin + extent }

    var parameters: EvaluationParameters {
        var parameters = EvaluationParameters()
        parameters.origin = UInt64(origin)
        parameters.extent = UInt64(extent)
        return parameters
    }

    /// Gives the processor to the guest: fixes what the monitor owns, and derives the mode and relocation.
    func place(_ state: GuestState, by evaluator: ConcreteEvaluator) {
        restoreOwned(state)
        establish(virtualised.map, state, by: evaluator)
    }

    /// Derives the mode and relocation anew after a routine changed what they depend on.
    func replace(_ state: GuestState, by evaluator: ConcreteEvaluator) {
        establish(virtualised.remap, state, by: evaluator)
    }

    /// R is not in V alone: an instruction that does not trap may have changed the real one. Takes that over.
    ///
    /// Right where the map gave the real R uncut, so that each part of it differs from the virtual one by nothing or
    /// by the origin; `isExact` says whether it did.
    func reread(_ state: GuestState) {
        for (component, home) in relocations where state[real: component] != state.placed[component] {
            guard let distance = state.distances[component] else { continue }
            let width = virtualised.original.state[component.index].width
            let value = (state[real: component] &- distance) & ConcreteArithmetic.mask(width)
            state.write(home, element: 0, value: value)
        }
    }

    /// The real R is the virtual one, moved by the origin where it is a place: nothing of it has been cut.
    func isExact(_ state: GuestState) -> Bool { relocations.allSatisfy { state.distances[$0.real] != nil } }

    /// Relocation components that the guest has in V.
    private var relocations: [(real: StateID, saved: StateID)] {
        virtualised.saved.filter { virtualised.original.state[$0.key.index].role == .relocation }
            .map { (real: $0.key, saved: $0.value) }
    }

    /// Remembers what the map wrote, for `reread`.
    private func notePlaced(_ state: GuestState) {
        for (component, home) in relocations {
            let (real, virtual) = (state[real: component], state.read(home, element: 0))
            let mask = ConcreteArithmetic.mask(virtualised.original.state[component.index].width)
            state.placed[component] = real
            let distance = (real &- virtual) & mask
            let isPlain = distance == 0 || distance == UInt64(origin) & mask
            state.distances[component] = isPlain ? distance : nil
        }
    }

    private func establish(_ map: Program?, _ state: GuestState, by evaluator: ConcreteEvaluator) {
        guard let map else { return }
        var state = state
        _ = evaluator.evaluate(map, parameters: parameters, over: &state)
        state.mapIsStale = false
        if state.rereadsRelocation { notePlaced(state) }
    }

    /// Puts the real control state that the monitor owns back to its fixed values.
    /// Returns whether any of it had another value.
    @discardableResult
    func restoreOwned(_ state: GuestState) -> Bool {
        var changed = false
        for (component, value) in virtualised.owned where state[real: component] != value {
            state[real: component] = value
            changed = true
        }
        return changed
    }
}
