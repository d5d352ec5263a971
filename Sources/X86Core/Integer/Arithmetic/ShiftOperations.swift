// Shifts and rotations. Intel SDM volume 2: SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD.
//
// The manual defines OF for a count of 1 only. Processors compute it for every count as the last of so many single
// steps would, and so does this core. AF, undefined after shifts, is cleared.

protocol ShiftOperation {
    /// - Parameter count: already cut to five bits, or six of 64-bit operands; not 0.
    static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word
}

/// The operand's highest bit.
@inline(__always) func top<Word: GuestWord>(_ a: Word) -> Bool { a >> (Word.bitWidth - 1) != 0 }

/// Whether the two highest bits differ.
@inline(__always) func topsDiffer<Word: GuestWord>(_ a: Word) -> Bool { top(a ^ a << 1) }

enum ShiftLeft: ShiftOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word {
        // Bytes and words may be shifted by more than they have: the last bit that goes out is 0 then.
        let last = a << Word(count - 1)
        let result = last << 1
        core.setResultFlags(result, cf: top(last), of: top(result) != top(last))
        return result
    }
}

enum ShiftRight: ShiftOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word {
        let last = a >> Word(count - 1)
        let result = last >> 1
        core.setResultFlags(result, cf: last & 1 != 0, of: top(last))
        return result
    }
}

enum ShiftRightSigned: ShiftOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word {
        let wide = Int64(bitPattern: signExtended(a))
        let last = wide >> Int64(count - 1)
        let result = Word(truncatingIfNeeded: last >> 1)
        core.setResultFlags(result, cf: last & 1 != 0, of: false)
        return result
    }
}

enum RotateLeft: ShiftOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word {
        let by = Word(truncatingIfNeeded: Int(count) & (Word.bitWidth - 1))
        let result = by == 0 ? a : a << by | a >> (Word(Word.bitWidth) - by)
        let carry = result & 1 != 0
        core.setCarryAndOverflow(cf: carry, of: carry != top(result))
        return result
    }
}

enum RotateRight: ShiftOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word {
        let by = Word(truncatingIfNeeded: Int(count) & (Word.bitWidth - 1))
        let result = by == 0 ? a : a >> by | a << (Word(Word.bitWidth) - by)
        core.setCarryAndOverflow(cf: top(result), of: topsDiffer(result))
        return result
    }
}

/// Through CF: of one bit more than the operand has. Where the count is a multiple of that, no flag changes.
enum RotateLeftThroughCarry: ShiftOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word {
        let by = Word(truncatingIfNeeded: Int(count) % (Word.bitWidth + 1))
        if by == 0 { return a }
        let width = Word(Word.bitWidth)
        // Swift's shifts give 0 where the count is the width.
        let carry = Word(truncatingIfNeeded: core.carry)
        let result = a << by | carry << (by - 1) | a >> (width - by + 1)
        let out = a >> (width - by) & 1 != 0
        core.setCarryAndOverflow(cf: out, of: out != top(result))
        return result
    }
}

enum RotateRightThroughCarry: ShiftOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ count: UInt8) -> Word {
        let by = Word(truncatingIfNeeded: Int(count) % (Word.bitWidth + 1))
        if by == 0 { return a }
        let width = Word(Word.bitWidth)
        let carry = Word(truncatingIfNeeded: core.carry)
        let result = a >> by | carry << (width - by) | a << (width - by + 1)
        core.setCarryAndOverflow(cf: a >> (by - 1) & 1 != 0, of: topsDiffer(result))
        return result
    }
}

enum Shift {
    /// Register `a`, by `immediate`.
    @inline(__always)
    static func immediate<Operation: ShiftOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) {
        let count = UInt8(truncatingIfNeeded: Op(o).immediate)
        Core(c).set(Op(o).a, Operation.apply(Core(c), Core(c).get(Op(o).a, Word.self), count))
    }

    /// Register `a`, by CL. A count of 0 changes no flag, but clears the upper half as every result of 32 bits does.
    @inline(__always)
    static func variable<Operation: ShiftOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) {
        let core = Core(c)
        let count = core.get(Register.cx, UInt8.self) & (Word.bitWidth == 64 ? 63 : 31)
        let value = core.get(Op(o).a, Word.self)
        core.set(Op(o).a, count == 0 ? value : Operation.apply(core, value, count))
    }
}

/// By the operand's size: 1, 2, 4 and 8 bytes.
struct ShiftFamily {
    var immediates: [Handler]
    var variables: [Handler]

    func immediate(size: Int) -> Handler { immediates[size.trailingZeroBitCount] }
    func variable(size: Int) -> Handler { variables[size.trailingZeroBitCount] }
}

// MARK: - Of two registers

enum DoubleShift {
    /// - Parameter a: the operand that is changed; `b`: where the bits come from.
    /// - Parameter count: cut as above; not 0. Of words more than 16 is undefined: then the operand's own bits follow,
    ///   as Intel's processors have it.
    @inline(__always)
    static func left<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word, _ count: UInt8) -> Word {
        let by = Word(count)
        let width = Word(Word.bitWidth)
        let result: Word
        let carry: Bool
        if Word.bitWidth == 16, by > 16 {
            result = b << (by - 16) | a >> (32 - by)
            carry = b >> (32 - by) & 1 != 0
        } else {
            result = a << by | b >> (width - by)
            carry = a >> (width - by) & 1 != 0
        }
        core.setResultFlags(result, cf: carry, of: carry != top(result))
        return result
    }

    @inline(__always)
    static func right<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word, _ count: UInt8) -> Word {
        let by = Word(count)
        let width = Word(Word.bitWidth)
        let result: Word
        let carry: Bool
        if Word.bitWidth == 16, by > 16 {
            result = b >> (by - 16) | a << (32 - by)
            carry = b >> (by - 17) & 1 != 0
        } else {
            result = a >> by | b << (width - by)
            carry = a >> (by - 1) & 1 != 0
        }
        core.setResultFlags(result, cf: carry, of: topsDiffer(result))
        return result
    }

    /// Register `a` takes bits of `b`. `c`: the count is `immediate`, else CL. `d`: to the right.
    @inline(__always)
    static func run<Word: GuestWord>(_ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Word.Type) {
        let (core, op) = (Core(c), Op(o))
        var count = op.c != 0 ? UInt8(truncatingIfNeeded: op.immediate) : core.get(Register.cx, UInt8.self)
        count &= Word.bitWidth == 64 ? 63 : 31
        let a = core.get(op.a, Word.self)
        let b = core.get(op.b, Word.self)
        if count == 0 {
            core.set(op.a, a)
        } else {
            core.set(op.a, op.d != 0 ? right(core, a, b, count) : left(core, a, b, count))
        }
    }

    static func handler(size: Int) -> Handler {
        switch size {
        case 2:
            return { c, o in
                DoubleShift.run(c, o, UInt16.self)
                return next(c, o)
            }
        case 4:
            return { c, o in
                DoubleShift.run(c, o, UInt32.self)
                return next(c, o)
            }
        default:
            return { c, o in
                DoubleShift.run(c, o, UInt64.self)
                return next(c, o)
            }
        }
    }
}
