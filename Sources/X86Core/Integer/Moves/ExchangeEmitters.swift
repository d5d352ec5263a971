// XADD, CMPXCHG and its wide forms. Nothing runs in between, so that LOCK has nothing to do.

enum ExchangeEmitters {
    static let table: [String: Emitter] = [
        "XADD rm,reg": { b, i in add(&b, i, i.operandSize) },
        "XADD rm8,reg8": { b, i in add(&b, i, 1) },
        "CMPXCHG rm,reg": { b, i in compare(&b, i, i.operandSize) },
        "CMPXCHG rm8,reg8": { b, i in compare(&b, i, 1) },
        "CMPXCHG8B": { b, _ in b.cold { processor, i throws(GuestFault) in try processor.compareEightBytes(i) } },
        "CMPXCHG16B": { b, _ in b.cold { processor, i throws(GuestFault) in try processor.compareSixteenBytes(i) } },
    ]

    private static func add(_ b: inout BlockBuilder, _ i: DecodedInstruction, _ size: Int) {
        let place = b.rm(size: size)
        let register = b.reg(size: size)
        let y = b.read(register, size: size, into: Register.t1)
        if case .memory = place {
            b.emitMemory(ExchangeHandlers.addMemory(size), b: y)
            return b.write(register, size: size, from: y)
        }
        let x = b.read(place, size: size)
        b.emit(ExchangeHandlers.add(size), a: x, b: y)
        // Of one register twice the sum remains.
        b.write(register, size: size, from: y)
        b.write(place, size: size, from: x)
    }

    private static func compare(_ b: inout BlockBuilder, _ i: DecodedInstruction, _ size: Int) {
        let place = b.rm(size: size)
        let y = b.read(b.reg(size: size), size: size, into: Register.t1)
        if case .memory = place { return b.emitMemory(ExchangeHandlers.compareMemory(size), b: y) }
        let x = b.read(place, size: size)
        b.emit(ExchangeHandlers.compare(size), a: x, b: y)
        b.write(place, size: size, from: x)
    }
}

enum ExchangeHandlers {
    /// Register `a` becomes the sum, `b` what `a` was.
    static func add(_ size: Int) -> Handler {
        switch size {
        case 1:
            return { c, o in
                ExchangeHandlers.add(c, o, UInt8.self)
                return next(c, o)
            }
        case 2:
            return { c, o in
                ExchangeHandlers.add(c, o, UInt16.self)
                return next(c, o)
            }
        case 4:
            return { c, o in
                ExchangeHandlers.add(c, o, UInt32.self)
                return next(c, o)
            }
        default:
            return { c, o in
                ExchangeHandlers.add(c, o, UInt64.self)
                return next(c, o)
            }
        }
    }

