// Moves, and elements taken out of vectors and put into them.

enum VectorMoves {
    // MARK: - Handlers

    /// Vector register `a` gets `b`.
    static let copy: Handler = { c, o in
        Core(c).copyVector(to: Op(o).a, from: Op(o).b)
        return next(c, o)
    }

    /// The low 4 bytes alone; the low 8.
    static let copyLow4: Handler = { c, o in
        Core(c).vector(Op(o).a).storeBytes(of: Core(c).vector(Op(o).b).load(as: UInt32.self), as: UInt32.self)
        return next(c, o)
    }
    static let copyLow8: Handler = { c, o in
        Core(c).vector(Op(o).a).storeBytes(of: Core(c).half(Op(o).b, 0), as: UInt64.self)
        return next(c, o)
    }

    /// The low 8 bytes, and the rest is cleared.
    static let copyClearing: Handler = { c, o in
        Core(c).setVector(Op(o).a, Core(c).half(Op(o).b, 0), 0)
        return next(c, o)
    }

    /// Half `c` of `a` gets half `d` of `b`.
    static let copyHalf: Handler = { c, o in
        let value = Core(c).half(Op(o).b, Int(Op(o).d))
        Core(c).vector(Op(o).a).storeBytes(of: value, toByteOffset: 8 &* Int(Op(o).c), as: UInt64.self)
        return next(c, o)
    }

    /// Both halves of `a` get the low one of `b`.
    static let double: Handler = { c, o in
        let value = Core(c).half(Op(o).b, 0)
        Core(c).setVector(Op(o).a, value, value)
        return next(c, o)
    }

    /// Vector register `a` gets general register `b`, zero-extended from 4 or 8 bytes.
    static let fromGeneral4: Handler = { c, o in
        Core(c).setVector(Op(o).a, Core(c)[Op(o).b] & 0xFFFF_FFFF, 0)
        return next(c, o)
    }
    static let fromGeneral8: Handler = { c, o in
        Core(c).setVector(Op(o).a, Core(c)[Op(o).b], 0)
        return next(c, o)
    }

    /// General register `a` gets the element of vector register `b` at byte `c`, zero-extended.
    static func extract(_ size: Int) -> Handler {
        switch size {
        case 1: return { VectorMoves.extract($0, $1, UInt8.self) }
        case 2: return { VectorMoves.extract($0, $1, UInt16.self) }
        case 4: return { VectorMoves.extract($0, $1, UInt32.self) }
        default: return { VectorMoves.extract($0, $1, UInt64.self) }
        }
    }

    /// The element of vector register `a` at byte `c` gets the low part of general register `b`.
    static func insert(_ size: Int) -> Handler {
        switch size {
        case 1: return { VectorMoves.insert($0, $1, UInt8.self) }
        case 2: return { VectorMoves.insert($0, $1, UInt16.self) }
        case 4: return { VectorMoves.insert($0, $1, UInt32.self) }
        default: return { VectorMoves.insert($0, $1, UInt64.self) }
        }
    }

