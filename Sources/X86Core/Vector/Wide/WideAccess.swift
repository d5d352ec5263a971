// 32 bytes between YMM registers and storage.

enum WideAccess {
    /// YMM register `a` gets the operand.
    static func load(isAligned: Bool) -> Handler {
        if isAligned { return { c, o in WideAccess.load(c, o, isAligned: true) } }
        return { c, o in WideAccess.load(c, o, isAligned: false) }
    }

    static func store(isAligned: Bool) -> Handler {
        if isAligned { return { c, o in WideAccess.store(c, o, isAligned: true) } }
        return { c, o in WideAccess.store(c, o, isAligned: false) }
    }

    @inline(__always)
    private static func load(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: 32, isWrite: false), !isAligned || UInt(bitPattern: host) & 31 == 0
        else { return slowLoad(c, o, isAligned: isAligned) }
        take(Core(c), Op(o).a, from: host)
        return next(c, o)
    }

    @inline(__always)
    private static func store(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        guard let host = Core(c).quick(Op(o), size: 32, isWrite: true), !isAligned || UInt(bitPattern: host) & 31 == 0
        else { return slowStore(c, o, isAligned: isAligned) }
        put(Core(c), Op(o).a, to: host)
        return next(c, o)
    }

    @inline(__always) private static func take(_ core: Core, _ number: UInt8, from host: UnsafeMutableRawPointer) {
        let low = host.loadUnaligned(as: SIMD2<UInt64>.self)
        let high = host.loadUnaligned(fromByteOffset: 16, as: SIMD2<UInt64>.self)
        core.vector(number).storeBytes(of: low, as: SIMD2<UInt64>.self)
        core.vector(VectorRegister.upper(number)).storeBytes(of: high, as: SIMD2<UInt64>.self)
    }

    @inline(__always) private static func put(_ core: Core, _ number: UInt8, to host: UnsafeMutableRawPointer) {
        let low = core.vector(number).load(as: SIMD2<UInt64>.self)
        let high = core.vector(VectorRegister.upper(number)).load(as: SIMD2<UInt64>.self)
        host.storeBytes(of: low, as: SIMD2<UInt64>.self)
        host.storeBytes(of: high, toByteOffset: 16, as: SIMD2<UInt64>.self)
    }

    @inline(never)
    private static func slowLoad(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        next(c, o, if: loads(Core(c), Op(o), isAligned: isAligned))
    }

    @inline(never)
    private static func slowStore(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, isAligned: Bool
    ) -> UnsafeMutableRawPointer? {
        next(c, o, if: stores(Core(c), Op(o), isAligned: isAligned))
    }

    @inline(__always)
    private static func loads(_ core: Core, _ op: Op, isAligned: Bool) -> Bool {
        guard let address = core.address(op, size: 32, isWrite: false) else { return false }
        if isAligned, _slowPath(address & 31 != 0) { return core.processor.raises(.protection()) }
        guard let host = core.direct(address, size: 32, isWrite: false) else {
            return core.processor.slowWideLoad(op, address)
        }
        take(core, op.a, from: host)
        return true
    }

    @inline(__always)
    private static func stores(_ core: Core, _ op: Op, isAligned: Bool) -> Bool {
        guard let address = core.address(op, size: 32, isWrite: true) else { return false }
        if isAligned, _slowPath(address & 31 != 0) { return core.processor.raises(.protection()) }
        guard let host = core.direct(address, size: 32, isWrite: true) else {
            return core.processor.slowWideStore(op, address)
        }
        put(core, op.a, to: host)
        return true
    }
}

extension X86Processor {
    /// 32 bytes where a page ends, a translation is missing or a device is: in four parts.
    func slowWideLoad(_ op: Op, _ address: UInt64) -> Bool {
        do {
            let access = access(isWrite: false)
            let stack = op.at.pointee.usesStack
            try checkVector(address, size: 32, stack: stack)
            var words = SIMD4<UInt64>()
            for index in 0..<4 {
                let place = truncated(address &+ 8 &* UInt64(index))
                guard let word = try readLinear(place, size: 8, access, stack: stack) else { return leaves(.alone) }
                words[index] = word
            }
            core.setVector(op.a, words[0], words[1])
            core.setVector(VectorRegister.upper(op.a), words[2], words[3])
            return true
        } catch {
            return raises(error)
        }
    }

    /// Likewise. Where the operand lies in two pages, both are asked before the first part is stored.
    func slowWideStore(_ op: Op, _ address: UInt64) -> Bool {
        do {
            let access = access(isWrite: true)
            let stack = op.at.pointee.usesStack
            try checkVector(address, size: 32, stack: stack)
            if address & 0xFFF > 4096 - 32 {
                guard try readLinear(address, size: 1, access, stack: stack) != nil,
                    try readLinear(truncated(address & ~0xFFF &+ 4096), size: 1, access, stack: stack) != nil
                else { return leaves(.alone) }
            }
            // Parts that are stored before the instruction has to run alone are stored again then.
            for index in 0..<4 {
                let word = core.element(op.a, index, UInt64.self)
                let place = truncated(address &+ 8 &* UInt64(index))
                guard try writeLinear(place, word, size: 8, access, stack: stack) else { return leaves(.alone) }
            }
            return true
        } catch {
            return raises(error)
        }
    }
}
