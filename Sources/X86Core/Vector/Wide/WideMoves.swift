import CHostVector

// Moves with VEX prefixes: between registers, storage and general registers.

enum WideMoves {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for name in ["VMOVAPS", "VMOVAPD", "VMOVDQA", "VMOVUPS", "VMOVUPD", "VMOVDQU"] {
            table[name + " ymm,ymm/m"] = load
            table[name + " ymm/m,ymm"] = store
        }
        for name in ["VMOVNTPS", "VMOVNTPD", "VMOVNTDQ"] { table[name + " m,ymm"] = store }
        table["VLDDQU ymm,m"] = load
        table["VMOVNTDQA xmm,m"] = load
        table["VMOVNTDQA ymm,m"] = load
        for (name, size) in [("VMOVSS", 4), ("VMOVSD", 8)] {
            table[name + " xmm,m"] = clearing(VectorMoves.loadScalar(size))
            table[name + " m,xmm"] = VectorMoves.storeScalar(size)
            table[name + " xmm,xmm,xmm"] = { b, i in merge(&b, i.reg, i.third, i.rm, size) }
            table[name + " xmm/m,xmm,xmm"] = { b, i in merge(&b, i.rm, i.third, i.reg, size) }
        }
        for (name, half) in [("VMOVLPS", UInt8(0)), ("VMOVLPD", 0), ("VMOVHPS", 1), ("VMOVHPD", 1)] {
            table[name + " m,xmm"] = VectorMoves.storeHalf(half)
            table[name + " xmm,xmm,m"] = { b, i in
                let source = b.wideSource(size: 8)
                b.halves(VectorMoves.copyHalf, i.reg, i.third, source, isWide: false, (half, 0), d: 0)
            }
        }
        table["VMOVHLPS xmm,xmm,xmm"] = between(from: 1, to: 0)
        table["VMOVLHPS xmm,xmm,xmm"] = between(from: 0, to: 1)
        table["VMOVQ xmm,xmm/m"] = clearing(VectorMoves.loadQuad)
        table["VMOVQ xmm/m,xmm"] = { b, i in
            VectorMoves.storeQuad(&b, i)
            if !i.isMemory { b.emit(WideRegisters.clear, a: VectorRegister.upper(i.rm)) }
        }
        for (name, size) in [("VMOVD", 4), ("VMOVQ", 8)] {
            table[name + " xmm,reg/m"] = clearing(VectorMoves.fromGeneral(size))
            table[name + " reg/m,xmm"] = VectorMoves.toGeneral(size)
        }
        table["VMOVDDUP ymm,ymm/m"] = { b, i in
            let source = b.wideSource(size: i.is256 ? 32 : 8)
            b.halves(VectorMoves.double, i.reg, of: source, isWide: i.is256)
        }
        for (name, handler) in IntegerLanes.signs {
            table["V\(name) reg,xmm"] = signs(handler, count: 0)
            table["V\(name) reg,ymm"] = signs(handler, count: name == "MOVMSKPD" ? 2 : name == "MOVMSKPS" ? 4 : 16)
        }
        for (name, size) in [("B", 1), ("W", 2), ("D", 4), ("Q", 8)] {
            table["VPEXTR\(name) reg/m,xmm"] = VectorMoves.extracted(size)
            table["VPINSR\(name) xmm,xmm,reg/m"] = inserted(size)
        }
        table["VEXTRACTPS reg/m,xmm"] = VectorMoves.extracted(4)
        table["VPEXTRW reg,xmm"] = VectorMoves.extractedWord
        table["VMASKMOVDQU xmm,xmm"] = VectorMoves.masked
        table["VLDMXCSR m"] = ExtendedStateEmitters.table["LDMXCSR"]
        table["VSTMXCSR m"] = ExtendedStateEmitters.table["STMXCSR"]
        return table
    }()

    private static let load: Emitter = { b, i in
        guard i.isMemory else { return copy(&b, i, to: i.reg, from: i.rm) }
        if i.is256 { return b.emitMemory(WideAccess.load(isAligned: b.requiresAlignment), a: i.reg) }
        b.emitMemory(VectorAccess.load(16, isAligned: b.requiresAlignment), a: i.reg)
        b.emit(WideRegisters.clear, a: VectorRegister.upper(i.reg))
    }

    private static let store: Emitter = { b, i in
        guard i.isMemory else { return copy(&b, i, to: i.rm, from: i.reg) }
        if i.is256 { return b.emitMemory(WideAccess.store(isAligned: b.requiresAlignment), a: i.reg) }
        b.emitMemory(VectorAccess.store(16, isAligned: b.requiresAlignment), a: i.reg)
    }

    private static func copy(_ b: inout BlockBuilder, _ i: DecodedInstruction, to target: UInt8, from source: UInt8) {
        b.emit(i.is256 ? WideRegisters.copy : WideRegisters.copyClearing, a: target, b: source)
    }

    /// What SSE does, and the upper half is cleared.
    private static func clearing(_ legacy: @escaping Emitter) -> Emitter {
        { b, i in
            legacy(&b, i)
            b.emit(WideRegisters.clear, a: VectorRegister.upper(i.reg))
        }
    }

    private static func merge(_ b: inout BlockBuilder, _ target: UInt8, _ first: UInt8, _ second: UInt8, _ size: Int) {
        b.halves(size == 4 ? VectorMoves.copyLow4 : VectorMoves.copyLow8, target, first, second, isWide: false)
    }

    private static func between(from source: UInt8, to target: UInt8) -> Emitter {
        { b, i in b.halves(VectorMoves.copyHalf, i.reg, i.third, i.rm, isWide: false, (target, 0), d: source) }
    }

    /// - Parameter count: elements of a half.
    private static func signs(_ handler: @escaping Handler, count: UInt8) -> Emitter {
        { b, i in
            guard i.is256 else { return b.emit(handler, a: i.reg, b: i.rm) }
            b.emit(handler, a: Register.t0, b: i.rm)
            b.emit(handler, a: Register.t1, b: VectorRegister.upper(i.rm))
            b.emit(WideOrders.join, a: i.reg, b: Register.t0, c: Register.t1, d: count)
        }
    }

    private static func inserted(_ size: Int) -> Emitter {
        { b, i in
            let source = b.generalSource(size: size)
            b.emit(WideRegisters.copyClearing, a: i.reg, b: i.third)
            b.emit(VectorMoves.insert(size), a: i.reg, b: source, c: VectorMoves.place(i, size))
        }
    }
}
