import CHostVector

// Parts of YMM registers: broadcasts, halves in and out, permutations across both, choices, shifts by elements, tests.

enum WideParts {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        let broadcasts = [
            ("VBROADCASTSS", 4), ("VBROADCASTSD", 8), ("VPBROADCASTB", 1), ("VPBROADCASTW", 2), ("VPBROADCASTD", 4),
            ("VPBROADCASTQ", 8),
        ]
        for (name, size) in broadcasts {
            for form in ["ymm,m", "ymm,ymm", "ymm,ymm/m"] { table["\(name) \(form)"] = broadcast(size) }
        }
        for type in ["F", "I"] {
            table["VBROADCAST\(type)128 ymm,m"] = { b, i in
                b.emitMemory(VectorAccess.load(16), a: i.reg)
                b.emit(VectorMoves.copy, a: VectorRegister.upper(i.reg), b: i.reg)
            }
            table["VINSERT\(type)128 ymm,ymm,ymm/m"] = insertHalf
            table["VEXTRACT\(type)128 ymm/m,ymm"] = extractHalf
            table["VPERM2\(type)128 ymm,ymm,ymm/m"] = chooseHalves
        }
        for name in ["VPERMD", "VPERMPS"] {
            table[name + " ymm,ymm,ymm/m"] = { b, i in
                let source = b.wideSource(size: 32)
                b.emit(WideOrders.byPlaces, a: i.reg, b: i.third, c: source)
            }
        }
        for name in ["VPERMQ", "VPERMPD"] {
            table[name + " ymm,ymm/m"] = { b, i in
                let source = b.wideSource(size: 32)
                b.emit(WideOrders.quads, a: i.reg, b: source, c: b.control)
            }
        }
        table["VPERMILPD ymm,ymm/m"] = { b, i in
            let source = b.wideSource(size: i.is256 ? 32 : 16)
            b.halves(handle_shufpd, i.reg, source, source, isWide: i.is256, (b.control & 3, b.control >> 2 & 3))
        }
        let binary: [String: Handler] = [
            "VPERMILPS": WideOrders.singlesWithin, "VPERMILPD": WideOrders.doublesWithin, "VPSLLVD": handle_psllvd,
            "VPSLLVQ": handle_psllvq, "VPSRLVD": handle_psrlvd, "VPSRLVQ": handle_psrlvq, "VPSRAVD": handle_psravd,
        ]
        for (name, handler) in binary {
            table[name + " ymm,ymm,ymm/m"] = WideEmitters.binary(handler, mayBeWide: true)
        }
        let tests: [String: UInt64] = ["VPTEST": .max, "VTESTPS": 0x8000_0000_8000_0000, "VTESTPD": 1 << 63]
        for (name, bits) in tests {
            table[name + " ymm,ymm/m"] = { b, i in
                let source = b.wideSource(size: i.is256 ? 32 : 16)
                b.emit(WideOrders.test, a: i.reg, b: source, d: i.is256 ? 1 : 0, immediate: bits)
            }
        }
        let choices: [String: Handler] = [
            "VPBLENDVB": handle_vpblendvb, "VBLENDVPS": handle_vblendvps, "VBLENDVPD": handle_vblendvpd,
        ]
        for (name, handler) in choices {
            table[name + " xmm,xmm,xmm/m,xmm"] = choice(handler)
            table[name + " ymm,ymm,ymm/m,ymm"] = choice(handler)
        }
        table["VINSERTPS xmm,xmm,xmm/m"] = { b, i in
            let source = b.wideSource(size: 4)
            // An operand in storage has no element to choose.
            let control = b.control & (i.isMemory ? 0x3F : 0xFF)
            b.halves(handle_insertps, i.reg, i.third, source, isWide: false, (control, 0))
        }
        for (name, isExplicit) in [("VPCMPESTR", true), ("VPCMPISTR", false)] {
            table[name + "I xmm,xmm/m"] = StringComparison.index(isExplicit: isExplicit)
            let mask = StringComparison.mask(isExplicit: isExplicit)
            table[name + "M xmm,xmm/m"] = { b, i in
                mask(&b, i)
                b.emit(WideRegisters.clear, a: VectorRegister.upper(0))
            }
        }
        return table
    }()

    private static func broadcast(_ size: Int) -> Emitter {
        { b, i in
            let source = b.wideSource(size: size)
            b.emit(WideOrders.broadcast(size), a: i.reg, b: source, d: i.is256 ? 1 : 0)
        }
    }

    private static let insertHalf: Emitter = { b, i in
        var source = b.wideSource(size: 16)
        if source == i.reg, source != i.third {
            source = VectorRegister.t2
            b.emit(VectorMoves.copy, a: source, b: i.reg)
        }
        let isUpper = b.control & 1 != 0
        // The second operand's lower half may be the first's, too.
        if source == i.reg {
            if isUpper { b.emit(VectorMoves.copy, a: VectorRegister.upper(i.reg), b: source) }
            return
        }
        if i.reg != i.third { b.emit(WideRegisters.copy, a: i.reg, b: i.third) }
        b.emit(VectorMoves.copy, a: isUpper ? VectorRegister.upper(i.reg) : i.reg, b: source)
    }

    private static let extractHalf: Emitter = { b, i in
        let half = b.control & 1 != 0 ? VectorRegister.upper(i.reg) : i.reg
        if i.isMemory { return b.emitMemory(VectorAccess.store(16), a: half) }
        b.emit(WideRegisters.copyClearing, a: i.rm, b: half)
    }

    /// Each half of the result is one of four halves, or zero.
    private static let chooseHalves: Emitter = { b, i in
        let source = b.wideSource(size: 32)
        let halves = [i.third, VectorRegister.upper(i.third), source, VectorRegister.upper(source)]
        let result = VectorRegister.t2
        for (target, control) in [(result, b.control), (VectorRegister.upper(result), b.control >> 4)] {
            if control & 8 != 0 {
                b.emit(WideRegisters.clear, a: target)
            } else {
                b.emit(VectorMoves.copy, a: target, b: halves[Int(control & 3)])
            }
        }
        b.emit(WideRegisters.copy, a: i.reg, b: result)
    }

    /// By the signs of a register that the last byte names.
    private static func choice(_ handler: @escaping Handler) -> Emitter {
        { b, i in
            let source = b.wideSource(size: i.is256 ? 32 : 16)
            // Outside 64-bit mode there are eight registers, and the uppermost bit says nothing.
            let signs = b.control >> 4 & (b.mode.isLong64 ? 15 : 7)
            let result = VectorRegister.t2
            b.emit(WideRegisters.copy, a: result, b: i.third)
            b.emit(handler, a: result, b: source, c: signs)
            if i.is256 {
                let upper = VectorRegister.upper
                b.emit(handler, a: upper(result), b: upper(source), c: upper(signs))
            }
            b.emit(i.is256 ? WideRegisters.copy : WideRegisters.copyClearing, a: i.reg, b: result)
        }
    }
}
