import Machine

/// A processor's local APIC (Intel SDM volume 3, chapter 11): it keeps what waits to interrupt the processor, sends
/// interrupts to other processors, and has a timer. Registers are in a window of real addresses, or, as x2APIC,
/// among the model-specific registers.
public final class LocalAPIC: StatefulDevice {
    /// The timer's clock before its divider, in hertz: a tick a nanosecond.
    public static let busFrequency: UInt64 = 1_000_000_000

    public let name: String
    /// The processor's number.
    public let identifier: UInt32
    let time: VirtualTime
    public weak var bus: (any APICBus)?
    /// Something that the processor's interrupt depends on changed.
    public var changed: () -> Void = {}
    public var nonMaskable: () -> Void = {}
    public var initialised: () -> Void = {}
    public var startUp: (UInt8) -> Void = { _ in }
    /// Tells the guest that the interrupt which it takes now ends without a write here; false: it has not asked for that.
    public var offerEnd: () -> Bool = { false }
    /// Takes that back. True: the guest has ended the interrupt so.
    public var withdrawEnd: () -> Bool = { false }
    /// See `settleEnd`.
    var isEndOffered = false

    /// MSR 0x1B.
    var base: UInt64 = 0
    var requested = VectorSet()
    var inService = VectorSet()
    var levels = VectorSet()
    var priority: UInt8 = 0
    var logicalDestination: UInt32 = 0
    var destinationFormat: UInt32 = .max
    private var spurious: UInt32 = 0xFF
    var errors: UInt32 = 0
    private var shownErrors: UInt32 = 0
    var commandHigh: UInt32 = 0
    var commandLow: UInt32 = 0
    /// Timer, thermal, performance, LINT0, LINT1, error: registers 0x32 to 0x37.
    var local = [UInt32](repeating: 0x1_0000, count: 6)
    var line0 = false
    var timer = LocalTimer()

    /// - Parameter number: of the processor; processor 0 is the one that starts the machine.
    public init(number: Int, time: VirtualTime) {
        identifier = UInt32(number)
        name = "local APIC \(number)"
        self.time = time
        reset()
    }

    public func reset() {
        base = BoardPlaces.localAPICs | 0x800 | (identifier == 0 ? 0x100 : 0)
        line0 = false
        timer.timestampOffset = 0
        // What the guest's storage says belongs to another time.
        isEndOffered = false
        initialise()
        guard identifier == 0 else { return }
        // As firmware leaves the first one: the 8259's interrupts come through (SDM volume 3, "Virtual Wire Mode").
        spurious = 0x1FF
        local[3] = 0x8700
        local[4] = 0x8400
        changed()
    }

    /// What INIT does: everything but the number, the base and the mode.
    func initialise() {
        settleEnd()
        requested = VectorSet()
        inService = VectorSet()
        levels = VectorSet()
        priority = 0
        logicalDestination = isX2APIC ? extendedLogicalDestination : 0
        destinationFormat = .max
        spurious = 0xFF
        errors = 0
        shownErrors = 0
        commandHigh = 0
        commandLow = 0
        local = [UInt32](repeating: 0x1_0000, count: 6)
        timer.stop(time.now)
        changed()
    }

    // MARK: Modes

    public var isEnabled: Bool { base & 0x800 != 0 }
    public var isX2APIC: Bool { base & 0xC00 == 0xC00 }
    public var isSoftwareEnabled: Bool { spurious & 0x100 != 0 }
    /// Where its window lies.
    public var windowBase: UInt64 { base & 0x000F_FFFF_FFFF_F000 }
    /// MSR 0x1B, IA32_APIC_BASE.
    public var baseRegister: UInt64 { base }

    /// - Returns: false: a general protection fault (SDM volume 3, 11.12.1, table of modes).
    public func writeBase(_ value: UInt64) -> Bool {
        let next = value & 0xC00
        guard value & 0xFFF0_0000_0000_02FF == 0, next != 0x400 else { return false }
        // x2APIC is left only by switching off, and entered only from the enabled state.
        if isX2APIC, next == 0x800 { return false }
        if !isEnabled, next == 0xC00 { return false }
        let wasEnabled = isEnabled
        let wasX2APIC = isX2APIC
        base = value & ~0x100 | base & 0x100
        if wasEnabled, !isEnabled { initialise() }
        if isX2APIC, !wasX2APIC { logicalDestination = extendedLogicalDestination }
        changed()
        return true
    }

    /// A cluster in the upper half, a bit for the processor in the lower (SDM volume 3, 11.12.10.2).
    private var extendedLogicalDestination: UInt32 { (identifier >> 4) << 16 | 1 << (identifier & 15) }

    /// CR8, which is the upper half of the task priority.
    public var taskPriority: UInt8 {
        get { priority }
        set {
            priority = newValue
            changed()
        }
    }

    // MARK: Registers

