// Vectors between registers and storage.

extension Core {
    @inline(__always) func copyVector(to target: UInt8, from source: UInt8) {
        vector(target).storeBytes(of: vector(source).load(as: SIMD2<UInt64>.self), as: SIMD2<UInt64>.self)
    }

    /// The low 16 bytes of a vector register by halves.
    @inline(__always) func half(_ number: UInt8, _ index: Int) -> UInt64 {
        vector(number).load(fromByteOffset: 8 &* index, as: UInt64.self)
    }

    @inline(__always) func setVector(_ number: UInt8, _ low: UInt64, _ high: UInt64) {
        vector(number).storeBytes(of: SIMD2(low, high), as: SIMD2<UInt64>.self)
    }
}

enum VectorAccess {
    /// Vector register `a` gets the operand, zero-extended to 16 bytes.
    /// - Parameter size: 1, 2, 4, 8 or 16 bytes.
    /// - Parameter isAligned: an operand of 16 bytes at another address than a multiple of 16 is refused.
    static func load(_ size: Int, isAligned: Bool = false) -> Handler {
        switch size {
        case 1: return { c, o in VectorAccess.loadLow(c, o, UInt8.self) }
        case 2: return { c, o in VectorAccess.loadLow(c, o, UInt16.self) }
        case 4: return { c, o in VectorAccess.loadLow(c, o, UInt32.self) }
        case 8: return { c, o in VectorAccess.loadLow(c, o, UInt64.self) }
        default:
            if isAligned { return { c, o in VectorAccess.loadWhole(c, o, isAligned: true) } }
            return { c, o in VectorAccess.loadWhole(c, o, isAligned: false) }
        }
    }

    /// Half `c` of vector register `a` gets the operand of 8 bytes; the other stays.
    static let loadHalf: Handler = { c, o in
        let core = Core(c)
        guard let address = core.address(Op(o), size: 8, isWrite: false),
            let value = core.load(Op(o), at: address, UInt64.self)
        else { return leave(c, o) }
        core.vector(Op(o).a).storeBytes(of: value, toByteOffset: 8 &* Int(Op(o).c), as: UInt64.self)
        return next(c, o)
    }

    /// The low 4 or 8 bytes of vector register `a`, or all of it, are stored.
    static func store(_ size: Int, isAligned: Bool = false) -> Handler {
        switch size {
        case 4:
            return { c, o in
                let core = Core(c)
                guard let address = core.address(Op(o), size: 4, isWrite: true) else { return leave(c, o) }
                let value = core.vector(Op(o).a).load(as: UInt32.self)
                return next(c, o, if: core.store(Op(o), at: address, value))
            }
        case 8: return storeHalf
        default:
            if isAligned { return { c, o in VectorAccess.storeWhole(c, o, isAligned: true) } }
            return { c, o in VectorAccess.storeWhole(c, o, isAligned: false) }
        }
    }

    /// Half `c` of vector register `a` is stored.
    static let storeHalf: Handler = { c, o in
        let core = Core(c)
        guard let address = core.address(Op(o), size: 8, isWrite: true) else { return leave(c, o) }
        return next(c, o, if: core.store(Op(o), at: address, core.half(Op(o).a, Int(Op(o).c))))
    }

