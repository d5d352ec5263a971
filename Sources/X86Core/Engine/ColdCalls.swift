/// What an instruction does that is not worth a handler of its own, or has too much to do for one. It runs between two
/// micro-ops and sees a state that is whole; it throws before it has changed anything that may not be changed twice.
typealias ColdBody = @Sendable (X86Processor, DecodedInstruction) throws(GuestFault) -> Void

final class ColdCall {
    let body: ColdBody
    let instruction: DecodedInstruction

    init(body: @escaping ColdBody, instruction: DecodedInstruction) {
        self.body = body
        self.instruction = instruction
    }
}

extension X86Processor {
    /// False: it has failed, see `LeaveReason`.
    @inline(never) func callCold(_ number: Int, _ op: Op) -> Bool {
        currentIP = core[Register.block] &+ UInt64(op.at.pointee.offset)
        nextIP = cut(currentIP &+ UInt64(op.at.pointee.length))
        currentIP = cut(currentIP)
        currentUnpaid = Int64(op.at.pointee.unpaid)
        // Safety: `coldCalls` keeps it, and loses nothing while micro-ops run.
        let call = Unmanaged.passUnretained(coldCalls[number])
        let fault = call._withUnsafeGuaranteedRef { call -> GuestFault? in
            do throws(GuestFault) {
                try call.body(self, call.instruction)
                return nil
            } catch { return error }
        }
        guard let fault else { return true }
        return fault == .alone ? leaves(.alone) : raises(fault)
    }

    /// Likewise for what sets `nextIP`.
    @inline(never) func callColdEnding(_ number: Int, _ op: Op) -> Bool {
        guard callCold(number, op) else { return false }
        core[Register.block] = nextIP
        return true
    }

    /// Instruction pointers have 32 bits in code of 16 bits, too: only near transfers of 16 bits cut what they load, and
    /// behind the segment's end the limit refuses.
    func cut(_ pointer: UInt64) -> UInt64 { mode.codeSize == 8 ? pointer : pointer & 0xFFFF_FFFF }

    // MARK: - Storage, for cold bodies

    /// The linear address of an instruction's operand in storage.
    func linearAddress(
        _ i: DecodedInstruction, size: Int, isWrite: Bool, plus offset: UInt64 = 0
    ) throws(GuestFault) -> UInt64 {
        try linearAddress(
            segment: Int(i.memory.segment), offset: effectiveAddress(i) &+ offset, addressSize: i.addressSize, size: size,
            isWrite: isWrite)
    }

    func effectiveAddress(_ i: DecodedInstruction) -> UInt64 {
        let memory = i.memory
        var address = core[memory.base] &+ core[memory.index] << UInt64(memory.scale)
        address = address &+ UInt64(bitPattern: memory.displacement)
        if memory.isRelative { address = address &+ nextIP }
        return cut(address, to: i.addressSize)
    }

    func cut(_ address: UInt64, to bytes: Int) -> UInt64 {
        bytes == 8 ? address : address & (1 << UInt64(8 * bytes) - 1)
    }

    func linearAddress(
        segment: Int, offset: UInt64, addressSize: Int, size: Int, isWrite: Bool
    ) throws(GuestFault) -> UInt64 {
        let offset = cut(offset, to: addressSize)
        if mode.isLong64 {
            return segment >= SegmentNumber.fs ? offset &+ state.pointee.segments[segment].base : offset
        }
        guard let address = checkedAddress(segment: segment, offset: offset, size: UInt64(size), isWrite: isWrite) else {
            throw fault ?? .protection()
        }
        return address
    }

    /// - Parameter size: 1 to 8 bytes.
    func read(_ i: DecodedInstruction, size: Int, plus offset: UInt64 = 0) throws(GuestFault) -> UInt64 {
        let address = try linearAddress(i, size: size, isWrite: false, plus: offset)
        return try read(linear: address, size: size, stack: i.memory.segment == 2)
    }

    func write(_ i: DecodedInstruction, _ value: UInt64, size: Int, plus offset: UInt64 = 0) throws(GuestFault) {
        let address = try linearAddress(i, size: size, isWrite: true, plus: offset)
        try write(linear: address, value, size: size, stack: i.memory.segment == 2)
    }

    func read(linear address: UInt64, size: Int, stack: Bool = false) throws(GuestFault) -> UInt64 {
        if let host = core.direct(address, size: size, isWrite: false) { return Self.load(host, size) }
        guard let value = try readLinear(address, size: size, access(isWrite: false), stack: stack) else { throw .alone }
        return value
    }

    func write(linear address: UInt64, _ value: UInt64, size: Int, stack: Bool = false) throws(GuestFault) {
        guard try writeLinear(address, value, size: size, access(isWrite: true), stack: stack) else { throw .alone }
    }

