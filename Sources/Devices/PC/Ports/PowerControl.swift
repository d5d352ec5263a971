import Machine

/// The fixed hardware that ACPI needs (ACPI 6.4, 4.8.3): events with an enable each, the power state, and the timer.
/// ACPI is always on, as there is no firmware that could use the machine's power otherwise.
public final class PowerControl: StatefulDevice {
    public let name = "power control"
    /// Where it stands, how many ports it has, and where within them its parts are.
    public static let ports: UInt16 = 0x600
    static let portCount: UInt16 = 16
    static let eventOffset: UInt16 = 0
    static let controlOffset: UInt16 = 4
    static let timerOffset: UInt16 = 8
    /// SLP_TYP of the state in which everything is off; the tables say the same.
    static let offType: UInt8 = 5
    private static let timerEvent: UInt16 = 0x0001
    private static let buttonEvent: UInt16 = 0x0100
    /// Timer, global lock, power button, sleep button, clock.
    private static let events: UInt16 = 0x0721

    private let time: VirtualTime
    private let line: InterruptLine
    private let powerOff: () -> Void
    private let rate = TickRate.powerTimer
    private var status: UInt16 = 0
    private var enables: UInt16 = 0
    private var control: UInt16 = 1
    /// The timer's tick up to which its overflows have become events.
    private var gathered: UInt64 = 0
    private var isRaised = false

    public init(time: VirtualTime, line: InterruptLine, powerOff: @escaping () -> Void) {
        self.time = time
        self.line = line
        self.powerOff = powerOff
    }

    public func reset() {
        gather()
        status = 0
        enables = 0
        control = 1
        follow()
    }

    /// Somebody outside asks the guest to shut down.
    public func pressButton() {
        status |= Self.buttonEvent
        follow()
    }

    /// Bit 31 of the timer changes, one way or the other: that is its event.
    public var deadline: UInt64 {
        guard enables & Self.timerEvent != 0, status & Self.timerEvent == 0 else { return .max }
        return rate.time(ofTick: (gathered >> 31 + 1) << 31)
    }

    public func advance() {
        gather()
        follow()
    }

    private func gather() {
        let tick = rate.ticks(at: time.now)
        if tick >> 31 != gathered >> 31 { status |= Self.timerEvent }
        gathered = tick
    }

    private func follow() {
        let level = status & enables & Self.events != 0
        guard level != isRaised else { return }
        isRaised = level
        line.set(level)
    }

    // MARK: Ports

    private func readByte(_ offset: UInt64) -> UInt8 {
        let timer = UInt32(truncatingIfNeeded: rate.ticks(at: time.now))
        switch offset {
        case 0, 1: return UInt8(truncatingIfNeeded: status >> (UInt16(offset) * 8))
        case 2, 3: return UInt8(truncatingIfNeeded: enables >> (UInt16(offset - 2) * 8))
        case 4, 5: return UInt8(truncatingIfNeeded: control >> (UInt16(offset - 4) * 8))
        case 8...11: return UInt8(truncatingIfNeeded: timer >> (UInt32(offset - 8) * 8))
        default: return 0
        }
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        advance()
        return (0..<UInt64(width)).reduce(0) { $0 | UInt64(readByte(offset &+ $1)) << ($1 * 8) }
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        gather()
        for index in 0..<UInt64(width) {
            let byte = UInt16(truncatingIfNeeded: value >> (index * 8) & 0xFF)
            switch offset &+ index {
            // A one clears an event.
            case 0: status &= ~byte
            case 1: status &= ~(byte << 8)
            case 2: enables = enables & 0xFF00 | byte
            case 3: enables = enables & 0x00FF | byte << 8
            case 4: control = control & 0xFF00 | byte & 0xFE | 1
            case 5: writeSleep(UInt8(byte))
            default: break
            }
        }
        follow()
    }

    /// SLP_TYP in bits 12 to 10, SLP_EN in bit 13, which reads as zero.
    private func writeSleep(_ byte: UInt8) {
        control = control & 0x00FF | UInt16(byte & 0x1C) << 8
        if byte & 0x20 != 0, byte >> 2 & 7 == Self.offType { powerOff() }
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&status)
        try state.pass(&enables)
        try state.pass(&control)
        try state.pass(&gathered)
        try state.pass(&isRaised)
        gathered &= .max >> 16
    }
}
