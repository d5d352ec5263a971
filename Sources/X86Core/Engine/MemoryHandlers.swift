// Handlers that bring operands to registers and back.

enum MemoryHandlers {
    /// Register `a` gets the zero-extended operand.
    static func load(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in MemoryHandlers.load(c, o, UInt8.self) }
        case 2: return { c, o in MemoryHandlers.load(c, o, UInt16.self) }
        case 4: return { c, o in MemoryHandlers.load(c, o, UInt32.self) }
        default: return { c, o in MemoryHandlers.load(c, o, UInt64.self) }
        }
    }

    /// Likewise, and storing there afterwards will not fail.
    static func loadForWriting(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in MemoryHandlers.loadForWriting(c, o, UInt8.self) }
        case 2: return { c, o in MemoryHandlers.loadForWriting(c, o, UInt16.self) }
        case 4: return { c, o in MemoryHandlers.loadForWriting(c, o, UInt32.self) }
        default: return { c, o in MemoryHandlers.loadForWriting(c, o, UInt64.self) }
        }
    }

    /// The low part of register `a` is stored.
    static func store(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in MemoryHandlers.store(c, o, UInt8.self) }
        case 2: return { c, o in MemoryHandlers.store(c, o, UInt16.self) }
        case 4: return { c, o in MemoryHandlers.store(c, o, UInt32.self) }
        default: return { c, o in MemoryHandlers.store(c, o, UInt64.self) }
        }
    }

    /// Register `a` gets the low part of `b`, as an instruction of that size writes a register.
    static func move(_ size: Int) -> Handler {
        switch size {
        case 1:
            return { c, o in
                Core(c).set(Op(o).a, Core(c).get(Op(o).b, UInt8.self))
                return next(c, o)
            }
        case 2:
            return { c, o in
                Core(c).set(Op(o).a, Core(c).get(Op(o).b, UInt16.self))
                return next(c, o)
            }
        case 4:
            return { c, o in
                Core(c).set(Op(o).a, Core(c).get(Op(o).b, UInt32.self))
                return next(c, o)
            }
        default:
            return { c, o in
                Core(c)[Op(o).a] = Core(c)[Op(o).b]
                return next(c, o)
            }
        }
    }

    static let constant: Handler = { c, o in
        Core(c)[Op(o).a] = Op(o).immediate
        return next(c, o)
    }

    /// Register `a` gets bits 8 to 15 of `b`.
    static let takeHigh: Handler = { c, o in
        Core(c)[Op(o).a] = Core(c)[Op(o).b] >> 8 & 0xFF
        return next(c, o)
    }

    /// Bits 8 to 15 of `a` get the low byte of `b`.
    static let putHigh: Handler = { c, o in
        let kept = Core(c)[Op(o).a] & ~0xFF00
        Core(c)[Op(o).a] = kept | (Core(c)[Op(o).b] & 0xFF) << 8
        return next(c, o)
    }

    @inline(__always)
    static func load<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<Word>.size, isWrite: false) else {
            return slowLoad(c, o, type)
        }
        Core(c)[Op(o).a] = UInt64(truncatingIfNeeded: host.loadUnaligned(as: Word.self))
        return next(c, o)
    }

    @inline(never)
    static func slowLoad<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let value = Core(c).operand(Op(o), type) else { return leave(c, o) }
        Core(c)[Op(o).a] = UInt64(truncatingIfNeeded: value)
        return next(c, o)
    }

    @inline(__always)
    private static func loadForWriting<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<Word>.size, isWrite: true) else {
            return slowLoadForWriting(c, o, type)
        }
        Core(c)[Op(o).a] = UInt64(truncatingIfNeeded: host.loadUnaligned(as: Word.self))
        return next(c, o)
    }

    @inline(never)
    private static func slowLoadForWriting<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        guard let address = core.address(Op(o), size: UInt64(MemoryLayout<Word>.size), isWrite: true),
            let value = core.load(Op(o), at: address, type, forWriting: true)
        else { return leave(c, o) }
        core[Op(o).a] = UInt64(truncatingIfNeeded: value)
        return next(c, o)
    }

    @inline(__always)
    private static func store<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<Word>.size, isWrite: true) else {
            return slowStore(c, o, type)
        }
        host.storeBytes(of: Core(c).get(Op(o).a, type), as: Word.self)
        return next(c, o)
    }

    @inline(never)
    static func slowStore<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        guard let address = core.address(Op(o), size: UInt64(MemoryLayout<Word>.size), isWrite: true),
            core.store(Op(o), at: address, core.get(Op(o).a, type))
        else { return leave(c, o) }
        return next(c, o)
    }
}
