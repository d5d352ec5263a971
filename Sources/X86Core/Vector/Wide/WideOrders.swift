import CHostVector

// Elements of YMM registers in another order, and what else no instruction of SSE does to a half. Intel SDM volume 2.

enum WideOrders {
    /// Vector register `a` is moved down by `c` bytes.
    static let moveDown: Handler = handle_psrldq

    /// All elements of `a` get the lowest one of `b`; the upper half is cleared unless `d` is set.
    static func broadcast(_ size: Int) -> Handler {
        switch size {
        case 1: return { c, o in WideOrders.broadcast(c, o, UInt8.self, 0x0101_0101_0101_0101) }
        case 2: return { c, o in WideOrders.broadcast(c, o, UInt16.self, 0x0001_0001_0001_0001) }
        case 4: return { c, o in WideOrders.broadcast(c, o, UInt32.self, 0x0000_0001_0000_0001) }
        default: return { c, o in WideOrders.broadcast(c, o, UInt64.self, 1) }
        }
    }

    @inline(__always)
    private static func broadcast<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type, _ copies: UInt64
    ) -> UnsafeMutableRawPointer? {
        let (core, op) = (Core(c), Op(o))
        let word = UInt64(truncatingIfNeeded: core.vector(op.b).load(as: Word.self)) &* copies
        let other = op.d != 0 ? word : 0
        core.setVector(op.a, word, word)
        core.setVector(VectorRegister.upper(op.a), other, other)
        return next(c, o)
    }

    /// VPERMD: `a` gets elements of `c` at the places that `b` names.
    static let byPlaces: Handler = { c, o in
        let (core, op) = (Core(c), Op(o))
        var words = SIMD8<UInt32>()
        for index in 0..<8 {
            let place = Int(core.element(op.b, index, UInt32.self) & 7)
            words[index] = core.element(op.c, place, UInt32.self)
        }
        for index in 0..<8 { core.setElement(op.a, index, words[index]) }
        return next(c, o)
    }

    /// VPERMQ: `a` gets elements of `b` at the places that two bits each of `c` name.
    static let quads: Handler = { c, o in
        let (core, op) = (Core(c), Op(o))
        var words = SIMD4<UInt64>()
        for index in 0..<4 { words[index] = core.element(op.b, Int(op.c &>> UInt8(2 &* index)) & 3, UInt64.self) }
        core.setVector(op.a, words[0], words[1])
        core.setVector(VectorRegister.upper(op.a), words[2], words[3])
        return next(c, o)
    }

    /// VPERMILPS: vector register `a` gets elements of itself at the places that `b` names.
    static let singlesWithin: Handler = { c, o in
        let (core, op) = (Core(c), Op(o))
        let words = core.vector(op.a).load(as: SIMD4<UInt32>.self)
        let places = core.vector(op.b).load(as: SIMD4<UInt32>.self)
        var result = SIMD4<UInt32>()
        for index in 0..<4 { result[index] = words[Int(places[index] & 3)] }
        core.vector(op.a).storeBytes(of: result, as: SIMD4<UInt32>.self)
        return next(c, o)
    }

    /// VPERMILPD: likewise; bit 1 of each place counts.
    static let doublesWithin: Handler = { c, o in
        let (core, op) = (Core(c), Op(o))
        let low = core.half(op.a, Int(core.half(op.b, 0) >> 1 & 1))
        let high = core.half(op.a, Int(core.half(op.b, 1) >> 1 & 1))
        core.setVector(op.a, low, high)
        return next(c, o)
    }

    /// VPTEST, VTESTPS and VTESTPD: of the bits in the immediate, in both halves where `d` is set. ZF: first and second
    /// have none in common; CF: the second has none that the first lacks.
    static let test: Handler = { c, o in
        let (core, op) = (Core(c), Op(o))
        var common: UInt64 = 0
        var lacking: UInt64 = 0
        for index in 0..<(op.d != 0 ? 4 : 2) {
            let first = core.element(op.a, index, UInt64.self)
            let second = core.element(op.b, index, UInt64.self)
            common |= first & second
            lacking |= ~first & second
        }
        let zero: UInt64 = common & op.immediate == 0 ? Flag.zf : 0
        core.statusFlags = zero | (lacking & op.immediate == 0 ? Flag.cf : 0)
        return next(c, o)
    }

    /// General register `a` gets `b`, and above its low `d` bits `c`.
    static let join: Handler = { c, o in
        Core(c)[Op(o).a] = Core(c)[Op(o).b] | Core(c)[Op(o).c] &<< UInt64(Op(o).d)
        return next(c, o)
    }
}
