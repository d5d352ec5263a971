import CHostVector

/// Instructions on XMM registers in their legacy encodings, by mnemonic and form: other forms of the same mnemonics
/// are about MMX registers or strings.
enum VectorEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        func add(_ form: String, _ entries: [String: Emitter]) {
            for (mnemonic, emitter) in entries { table[mnemonic + " " + form] = emitter }
        }
        add("xmm,xmm/m", lanes)
        add("xmm,xmm/m", floating)
        add("xmm,xmm/m", loads)
        add("xmm/m,xmm", stores)
        add("m,xmm", storesOnly)
        add("xmm,m", loadsOnly)
        add("xmm,xmm", betweenRegisters)
        add("xmm", IntegerLanes.counted.mapValues(counted))
        add("reg,xmm", IntegerLanes.signs.mapValues(signs))
        add("reg,xmm", ["PEXTRW": VectorMoves.extractedWord])
        add("xmm,reg/m", fromGeneral)
        add("reg/m,xmm", toGeneral)
        add("xmm,reg/m", FloatingLanes.fromGeneral.mapValues(convertedFrom))
        add("reg,xmm/m", FloatingLanes.toGeneral4.mapValues { convertedTo($0, size: 4) })
        add("reg,xmm/m", FloatingLanes.toGeneral8.mapValues { convertedTo($0, size: 8) })
        return table
    }()

    // MARK: - Tables

    private static var lanes: [String: Emitter] {
        var table: [String: Emitter] = [:]
        let whole = [
            IntegerLanes.sums, IntegerLanes.products, IntegerLanes.comparisons, IntegerLanes.bits, IntegerLanes.orders,
            IntegerLanes.shifts, IntegerLanes.controlled, IntegerLanes.choices, Ciphers.rounds, Ciphers.controlled,
        ]
        for part in whole { table.merge(part.mapValues { two($0) }) { first, _ in first } }
        table.merge(IntegerLanes.widening8.mapValues { two($0, size: 8) }) { first, _ in first }
        table.merge(IntegerLanes.widening4.mapValues { two($0, size: 4) }) { first, _ in first }
        table.merge(IntegerLanes.widening2.mapValues { two($0, size: 2) }) { first, _ in first }
        table["PCMPGTQ"] = two(handle_pcmpgtq)
        table["PTEST"] = two(handle_ptest)
        table["INSERTPS"] = VectorMoves.insertSingle(handle_insertps)
        table["PCMPESTRI"] = StringComparison.index(isExplicit: true)
        table["PCMPISTRI"] = StringComparison.index(isExplicit: false)
        table["PCMPESTRM"] = StringComparison.mask(isExplicit: true)
        table["PCMPISTRM"] = StringComparison.mask(isExplicit: false)
        return table
    }

    private static var floating: [String: Emitter] {
        var table: [String: Emitter] = [:]
        let parts = [
            FloatingLanes.sums, FloatingLanes.products, FloatingLanes.others, FloatingLanes.controlled,
            FloatingLanes.conversions, FloatingLanes.flags,
        ]
        for part in parts { table.merge(part.mapValues(arithmetic)) { first, _ in first } }
        return table
    }

    private static let loads: [String: Emitter] = [
        "MOVAPS": VectorMoves.loadWhole, "MOVAPD": VectorMoves.loadWhole, "MOVDQA": VectorMoves.loadWhole,
        "MOVUPS": VectorMoves.loadWhole, "MOVUPD": VectorMoves.loadWhole, "MOVDQU": VectorMoves.loadWhole,
        "MOVSS": VectorMoves.loadScalar(4), "MOVSD": VectorMoves.loadScalar(8), "MOVQ": VectorMoves.loadQuad,
        "MOVDDUP": VectorMoves.doubled,
    ]

    private static let stores: [String: Emitter] = [
        "MOVAPS": VectorMoves.storeWhole, "MOVAPD": VectorMoves.storeWhole, "MOVDQA": VectorMoves.storeWhole,
        "MOVUPS": VectorMoves.storeWhole, "MOVUPD": VectorMoves.storeWhole, "MOVDQU": VectorMoves.storeWhole,
        "MOVSS": VectorMoves.storeScalar(4), "MOVSD": VectorMoves.storeScalar(8), "MOVQ": VectorMoves.storeQuad,
    ]

    private static let storesOnly: [String: Emitter] = [
        "MOVLPS": VectorMoves.storeHalf(0), "MOVLPD": VectorMoves.storeHalf(0),
        "MOVHPS": VectorMoves.storeHalf(1), "MOVHPD": VectorMoves.storeHalf(1),
        "MOVNTPS": VectorMoves.storeWhole, "MOVNTPD": VectorMoves.storeWhole, "MOVNTDQ": VectorMoves.storeWhole,
    ]

    private static let loadsOnly: [String: Emitter] = [
        "MOVLPS": VectorMoves.loadHalf(0), "MOVLPD": VectorMoves.loadHalf(0),
        "MOVHPS": VectorMoves.loadHalf(1), "MOVHPD": VectorMoves.loadHalf(1),
        "LDDQU": VectorMoves.loadWhole, "MOVNTDQA": VectorMoves.loadWhole,
    ]

    private static let betweenRegisters: [String: Emitter] = [
        "MOVHLPS": VectorMoves.copyHalf(to: 0, from: 1), "MOVLHPS": VectorMoves.copyHalf(to: 1, from: 0),
        "MASKMOVDQU": VectorMoves.masked,
    ]

    private static let fromGeneral: [String: Emitter] = [
        "MOVD": VectorMoves.fromGeneral(4), "MOVQ": VectorMoves.fromGeneral(8),
        "PINSRB": VectorMoves.inserted(1), "PINSRW": VectorMoves.inserted(2), "PINSRD": VectorMoves.inserted(4),
        "PINSRQ": VectorMoves.inserted(8),
    ]

    private static let toGeneral: [String: Emitter] = [
        "MOVD": VectorMoves.toGeneral(4), "MOVQ": VectorMoves.toGeneral(8),
        "PEXTRB": VectorMoves.extracted(1), "PEXTRW": VectorMoves.extracted(2), "PEXTRD": VectorMoves.extracted(4),
        "PEXTRQ": VectorMoves.extracted(8), "EXTRACTPS": VectorMoves.extracted(4),
    ]

    // MARK: - Emitters

    /// Destination reg, source rm, and the immediate if there is one.
    private static func two(_ handler: @escaping Handler, size: Int) -> Emitter {
        { b, i in
            let source = b.vectorSource(size: size)
            b.emit(handler, a: i.reg, b: source, c: UInt8(truncatingIfNeeded: i.immediate))
        }
    }
    private static func two(_ handler: @escaping Handler) -> Emitter { two(handler, size: 16) }

    static func arithmetic(_ lane: FloatingLane) -> Emitter {
        { b, i in
            let source = b.vectorSource(size: lane.size)
            b.guarded(i.reg, lane.tiny) {
                $0.emit(lane.handler, a: i.reg, b: source, c: UInt8(truncatingIfNeeded: i.immediate))
            }
        }
    }

    private static func counted(_ handler: @escaping Handler) -> Emitter {
        { b, i in b.emit(handler, a: i.rm, c: UInt8(truncatingIfNeeded: i.immediate)) }
    }

    private static func signs(_ handler: @escaping Handler) -> Emitter {
        { b, i in b.emit(handler, a: i.reg, b: i.rm) }
    }

    private static func convertedFrom(_ handlers: (narrow: Handler, wide: Handler)) -> Emitter {
        { b, i in
            let source = b.generalSource(size: i.isWide ? 8 : 4)
            b.guarded(i.reg) { $0.emit(i.isWide ? handlers.wide : handlers.narrow, a: i.reg, b: source) }
        }
    }

    static func convertedTo(_ handlers: (narrow: Handler, wide: Handler), size: Int) -> Emitter {
        { b, i in
            let source = b.vectorSource(size: size)
            let isLong = i.isWide && b.mode.isLong64
            b.guarded(i.reg) { $0.emit(isLong ? handlers.wide : handlers.narrow, a: i.reg, b: source) }
        }
    }
}
