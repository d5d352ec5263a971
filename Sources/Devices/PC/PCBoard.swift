import Machine

/// The board of the machine `pc`: every device, what stands between them and the processors, and one clock. Storage
/// and processors are not on it: they are told what happens by `signals`.
public final class PCBoard: ProcessorBus {
    public struct Configuration {
        /// 1 to 254.
        public var processors = 1
        /// What the clock shows at power-on: seconds since the beginning of 1970.
        public var date: Int64 = 0
        /// Bytes of storage, which the clock's memory names.
        public var storageSize: UInt64 = 0
        /// At most 16.
        public var disks: [any BlockDevice] = []

        public init() {}
    }

    /// What the board tells others. A processor is named by its number.
    public struct Signals {
        /// The level of the processor's INTR, whenever it changes.
        public var interruptRequested: (Int, Bool) -> Void = { _, _ in }
        public var nonMaskable: (Int) -> Void = { _ in }
        /// INIT: the processor goes back to its beginning, and all but processor 0 wait for a start-up.
        public var initialise: (Int) -> Void = { _ in }
        /// A start-up interrupt: the number of the page in which a waiting processor begins.
        public var startUp: (Int, UInt8) -> Void = { _, _ in }
        public var powerOff: () -> Void = {}
        /// Somebody wants the whole machine reset: `reset()` does the board's part.
        public var reset: () -> Void = {}
        /// With the status of the process.
        public var debugExit: (UInt32) -> Void = { _ in }

        public init() {}
    }

    public static let ioAPICBase: UInt64 = 0xFEC0_0000
    /// Real addresses from here to 4 GB are the devices'; storage goes on above.
    public static let deviceSpace: Range<UInt64> = UInt64(SystemDescription.firstWindow)..<0x1_0000_0000

    public let time: VirtualTime
    public var signals = Signals()
    /// The processor that runs now: its local APIC is the one in the window of real addresses.
    public var currentProcessor = 0
    public let tables: ACPITables
    public private(set) var localAPICs: [LocalAPIC] = []
    public private(set) var serial: SerialPort!
    public private(set) var power: PowerControl!
    private(set) var controllers: CascadedControllers!
    private(set) var ioAPIC: IOAPIC!
    private(set) var clock: RealTimeClock!
    let pci: PCIBus
    private let wires = APICWires()
    private var ports = PortSpace()
    /// In the order in which they are reset, saved and restored.
    private(set) var devices: [any BusDevice] = []
    /// Those that do something of their own accord.
    private var timed: [any BusDevice] = []
    /// Who raises each of the sixteen interrupts: a bit a device, for lines can be shared.
    var raisers = [UInt32](repeating: 0, count: 16)
    private var raiserCounts = [Int](repeating: 0, count: 16)
    /// The level of each processor's INTR.
    private var requested: [Bool]

    public init(
        _ configuration: Configuration, time: VirtualTime, serialOutput: any ByteSink, memory: any GuestMemoryAccess
    ) {
        precondition((1...254).contains(configuration.processors) && configuration.disks.count <= 16)
        self.time = time
        tables = ACPITables(processors: configuration.processors)
        requested = [Bool](repeating: false, count: configuration.processors)
        let relay = ResetRelay()
        pci = PCIBus(resetMachine: { relay.reset() })
        relay.board = self
        addInterruptControllers(processors: configuration.processors)
        addPorts(configuration, serialOutput, relay)
        addDisks(configuration.disks, memory)
        reset()
    }

    // MARK: Assembly

    private func addInterruptControllers(processors: Int) {
        controllers = CascadedControllers(
            output: InterruptLine { [unowned self] level in
                for apic in localAPICs {
                    apic.setLine0(level)
                    follow(Int(apic.identifier))
                }
            })
        ports.claim(0x20, count: 2, controllers.first)
        ports.claim(0xA0, count: 2, controllers.second)
        ports.claim(0x4D0, count: 2, controllers.edgeLevel)
        ioAPIC = IOAPIC(bus: wires)
        wires.ioAPIC = ioAPIC
        for number in 0..<processors {
            let apic = LocalAPIC(number: number, time: time)
            apic.bus = wires
            apic.changed = { [unowned self] in follow(number) }
            apic.nonMaskable = { [unowned self] in signals.nonMaskable(number) }
            apic.initialised = { [unowned self] in signals.initialise(number) }
            apic.startUp = { [unowned self] page in signals.startUp(number, page) }
            localAPICs.append(apic)
        }
        wires.localAPICs = localAPICs
        devices += [controllers.first, controllers.second, ioAPIC]
        devices += localAPICs
        timed += localAPICs
    }

    private func addPorts(_ configuration: Configuration, _ serialOutput: any ByteSink, _ relay: ResetRelay) {
        let timer = IntervalTimer8254(time: time, line: line(0))
        let control = SystemControlPort(time: time, timer: timer)
        clock = RealTimeClock(time: time, date: configuration.date, line: line(8))
        clock.describe(storage: configuration.storageSize)
        serial = SerialPort(time: time, line: line(4), output: serialOutput)
        let keyboard = KeyboardController(line: line(1), resetMachine: { relay.reset() })
        let fastReset = SystemControlPortA(keyboard: keyboard, resetMachine: { relay.reset() })
        power = PowerControl(time: time, line: line(9), powerOff: { [unowned self] in signals.powerOff() })
        let delay = DelayPort()
        let exit = DebugExit { [unowned self] status in signals.debugExit(status) }
        ports.claim(0x40, count: 4, timer)
        ports.claim(0x61, count: 1, control)
        ports.claim(0x70, count: 2, clock)
        ports.claim(0x3F8, count: 8, serial)
        // Data and command are four ports apart; what lies between is port 0x61 and nobody's.
        ports.claim(0x60, count: 1, keyboard)
        ports.claim(0x64, count: 1, KeyboardCommandPort(keyboard))
        ports.claim(0x80, count: 1, delay)
        ports.claim(0x92, count: 1, fastReset)
        ports.claim(0xF4, count: 4, width: 4, exit)
        ports.claim(PowerControl.ports, count: PowerControl.portCount, width: 4, power)
        ports.claim(0xCF8, count: 8, width: 4, pci)
        devices += [timer, control, clock, serial, keyboard, power, delay, pci]
        timed += [timer, clock, serial, power]
    }

