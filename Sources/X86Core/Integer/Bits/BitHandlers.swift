// Single bits, and counting them. Intel SDM volume 2: BT, BTS, BTR, BTC, BSF, BSR, TZCNT, LZCNT, POPCNT.

enum BitHandlers {
    /// What happens to the bit.
    enum Change: UInt8 { case none, set, reset, complement }

    /// Register `a`, the bit whose number stands in `b`, or in `immediate` where `c` says so. `d`: a `Change`.
    static func bit(_ size: Int) -> Handler {
        switch size {
        case 2:
            return { c, o in
                BitHandlers.bit(c, o, UInt16.self)
                return next(c, o)
            }
        case 4:
            return { c, o in
                BitHandlers.bit(c, o, UInt32.self)
                return next(c, o)
            }
        default:
            return { c, o in
                BitHandlers.bit(c, o, UInt64.self)
                return next(c, o)
            }
        }
    }

    /// Register `a` gets the offset of the word with the bit whose number stands in register `b`: a number with a sign,
    /// that reaches beyond the operand.
    static func place(_ size: Int) -> Handler {
        switch size {
        case 2:
            return { c, o in
                let number = Int64(Int16(truncatingIfNeeded: Core(c)[Op(o).b]))
                Core(c)[Op(o).a] = Core(c).offsetWithin(Op(o)) &+ UInt64(bitPattern: (number >> 4) << 1)
                return next(c, o)
            }
        case 4:
            return { c, o in
                let number = Int64(Int32(truncatingIfNeeded: Core(c)[Op(o).b]))
                Core(c)[Op(o).a] = Core(c).offsetWithin(Op(o)) &+ UInt64(bitPattern: (number >> 5) << 2)
                return next(c, o)
            }
        default:
            return { c, o in
                let number = Int64(bitPattern: Core(c)[Op(o).b])
                Core(c)[Op(o).a] = Core(c).offsetWithin(Op(o)) &+ UInt64(bitPattern: (number >> 6) << 3)
                return next(c, o)
            }
        }
    }

    /// The others of the flags are undefined: they stay.
    @inline(__always)
    private static func bit<Word: GuestWord>(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type) {
        let (core, op) = (Core(c), Op(o))
        let number = op.c != 0 ? op.immediate(Word.self) : core.get(op.b, Word.self)
        let mask = Word(1) &<< number
        let old = core.get(op.a, Word.self)
        core.setCarry(old & mask != 0)
        switch op.d {
        case Change.none.rawValue: return
        case Change.set.rawValue: core.set(op.a, old | mask)
        case Change.reset.rawValue: core.set(op.a, old & ~mask)
        default: core.set(op.a, old ^ mask)
        }
    }

    /// Register `a` gets the number of `b`'s lowest or highest one; it stays where there is none.
    static func scan(_ size: Int, reverse: Bool) -> Handler {
        switch (size, reverse) {
        case (2, false):
            return { c, o in
                BitHandlers.scan(c, o, UInt16.self, reverse: false)
                return next(c, o)
            }
        case (4, false):
            return { c, o in
                BitHandlers.scan(c, o, UInt32.self, reverse: false)
                return next(c, o)
            }
        case (_, false):
            return { c, o in
                BitHandlers.scan(c, o, UInt64.self, reverse: false)
                return next(c, o)
            }
        case (2, true):
            return { c, o in
                BitHandlers.scan(c, o, UInt16.self, reverse: true)
                return next(c, o)
            }
        case (4, true):
            return { c, o in
                BitHandlers.scan(c, o, UInt32.self, reverse: true)
                return next(c, o)
            }
        case (_, true):
            return { c, o in
                BitHandlers.scan(c, o, UInt64.self, reverse: true)
                return next(c, o)
            }
        }
    }

    /// All flags but ZF are undefined: PF is that of the number, the others are cleared, as in AMD's processors.
    @inline(__always)
    private static func scan<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type, reverse: Bool
    ) {
        let core = Core(c)
        let value = core.get(Op(o).b, Word.self)
        core.state.pointee.flagCarries = 0
        if value == 0 {
            core.state.pointee.flagResult = 0
            return
        }
        let number = reverse ? Word.bitWidth - 1 - value.leadingZeroBitCount : value.trailingZeroBitCount
        core.state.pointee.flagResult = UInt64(number) | 0x100
        core.set(Op(o).a, Word(truncatingIfNeeded: number))
    }

    enum Counting { case ones, zeroesBelow, zeroesAbove }

    static func count(_ size: Int, _ counting: Counting) -> Handler {
        switch (size, counting) {
        case (2, .ones):
            return { c, o in
                BitHandlers.countOnes(c, o, UInt16.self)
                return next(c, o)
            }
        case (4, .ones):
            return { c, o in
                BitHandlers.countOnes(c, o, UInt32.self)
                return next(c, o)
            }
        case (_, .ones):
            return { c, o in
                BitHandlers.countOnes(c, o, UInt64.self)
                return next(c, o)
            }
        case (2, .zeroesBelow):
            return { c, o in
                BitHandlers.countZeroes(c, o, UInt16.self, above: false)
                return next(c, o)
            }
        case (4, .zeroesBelow):
            return { c, o in
                BitHandlers.countZeroes(c, o, UInt32.self, above: false)
                return next(c, o)
            }
        case (_, .zeroesBelow):
            return { c, o in
                BitHandlers.countZeroes(c, o, UInt64.self, above: false)
                return next(c, o)
            }
        case (2, .zeroesAbove):
            return { c, o in
                BitHandlers.countZeroes(c, o, UInt16.self, above: true)
                return next(c, o)
            }
        case (4, .zeroesAbove):
            return { c, o in
                BitHandlers.countZeroes(c, o, UInt32.self, above: true)
                return next(c, o)
            }
        case (_, .zeroesAbove):
            return { c, o in
                BitHandlers.countZeroes(c, o, UInt64.self, above: true)
                return next(c, o)
            }
        }
    }

    @inline(__always)
    private static func countOnes<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) {
        let count = Core(c).get(Op(o).b, Word.self).nonzeroBitCount
        Core(c).set(Op(o).a, Word(truncatingIfNeeded: count))
        setFlags(Core(c), isZero: count == 0, carry: false)
    }

    /// SF, OF, AF and PF are undefined: they are cleared.
    @inline(__always)
    private static func countZeroes<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type, above: Bool
    ) {
        let value = Core(c).get(Op(o).b, Word.self)
        let count = above ? value.leadingZeroBitCount : value.trailingZeroBitCount
        Core(c).set(Op(o).a, Word(truncatingIfNeeded: count))
        setFlags(Core(c), isZero: count == 0, carry: value == 0)
    }

    /// ZF and CF; the others are cleared.
    @inline(__always)
    private static func setFlags(_ core: Core, isZero: Bool, carry: Bool) {
        core.state.pointee.flagResult = isZero ? 0 : 0x100
        // Bit 8 turns PF over, bits 63 and 62 together are a carry without overflow.
        core.state.pointee.flagCarries = carry ? 3 << 62 | 0x100 : 0x100
    }
}
