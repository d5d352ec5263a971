import Machine

/// The interval timer (Intel 8254 data sheet) at ports 0x40 to 0x43. Counter 0 is the interrupt, counter 1 refreshed
/// the memory of old, counter 2 sounds the speaker and is what kernels measure time with.
public final class IntervalTimer8254: StatefulDevice {
    public let name = "interval timer"
    private let time: VirtualTime
    private let line: InterruptLine
    private let rate = TickRate.intervalTimer
    private var counters = [IntervalCounter(gate: true), IntervalCounter(gate: true), IntervalCounter(gate: false)]
    private var output = true
    /// The tick up to which the interrupt line has followed counter 0.
    private var followed: UInt64 = 0

    public init(time: VirtualTime, line: InterruptLine) {
        self.time = time
        self.line = line
    }

    private var tick: UInt64 { rate.ticks(at: time.now) }

    public func reset() {
        counters = [IntervalCounter(gate: true), IntervalCounter(gate: true), IntervalCounter(gate: false)]
        output = true
        followed = tick
        line.set(true)
    }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        // The control word register cannot be read.
        guard offset < 3 else { return .max }
        let tick = tick
        counters[Int(offset)].settle(tick)
        return UInt64(counters[Int(offset)].read(tick))
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        let value = UInt8(truncatingIfNeeded: value)
        let tick = tick
        for index in counters.indices { counters[index].settle(tick) }
        if offset < 3 {
            counters[Int(offset)].write(value, tick)
        } else if value >> 6 < 3 {
            counters[Int(value >> 6)].program(value, tick)
        } else {
            for index in counters.indices where value >> (index + 1) & 1 != 0 {
                counters[index].readBack(count: value & 0x20 == 0, status: value & 0x10 == 0, tick)
            }
        }
        follow(tick)
    }

    public var deadline: UInt64 { counters[0].nextChange(followed).map(rate.time(ofTick:)) ?? .max }

    public func advance() {
        let tick = tick
        counters[0].settle(tick)
        follow(tick)
    }

    private func follow(_ tick: UInt64) {
        followed = tick
        let level = counters[0].output(tick)
        guard level != output else { return }
        output = level
        line.set(level)
    }

    // MARK: Port 0x61

    /// Counter 2 as the system control port sees it.
    var speakerGate: Bool {
        get { counters[2].gate }
        set {
            let tick = tick
            counters[2].settle(tick)
            counters[2].setGate(newValue, tick)
        }
    }

    var speakerOutput: Bool {
        let tick = tick
        counters[2].settle(tick)
        return counters[2].output(tick)
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        for index in counters.indices { try counters[index].exchange(&state) }
        try state.pass(&output)
        try state.pass(&followed)
        guard followed < 1 << 62 else { throw state.refusal("a tick that never comes") }
    }
}

/// The system control port 0x61: the speaker's gate and data, the timer's output and the refresh signal.
public final class SystemControlPort: StatefulDevice {
    public let name = "system control port"
    private let time: VirtualTime
    private let timer: IntervalTimer8254
    /// Bits 3 to 0: gate, speaker data, and two enables of checks for which there is nothing to check.
    private var enables: UInt8 = 0

    public init(time: VirtualTime, timer: IntervalTimer8254) {
        self.time = time
        self.timer = timer
    }

    public func reset() { enables = 0 }

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        // Bit 4 turns over with each refresh request, every 15 microseconds.
        let refresh = time.now / 15_085 & 1
        return UInt64(enables) | refresh << 4 | (timer.speakerOutput ? 0x20 : 0)
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        enables = UInt8(truncatingIfNeeded: value & 0x0F)
        timer.speakerGate = enables & 1 != 0
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) { try state.pass(&enables) }
}
