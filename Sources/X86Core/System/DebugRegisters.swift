// Breakpoints on instructions, data and ports. Intel SDM volume 3, chapter 17.2 and 17.3.

/// Bits of DR6.
enum DR6 {
    /// BD: a debug register was touched while DR7.GD was set.
    static let general: UInt64 = 1 << 13
    /// BS: single step.
    static let step: UInt64 = 1 << 14
    static let task: UInt64 = 1 << 15
    static let writable: UInt64 = 0xE00F
    static let ones: UInt64 = 0xFFFF_0FF0
}

/// Bits of DR7.
enum DR7 {
    static let general: UInt64 = 1 << 13
    static let writable: UInt64 = 0xFFFF_23FF
    static let ones: UInt64 = 0x400
}

extension X86Processor {
    private struct Breakpoint {
        var address: UInt64
        /// 0: instructions, 1: writes, 2: ports, 3: reads and writes.
        var kind: UInt64
        /// Bytes: a power of two.
        var size: UInt64
    }

    /// nil: it is not enabled.
    private func breakpoint(_ number: Int) -> Breakpoint? {
        let control = control.dr[7]
        guard control >> UInt64(2 * number) & 3 != 0 else { return nil }
        let field = control >> UInt64(16 + 4 * number) & 15
        let sizes: InlineArray<4, UInt64> = [1, 2, 8, 4]
        return Breakpoint(address: self.control.dr[number], kind: field & 3, size: sizes[Int(field >> 2)])
    }

    /// DR7 has changed.
    private func breakpointsChanged() {
        watchBreakpoints()
        flushAll()
        modeChanged()
        if watchesCode || dataBreakpoints { lookUp() }
    }

    /// What follows from DR7.
    func watchBreakpoints() {
        watchesCode = false
        dataBreakpoints = false
        for number in 0..<4 {
            guard let point = breakpoint(number) else { continue }
            if point.kind == 0 { watchesCode = true }
            if point.kind & 1 != 0 { dataBreakpoints = true }
        }
    }

    /// An access to so many bytes of data: breakpoints there are told of after the instruction.
    func watch(_ address: UInt64, size: Int, _ access: AccessKind) {
        guard !access.isFetch else { return }
        for number in 0..<4 {
            guard let point = breakpoint(number), point.kind & 1 != 0, access.isWrite || point.kind == 3 else { continue }
            let first = point.address & ~(point.size - 1)
            if address < first &+ point.size, first < address &+ UInt64(size) {
                debugPending |= 1 << UInt64(number)
                lookUp()
            }
        }
    }

    func watchPort(_ port: UInt16, _ width: Int) {
        for number in 0..<4 {
            guard let point = breakpoint(number), point.kind == 2 else { continue }
            let first = point.address & ~(point.size - 1)
            if UInt64(port) < first &+ point.size, first < UInt64(port) + UInt64(width) {
                debugPending |= 1 << UInt64(number)
                lookUp()
            }
        }
    }

    /// DR6's bits for breakpoints on the instruction that is next; 0 where it may run.
    func codeBreakpoints() -> UInt64 {
        guard watchesCode, state.pointee.systemFlags & Flag.rf == 0 else { return 0 }
        let base = mode.isLong64 ? 0 : state.pointee.segments[SegmentNumber.cs].base
        let address = truncated(instructionPointer &+ base)
        var bits: UInt64 = 0
        for number in 0..<4 {
            guard let point = breakpoint(number), point.kind == 0, point.address == address else { continue }
            bits |= 1 << UInt64(number)
        }
        return bits
    }

    /// DR4 and DR5 are other names of DR6 and DR7, where the machine's file lets them be; numbers above 7 name nothing.
    private func debugNumber(_ number: UInt8) throws(GuestFault) -> Int {
        guard number < 8 else { throw .invalidOpcode }
        return Int(number) + (number & 6 == 4 ? 2 : 0)
    }

    func readDebug(_ number: UInt8) throws(GuestFault) -> UInt64 {
        let number = try debugNumber(number)
        if control.dr[7] & DR7.general != 0 { throw .debug(DR6.general, isTrap: false) }
        return control.dr[number]
    }

    func writeDebug(_ number: UInt8, _ value: UInt64) throws(GuestFault) {
        let number = try debugNumber(number)
        if control.dr[7] & DR7.general != 0 { throw .debug(DR6.general, isTrap: false) }
        switch number {
        case 6, 7:
            guard value >> 32 == 0 else { throw .protection() }
            if number == 6 {
                control.dr[6] = value & DR6.writable | DR6.ones
            } else {
                control.dr[7] = value & DR7.writable | DR7.ones
                breakpointsChanged()
            }
        default:
            if mode.isLong64, !isCanonical(value) { throw .protection() }
            control.dr[number] = value
        }
    }
}
