import Machine

/// A serial port (16550A data sheet): eight ports, a FIFO of sixteen characters each way. What is written is gone at
/// once, however slow the line is said to be; what is received waits outside until the FIFO has room, as a sender
/// that obeys the modem lines would let it.
public final class SerialPort: StatefulDevice {
    public let name: String
    let time: VirtualTime
    private let line: InterruptLine
    private let output: any ByteSink
    /// The first thing that went wrong with the output; later characters are dropped.
    public private(set) var failure: (any Error)?

    private var enables: UInt8 = 0
    private var fifoControl: UInt8 = 0
    private var lineControl: UInt8 = 0
    private var modemControl: UInt8 = 0
    private var modemChanges: UInt8 = 0
    private var scratch: UInt8 = 0
    private var divisor: UInt16 = 12
    /// Overrun, parity, framing, break: bits 1 to 4 of the line status.
    private var lineErrors: UInt8 = 0
    private var fifo: [UInt8] = []
    private var waiting: [UInt8] = []
    /// The transmitter ran empty, and nobody has heard of it.
    private var transmitterAsks = false
    /// When a character that nobody fetched is old enough to be told of; and whether it is.
    private var timeout: UInt64 = .max
    private var isOverdue = false
    private var isRaised = false
    /// Looks at the line status one after the other, with no other access between: somebody polls for characters.
    private var polls: UInt8 = 0
    private static let enoughPolls: UInt8 = 64
    /// When the receiver's interrupt was enabled; `.max`: it is not.
    private var enabledAt: UInt64 = .max

    public init(name: String = "serial port", time: VirtualTime, line: InterruptLine, output: any ByteSink) {
        self.name = name
        self.time = time
        self.line = line
        self.output = output
    }

    public func reset() {
        enables = 0
        fifoControl = 0
        lineControl = 0
        modemControl = 0
        modemChanges = 0
        divisor = 12
        lineErrors = 0
        clearReceiver()
        transmitterAsks = false
        polls = 0
        enabledAt = .max
        follow()
    }

    /// A character from outside.
    public func receive(_ byte: UInt8) {
        waiting.append(byte)
        refill()
        follow()
    }

    /// The guest wants characters: its receiver's interrupt has been enabled for a while, or it polls for them. Before
    /// that a kernel that looks what port it has, or sets it up, empties the FIFO, and what was sent is lost. A driver
    /// that sends looks at the line status once for each character; only one that receives looks again and again.
    public var isListening: Bool { polls >= Self.enoughPolls || listensFrom <= time.now }
    /// When it will, if nothing changes; `.max`: it does not want any.
    public var listensFrom: UInt64 { enabledAt.saturatingSum(1_000_000) }

    /// Characters that the guest has not fetched.
    public var waitingCount: Int { waiting.count + fifo.count }

    // MARK: Receiver

    private var hasFIFO: Bool { fifoControl & 1 != 0 }
    private var isLoopback: Bool { modemControl & 0x10 != 0 }
    private var trigger: Int { hasFIFO ? [1, 4, 8, 14][Int(fifoControl >> 6)] : 1 }

    /// Four characters' time (data sheet, "FIFO Interrupt Mode Operation").
    private var timeoutLength: UInt64 {
        let bits = 7 + UInt64(lineControl & 3) + (lineControl & 8 != 0 ? 1 : 0) + (lineControl & 4 != 0 ? 1 : 0)
        return 4 * bits * UInt64(max(divisor, 1)) * 1_000_000_000 / 115_200
    }

    private func refill() {
        guard !isLoopback else { return }
        let room = (hasFIFO ? 16 : 1) - fifo.count
        guard room > 0, !waiting.isEmpty else { return }
        let count = min(room, waiting.count)
        fifo += waiting[..<count]
        waiting.removeFirst(count)
        startTimeout()
    }

    private func take() -> UInt8 {
        guard !fifo.isEmpty else { return 0 }
        let byte = fifo.removeFirst()
        isOverdue = false
        startTimeout()
        refill()
        return byte
    }

    private func loop(_ byte: UInt8) {
        if fifo.count < (hasFIFO ? 16 : 1) {
            fifo.append(byte)
        } else {
            lineErrors |= 0x02
            if !hasFIFO { fifo = [byte] }
        }
        startTimeout()
    }

    private func startTimeout() { timeout = fifo.isEmpty ? .max : time.now.saturatingSum(timeoutLength) }

    private func clearReceiver() {
        fifo = []
        timeout = .max
        isOverdue = false
    }

