import Debugging
import Devices
import ISALanguage
import Machine
import Monitor

/// A guest of a machine that its file describes completely, bare or under monitors, as a history drives it.
public final class SteppedGuest: Replayable {
    /// The guest as it sees itself.
    public let view: GuestView
    /// The monitors, the lowest first; empty on the bare machine.
    public let levels: [VirtualMachine]
    /// The machine under everything.
    public let real: any Processor
    /// What happened in the step at hand, where it is looked at.
    let recorder: StageRecorder

    private let devices: GuestBoard
    let console: RecordedConsole
    private var deliveries: UInt64 = 0
    private var ended: String?

    private var processor: any Processor { view.processor }

    /// - Parameters:
    ///   - processor: what runs the guest; it is loaded.
    ///   - levels: its monitors, the lowest first; empty where it runs on the machine itself.
    ///   - input: what is typed before the first instruction.
    ///   - isOpen: somebody may type more.
    /// - Throws: `Board.Mismatch`.
    public init(
        _ view: GuestView, levels: [VirtualMachine], real: any Processor, input: [UInt8], isOpen: Bool
    ) throws {
        self.view = view
        self.levels = levels
        self.real = real
        recorder = StageRecorder(levels)
        console = RecordedConsole(input: input, isOpen: isOpen)
        devices = try GuestBoard(view.description, of: view.processor.layout, input: console, output: console)
        console.position = { [unowned self] in position }
        view.processor.trapDisposition = .exit
        try devices.start(view.processor)
    }

    public var position: UInt64 { processor.completedInstructions &+ deliveries }

    /// What the guest has printed.
    public var output: [UInt8] { console.output }

    // MARK: Running

    public func run(to target: UInt64, stops: StopConditions, isLeaving: Bool) throws -> Arrival {
        let start = position
        recorder.wantsPauses = stops.traps
        defer { setPlaces(StopConditions()) }
        while position < target {
            if let ended { return .ended(ended) }
            guard try settle() else { return .stopped(.input) }
            let passes = isLeaving && position == start && !stops.places.isEmpty
            setPlaces(passes ? StopConditions() : stops)
            recorder.sawTrap = false
            let exit = processor.run(budget: passes || devices.isOwing ? 1 : target &- position)
            if let stop = try handle(exit) {
                if stop == .trap, !stops.traps { continue }
                return .stopped(stop)
            }
            if stops.traps, recorder.sawTrap { return .stopped(.trap) }
        }
        return .reached
    }

    /// Sees to it that the next instruction finds the input that it reads; false if nobody has typed any.
    private func settle() throws -> Bool {
        guard devices.isOwing else { return true }
        let instruction = view.decoded(at: view.here)
        guard devices.awaits(instruction) else { return true }
        guard console.isReady else { return false }
        try devices.settle(instruction, of: processor)
        return true
    }

    private func setPlaces(_ stops: StopConditions) {
        if processor.breakpoints != stops.addresses { processor.breakpoints = stops.addresses }
        if processor.watchedCells != stops.cells { processor.watchedCells = stops.cells }
    }

    private func handle(_ exit: Exit) throws -> Stop? {
        switch exit {
        case .budget: return nil
        case .portAccess(let device):
            try devices.serve(device, of: processor)
            return nil
        case .trap(let trap):
            recorder.add(.raised(trap), level: levels.count)
            deliveries &+= 1
            guard processor.deliver(trap) else {
                ended = "\(view.text(trap)) could not be delivered: the guest's vector is of no use"
                return nil
            }
            recorder.add(.delivered(trap), level: levels.count)
            try devices.serveRaised(of: processor)
            return .trap
        case .shutdown(let status): ended = "the guest has halted with status \(status)"
        case .halt: ended = "the guest waits for an interrupt, and none can come"
        case .fault(let cause): ended = cause
        case .hypercall(let number): ended = "hypercall \(number), and nobody to answer it"
        case .breakpoint(let address): return .breakpoint(address: address)
        case .storageAccess(let address, let isWrite): return .watchpoint(cell: address, isWrite: isWrite)
        }
        return nil
    }

    /// Somebody types at the guest's console.
    public func type(_ bytes: [UInt8]) { console.type(bytes) }

    // MARK: Going back

    public func save(to snapshot: inout SnapshotWriter) {
        snapshot.put(deliveries)
        snapshot.put(real.completedInstructions)
        var values: [UInt64] = []
        for (component, shape) in real.layout.components.enumerated() {
            for element in 0..<shape.count { values.append(real[component, element]) }
        }
        snapshot.put(words: values)
        for level in levels { level.save(to: &snapshot) }
        devices.save(to: &snapshot)
        console.save(to: &snapshot)
    }

    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        ended = nil
        deliveries = try snapshot.take()
        real.completedInstructions = try snapshot.take()
        let values = try snapshot.takeWords(real.layout.slotCount)
        for (component, shape) in real.layout.components.enumerated() {
            let first = real.layout.firstSlot[component]
            for element in 0..<shape.count { real[component, element] = values[first + element] }
        }
        for level in levels { try level.restore(from: &snapshot) }
        try devices.restore(from: &snapshot)
        try console.restore(from: &snapshot)
    }

    // Safety: the cells live as long as the machine that owns them, which this object keeps alive.
    public var storageBytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: real.storage.cells, count: real.storage.count * 8)
    }

    public func storageRestored(_ bytes: Range<Int>) {
        real.storageChanged((bytes.lowerBound / 8..<bytes.upperBound / 8).clamped(to: 0..<real.storage.count))
    }

    /// Where the guest's cells begin in the real machine's.
    public var origin: Int { view.processor.storage.cells - real.storage.cells }
}
