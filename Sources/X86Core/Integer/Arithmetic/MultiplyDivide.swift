// MUL, IMUL, DIV and IDIV. Intel SDM volume 2.
//
// SF, ZF, AF and PF are undefined after multiplications, all flags after divisions: they stay as they are, as AMD's
// processors leave them.

enum MultiplyHandlers {
    /// The accumulator times register `b`, into the pair of A and D; of bytes into AX.
    static func wide(_ size: Int, isSigned: Bool) -> Handler {
        switch (size, isSigned) {
        case (1, false):
            return { c, o in
                MultiplyHandlers.wide(c, o, UInt8.self)
                return next(c, o)
            }
        case (2, false):
            return { c, o in
                MultiplyHandlers.wide(c, o, UInt16.self)
                return next(c, o)
            }
        case (4, false):
            return { c, o in
                MultiplyHandlers.wide(c, o, UInt32.self)
                return next(c, o)
            }
        case (_, false):
            return { c, o in
                MultiplyHandlers.wide(c, o, UInt64.self)
                return next(c, o)
            }
        case (1, true):
            return { c, o in
                MultiplyHandlers.wideSigned(c, o, Int8.self)
                return next(c, o)
            }
        case (2, true):
            return { c, o in
                MultiplyHandlers.wideSigned(c, o, Int16.self)
                return next(c, o)
            }
        case (4, true):
            return { c, o in
                MultiplyHandlers.wideSigned(c, o, Int32.self)
                return next(c, o)
            }
        case (_, true):
            return { c, o in
                MultiplyHandlers.wideSigned(c, o, Int64.self)
                return next(c, o)
            }
        }
    }

    /// Register `a` becomes `a` times `b`.
    static func narrow(_ size: Int) -> Handler {
        switch size {
        case 2:
            return { c, o in
                MultiplyHandlers.narrow(c, o, Core(c).get(Op(o).a, UInt16.self), Int16.self)
                return next(c, o)
            }
        case 4:
            return { c, o in
                MultiplyHandlers.narrow(c, o, Core(c).get(Op(o).a, UInt32.self), Int32.self)
                return next(c, o)
            }
        default:
            return { c, o in
                MultiplyHandlers.narrow(c, o, Core(c).get(Op(o).a, UInt64.self), Int64.self)
                return next(c, o)
            }
        }
    }

    /// Register `a` becomes `b` times `immediate`.
    static func narrowConstant(_ size: Int) -> Handler {
        switch size {
        case 2:
            return { c, o in
                MultiplyHandlers.narrow(c, o, Op(o).immediate(UInt16.self), Int16.self)
                return next(c, o)
            }
        case 4:
            return { c, o in
                MultiplyHandlers.narrow(c, o, Op(o).immediate(UInt32.self), Int32.self)
                return next(c, o)
            }
        default:
            return { c, o in
                MultiplyHandlers.narrow(c, o, Op(o).immediate(UInt64.self), Int64.self)
                return next(c, o)
            }
        }
    }

    @inline(__always)
    private static func put<Word: GuestWord>(_ core: Core, low: Word, high: Word) {
        if Word.bitWidth == 8 {
            core.set(Register.ax, UInt16(truncatingIfNeeded: high) << 8 | UInt16(truncatingIfNeeded: low))
        } else {
            core.set(Register.ax, low)
            core.set(Register.dx, high)
        }
    }

    @inline(__always)
    private static func wide<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) {
        let core = Core(c)
        let (high, low) = core.get(Register.ax, Word.self).multipliedFullWidth(by: core.get(Op(o).b, Word.self))
        put(core, low: Word(truncatingIfNeeded: low), high: high)
        core.setCarryAndOverflow(cf: high != 0, of: high != 0)
    }

    @inline(__always)
    private static func wideSigned<Number: FixedWidthInteger & SignedInteger>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Number.Type
    ) where Number.Magnitude: GuestWord {
        let core = Core(c)
        let a = Number(truncatingIfNeeded: core[Register.ax])
        let (high, low) = a.multipliedFullWidth(by: Number(truncatingIfNeeded: core[Op(o).b]))
        put(core, low: Number.Magnitude(truncatingIfNeeded: low), high: Number.Magnitude(truncatingIfNeeded: high))
        let isLong = high != Number(truncatingIfNeeded: low) >> (Number.bitWidth - 1)
        core.setCarryAndOverflow(cf: isLong, of: isLong)
    }

    @inline(__always)
    private static func narrow<Number: FixedWidthInteger & SignedInteger>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ factor: Number.Magnitude, _: Number.Type
    ) where Number.Magnitude: GuestWord {
        let core = Core(c)
        let b = Number(truncatingIfNeeded: core[Op(o).b])
        let (product, isLong) = b.multipliedReportingOverflow(by: Number(truncatingIfNeeded: factor))
        core.set(Op(o).a, Number.Magnitude(truncatingIfNeeded: product))
        core.setCarryAndOverflow(cf: isLong, of: isLong)
    }
}