    // MARK: Interrupts

    /// The cause of highest priority, as the identification register shows it; 1: none.
    private var cause: UInt8 {
        if enables & 4 != 0, lineErrors != 0 { return 6 }
        if enables & 1 != 0, fifo.count >= trigger { return 4 }
        if enables & 1 != 0, isOverdue { return 0x0C }
        if enables & 2 != 0, transmitterAsks { return 2 }
        if enables & 8 != 0, modemChanges != 0 { return 0 }
        return 1
    }

    private func follow() {
        let level = cause != 1
        guard level != isRaised else { return }
        isRaised = level
        line.set(level)
    }

    public var deadline: UInt64 {
        // Without the FIFO one character is enough, and nobody waits for more.
        hasFIFO ? timeout : .max
    }

    public func advance() {
        guard deadline <= time.now else { return }
        timeout = .max
        isOverdue = !fifo.isEmpty
        follow()
    }

    // MARK: Registers

    /// Clear to send, data set ready, ring, carrier: from the other end, or in the loop from our own outputs.
    private var modemLines: UInt8 {
        guard isLoopback else { return 0xB0 }
        return (modemControl & 2) << 3 | (modemControl & 1) << 5 | (modemControl & 4) << 4 | (modemControl & 8) << 4
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        defer { follow() }
        if polls < Self.enoughPolls { polls = offset & 7 == 5 ? polls + 1 : 0 }
        let selectsDivisor = lineControl & 0x80 != 0
        switch offset & 7 {
        case 0: return UInt64(selectsDivisor ? UInt8(divisor & 0xFF) : take())
        case 1: return UInt64(selectsDivisor ? UInt8(divisor >> 8) : enables)
        case 2:
            let cause = cause
            if cause == 2 { transmitterAsks = false }
            return UInt64(cause) | (hasFIFO ? 0xC0 : 0)
        case 3: return UInt64(lineControl)
        case 4: return UInt64(modemControl)
        case 5:
            let errors = lineErrors
            lineErrors = 0
            return (fifo.isEmpty ? 0x60 : 0x61) | UInt64(errors)
        case 6:
            let changes = modemChanges
            modemChanges = 0
            return UInt64(modemLines | changes)
        default: return UInt64(scratch)
        }
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        defer { follow() }
        let value = UInt8(truncatingIfNeeded: value)
        if polls < Self.enoughPolls { polls = 0 }
        let selectsDivisor = lineControl & 0x80 != 0
        switch offset & 7 {
        case 0 where selectsDivisor: divisor = divisor & 0xFF00 | UInt16(value)
        case 0: send(value)
        case 1 where selectsDivisor: divisor = divisor & 0xFF | UInt16(value) << 8
        case 1:
            // The transmitter is empty: whoever begins to ask is told so.
            if value & 2 != 0, enables & 2 == 0 { transmitterAsks = true }
            if value & 1 == 0 { enabledAt = .max } else if enables & 1 == 0 { enabledAt = time.now }
            enables = value & 0x0F
        case 2: writeFIFOControl(value)
        case 3: lineControl = value
        case 4:
            let before = modemLines
            modemControl = value & 0x1F
            let changed = before ^ modemLines
            // The ring's change is told when it ends.
            modemChanges |= changed >> 4 & 0x0B | (changed & before & 0x40) >> 4
            refill()
        case 7: scratch = value
        default: break
        }
    }

    private func writeFIFOControl(_ value: UInt8) {
        let switches = (value ^ fifoControl) & 1 != 0
        if switches || value & 2 != 0 {
            clearReceiver()
        }
        // The other bits count only where the FIFOs are on.
        fifoControl = value & 1 != 0 ? value & 0xC9 : 0
        if value & 4 != 0 { transmitterAsks = true }
        refill()
    }

    private func send(_ byte: UInt8) {
        transmitterAsks = true
        if isLoopback { return loop(byte) }
        guard failure == nil else { return }
        do { try output.put(byte) } catch { failure = error }
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&enables)
        try state.pass(&fifoControl)
        try state.pass(&lineControl)
        try state.pass(&modemControl)
        try state.pass(&modemChanges)
        try state.pass(&scratch)
        try state.pass(&divisor)
        try state.pass(&lineErrors)
        try state.pass(&fifo, limit: 16)
        try state.pass(&waiting)
        try state.pass(&transmitterAsks)
        try state.pass(&timeout)
        try state.pass(&isOverdue)
        try state.pass(&isRaised)
        try state.pass(&polls)
        try state.pass(&enabledAt)
    }
}
