// The six status flags are kept as what they are computed from. Most are never asked for: the next instruction sets
// them again.
//
// `flagResult` is the result, sign-extended to 64 bits. `flagCarries` holds
//   bit 63       the carry or borrow out of the top: CF
//   bit 62       the carry or borrow into the sign: OF is the difference of the two
//   bits 8 to 15 what is added (exclusive or) to the result's low byte before PF is taken from it
//   bit 3        the carry or borrow out of bit 3: AF
//   bit 0        1 where SF is the opposite of the result's sign

/// Bits of RFLAGS.
enum Flag {
    static let cf: UInt64 = 1 << 0
    static let always: UInt64 = 1 << 1
    static let pf: UInt64 = 1 << 2
    static let af: UInt64 = 1 << 4
    static let zf: UInt64 = 1 << 6
    static let sf: UInt64 = 1 << 7
    static let tf: UInt64 = 1 << 8
    static let interrupt: UInt64 = 1 << 9
    static let df: UInt64 = 1 << 10
    static let of: UInt64 = 1 << 11
    static let iopl: UInt64 = 3 << 12
    static let nt: UInt64 = 1 << 14
    static let rf: UInt64 = 1 << 16
    static let vm: UInt64 = 1 << 17
    static let ac: UInt64 = 1 << 18
    static let vif: UInt64 = 1 << 19
    static let vip: UInt64 = 1 << 20
    static let id: UInt64 = 1 << 21

    static let status = cf | pf | af | zf | sf | of
    static let system = tf | interrupt | df | iopl | nt | rf | vm | ac | vif | vip | id
}

typealias GuestWord = FixedWidthInteger & UnsignedInteger

extension Core {
    @inline(__always) var cf: Bool { state.pointee.flagCarries >> 63 != 0 }
    @inline(__always) var zf: Bool { state.pointee.flagResult == 0 }
    @inline(__always) var sf: Bool { (state.pointee.flagResult >> 63 ^ state.pointee.flagCarries) & 1 != 0 }
    @inline(__always) var of: Bool {
        let carries = state.pointee.flagCarries
        return (carries ^ carries << 1) >> 63 != 0
    }
    @inline(__always) var af: Bool { state.pointee.flagCarries & 8 != 0 }
    @inline(__always) var pf: Bool {
        let byte = UInt8(truncatingIfNeeded: state.pointee.flagResult ^ state.pointee.flagCarries >> 8)
        return byte.nonzeroBitCount & 1 == 0
    }

    /// A result without carries: logic.
    @inline(__always) func setLogicFlags<Word: GuestWord>(_ result: Word) {
        state.pointee.flagResult = signExtended(result)
        state.pointee.flagCarries = 0
    }

    /// After `result = a + b` or `a + b + carry`.
    @inline(__always) func setAddFlags<Word: GuestWord>(_ a: Word, _ b: Word, _ result: Word) {
        setFlags(result, carries: (a & b) | ((a | b) & ~result))
    }

    /// After `result = a - b` or `a - b - borrow`.
    @inline(__always) func setSubtractFlags<Word: GuestWord>(_ a: Word, _ b: Word, _ result: Word) {
        setFlags(result, carries: (~a & b) | ((~a | b) & result))
    }

    /// - Parameter carries: in each bit the carry or borrow out of it.
    @inline(__always) func setFlags<Word: GuestWord>(_ result: Word, carries: Word) {
        state.pointee.flagResult = signExtended(result)
        let all = UInt64(truncatingIfNeeded: carries)
        let top = all &<< UInt64(64 &- Word.bitWidth)
        state.pointee.flagCarries = top & (3 &<< 62) | all & 8
    }

    /// CF stays: INC and DEC.
    @inline(__always) func setFlagsKeepingCarry<Word: GuestWord>(_ result: Word, carries: Word) {
        let old = state.pointee.flagCarries & (1 &<< 63)
        setFlags(result, carries: carries)
        let new = state.pointee.flagCarries
        let overflow = (new ^ new << 1) >> 63
        state.pointee.flagCarries = old | (old >> 63 ^ overflow) &<< 62 | new & 8
    }

    /// CF and OF by themselves, the others from the result; AF is cleared. Shifts, multiplication.
    @inline(__always) func setResultFlags<Word: GuestWord>(_ result: Word, cf: Bool, of: Bool) {
        state.pointee.flagResult = signExtended(result)
        let carry: UInt64 = cf ? 1 : 0
        let overflow: UInt64 = of ? 1 : 0
        state.pointee.flagCarries = carry &<< 63 | (carry ^ overflow) &<< 62
    }

    /// Only CF and OF change: rotations.
    @inline(__always) func setCarryAndOverflow(cf: Bool, of: Bool) {
        let carry: UInt64 = cf ? 1 : 0
        let overflow: UInt64 = of ? 1 : 0
        let kept = state.pointee.flagCarries & ~(3 &<< 62)
        state.pointee.flagCarries = kept | carry &<< 63 | (carry ^ overflow) &<< 62
    }

    /// Only CF changes: CLC, STC, CMC, BT.
    @inline(__always) func setCarry(_ cf: Bool) { setCarryAndOverflow(cf: cf, of: of) }

    /// All six, where they stand in RFLAGS.
    var statusFlags: UInt64 {
        get {
            var flags: UInt64 = 0
            if cf { flags |= Flag.cf }
            if pf { flags |= Flag.pf }
            if af { flags |= Flag.af }
            if zf { flags |= Flag.zf }
            if sf { flags |= Flag.sf }
            if of { flags |= Flag.of }
            return flags
        }
        nonmutating set {
            // A result that is not zero, positive and with even parity, where ZF is clear.
            let result: UInt64 = newValue & Flag.zf != 0 ? 0 : 0x100
            var carries: UInt64 = 0
            let carry = newValue & Flag.cf
            let overflow = newValue >> 11 & 1
            carries |= carry &<< 63 | (carry ^ overflow) &<< 62
            if newValue & Flag.pf == 0 { carries |= 0x100 }
            if newValue & Flag.af != 0 { carries |= 8 }
            if newValue & Flag.sf != 0 { carries |= 1 }
            state.pointee.flagResult = result
            state.pointee.flagCarries = carries
        }
    }

    /// RFLAGS whole.
    var flags: UInt64 { statusFlags | state.pointee.systemFlags | Flag.always }

    /// A condition by the low four bits of Jcc, SETcc and CMOVcc.
    @inline(__always) func holds(_ condition: UInt8) -> Bool {
        let isTrue: Bool
        switch condition >> 1 {
        case 0: isTrue = of
        case 1: isTrue = cf
        case 2: isTrue = zf
        case 3: isTrue = cf || zf
        case 4: isTrue = sf
        case 5: isTrue = pf
        case 6: isTrue = sf != of
        default: isTrue = zf || sf != of
        }
        return isTrue != (condition & 1 != 0)
    }
}

@inline(__always) func signExtended<Word: GuestWord>(_ word: Word) -> UInt64 {
    let unused = UInt64(64 &- Word.bitWidth)
    let shifted = Int64(bitPattern: UInt64(truncatingIfNeeded: word) &<< unused)
    return UInt64(bitPattern: shifted &>> Int64(bitPattern: unused))
}
