import Machine

/// One of the 8254's three counters (Intel 8254 data sheet). Nothing ticks: what it shows is computed from the tick
/// at which its count was loaded.
struct IntervalCounter {
    /// 0 to 5.
    private(set) var mode: UInt8 = 3
    private var isDecimal = false
    /// 1: low byte, 2: high byte, 3: low, then high.
    private var access: UInt8 = 3
    /// 1 to 65,536 (or 10,000): zero is written for the largest.
    private var reload: UInt32 = 65_536
    /// The count that follows, and the tick from which it counts, for the modes that finish a period first; 0: none.
    private var nextReload: UInt32 = 0
    private var nextStart: UInt64 = .max
    /// No count has been written since the mode was, or no trigger has come: nothing runs.
    private var isArmed = false
    private var isRunning = false
    /// The tick at which the count was loaded, and, while the gate holds the counter, how far it had come.
    private var start: UInt64 = 0
    private var held: UInt64 = 0
    private(set) var gate: Bool
    private var lowByte: UInt8 = 0
    private var writesHigh = false
    private var readsHigh = false
    /// Latched count and status; above 16 bits: none.
    private var latch: UInt32 = .max
    private var status: UInt32 = .max

    init(gate: Bool) { self.gate = gate }

    private var modulus: UInt32 { isDecimal ? 10_000 : 65_536 }

    // MARK: What it shows

    private func elapsed(_ tick: UInt64) -> UInt64 { !isRunning ? held : tick > start ? tick - start : 0 }

    private func count(_ tick: UInt64) -> UInt16 {
        let elapsed = elapsed(tick)
        let period = UInt64(reload)
        let value: UInt64
        switch mode {
        case 2: value = period - elapsed % period
        case 3: value = period - elapsed * 2 % period
        default: value = (period + UInt64(modulus) - elapsed % UInt64(modulus)) % UInt64(modulus)
        }
        let short = UInt16(truncatingIfNeeded: value % UInt64(modulus))
        return isDecimal ? Self.decimal(short) : short
    }

    func output(_ tick: UInt64) -> Bool {
        let elapsed = elapsed(tick)
        let period = UInt64(reload)
        switch mode {
        case 0: return isArmed && elapsed >= period
        case 1: return !isArmed || !isRunning || elapsed >= period
        case 2: return !isRunning || elapsed % period != period - 1
        case 3: return !isRunning || elapsed % period < (period + 1) / 2
        default: return !isArmed || !isRunning || elapsed != period
        }
    }

    /// The tick after this one at which the output may be another; nil: it stays.
    func nextChange(_ tick: UInt64) -> UInt64? {
        guard isArmed, isRunning else { return nil }
        if tick < start { return start }
        let elapsed = tick - start
        let period = UInt64(reload)
        switch mode {
        case 2:
            let phase = elapsed % period
            return tick + (phase < period - 1 ? period - 1 - phase : 1)
        case 3:
            let phase = elapsed % period
            let half = (period + 1) / 2
            return tick + (phase < half ? half - phase : period - phase)
        case 0, 1: return elapsed < period ? start &+ period : nil
        default: return elapsed < period ? start &+ period : elapsed == period ? start &+ period &+ 1 : nil
        }
    }

    // MARK: Time and gate

    /// Takes over the count of the period that began since. Everything else here supposes that it was called.
    mutating func settle(_ tick: UInt64) {
        guard nextReload != 0, tick >= nextStart else { return }
        reload = nextReload
        start = nextStart
        nextReload = 0
        nextStart = .max
    }

    mutating func setGate(_ isOpen: Bool, _ tick: UInt64) {
        guard isOpen != gate else { return }
        gate = isOpen
        guard isArmed else { return }
        switch mode {
        case 0, 4:
            if isOpen {
                start = tick &- held
                isRunning = true
            } else {
                held = elapsed(tick)
                isRunning = false
            }
        case 2, 3:
            held = 0
            isRunning = isOpen
            if isOpen { load(tick) }
        default:
            if isOpen { load(tick) }
        }
    }

    /// The count enters the counter with the clock's next pulse.
    private mutating func load(_ tick: UInt64) {
        if nextReload != 0 { reload = nextReload }
        nextReload = 0
        nextStart = .max
        start = tick + 1
        held = 0
        isRunning = true
    }

    // MARK: Programming

