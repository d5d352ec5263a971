// The registers by which KVM tells its guests the time. Linux, Documentation/virt/kvm/x86/msr.rst.

enum ParavirtualMSR {
    static let wallClock: UInt32 = 0x4B56_4D00, systemTime: UInt32 = 0x4B56_4D01, asynchronousFaults: UInt32 = 0x4B56_4D02
    static let stealTime: UInt32 = 0x4B56_4D03, endOfInterrupt: UInt32 = 0x4B56_4D04
    static let oldWallClock: UInt32 = 0x11, oldSystemTime: UInt32 = 0x12
}

extension X86Processor {
    /// Version, seconds, nanoseconds: the date at which the system time was zero.
    func writeWallClock(_ number: UInt32, _ place: UInt64) throws(GuestFault) {
        guard memory.pointer(place & ~3) != nil, memory.pointer((place & ~3) &+ 11) != nil else { throw .protection() }
        control.plainMSRs[number] = place
        let place = place & ~3
        realWrite(place, UInt32(2))
        realWrite(place + 4, UInt32(truncatingIfNeeded: bootSeconds))
        realWrite(place + 8, UInt32(0))
    }

    func writeSystemTime(_ number: UInt32, _ value: UInt64) throws(GuestFault) {
        control.plainMSRs[number] = value
        guard value & 1 != 0 else { return }
        guard mayHoldClock(value & ~1) else { throw .protection() }
        syncTime()
        writeClock(at: value & ~1)
    }

    func mayHoldClock(_ place: UInt64) -> Bool { memory.pointer(place) != nil && memory.pointer(place &+ 31) != nil }

    /// The time stamp counter has been moved: what the guest computes its time from follows.
    func refreshClock() {
        syncTime()
        for number in [ParavirtualMSR.systemTime, ParavirtualMSR.oldSystemTime] {
            if let value = control.plainMSRs[number], value & 1 != 0 { writeClock(at: value & ~1) }
        }
    }

    /// One tick is one nanosecond: a shift by one to the left, and half.
    private func writeClock(at place: UInt64) {
        let version = (realRead(place, UInt32.self) | 1) &+ 1
        realWrite(place, version &- 1)
        realWrite(place + 4, UInt32(0))
        realWrite(place + 8, time.now &+ control.tscOffset)
        realWrite(place + 16, time.now)
        realWrite(place + 24, UInt32(0x8000_0000))
        // The shift; then the flags: all processors agree.
        realWrite(place + 28, UInt32(0x0000_0101))
        realWrite(place, version)
    }

    /// Nobody takes time from the guest.
    func writeStealTime(_ value: UInt64) throws(GuestFault) {
        guard value & 0x3E == 0 else { throw .protection() }
        if value & 1 != 0 {
            let place = value & ~0x3F
            guard memory.pointer(place) != nil else { throw .protection() }
            for offset in stride(from: UInt64(0), to: 64, by: 8) { realWrite(place + offset, UInt64(0)) }
        }
        control.plainMSRs[ParavirtualMSR.stealTime] = value
    }

    /// The word whose bit 0 saves the guest the write that ends an interrupt.
    func writeEndOfInterrupt(_ value: UInt64) throws(GuestFault) {
        guard value & 2 == 0 else { throw .protection() }
        guard value & 1 == 0 || memory.pointer(value & ~3) != nil else { throw .protection() }
        // What was said in the old word counts.
        settleEndOfInterrupt()
        control.plainMSRs[ParavirtualMSR.endOfInterrupt] = value
        if let place = endOfInterruptWord { realWrite(place, realRead(place, UInt32.self) & ~1) }
    }

    /// Where the guest has put it; nil: nowhere.
    private var endOfInterruptWord: UInt64? {
        guard let value = control.plainMSRs[ParavirtualMSR.endOfInterrupt], value & 1 != 0 else { return nil }
        return memory.pointer(value & ~3) == nil ? nil : value & ~3
    }

    /// Sets the bit: the interrupt that is taken now ends when the guest clears it. False: the guest has no such word.
    public func offerEndOfInterrupt() -> Bool {
        guard let place = endOfInterruptWord else { return false }
        realWrite(place, realRead(place, UInt32.self) | 1)
        return true
    }

    /// Clears the bit. True: the guest had done so.
    public func withdrawEndOfInterrupt() -> Bool {
        guard let place = endOfInterruptWord else { return false }
        let word = realRead(place, UInt32.self)
        if word & 1 != 0 { realWrite(place, word & ~1) }
        return word & 1 == 0
    }
}
