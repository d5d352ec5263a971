import ISALanguage
import Machine
import Monitor

/// Says what a stage is, in a sentence, with the words of the paper.
struct StageText {
    let view: GuestView
    /// Where there are several monitors, each is called by its number.
    let levelCount: Int

    /// The paper's part at work: what the column of the trap card says.
    func part(_ stage: Stage) -> String {
        switch stage.event {
        case .monitor(.exited): "hardware"
        case .monitor(.dispatched): "dispatcher"
        case .monitor(.interpreted): "routine"
        case .monitor(.trapped): "routine"
        case .monitor(.delivered), .delivered: "reflection"
        case .monitor(.mapped): "allocator"
        case .raised: stage.level == 0 ? "hardware" : "guest"
        }
    }

    func sentence(_ stage: Stage) -> String {
        let monitor = levelCount > 1 ? "monitor \(stage.level)" : "the monitor"
        switch stage.event {
        case .monitor(.exited(.trap(let trap))):
            let cause = trap.interrupt == nil ? "traps" : "is interrupted"
            return "the processor \(cause): \(view.text(trap)); \(monitor) has it now, the guest's state is saved"
        case .monitor(.exited(let exit)):
            return "the processor stops running the guest (\(Self.name(exit))); \(monitor) has it now"
        case .monitor(.dispatched(let decision)): return "\(monitor)'s dispatcher: \(Self.text(decision))"
        case .monitor(.interpreted(let index)):
            return "the interpreter routine of \(view.description.instructions[index].mnemonic) has done to the virtual "
                + "state what the instruction does to a real one"
        case .monitor(.trapped(let trap)):
            if trap.interrupt != nil { return "the guest lets an interrupt in: \(view.text(trap))" }
            return "against the virtual state it traps, too: \(view.text(trap)) is the guest's own"
        case .monitor(.delivered(let trap)), .delivered(let trap):
            return "\(view.trapName(trap.kind)) is delivered: the guest goes on at its own handler"
        case .monitor(.mapped): return "\(monitor) derives the real mode and relocation from the virtual ones"
        case .raised(let trap):
            return stage.level == 0
                ? "the machine traps: \(view.text(trap))" : "to be delivered to the guest: \(view.text(trap))"
        }
    }

    private static func text(_ decision: MonitorDecision) -> String {
        switch decision {
        case .proceed: "nothing to do, the guest goes on"
        case .interpret: "the instruction is to be interpreted against the virtual state"
        case .restoreOwned: "the guest has reached what is the monitor's own: put it back"
        case .hypercall(let number): "hypercall \(number) is to be performed"
        case .stop: "this is the business of whoever runs the machine"
        }
    }

    private static func name(_ exit: Exit) -> String {
        switch exit {
        case .budget: "its slice ends"
        case .trap: "trap"
        case .portAccess: "a device is asked"
        case .storageAccess: "a watched cell"
        case .hypercall: "hypercall"
        case .halt: "it sleeps"
        case .breakpoint: "breakpoint"
        case .shutdown: "it has halted"
        case .fault: "it cannot go on"
        }
    }
}
