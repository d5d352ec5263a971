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

    public let time: VirtualTime
    public let serial: SerialPort
    public let power: PowerControl
    public let tables: ACPITables
    public let interrupts: InterruptWiring
    /// The processor that runs now: its local APIC is the one in the window of real addresses.
    public var currentProcessor = 0
    /// Given before the first access.
    public var signals: Signals {
        get { relay.signals }
        set { relay.signals = newValue }
    }
    private let relay = SignalRelay()
    private let clock: RealTimeClock
    private let pci: PCIBus
    private var ports = PortSpace()
    /// In the order in which they are reset, saved and restored.
    let devices: [any BusDevice]
    /// Those that do something of their own accord.
    private let timed: [any BusDevice]

    public init(
        _ configuration: Configuration, time: VirtualTime, serialOutput: any ByteSink, memory: any GuestMemoryAccess
    ) {
        precondition((1...254).contains(configuration.processors) && configuration.disks.count <= 16)
        self.time = time
        tables = ACPITables(processors: configuration.processors)
        let relay = relay
        let resetMachine = { relay.signals.reset() }
        let wiring = InterruptWiring(processors: configuration.processors, time: time, relay: relay)
        interrupts = wiring

        let timer = IntervalTimer8254(time: time, line: wiring.line(0))
        let control = SystemControlPort(time: time, timer: timer)
        clock = RealTimeClock(time: time, date: configuration.date, line: wiring.line(BoardPlaces.clockInterrupt))
        clock.describe(storage: configuration.storageSize)
        serial = SerialPort(time: time, line: wiring.line(BoardPlaces.serialInterrupt), output: serialOutput)
        let keyboard = KeyboardController(line: wiring.line(1), resetMachine: resetMachine)
        power = PowerControl(
            time: time, line: wiring.line(BoardPlaces.powerInterrupt), powerOff: { relay.signals.powerOff() })
        let delay = DelayPort()
        pci = PCIBus(resetMachine: resetMachine)
        for (index, disk) in configuration.disks.enumerated() {
            let slot = index + 1
            let controller = NVMeController(
                number: index, slot: slot, window: RealAddresses.devices.lowerBound + UInt64(slot) << 14,
                disk: disk, memory: memory, line: wiring.line(PCIBus.interrupt(slot: slot)),
                send: { [unowned wiring] message in wiring.wires.deliver(message, to: .addressed) })
            pci.add(controller, slot: slot)
        }

        ports.claim(0x20, count: 2, wiring.controllers.first)
        ports.claim(0xA0, count: 2, wiring.controllers.second)
        ports.claim(0x4D0, count: 2, wiring.controllers.edgeLevel)
        ports.claim(0x40, count: 4, timer)
        ports.claim(0x61, count: 1, control)
        ports.claim(BoardPlaces.clockPorts, count: 2, clock)
        ports.claim(BoardPlaces.serialPorts, count: 8, serial)
        // Data and command are four ports apart; what lies between is port 0x61 and nobody's.
        ports.claim(0x60, count: 1, keyboard)
        ports.claim(0x64, count: 1, KeyboardCommandPort(keyboard))
        ports.claim(0x80, count: 1, delay)
        ports.claim(0x92, count: 1, SystemControlPortA(keyboard: keyboard, resetMachine: resetMachine))
        ports.claim(0xF4, count: 4, width: 4, DebugExit { relay.signals.debugExit($0) })
        ports.claim(PowerControl.ports, count: PowerControl.portCount, width: 4, power)
        ports.claim(BoardPlaces.pciPorts, count: 8, width: 4, pci)

        let small: [any BusDevice] = [timer, control, clock, serial, keyboard, power, delay, pci]
        devices = wiring.devices + small + pci.slots.compactMap { [pci] in pci.functions[$0] }
        timed = [timer, clock, serial, power] + wiring.localAPICs
        reset()
    }

    public var localAPICs: [LocalAPIC] { interrupts.localAPICs }

    /// As at power-on, except that the clock goes on.
    public func reset() {
        currentProcessor = 0
        interrupts.clear()
        for device in devices { device.reset() }
        interrupts.presetLevels()
    }

    public func acknowledgeInterrupt(processor: Int) -> UInt8? { interrupts.acknowledge(processor: processor) }

    /// The board's own NMI, which the clock's address port can hold back.
    public func raiseNonMaskable() {
        if !clock.masksNMI { interrupts.raiseNonMaskable() }
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
        let apic = interrupts.localAPICs[currentProcessor]
        if apic.isEnabled, !apic.isX2APIC, address & ~0xFFF == apic.windowBase { return (apic, address & 0xFFF) }
        if address & ~0xFFF == BoardPlaces.ioAPIC { return (interrupts.ioAPIC, address & 0xFFF) }
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

/// Where devices find what the board is to tell others, who come later than they.
final class SignalRelay {
    var signals = PCBoard.Signals()
}

/// Port 0x64 of the keyboard controller.
private final class KeyboardCommandPort: BusDevice {
    let name = "keyboard command port"
    private let keyboard: KeyboardController

    init(_ keyboard: KeyboardController) { self.keyboard = keyboard }

    func read(_ offset: UInt64, width: Int) -> UInt64 { keyboard.read(4, width: width) }
    func write(_ offset: UInt64, width: Int, value: UInt64) { keyboard.write(4, width: width, value: value) }
}