    /// What a store there would raise is raised now.
    func probeWrite(linear address: UInt64, size: Int, stack: Bool = false) throws(GuestFault) {
        if core.direct(address, size: size, isWrite: true) != nil { return }
        guard try readLinear(address, size: size, access(isWrite: true), stack: stack) != nil else { throw .alone }
    }

    /// By the system itself, whatever the level: descriptor tables, task state segments, frames.
    func systemRead(_ address: UInt64, size: Int) throws(GuestFault) -> UInt64 {
        guard let value = try readLinear(address, size: size, AccessKind()) else { throw .alone }
        return value
    }

    func systemWrite(_ address: UInt64, _ value: UInt64, size: Int) throws(GuestFault) {
        guard try writeLinear(address, value, size: size, AccessKind(isWrite: true)) else { throw .alone }
    }

    @inline(__always) static func load(_ host: UnsafeMutableRawPointer, _ size: Int) -> UInt64 {
        switch size {
        case 8: return host.loadUnaligned(as: UInt64.self)
        case 4: return UInt64(host.loadUnaligned(as: UInt32.self))
        case 2: return UInt64(host.loadUnaligned(as: UInt16.self))
        case 1: return UInt64(host.load(as: UInt8.self))
        default:
            var value: UInt64 = 0
            for index in 0..<size { value |= UInt64(host.load(fromByteOffset: index, as: UInt8.self)) << UInt64(8 * index) }
            return value
        }
    }

    // MARK: - Registers, for cold bodies

    /// A general register cut to 1, 2, 4 or 8 bytes; one byte: AH to BH for 4 to 7 where there is no REX.
    func general(_ number: UInt8, size: Int, _ i: DecodedInstruction) -> UInt64 {
        if size == 1, !i.hasREX, !i.isVEX, number >= 4, number < 8 { return core[number - 4] >> 8 & 0xFF }
        return cut(core[number], to: size)
    }

    func setGeneral(_ number: UInt8, _ value: UInt64, size: Int, _ i: DecodedInstruction) {
        switch size {
        case 1:
            if !i.hasREX, !i.isVEX, number >= 4, number < 8 {
                core[number - 4] = core[number - 4] & ~0xFF00 | (value & 0xFF) << 8
            } else {
                core.set(number, UInt8(truncatingIfNeeded: value))
            }
        case 2: core.set(number, UInt16(truncatingIfNeeded: value))
        case 4: core.set(number, UInt32(truncatingIfNeeded: value))
        default: core[number] = value
        }
    }

    /// The rm operand, a general register or storage.
    func readRM(_ i: DecodedInstruction, size: Int) throws(GuestFault) -> UInt64 {
        i.isMemory ? try read(i, size: size) : general(i.rm, size: size, i)
    }

    func writeRM(_ i: DecodedInstruction, _ value: UInt64, size: Int) throws(GuestFault) {
        if i.isMemory { try write(i, value, size: size) } else { setGeneral(i.rm, value, size: size, i) }
    }

    // MARK: - The stack, for cold bodies

    /// The stack pointer cut to the stack's width.
    var stackPointer: UInt64 {
        get { cut(core[Register.sp], to: Int(mode.stackSize)) }
        set {
            switch mode.stackSize {
            case 8: core[Register.sp] = newValue
            case 4: core.set(Register.sp, UInt32(truncatingIfNeeded: newValue))
            default: core.set(Register.sp, UInt16(truncatingIfNeeded: newValue))
            }
        }
    }

    func stackAddress(_ offset: UInt64, size: Int, isWrite: Bool) throws(GuestFault) -> UInt64 {
        try linearAddress(
            segment: SegmentNumber.ss, offset: offset, addressSize: Int(mode.stackSize), size: size, isWrite: isWrite)
    }

    func push(_ value: UInt64, size: Int) throws(GuestFault) {
        let offset = cut(stackPointer &- UInt64(size), to: Int(mode.stackSize))
        try write(linear: try stackAddress(offset, size: size, isWrite: true), value, size: size, stack: true)
        stackPointer = offset
    }

    /// Reads what lies `offset` bytes above the top, and leaves the stack pointer.
    func peek(_ offset: UInt64 = 0, size: Int) throws(GuestFault) -> UInt64 {
        let address = try stackAddress(stackPointer &+ offset, size: size, isWrite: false)
        return try read(linear: address, size: size, stack: true)
    }

    func pop(size: Int) throws(GuestFault) -> UInt64 {
        let value = try peek(size: size)
        stackPointer = stackPointer &+ UInt64(size)
        return value
    }
}