    private func addDisks(_ disks: [any BlockDevice], _ memory: any GuestMemoryAccess) {
        for (index, disk) in disks.enumerated() {
            let slot = index + 1
            let controller = NVMeController(
                number: index, slot: slot, window: UInt64(SystemDescription.firstWindow) + UInt64(slot) << 14,
                disk: disk, memory: memory, line: line(PCIBus.interrupt(slot: slot)),
                send: { [unowned self] message in wires.deliver(message, to: .addressed) })
            pci.add(controller, slot: slot)
        }
        devices += pci.slots.compactMap { pci.functions[$0] }
    }

    /// As at power-on, except that the clock goes on.
    public func reset() {
        currentProcessor = 0
        raisers = [UInt32](repeating: 0, count: raisers.count)
        for device in devices { device.reset() }
        // Firmware leaves the bus's interrupts level-triggered.
        controllers.second.levelInputs = 0x0C
        for number in localAPICs.indices { follow(number) }
    }

    // MARK: Interrupts

    /// One device's end of an interrupt; others may have theirs.
    func line(_ interrupt: Int) -> InterruptLine {
        let bit = UInt32(1) << UInt32(raiserCounts[interrupt])
        raiserCounts[interrupt] += 1
        return InterruptLine { [unowned self] isRaised in
            raisers[interrupt] = isRaised ? raisers[interrupt] | bit : raisers[interrupt] & ~bit
            let level = raisers[interrupt] != 0
            controllers.set(interrupt, level)
            // The timer is at the I/O APIC's pin 2, where the 8259A have their cascade.
            ioAPIC.set(interrupt == 0 ? 2 : interrupt, level)
        }
    }

    private func request(_ processor: Int) -> Bool {
        let apic = localAPICs[processor]
        return apic.pendingVector != nil || controllers.isRaised && apic.passesExternal
    }

    /// Tells a processor of its INTR, if it is another than it was.
    private func follow(_ processor: Int) {
        let level = request(processor)
        guard level != requested[processor] else { return }
        requested[processor] = level
        signals.interruptRequested(processor, level)
    }

    /// After a snapshot, everybody is told how things stand.
    func tellProcessors() {
        controllers.settle()
        for processor in localAPICs.indices {
            requested[processor] = request(processor)
            signals.interruptRequested(processor, requested[processor])
        }
    }

    public func acknowledgeInterrupt(processor: Int) -> UInt8? {
        guard localAPICs.indices.contains(processor) else { return nil }
        let apic = localAPICs[processor]
        if let vector = apic.acknowledge() { return vector }
        return controllers.isRaised && apic.passesExternal ? controllers.acknowledge() : nil
    }

    /// The board's own NMI, which the clock's address port can hold back.
    public func raiseNonMaskable() {
        guard !clock.masksNMI else { return }
        for apic in localAPICs { apic.pulseLine1() }
    }

    // MARK: Time

    /// The next moment at which a device does something of its own accord; no processor runs past it.
    public var deadline: UInt64 { timed.reduce(.max) { min($0, $1.deadline) } }

    /// Lets time pass, and what is due happen in its order. Cutting the way into pieces makes no difference.
    public func advance(to moment: UInt64) {
        while true {
            let next = deadline
            guard next <= moment, next != .max else { break }
            time.now = max(time.now, next)
            for device in timed where device.deadline <= time.now { device.advance() }
        }
        time.now = max(time.now, moment)
    }

    // MARK: Accesses

    public func readPort(_ port: UInt16, width: Int) -> UInt64 { ports.read(port, width: width) }
    public func writePort(_ port: UInt16, width: Int, value: UInt64) { ports.write(port, width: width, value: value) }

    private func device(at address: UInt64) -> (device: any BusDevice, offset: UInt64)? {
        let apic = localAPICs[currentProcessor]
        if apic.isEnabled, !apic.isX2APIC, address & ~0xFFF == apic.windowBase { return (apic, address & 0xFFF) }
        if address & ~0xFFF == Self.ioAPICBase { return (ioAPIC, address & 0xFFF) }
        return pci.window(address).map { ($0.function, $0.offset) }
    }

    public func readDevice(_ address: UInt64, width: Int) -> UInt64 {
        guard let (device, offset) = device(at: address) else { return .allOnes(width: width) }
        return device.read(offset, width: width) & .allOnes(width: width)
    }

    public func writeDevice(_ address: UInt64, width: Int, value: UInt64) {
        guard let (device, offset) = device(at: address) else { return }
        device.write(offset, width: width, value: value & .allOnes(width: width))
    }
}

/// The way from the devices that can reset the machine to the board, which does not exist yet when they are made.
private final class ResetRelay {
    weak var board: PCBoard?
    func reset() { board?.signals.reset() }
}

/// Port 0x64 of the keyboard controller.
private final class KeyboardCommandPort: BusDevice {
    let name = "keyboard command port"
    private let keyboard: KeyboardController

    init(_ keyboard: KeyboardController) { self.keyboard = keyboard }

    func read(_ offset: UInt64, width: Int) -> UInt64 { keyboard.read(4, width: width) }
    func write(_ offset: UInt64, width: Int, value: UInt64) { keyboard.write(4, width: width, value: value) }
}
