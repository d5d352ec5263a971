import Machine

/// The local APIC's timer (SDM volume 3, 11.5.4). Its clock is the bus clock of 1 GHz, one tick a nanosecond, before
/// the divider; nothing ticks, everything is computed from the moment of the start.
struct LocalTimer {
    private(set) var initialCount: UInt32 = 0
    private(set) var divide: UInt32 = 0
    private(set) var timestampDeadline: UInt64 = 0
    var timestampOffset: UInt64 = 0
    private var start: UInt64 = 0
    /// Expiries up to here are over: delivered, or lost because the timer was masked.
    private var served: UInt64 = 0
    /// The local vector table's entry.
    private var entry: UInt32 = 0x1_0000

    private enum Mode: UInt32 { case once = 0, periodic = 1, timestamp = 2, reserved = 3 }

    private var mode: Mode { Mode(rawValue: entry >> 17 & 3) ?? .reserved }
    var vector: UInt8 { UInt8(truncatingIfNeeded: entry) }
    /// 2, 4, 8, 16, 32, 64, 128, 1.
    private var shift: UInt64 { UInt64(((divide >> 1 & 4 | divide & 3) + 1) & 7) }
    private var period: UInt64 { UInt64(initialCount) << shift }

    func currentCount(_ now: UInt64) -> UInt32 {
        guard initialCount != 0, mode == .once || mode == .periodic else { return 0 }
        let passed = (now &- start) >> shift
        let count = UInt64(initialCount)
        if mode == .periodic { return UInt32(count - passed % count) }
        return passed >= count ? 0 : UInt32(count - passed)
    }

    /// When it interrupts next.
    /// - Parameter isPending: its vector still waits to be taken: further periods that pass change nothing.
    func expiry(_ now: UInt64, isPending: Bool) -> UInt64 {
        guard entry & 0x1_0000 == 0, vector >= 16 else { return .max }
        switch mode {
        case .once:
            return initialCount != 0 && served &- start < period ? start &+ period : .max
        case .periodic:
            guard initialCount != 0, !isPending else { return .max }
            return start &+ ((served &- start) / period &+ 1) &* period
        case .timestamp:
            guard timestampDeadline != 0 else { return .max }
            let counter = now &+ timestampOffset
            return timestampDeadline <= counter ? now : now.saturatingSum(timestampDeadline - counter)
        case .reserved: return .max
        }
    }

    mutating func expired(_ now: UInt64) {
        served = now
        if mode == .timestamp { timestampDeadline = 0 }
    }

    /// The periods that passed while the vector waited are lost.
    mutating func acknowledged(_ vector: UInt8, _ now: UInt64) {
        if vector == self.vector, mode == .periodic { served = now }
    }

    mutating func start(_ count: UInt32, _ now: UInt64) {
        guard mode != .timestamp else { return }
        initialCount = count
        start = now
        served = now
    }

    /// The count goes on from where it is, at another pace.
    mutating func setDivide(_ value: UInt32, _ now: UInt64) {
        let count = currentCount(now)
        divide = value
        start = now &- UInt64(initialCount - min(count, initialCount)) << shift
        served = now
    }

    mutating func setVector(_ value: UInt32, _ now: UInt64) {
        let before = mode
        entry = value
        if mode != before, mode == .timestamp || before == .timestamp {
            initialCount = 0
            timestampDeadline = 0
        }
        served = now
    }

    mutating func arm(_ deadline: UInt64) {
        if mode == .timestamp { timestampDeadline = deadline }
    }

    mutating func stop(_ now: UInt64) {
        let offset = timestampOffset
        self = LocalTimer()
        timestampOffset = offset
        start = now
        served = now
    }

    mutating func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&initialCount)
        try state.pass(&divide)
        try state.pass(&timestampDeadline)
        try state.pass(&timestampOffset)
        try state.pass(&start)
        try state.pass(&served)
        try state.pass(&entry)
    }
}