    /// - Parameter index: the offset divided by 16, which is the MSR's number less 0x800.
    /// - Returns: nil: there is no such register, or it cannot be read.
    public func readRegister(_ index: Int) -> UInt64? {
        settleEnd()
        switch index {
        case 0x02: return UInt64(isX2APIC ? identifier : identifier << 24)
        case 0x03: return 0x0005_0014
        case 0x08: return UInt64(priority)
        case 0x09 where !isX2APIC, 0x0A: return UInt64(processorPriority)
        case 0x0D: return UInt64(logicalDestination)
        case 0x0E where !isX2APIC: return UInt64(destinationFormat)
        case 0x0F: return UInt64(spurious)
        case 0x10..<0x18: return UInt64(inService.word(index))
        case 0x18..<0x20: return UInt64(levels.word(index))
        case 0x20..<0x28: return UInt64(requested.word(index))
        case 0x28: return UInt64(shownErrors)
        case 0x30: return UInt64(commandLow) | (isX2APIC ? UInt64(commandHigh) << 32 : 0)
        case 0x31 where !isX2APIC: return UInt64(commandHigh)
        case 0x32...0x37: return UInt64(local[index - 0x32])
        case 0x38: return UInt64(timer.initialCount)
        case 0x39: return UInt64(timer.currentCount(time.now))
        case 0x3E: return UInt64(timer.divide)
        default: return nil
        }
    }

    /// - Returns: false: there is no such register, or the value has bits that must be zero: a general protection
    ///   fault where an MSR was written.
    public func writeRegister(_ index: Int, _ value: UInt64) -> Bool {
        if isX2APIC, index != 0x30, value >> 32 != 0 { return false }
        settleEnd()
        let word = UInt32(truncatingIfNeeded: value)
        switch index {
        case 0x02 where !isX2APIC: break
        case 0x08:
            if isX2APIC, word > 0xFF { return false }
            taskPriority = UInt8(truncatingIfNeeded: word)
        case 0x0B:
            if isX2APIC, word != 0 { return false }
            endOfInterrupt()
        case 0x0D where !isX2APIC: logicalDestination = word & 0xFF00_0000
        case 0x0E where !isX2APIC: destinationFormat = word | 0x0FFF_FFFF
        case 0x0F:
            if isX2APIC, word & ~0x1FF != 0 { return false }
            spurious = word & 0x1FF
            // Switched off by software, it masks everything local (SDM volume 3, 11.4.7.2).
            if !isSoftwareEnabled { for index in local.indices { writeLocal(index, local[index]) } }
            changed()
        case 0x28:
            if isX2APIC, word != 0 { return false }
            shownErrors = errors
            errors = 0
        case 0x30:
            if isX2APIC { commandHigh = UInt32(value >> 32) }
            commandLow = word & 0x000C_CFFF
            send()
        case 0x31 where !isX2APIC: commandHigh = word & 0xFF00_0000
        case 0x32...0x37: writeLocal(index - 0x32, word)
        case 0x38: timer.start(word, time.now)
        case 0x39: return !isX2APIC
        case 0x3E: timer.setDivide(word & 0x0B, time.now)
        case 0x3F where isX2APIC:
            if word > 0xFF { return false }
            accept(UInt8(word), isLevel: false)
        default: return false
        }
        return true
    }

    private func writeLocal(_ index: Int, _ value: UInt32) {
        let writable: [UInt32] = [0x7_00FF, 0x1_07FF, 0x1_07FF, 0x1_A7FF, 0x1_A7FF, 0x1_00FF]
        local[index] = value & writable[index] | (isSoftwareEnabled ? 0 : 0x1_0000)
        if index == 0 { timer.setVector(local[0], time.now) }
        changed()
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        let offset = offset & 0xFFF
        guard let value = readRegister(Int(offset >> 4)) else {
            addError(0x80)
            return 0
        }
        return offset & 0x0F < 4 ? value >> (offset & 3 * 8) : 0
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        let offset = offset & 0xFFF
        // Only whole words at their addresses are registers.
        guard offset & 0x0F == 0 else { return }
        if !writeRegister(Int(offset >> 4), value & 0xFFFF_FFFF) { addError(0x80) }
    }

    func addError(_ bit: UInt32) {
        guard errors & bit == 0 else { return }
        errors |= bit
        guard local[5] & 0x1_0000 == 0, local[5] & 0xFF >= 16 else { return }
        accept(UInt8(local[5] & 0xFF), isLevel: false)
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&base)
        try requested.exchange(&state)
        try inService.exchange(&state)
        try levels.exchange(&state)
        try state.pass(&priority)
        try state.pass(&logicalDestination)
        try state.pass(&destinationFormat)
        try state.pass(&spurious)
        try state.pass(&errors)
        try state.pass(&shownErrors)
        try state.pass(&commandHigh)
        try state.pass(&commandLow)
        try state.pass(each: &local)
        try state.pass(&line0)
        try state.pass(&isEndOffered)
        try timer.exchange(&state)
    }
}
