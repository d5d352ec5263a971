// Moves between registers, numbers and storage that are not whole registers' loads, and extensions.

enum MoveHandlers {
    /// The low part of register `a` is loaded, as an instruction of that size writes a register.
    static func load(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in MoveHandlers.load(c, o, UInt8.self) }
        case 2: return { c, o in MoveHandlers.load(c, o, UInt16.self) }
        default: return MemoryHandlers.load(size)
        }
    }

    /// The low part of register `a` becomes `immediate`.
    static func constant(_ size: Int) -> Handler {
        switch size {
        case 1:
            return { c, o in
                Core(c).set(Op(o).a, Op(o).immediate(UInt8.self))
                return next(c, o)
            }
        case 2:
            return { c, o in
                Core(c).set(Op(o).a, Op(o).immediate(UInt16.self))
                return next(c, o)
            }
        case 4:
            return { c, o in
                Core(c).set(Op(o).a, Op(o).immediate(UInt32.self))
                return next(c, o)
            }
        default: return MemoryHandlers.constant
        }
    }

    /// `immediate` is stored.
    static func storeConstant(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in MoveHandlers.storeConstant(c, o, UInt8.self) }
        case 2: return { c, o in MoveHandlers.storeConstant(c, o, UInt16.self) }
        case 4: return { c, o in MoveHandlers.storeConstant(c, o, UInt32.self) }
        default: return { c, o in MoveHandlers.storeConstant(c, o, UInt64.self) }
        }
    }

    /// Registers `a` and `b` change places.
    static func exchange(_ size: Int) -> Handler {
        switch size {
        case 1:
            return { c, o in
                MoveHandlers.exchange(c, o, UInt8.self)
                return next(c, o)
            }
        case 2:
            return { c, o in
                MoveHandlers.exchange(c, o, UInt16.self)
                return next(c, o)
            }
        case 4:
            return { c, o in
                MoveHandlers.exchange(c, o, UInt32.self)
                return next(c, o)
            }
        default:
            return { c, o in
                MoveHandlers.exchange(c, o, UInt64.self)
                return next(c, o)
            }
        }
    }

    /// Register `a`, all of it, gets the low part of `b` with zeroes in front.
    static func zeroExtend(from size: Int) -> Handler {
        switch size {
        case 1:
            return { c, o in
                Core(c)[Op(o).a] = UInt64(Core(c).get(Op(o).b, UInt8.self))
                return next(c, o)
            }
        default:
            return { c, o in
                Core(c)[Op(o).a] = UInt64(Core(c).get(Op(o).b, UInt16.self))
                return next(c, o)
            }
        }
    }

    /// Register `a` gets the low part of `b` with its sign in front, as an instruction of size `to` writes a register.
    static func signExtend(from size: Int, to: Int) -> Handler {
        switch (size, to) {
        case (1, 2):
            return { c, o in
                MoveHandlers.signExtend(c, o, UInt8.self, UInt16.self)
                return next(c, o)
            }
        case (1, 4):
            return { c, o in
                MoveHandlers.signExtend(c, o, UInt8.self, UInt32.self)
                return next(c, o)
            }
        case (1, _):
            return { c, o in
                MoveHandlers.signExtend(c, o, UInt8.self, UInt64.self)
                return next(c, o)
            }
        case (2, 4):
            return { c, o in
                MoveHandlers.signExtend(c, o, UInt16.self, UInt32.self)
                return next(c, o)
            }
        case (2, 8):
            return { c, o in
                MoveHandlers.signExtend(c, o, UInt16.self, UInt64.self)
                return next(c, o)
            }
        case (4, 8):
            return { c, o in
                MoveHandlers.signExtend(c, o, UInt32.self, UInt64.self)
                return next(c, o)
            }
        // Nothing is extended where both sizes are one.
        default: return MemoryHandlers.move(to)
        }
    }

    /// Likewise, from storage.
    static func loadSigned(from size: Int, to: Int) -> Handler {
        switch (size, to) {
        case (1, 2): return { c, o in MoveHandlers.loadSigned(c, o, UInt8.self, UInt16.self) }
        case (1, 4): return { c, o in MoveHandlers.loadSigned(c, o, UInt8.self, UInt32.self) }
        case (1, _): return { c, o in MoveHandlers.loadSigned(c, o, UInt8.self, UInt64.self) }
        case (2, 4): return { c, o in MoveHandlers.loadSigned(c, o, UInt16.self, UInt32.self) }
        case (2, 8): return { c, o in MoveHandlers.loadSigned(c, o, UInt16.self, UInt64.self) }
        case (4, 8): return { c, o in MoveHandlers.loadSigned(c, o, UInt32.self, UInt64.self) }
        default: return MoveHandlers.load(to)
        }
    }

    /// Register `a` gets the effective address.
    static func effectiveAddress(_ size: Int, isPlain: Bool) -> Handler {
        switch size {
        case 2:
            return { c, o in
                Core(c).set(Op(o).a, UInt16(truncatingIfNeeded: Core(c).effectiveAddress(Op(o))))
                return next(c, o)
            }
        case 4:
            return { c, o in
                Core(c).set(Op(o).a, UInt32(truncatingIfNeeded: Core(c).effectiveAddress(Op(o))))
                return next(c, o)
            }
        default:
            if isPlain {
                return { c, o in
                    Core(c)[Op(o).a] = Core(c).offsetWithin(Op(o))
                    return next(c, o)
                }
            }
            return { c, o in
                Core(c)[Op(o).a] = Core(c).effectiveAddress(Op(o))
                return next(c, o)
            }
        }
    }

    /// The bytes of register `b` in reverse order, in `a`.
    static func swapBytes(_ size: Int) -> Handler {
        switch size {
        case 2:
            return { c, o in
                Core(c).set(Op(o).a, Core(c).get(Op(o).b, UInt16.self).byteSwapped)
                return next(c, o)
            }
        case 4:
            return { c, o in
                Core(c).set(Op(o).a, Core(c).get(Op(o).b, UInt32.self).byteSwapped)
                return next(c, o)
            }
        default:
            return { c, o in
                Core(c)[Op(o).a] = Core(c)[Op(o).b].byteSwapped
                return next(c, o)
            }
        }
    }

    @inline(__always)
    static func load<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<Word>.size, isWrite: false) else {
            return slowLoad(c, o, Word.self)
        }
        Core(c).set(Op(o).a, host.loadUnaligned(as: Word.self))
        return next(c, o)
    }

    @inline(never)
    static func slowLoad<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let value = Core(c).operand(Op(o), Word.self) else { return leave(c, o) }
        Core(c).set(Op(o).a, value)
        return next(c, o)
    }

    @inline(__always)
    private static func storeConstant<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<Word>.size, isWrite: true) else {
            return slowStoreConstant(c, o, Word.self)
        }
        host.storeBytes(of: Op(o).immediate(Word.self), as: Word.self)
        return next(c, o)
    }

    @inline(never)
    private static func slowStoreConstant<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let size = UInt64(MemoryLayout<Word>.size)
        guard let address = Core(c).address(Op(o), size: size, isWrite: true),
            Core(c).store(Op(o), at: address, Op(o).immediate(Word.self))
        else { return leave(c, o) }
        return next(c, o)
    }

    @inline(__always)
    private static func exchange<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) {
        let a = Core(c).get(Op(o).a, Word.self)
        let b = Core(c).get(Op(o).b, Word.self)
        Core(c).set(Op(o).a, b)
        Core(c).set(Op(o).b, a)
    }

    @inline(__always)
    private static func signExtend<From: GuestWord, To: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: From.Type, _: To.Type
    ) {
        Core(c).set(Op(o).a, To(truncatingIfNeeded: signExtended(Core(c).get(Op(o).b, From.self))))
    }

    @inline(__always)
    private static func loadSigned<From: GuestWord, To: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: From.Type, _: To.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<From>.size, isWrite: false) else {
            return slowLoadSigned(c, o, From.self, To.self)
        }
        Core(c).set(Op(o).a, To(truncatingIfNeeded: signExtended(host.loadUnaligned(as: From.self))))
        return next(c, o)
    }

    @inline(never)
    private static func slowLoadSigned<From: GuestWord, To: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: From.Type, _: To.Type
    ) -> UnsafeMutableRawPointer? {
        guard let value = Core(c).operand(Op(o), From.self) else { return leave(c, o) }
        Core(c).set(Op(o).a, To(truncatingIfNeeded: signExtended(value)))
        return next(c, o)
    }
}