    /// Likewise with storage in place of `a`. Register `b` may be part of the address.
    static func addMemory(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in next(c, o, if: ExchangeHandlers.addMemory(c, o, UInt8.self)) }
        case 2: return { c, o in next(c, o, if: ExchangeHandlers.addMemory(c, o, UInt16.self)) }
        case 4: return { c, o in next(c, o, if: ExchangeHandlers.addMemory(c, o, UInt32.self)) }
        default: return { c, o in next(c, o, if: ExchangeHandlers.addMemory(c, o, UInt64.self)) }
        }
    }

    /// Register `a` becomes `b` if the accumulator equals it; else the accumulator becomes `a`.
    static func compare(_ size: Int) -> Handler {
        switch size {
        case 1:
            return { c, o in
                ExchangeHandlers.compare(c, o, UInt8.self)
                return next(c, o)
            }
        case 2:
            return { c, o in
                ExchangeHandlers.compare(c, o, UInt16.self)
                return next(c, o)
            }
        case 4:
            return { c, o in
                ExchangeHandlers.compare(c, o, UInt32.self)
                return next(c, o)
            }
        default:
            return { c, o in
                ExchangeHandlers.compare(c, o, UInt64.self)
                return next(c, o)
            }
        }
    }

    /// Likewise with storage in place of `a`. It is written in both cases.
    static func compareMemory(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in next(c, o, if: ExchangeHandlers.compareMemory(c, o, UInt8.self)) }
        case 2: return { c, o in next(c, o, if: ExchangeHandlers.compareMemory(c, o, UInt16.self)) }
        case 4: return { c, o in next(c, o, if: ExchangeHandlers.compareMemory(c, o, UInt32.self)) }
        default: return { c, o in next(c, o, if: ExchangeHandlers.compareMemory(c, o, UInt64.self)) }
        }
    }

    @inline(__always)
    private static func add<Word: GuestWord>(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type) {
        let core = Core(c)
        let old = core.get(Op(o).a, Word.self)
        let sum = Add.apply(core, old, core.get(Op(o).b, Word.self))
        core.set(Op(o).b, old)
        core.set(Op(o).a, sum)
    }

    @inline(__always)
    private static func addMemory<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> Bool {
        let core = Core(c)
        return core.modify(Op(o), Word.self) { old in
            let sum = Add.apply(core, old, core.get(Op(o).b, Word.self))
            core.set(Op(o).b, old)
            return sum
        }
    }

    /// Whether the accumulator equals the operand; else it becomes it.
    @inline(__always)
    private static func isEqual<Word: GuestWord>(_ core: Core, _ old: Word) -> Bool {
        let accumulator = core.get(Register.ax, Word.self)
        _ = Subtract.apply(core, accumulator, old)
        if accumulator == old { return true }
        core.set(Register.ax, old)
        return false
    }

    @inline(__always)
    private static func compare<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) {
        let core = Core(c)
        let new = core.get(Op(o).b, Word.self)
        // Of 32 bits the upper half stays where nothing is stored.
        if isEqual(core, core.get(Op(o).a, Word.self)) { core.set(Op(o).a, new) }
    }

    @inline(__always)
    private static func compareMemory<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> Bool {
        let core = Core(c)
        let new = core.get(Op(o).b, Word.self)
        return core.modify(Op(o), Word.self) { isEqual(core, $0) ? new : $0 }
    }
}

extension X86Processor {
    /// EDX:EAX is compared, ECX:EBX is stored. Other flags than ZF stay.
    func compareEightBytes(_ i: DecodedInstruction) throws(GuestFault) {
        let address = try linearAddress(i, size: 8, isWrite: true)
        let isStack = i.memory.segment == 2
        try probeWrite(linear: address, size: 8, stack: isStack)
        let old = try read(linear: address, size: 8, stack: isStack)
        let expected = core[Register.dx] << 32 | core[Register.ax] & 0xFFFF_FFFF
        let new = core[Register.cx] << 32 | core[Register.bx] & 0xFFFF_FFFF
        try write(linear: address, old == expected ? new : old, size: 8, stack: isStack)
        if old != expected {
            core[Register.ax] = old & 0xFFFF_FFFF
            core[Register.dx] = old >> 32
        }
        setZero(old == expected)
    }

    /// RDX:RAX is compared, RCX:RBX is stored. The operand must be aligned.
    func compareSixteenBytes(_ i: DecodedInstruction) throws(GuestFault) {
        let address = try linearAddress(i, size: 16, isWrite: true)
        let isStack = i.memory.segment == 2
        guard address & 15 == 0 else { throw .protection() }
        try probeWrite(linear: address, size: 8, stack: isStack)
        try probeWrite(linear: address &+ 8, size: 8, stack: isStack)
        let low = try read(linear: address, size: 8, stack: isStack)
        let high = try read(linear: address &+ 8, size: 8, stack: isStack)
        let isEqual = low == core[Register.ax] && high == core[Register.dx]
        try write(linear: address, isEqual ? core[Register.bx] : low, size: 8, stack: isStack)
        try write(linear: address &+ 8, isEqual ? core[Register.cx] : high, size: 8, stack: isStack)
        if !isEqual {
            core[Register.ax] = low
            core[Register.dx] = high
        }
        setZero(isEqual)
    }
}
