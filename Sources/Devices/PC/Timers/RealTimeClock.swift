import Machine

/// The clock and its memory behind a battery (Motorola MC146818A data sheet): an address at port 0x70, data at 0x71.
/// The date is that of the machine's start plus virtual time; flags are gathered when somebody looks, so that a
/// clock nobody listens to costs nothing.
public final class RealTimeClock: StatefulDevice {
    public let name = "real-time clock"
    private let time: VirtualTime
    private let line: InterruptLine
    private static let second: UInt64 = 1_000_000_000
    /// How long before a second's end "update in progress" is shown.
    private static let notice: UInt64 = 244_000

    /// The address in bits 6 to 0; bit 7 keeps the NMI away from the processor.
    private var address: UInt8 = 0
    public var masksNMI: Bool { address & 0x80 != 0 }
    private var memory = [UInt8](repeating: 0, count: 128)
    /// At virtual time 0 the clock stood so many seconds after the beginning of 1970, and so many nanoseconds.
    private var origin: Int64
    private var phase: UInt64 = 0
    /// Until when events have been turned into flags.
    private var gathered: UInt64 = 0
    private var isRaised = false

    private enum Register {
        static let fields: [UInt8] = [0, 2, 4, 6, 7, 8, 9, 0x32]
        static let a: UInt8 = 10, b: UInt8 = 11, c: UInt8 = 12, d: UInt8 = 13
    }
    private struct Flag {
        static let periodic: UInt8 = 0x40, alarm: UInt8 = 0x20, update: UInt8 = 0x10
    }

    /// - Parameter date: seconds since the beginning of 1970, at power-on.
    public init(time: VirtualTime, date: Int64, line: InterruptLine) {
        self.time = time
        self.line = line
        origin = date
        memory[Int(Register.a)] = 0x26
        memory[Int(Register.b)] = 0x02
        memory[Int(Register.d)] = 0x80
    }

    /// Bytes that firmware leaves in the memory: how much storage there is.
    public func describe(storage bytes: UInt64) {
        let low: UInt64 = 640
        let above1 = min(bytes / 1024 > 1024 ? bytes / 1024 - 1024 : 0, 0xFFFF)
        let above16 = min(bytes >> 16 > 256 ? min(bytes, RealAddresses.devices.lowerBound) >> 16 - 256 : 0, 0xFFFF)
        for (place, value) in [(0x15, low), (0x17, above1), (0x30, above1), (0x34, above16)] {
            memory[place] = UInt8(truncatingIfNeeded: value)
            memory[place + 1] = UInt8(truncatingIfNeeded: value >> 8)
        }
    }

    /// The date goes on, as the memory keeps what it has; only the interrupts are off.
    public func reset() {
        gather()
        address = 0
        memory[Int(Register.b)] &= ~0x78
        memory[Int(Register.c)] = 0
        follow()
    }

    // MARK: Time

    private var isSet: Bool { memory[Int(Register.b)] & 0x80 != 0 }
    /// The divider is held in reset by its two upper select bits.
    private var isHeld: Bool { memory[Int(Register.a)] & 0x60 == 0x60 }
    private var isStopped: Bool { isSet || isHeld }
    private func secondsPassed(_ moment: UInt64) -> UInt64 {
        moment / Self.second + (moment % Self.second + phase) / Self.second
    }
    private func moment(ofSecond count: UInt64) -> UInt64 {
        let (product, overflow) = count.multipliedReportingOverflow(by: Self.second)
        return overflow ? .max : product < phase ? 0 : product - phase
    }
    private var now: Int64 { origin &+ Int64(bitPattern: secondsPassed(time.now)) }

    /// 32,768 Hz divided by two to so much; nil: no periodic interrupt.
    private var periodicShift: UInt64? {
        let rate = UInt64(memory[Int(Register.a)] & 0x0F)
        return rate == 0 || isHeld ? nil : rate < 3 ? rate + 6 : rate - 1
    }

    /// The next second, counted from the origin, in which the alarm's fields match; "don't care" is two ones on top.
    private func nextAlarm(after date: Int64) -> UInt64? {
        let alarm = [memory[1], memory[3], memory[5]]
        func matches(_ value: Int, _ field: Int) -> Bool {
            alarm[field] >= 0xC0 || encode(value, hour: field == 2) == alarm[field]
        }
        var date = date &+ 1
        for _ in 0..<200 {
            let moment = CalendarDate(seconds: date)
            if !matches(moment.hour, 2) {
                date += Int64(3600 - moment.minute * 60 - moment.second)
            } else if !matches(moment.minute, 1) {
                date += Int64(60 - moment.second)
            } else if !matches(moment.second, 0) {
                date += 1
            } else {
                return UInt64(bitPattern: date &- origin)
            }
        }
        return nil
    }

    /// When something next happens for which an interrupt is enabled and not yet asked for.
    public var deadline: UInt64 {
        let wanted = memory[Int(Register.b)] & 0x70
        guard wanted != 0, !isRaised else { return .max }
        var next = UInt64.max
        if wanted & Flag.periodic != 0, let shift = periodicShift {
            let rate = TickRate.clockCrystal
            next = rate.time(ofTick: (rate.ticks(at: gathered) >> shift + 1) << shift)
        }
        guard !isStopped else { return next }
        let passed = secondsPassed(gathered)
        if wanted & Flag.update != 0 { next = min(next, moment(ofSecond: passed + 1)) }
        if wanted & Flag.alarm != 0, let second = nextAlarm(after: origin &+ Int64(bitPattern: passed)) {
            next = min(next, moment(ofSecond: second))
        }
        return next
    }