    @inline(__always)
    private static func loadLow<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: MemoryLayout<Word>.size, isWrite: false) else {
            return slowLoadLow(c, o, type)
        }
        Core(c).setVector(Op(o).a, UInt64(truncatingIfNeeded: host.loadUnaligned(as: Word.self)), 0)
        return next(c, o)
    }

    /// Linear addresses and the host's agree in what alignment asks for: pages are aligned in both.
    @inline(__always)
    private static func loadWhole(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: 16, isWrite: false), !isAligned || UInt(bitPattern: host) & 15 == 0
        else { return slowLoadWhole(c, o, isAligned: isAligned) }
        let value = host.loadUnaligned(as: SIMD2<UInt64>.self)
        Core(c).vector(Op(o).a).storeBytes(of: value, as: SIMD2<UInt64>.self)
        return next(c, o)
    }

    @inline(__always)
    private static func storeWhole(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: 16, isWrite: true), !isAligned || UInt(bitPattern: host) & 15 == 0
        else { return slowStoreWhole(c, o, isAligned: isAligned) }
        let value = Core(c).vector(Op(o).a).load(as: SIMD2<UInt64>.self)
        host.storeBytes(of: value, as: SIMD2<UInt64>.self)
        return next(c, o)
    }

    @inline(never)
    private static func slowLoadLow<Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ type: Word.Type
    ) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        guard let address = core.address(Op(o), size: UInt64(MemoryLayout<Word>.size), isWrite: false),
            let value = core.load(Op(o), at: address, type)
        else { return leave(c, o) }
        core.setVector(Op(o).a, UInt64(truncatingIfNeeded: value), 0)
        return next(c, o)
    }

    @inline(never)
    private static func slowLoadWhole(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        next(c, o, if: loadWholeSlowly(c, o, isAligned: isAligned))
    }

    @inline(__always)
    private static func loadWholeSlowly(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> Bool {
        let core = Core(c)
        guard let address = core.address(Op(o), size: 16, isWrite: false) else { return false }
        if isAligned, _slowPath(address & 15 != 0) { return core.processor.raises(.protection()) }
        guard let host = core.direct(address, size: 16, isWrite: false) else {
            return core.processor.slowVectorLoad(Op(o), address)
        }
        let value = host.loadUnaligned(as: SIMD2<UInt64>.self)
        core.vector(Op(o).a).storeBytes(of: value, as: SIMD2<UInt64>.self)
        return true
    }

    @inline(never)
    private static func slowStoreWhole(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        next(c, o, if: storeWholeSlowly(c, o, isAligned: isAligned))
    }

    @inline(__always)
    private static func storeWholeSlowly(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> Bool {
        let core = Core(c)
        guard let address = core.address(Op(o), size: 16, isWrite: true) else { return false }
        if isAligned, _slowPath(address & 15 != 0) { return core.processor.raises(.protection()) }
        guard let host = core.direct(address, size: 16, isWrite: true) else {
            return core.processor.slowVectorStore(Op(o), address)
        }
        let value = core.vector(Op(o).a).load(as: SIMD2<UInt64>.self)
        host.storeBytes(of: value, as: SIMD2<UInt64>.self)
        return true
    }
}

extension X86Processor {
    /// The halves are one operand: all of it are addresses, and all of it is aligned where level 3 asks for that.
    func checkVector(_ address: UInt64, size: UInt64 = 16, stack: Bool) throws(GuestFault) {
        let last = address &+ (size - 1)
        if mode.isLong64, !isCanonical(address) || !isCanonical(last) { throw stack ? .stack() : .protection() }
        // Sixteen bytes are the largest boundary there is: Intel SDM volume 3, table 6-7.
        if mode.checksAlignment, address & (min(size, 16) - 1) != 0 { throw .alignment }
    }

    /// 16 bytes where a page ends, a translation is missing or a device is: in two halves.
    func slowVectorLoad(_ op: Op, _ address: UInt64) -> Bool {
        do {
            let access = access(isWrite: false)
            let stack = op.at.pointee.usesStack
            try checkVector(address, stack: stack)
            guard let low = try readLinear(address, size: 8, access, stack: stack),
                let high = try readLinear(truncated(address &+ 8), size: 8, access, stack: stack)
            else { return leaves(.alone) }
            core.setVector(op.a, low, high)
            return true
        } catch {
            return raises(error)
        }
    }

    /// Likewise. Where the operand lies in two pages, both are asked before the first half is stored.
    func slowVectorStore(_ op: Op, _ address: UInt64) -> Bool {
        do {
            let access = access(isWrite: true)
            let stack = op.at.pointee.usesStack
            try checkVector(address, stack: stack)
            if address & 0xFFF > 4080 {
                guard try readLinear(address, size: 1, access, stack: stack) != nil,
                    try readLinear(truncated(address & ~0xFFF &+ 4096), size: 1, access, stack: stack) != nil
                else { return leaves(.alone) }
            }
            // A half that is stored before the instruction has to run alone is stored again then.
            guard try writeLinear(address, core.half(op.a, 0), size: 8, access, stack: stack),
                try writeLinear(truncated(address &+ 8), core.half(op.a, 1), size: 8, access, stack: stack)
            else { return leaves(.alone) }
            return true
        } catch {
            return raises(error)
        }
    }
}

extension BlockBuilder {
    /// The record says that an operand of 16 bytes has to be aligned: `aligned(rm)` in the machine's file.
    var requiresAlignment: Bool {
        let records = processor.decoding.decoder(codeSize: mode.codeSize).records
        return records[instruction.record].requiresAlignment
    }

    /// The vector register that holds the rm operand: its own, or a temporary one that it is loaded into.
    mutating func vectorSource(size: Int) -> UInt8 {
        guard instruction.isMemory else { return instruction.rm }
        emitMemory(VectorAccess.load(size, isAligned: requiresAlignment), a: VectorRegister.t0)
        return VectorRegister.t0
    }

    /// The register that holds the rm operand, all of it where it is general.
    mutating func generalSource(size: Int) -> UInt8 {
        read(instruction.isMemory ? .memory : .general(instruction.rm), size: size)
    }
}
