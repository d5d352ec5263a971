import Machine
import Monitor

/// What happened within one step, in order: a step opens into these.
public enum StageEvent: Hashable, Sendable {
    /// What the monitor did.
    case monitor(MonitorStage)
    /// The guest trapped: the guest's own trap, as the bare machine would take it.
    case raised(Trap)
    /// The trap's delivery into the guest's vector is done.
    case delivered(Trap)
}

/// The machine's state, all but storage, at one moment.
public struct StateCapture: Hashable, Sendable {
    /// By slot of the layout: what the guest sees.
    public var guest: [UInt64]
    /// The same of the real machine.
    public var real: [UInt64]
}

/// A stage, and the state after it.
public struct Stage: Hashable, Sendable {
    public var event: StageEvent
    /// Whose: 1 for the lowest monitor; 0 on the bare machine.
    public var level: Int
    public var state: StateCapture
}

/// Looks on during one step, and otherwise only tells whether the monitor dealt with a trap.
final class StageRecorder: MonitorObserver {
    private(set) var stages: [Stage] = []
    /// Takes the state; nil: nothing is recorded.
    var capture: (() -> StateCapture)?
    /// The monitors, the lowest first. The last runs the guest proper: the others' traps are the business of the one
    /// above them.
    private let levels: [VirtualMachine]
    var wantsPauses = false
    /// The guest trapped into its monitor since this was set to false.
    var sawTrap = false
    private var isDone = false

    init(_ levels: [VirtualMachine]) {
        self.levels = levels
        for level in levels { level.observer = self }
    }

    var wantsPause: Bool {
        defer { isDone = false }
        return wantsPauses && sawTrap && isDone
    }

    func clear() { stages = [] }

    func monitor(of machine: VirtualMachine, did stage: MonitorStage) {
        let isTop = machine === levels.last
        if isTop {
            switch stage {
            case .exited(.trap(let trap)) where trap.interrupt == nil: sawTrap = true
            case .interpreted: isDone = true
            default: break
            }
        }
        // A delivery at the top is told by whoever asked for it.
        if case .delivered = stage, isTop { return }
        add(.monitor(stage), level: (levels.firstIndex { $0 === machine } ?? 0) + 1)
    }

    func add(_ event: StageEvent, level: Int) {
        guard let capture else { return }
        stages.append(Stage(event: event, level: level, state: capture()))
    }
}
