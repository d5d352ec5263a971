import ISALanguage
import Machine

/// D: decides what is to be done when the processor below stops running the guest. It looks at the exit and
/// at the guest's state, never at an opcode: whether a trap is the guest's own or the monitor's doing is
/// found by interpreting the instruction against the virtual state.
struct Dispatcher {
    /// What the monitor does next.
    enum Action {
        /// Nothing: the guest goes on.
        case proceed
        /// Interpret the instruction at the program counter, or reflect its trap.
        case interpret
        /// Perform a hypercall instead of the call trap.
        case hypercall(Trap, Hypercall)
        /// The guest reached control state that is the monitor's: put it back.
        case restoreOwned
        /// Hand the exit to whoever runs this machine.
        case stop(Exit)
    }

    let map: VirtualMachineMap
    /// The hypercalls that the guest may make, by number.
    var hypercalls: [UInt64: Hypercall] = [:]

    func action(for exit: Exit, routines: InterpreterRoutines, watchedAbove: Set<UInt64>) -> Action {
        switch exit {
        case .budget:
            return .proceed
        case .trap(let trap):
            // A real interrupt means that a clock ran out; the guest's share of it is collected already.
            if trap.interrupt != nil { return .proceed }
            let kinds = routines.virtualised.original.traps
            if kinds.indices.contains(trap.kind), kinds[trap.kind].isCall, let call = hypercalls[trap.detail] {
                return .hypercall(trap, call)
            }
            return .interpret
        case .storageAccess(let address, let isWrite):
            guard watchedAbove.contains(address) else { return .interpret }
            return .stop(.storageAccess(address: address &- UInt64(map.origin), isWrite: isWrite))
        case .portAccess(let device):
            // A strobe that is the guest's own (mirrored) is served; one that it should not have reached is not.
            return routines.raisedDevices().contains(device) ? .stop(exit) : .restoreOwned
        case .halt:
            return routines.isWaiting ? .stop(.halt) : .restoreOwned
        case .shutdown:
            return routines.haltStatus.map { .stop(.shutdown(status: $0)) } ?? .restoreOwned
        case .hypercall, .breakpoint, .fault:
            return .stop(exit)
        }
    }
}