    @inline(__always)
    private static func extract<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let value = Core(c).vector(Op(o).b).load(fromByteOffset: Int(Op(o).c), as: Word.self)
        Core(c)[Op(o).a] = UInt64(truncatingIfNeeded: value)
        return next(c, o)
    }

    @inline(__always)
    private static func insert<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let value = Core(c).get(Op(o).b, Word.self)
        Core(c).vector(Op(o).a).storeBytes(of: value, toByteOffset: Int(Op(o).c), as: Word.self)
        return next(c, o)
    }

    // MARK: - Emitters

    /// All 16 bytes from rm to reg.
    static let loadWhole: Emitter = { b, i in
        guard i.isMemory else { return b.emit(copy, a: i.reg, b: i.rm) }
        b.emitMemory(VectorAccess.load(16, isAligned: b.requiresAlignment), a: i.reg)
    }

    /// All 16 bytes from reg to rm.
    static let storeWhole: Emitter = { b, i in
        guard i.isMemory else { return b.emit(copy, a: i.rm, b: i.reg) }
        b.emitMemory(VectorAccess.store(16, isAligned: b.requiresAlignment), a: i.reg)
    }

    /// MOVSS and MOVSD: from storage the rest is cleared, from a register it stays.
    static func loadScalar(_ size: Int) -> Emitter {
        { b, i in
            guard i.isMemory else { return b.emit(size == 4 ? copyLow4 : copyLow8, a: i.reg, b: i.rm) }
            b.emitMemory(VectorAccess.load(size), a: i.reg)
        }
    }

    static func storeScalar(_ size: Int) -> Emitter {
        { b, i in
            guard i.isMemory else { return b.emit(size == 4 ? copyLow4 : copyLow8, a: i.rm, b: i.reg) }
            b.emitMemory(VectorAccess.store(size), a: i.reg)
        }
    }

    /// MOVQ between vectors: the rest is always cleared.
    static let loadQuad: Emitter = { b, i in
        guard i.isMemory else { return b.emit(copyClearing, a: i.reg, b: i.rm) }
        b.emitMemory(VectorAccess.load(8), a: i.reg)
    }
    static let storeQuad: Emitter = { b, i in
        guard i.isMemory else { return b.emit(copyClearing, a: i.rm, b: i.reg) }
        b.emitMemory(VectorAccess.store(8), a: i.reg)
    }

    static func loadHalf(_ half: UInt8) -> Emitter {
        { b, i in b.emitMemory(VectorAccess.loadHalf, a: i.reg, c: half) }
    }
    static func storeHalf(_ half: UInt8) -> Emitter {
        { b, i in b.emitMemory(VectorAccess.storeHalf, a: i.reg, c: half) }
    }
    static func copyHalf(to target: UInt8, from source: UInt8) -> Emitter {
        { b, i in b.emit(copyHalf, a: i.reg, b: i.rm, c: target, d: source) }
    }

    /// MOVDDUP.
    static let doubled: Emitter = { b, i in
        let source = b.vectorSource(size: 8)
        b.emit(double, a: i.reg, b: source)
    }

    /// MOVD and MOVQ from a general register or storage.
    static func fromGeneral(_ size: Int) -> Emitter {
        { b, i in
            if i.isMemory { return b.emitMemory(VectorAccess.load(size), a: i.reg) }
            b.emit(size == 4 ? fromGeneral4 : fromGeneral8, a: i.reg, b: i.rm)
        }
    }

    /// MOVD and MOVQ to a general register or storage.
    static func toGeneral(_ size: Int) -> Emitter {
        { b, i in
            if i.isMemory { return b.emitMemory(VectorAccess.store(size), a: i.reg) }
            b.emit(extract(size), a: i.rm, b: i.reg)
        }
    }

    /// PINSRB to PINSRQ: an element of so many bytes from a general register's low part or storage.
    static func inserted(_ size: Int) -> Emitter {
        { b, i in
            let source = b.generalSource(size: size)
            b.emit(insert(size), a: i.reg, b: source, c: place(i, size))
        }
    }

    /// PEXTRB to PEXTRQ and EXTRACTPS, from reg to rm. A general register is written whole.
    static func extracted(_ size: Int) -> Emitter {
        { b, i in
            b.emit(extract(size), a: i.isMemory ? Register.t0 : i.rm, b: i.reg, c: place(i, size))
            if i.isMemory { b.emitMemory(MemoryHandlers.store(size), a: Register.t0) }
        }
    }

    /// PEXTRW's older form, from rm to reg.
    static let extractedWord: Emitter = { b, i in b.emit(extract(2), a: i.reg, b: i.rm, c: place(i, 2)) }

    static func place(_ i: DecodedInstruction, _ size: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: Int(i.immediate & 0xFF) & (16 / size - 1)) * UInt8(size)
    }

    /// INSERTPS: with an operand in storage there is no element to choose.
    static func insertSingle(_ handler: @escaping Handler) -> Emitter {
        { b, i in
            let source = b.vectorSource(size: 4)
            b.emit(handler, a: i.reg, b: source, c: UInt8(truncatingIfNeeded: i.immediate & (i.isMemory ? 0x3F : 0xFF)))
        }
    }

    /// MASKMOVDQU: bytes of reg whose byte of rm has its sign set go to DS:rDI. No byte is stored before all may be.
    static let masked: Emitter = { b, _ in
        b.cold { processor, i throws(GuestFault) in
            let values = processor.core.vector(i.reg)
            let mask = processor.core.vector(i.rm)
            let segment = Int(i.segmentPrefix ?? 3)
            for isProbe in [true, false] {
                for index in 0..<16 where mask.load(fromByteOffset: index, as: Int8.self) < 0 {
                    let offset = processor.core[Register.di] &+ UInt64(index)
                    let address = try processor.linearAddress(
                        segment: segment, offset: offset, addressSize: i.addressSize, size: 1, isWrite: true)
                    if isProbe {
                        try processor.probeMasked(i, segment: segment, address)
                    } else {
                        let value = values.load(fromByteOffset: index, as: UInt8.self)
                        try processor.write(linear: address, UInt64(value), size: 1)
                    }
                }
            }
        }
    }
}

extension X86Processor {
    /// Whether a byte of what MASKMOVQ and MASKMOVDQU store may be written. To the storage they are one access at DS:rDI,
    /// and the first byte's address is what a page fault tells, where that page refuses, too.
    func probeMasked(_ i: DecodedInstruction, segment: Int, _ address: UInt64) throws(GuestFault) {
        do {
            try probeWrite(linear: address, size: 1)
        } catch {
            guard error.vector == 14 else { throw error }
            let first = try linearAddress(
                segment: segment, offset: core[Register.di], addressSize: i.addressSize, size: 1, isWrite: true)
            try probeWrite(linear: first, size: 1)
            throw error
        }
    }
}