enum DivideHandlers {
    /// The pair of A and D, of bytes AX, by register `b`.
    static func divide(_ size: Int, isSigned: Bool) -> Handler {
        switch (size, isSigned) {
        case (1, false): return { c, o in next(c, o, if: DivideHandlers.divide(c, o, UInt8.self)) }
        case (2, false): return { c, o in next(c, o, if: DivideHandlers.divide(c, o, UInt16.self)) }
        case (4, false): return { c, o in next(c, o, if: DivideHandlers.divide(c, o, UInt32.self)) }
        case (_, false): return { c, o in next(c, o, if: DivideHandlers.divide(c, o, UInt64.self)) }
        case (1, true): return { c, o in next(c, o, if: DivideHandlers.divideSigned(c, o, UInt8.self)) }
        case (2, true): return { c, o in next(c, o, if: DivideHandlers.divideSigned(c, o, UInt16.self)) }
        case (4, true): return { c, o in next(c, o, if: DivideHandlers.divideSigned(c, o, UInt32.self)) }
        case (_, true): return { c, o in next(c, o, if: DivideHandlers.divideSigned(c, o, UInt64.self)) }
        }
    }

    @inline(__always)
    private static func dividend<Word: GuestWord>(_ core: Core, _: Word.Type) -> (high: Word, low: Word) {
        let low = core.get(Register.ax, Word.self)
        if Word.bitWidth == 8 { return (Word(truncatingIfNeeded: core[Register.ax] >> 8), low) }
        return (core.get(Register.dx, Word.self), low)
    }

    @inline(__always)
    private static func put<Word: GuestWord>(_ core: Core, quotient: Word, remainder: Word) {
        if Word.bitWidth == 8 {
            let both = UInt16(truncatingIfNeeded: remainder) << 8 | UInt16(truncatingIfNeeded: quotient)
            core.set(Register.ax, both)
        } else {
            core.set(Register.ax, quotient)
            core.set(Register.dx, remainder)
        }
    }

    @inline(__always)
    private static func divide<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> Bool {
        let core = Core(c)
        let divisor = core.get(Op(o).b, Word.self)
        let (high, low) = dividend(core, Word.self)
        // The quotient fits if, and only if, the divisor is greater than the upper half.
        guard high < divisor else { return core.processor.raises(.divideError) }
        let (quotient, remainder) = unsigned(high, low, by: divisor)
        put(core, quotient: quotient, remainder: remainder)
        return true
    }

    @inline(__always)
    private static func unsigned<Word: GuestWord>(_ high: Word, _ low: Word, by divisor: Word) -> (Word, Word) {
        if Word.bitWidth == 64 {
            if high == 0 { return (low / divisor, low % divisor) }
            let divided = divisor.dividingFullWidth((high, Word.Magnitude(truncatingIfNeeded: low)))
            return (divided.quotient, divided.remainder)
        }
        let whole = UInt64(truncatingIfNeeded: high) << UInt64(Word.bitWidth & 63) | UInt64(truncatingIfNeeded: low)
        let by = UInt64(truncatingIfNeeded: divisor)
        return (Word(truncatingIfNeeded: whole / by), Word(truncatingIfNeeded: whole % by))
    }

    /// Of the magnitudes: the remainder has the dividend's sign.
    @inline(__always)
    private static func divideSigned<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type
    ) -> Bool {
        let core = Core(c)
        let divisor = core.get(Op(o).b, Word.self)
        let (high, low) = dividend(core, Word.self)
        let isNegative = top(high)
        let isOpposite = isNegative != top(divisor)
        let magnitude = top(divisor) ? 0 &- divisor : divisor
        let absoluteLow = isNegative ? 0 &- low : low
        let absoluteHigh = isNegative ? ~high &+ (low == 0 ? 1 : 0) : high
        guard absoluteHigh < magnitude else { return core.processor.raises(.divideError) }
        let (quotient, remainder) = unsigned(absoluteHigh, absoluteLow, by: magnitude)
        // The largest negative quotient is by one larger than the largest positive one.
        let limit = Word(1) << (Word.bitWidth - 1)
        guard isOpposite ? quotient <= limit : quotient < limit else { return core.processor.raises(.divideError) }
        put(core, quotient: isOpposite ? 0 &- quotient : quotient, remainder: isNegative ? 0 &- remainder : remainder)
        return true
    }
}
