import Machine

/// One stage of what a monitor does between two stretches of the guest's own running.
public enum MonitorStage: Hashable, Sendable {
    /// The processor below has stopped running the guest; its state is saved.
    case exited(Exit)
    /// D, the dispatcher, has decided.
    case dispatched(MonitorDecision)
    /// The interpreter routine of an instruction (an index into the machine's instructions) has completed it.
    case interpreted(instruction: Int)
    /// The routine, or fetching, or an interrupt that the guest lets in, ends in a trap of the guest's own.
    case trapped(Trap)
    /// That trap has been delivered into the guest's own vector.
    case delivered(Trap)
    /// The real mode and relocation have been derived anew from the virtual ones.
    case mapped
}

/// What the dispatcher decided.
public enum MonitorDecision: Hashable, Sendable {
    case proceed, interpret, restoreOwned
    case hypercall(number: UInt64)
    case stop(Exit)

    init(_ action: Dispatcher.Action) {
        switch action {
        case .proceed: self = .proceed
        case .interpret: self = .interpret
        case .hypercall(let trap, _): self = .hypercall(number: trap.detail)
        case .restoreOwned: self = .restoreOwned
        case .stop(let exit): self = .stop(exit)
        }
    }
}

/// Looks on while a monitor works. It is asked at exits only, so it costs the guest's own running nothing.
public protocol MonitorObserver: AnyObject {
    func monitor(of machine: VirtualMachine, did stage: MonitorStage)
    /// The machine is to stop running, as at the end of its budget, as soon as the stage at hand is dealt with.
    var wantsPause: Bool { get }
}