    /// A control word for this counter (bits 5 to 0 of port 0x43).
    mutating func program(_ word: UInt8, _ tick: UInt64) {
        let access = word >> 4 & 3
        if access == 0 {
            if latch > 0xFFFF { latch = UInt32(count(tick)) }
            return
        }
        self.access = access
        let chosen = word >> 1 & 7
        mode = chosen > 5 ? chosen & 3 : chosen
        isDecimal = word & 1 != 0
        isArmed = false
        isRunning = false
        held = 0
        nextReload = 0
        nextStart = .max
        writesHigh = false
        readsHigh = false
        latch = .max
        status = .max
    }

    /// A read-back command (data sheet, "Read-Back Command") for this counter.
    mutating func readBack(count wantsCount: Bool, status wantsStatus: Bool, _ tick: UInt64) {
        if wantsStatus, status > 0xFF {
            let isNull = !isArmed || isRunning && tick < start || nextReload != 0
            status = (output(tick) ? 0x80 : 0) | (isNull ? 0x40 : 0) | UInt32(access) << 4 | UInt32(mode) << 1
                | (isDecimal ? 1 : 0)
        }
        if wantsCount, latch > 0xFFFF { latch = UInt32(count(tick)) }
    }

    mutating func read(_ tick: UInt64) -> UInt8 {
        if status <= 0xFF {
            let value = UInt8(status)
            status = .max
            return value
        }
        let value = latch <= 0xFFFF ? UInt16(latch) : count(tick)
        let takesHigh = access == 2 || access == 3 && readsHigh
        if access == 3 { readsHigh.toggle() }
        if access != 3 || !readsHigh { latch = .max }
        return UInt8(truncatingIfNeeded: takesHigh ? value >> 8 : value)
    }

    mutating func write(_ byte: UInt8, _ tick: UInt64) {
        switch access {
        case 1: begin(UInt16(byte), tick)
        case 2: begin(UInt16(byte) << 8, tick)
        default:
            if writesHigh {
                writesHigh = false
                begin(UInt16(byte) << 8 | UInt16(lowByte), tick)
            } else {
                writesHigh = true
                lowByte = byte
                // Mode 0: the first byte stops the count (data sheet, "Mode 0").
                if mode == 0 {
                    isArmed = false
                    isRunning = false
                    held = 0
                }
            }
        }
    }

    private mutating func begin(_ written: UInt16, _ tick: UInt64) {
        let number = isDecimal ? Self.binary(written) : UInt32(written)
        var count = number == 0 ? modulus : number
        // A period of one does not exist in the modes that repeat.
        if mode == 2 || mode == 3 { count = max(count, 2) }
        switch mode {
        case 1, 5:
            // Only a trigger at the gate starts these.
            nextReload = count
            if !isArmed { reload = count }
            isArmed = true
        case 2, 3:
            if isArmed, isRunning, tick >= start {
                // The running period is finished first (data sheet, "Mode 2").
                let period = UInt64(reload)
                nextReload = count
                nextStart = tick + period - (tick - start) % period
            } else {
                reload = count
                isArmed = true
                if gate { load(tick) }
            }
        default:
            reload = count
            isArmed = true
            held = 0
            if gate { load(tick) }
        }
    }

    // MARK: Decimal

    private static func decimal(_ value: UInt16) -> UInt16 {
        value % 10 | (value / 10 % 10) << 4 | (value / 100 % 10) << 8 | (value / 1000 % 10) << 12
    }
    private static func binary(_ value: UInt16) -> UInt32 {
        UInt32(value & 15) + UInt32(value >> 4 & 15) * 10 + UInt32(value >> 8 & 15) * 100 + UInt32(value >> 12) * 1000
    }

    mutating func exchange(_ state: inout StateExchange) throws(SnapshotError) {
        try state.pass(&mode)
        try state.pass(&isDecimal)
        try state.pass(&access)
        try state.pass(&reload)
        try state.pass(&nextReload)
        try state.pass(&nextStart)
        try state.pass(&isArmed)
        try state.pass(&isRunning)
        try state.pass(&start)
        try state.pass(&held)
        try state.pass(&gate)
        try state.pass(&lowByte)
        try state.pass(&writesHigh)
        try state.pass(&readsHigh)
        try state.pass(&latch)
        try state.pass(&status)
        guard mode < 6, (1...3).contains(access), reload > 0, reload <= 65_536, nextReload <= 65_536,
            mode != 2 && mode != 3 || reload > 1, start < 1 << 62, held < 1 << 62
        else { throw state.refusal("a counter that the interval timer cannot have") }
    }
}
