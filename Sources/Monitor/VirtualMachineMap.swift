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

    private func establish(_ map: Program?, _ state: GuestState, by evaluator: ConcreteEvaluator) {
        guard let map else { return }
        var state = state
        _ = evaluator.evaluate(map, parameters: parameters, over: &state)
        state.mapIsStale = false
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