    public func advance() {
        gather()
        follow()
    }

    /// Turns what happened since the last time into flags of register C.
    private func gather() {
        let since = gathered
        gathered = time.now
        guard gathered > since else { return }
        var flags: UInt8 = 0
        if let shift = periodicShift {
            let rate = TickRate.clockCrystal
            if rate.ticks(at: since) >> shift != rate.ticks(at: gathered) >> shift { flags |= Flag.periodic }
        }
        let before = secondsPassed(since)
        let after = secondsPassed(gathered)
        if !isStopped, before != after {
            flags |= Flag.update
            if let second = nextAlarm(after: origin &+ Int64(bitPattern: before)), second <= after {
                flags |= Flag.alarm
            }
        }
        memory[Int(Register.c)] |= flags
    }

    private func follow() {
        let level = memory[Int(Register.b)] & memory[Int(Register.c)] & 0x70 != 0
        guard level != isRaised else { return }
        isRaised = level
        line.set(level)
    }

    // MARK: Numbers as the chip shows them

    private var isBinary: Bool { memory[Int(Register.b)] & 0x04 != 0 }
    private var has24Hours: Bool { memory[Int(Register.b)] & 0x02 != 0 }

    private func encode(_ value: Int, hour: Bool = false) -> UInt8 {
        let isAfternoon = hour && !has24Hours && value >= 12
        let value = hour && !has24Hours ? (value + 11) % 12 + 1 : value
        let digits = UInt8(isBinary ? value : (value / 10) << 4 | value % 10)
        return digits | (isAfternoon ? 0x80 : 0)
    }

    private func decode(_ byte: UInt8, hour: Bool = false) -> Int {
        let digits = hour && !has24Hours ? byte & 0x7F : byte
        let value = isBinary ? Int(digits) : Int(digits >> 4) * 10 + Int(digits & 15)
        guard hour, !has24Hours else { return value }
        return value % 12 + (byte & 0x80 != 0 ? 12 : 0)
    }

    /// The time as it is goes into the registers.
    private func show() {
        let date = CalendarDate(seconds: now)
        memory[0] = encode(date.second)
        memory[2] = encode(date.minute)
        memory[4] = encode(date.hour, hour: true)
        memory[6] = encode(date.weekday)
        memory[7] = encode(date.day)
        memory[8] = encode(date.month)
        memory[9] = encode(date.year % 100)
        memory[0x32] = encode(date.year / 100 % 100)
    }

    /// The registers become the time; the fraction of the second is left as it is.
    private func take() {
        var date = CalendarDate(seconds: 0)
        date.second = decode(memory[0])
        date.minute = decode(memory[2])
        date.hour = decode(memory[4], hour: true)
        date.day = decode(memory[7])
        date.month = min(max(decode(memory[8]), 1), 12)
        date.year = decode(memory[0x32]) * 100 + decode(memory[9])
        origin = date.seconds &- Int64(bitPattern: secondsPassed(time.now))
    }

    // MARK: Ports

    public func read(_ offset: UInt64, width: Int) -> UInt64 {
        guard offset & 1 != 0 else { return .max }
        let index = address & 0x7F
        advance()
        if Register.fields.contains(index), !isStopped { show() }
        switch index {
        case Register.a:
            let left = Self.second - (time.now % Self.second + phase) % Self.second
            return UInt64(memory[Int(index)]) | (!isStopped && left <= Self.notice ? 0x80 : 0)
        case Register.c:
            let value = memory[Int(index)]
            let wasRaised = isRaised
            memory[Int(index)] = 0
            follow()
            return UInt64(value) | (wasRaised ? 0x80 : 0)
        default: return UInt64(memory[Int(index)])
        }
    }

    public func write(_ offset: UInt64, width: Int, value: UInt64) {
        let value = UInt8(truncatingIfNeeded: value)
        guard offset & 1 != 0 else {
            address = value
            return
        }
        let index = address & 0x7F
        gather()
        switch index {
        case Register.a, Register.b:
            let wasStopped = isStopped
            let wasHeld = isHeld
            if !wasStopped { show() }
            memory[Int(index)] = index == Register.a ? value & 0x7F : value
            // Half a second after the divider is let go, the first second is over.
            if wasHeld, !isHeld {
                phase = (Self.second * 3 / 2 - time.now % Self.second) % Self.second
            }
            if wasStopped { take() }
        case Register.c, Register.d: break
        default:
            if Register.fields.contains(index), !isStopped {
                show()
                memory[Int(index)] = value
                take()
            } else {
                memory[Int(index)] = value
            }
        }
        follow()
    }

    public func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&address)
        try state.pass(each: &memory)
        try state.pass(&origin)
        try state.pass(&phase)
        try state.pass(&gathered)
        try state.pass(&isRaised)
        guard phase < Self.second, (-(1 << 60)...(1 << 60)).contains(origin) else {
            throw state.refusal("a date that no clock shows")
        }
    }
}
