import CHostVector

// Instructions on lanes of integers, and others that leave MXCSR alone. Each is the host's own on two registers of the
// state; an operand in storage has been brought to a temporary one. Intel SDM volume 2.

/// Destination `a`, source `b`.
@inline(__always)
func onTwo(
    _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer,
    _ body: (UnsafeMutableRawPointer, UnsafeRawPointer) -> Void
) -> UnsafeMutableRawPointer? {
    let core = Core(c)
    body(core.vector(Op(o).a), UnsafeRawPointer(core.vector(Op(o).b)))
    return next(c, o)
}

/// Likewise, and the instruction's immediate `c`.
@inline(__always)
func onTwo(
    _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer,
    immediate body: (UnsafeMutableRawPointer, UnsafeRawPointer, UInt8) -> Void
) -> UnsafeMutableRawPointer? {
    let core = Core(c)
    body(core.vector(Op(o).a), UnsafeRawPointer(core.vector(Op(o).b)), Op(o).c)
    return next(c, o)
}

enum IntegerLanes {
    // Sums and differences.
    static let sums: [String: Handler] = [
        "PADDB": handle_paddb,
        "PADDW": handle_paddw,
        "PADDD": handle_paddd,
        "PADDQ": handle_paddq,
        "PADDSB": handle_paddsb,
        "PADDSW": handle_paddsw,
        "PADDUSB": handle_paddusb,
        "PADDUSW": handle_paddusw,
        "PSUBB": handle_psubb,
        "PSUBW": handle_psubw,
        "PSUBD": handle_psubd,
        "PSUBQ": handle_psubq,
        "PSUBSB": handle_psubsb,
        "PSUBSW": handle_psubsw,
        "PSUBUSB": handle_psubusb,
        "PSUBUSW": handle_psubusw,
        "PHADDW": handle_phaddw,
        "PHADDD": handle_phaddd,
        "PHADDSW": handle_phaddsw,
        "PHSUBW": handle_phsubw,
        "PHSUBD": handle_phsubd,
        "PHSUBSW": handle_phsubsw,
        "PAVGB": handle_pavgb,
        "PAVGW": handle_pavgw,
        "PSADBW": handle_psadbw,
        "PABSB": handle_pabsb,
        "PABSW": handle_pabsw,
        "PABSD": handle_pabsd,
        "PSIGNB": handle_psignb,
        "PSIGNW": handle_psignw,
        "PSIGND": handle_psignd,
    ]

    // Products.
    static let products: [String: Handler] = [
        "PMULLW": handle_pmullw,
        "PMULHW": handle_pmulhw,
        "PMULHUW": handle_pmulhuw,
        "PMULUDQ": handle_pmuludq,
        "PMADDWD": handle_pmaddwd,
        "PMADDUBSW": handle_pmaddubsw,
        "PMULHRSW": handle_pmulhrsw,
        "PMULLD": handle_pmulld,
        "PMULDQ": handle_pmuldq,
    ]

    // Comparisons, and the lesser or greater of two.
    static let comparisons: [String: Handler] = [
        "PCMPEQB": handle_pcmpeqb,
        "PCMPEQW": handle_pcmpeqw,
        "PCMPEQD": handle_pcmpeqd,
        "PCMPEQQ": handle_pcmpeqq,
        "PCMPGTB": handle_pcmpgtb,
        "PCMPGTW": handle_pcmpgtw,
        "PCMPGTD": handle_pcmpgtd,
        "PMINUB": handle_pminub,
        "PMINSW": handle_pminsw,
        "PMINSB": handle_pminsb,
        "PMINUW": handle_pminuw,
        "PMINSD": handle_pminsd,
        "PMINUD": handle_pminud,
        "PMAXUB": handle_pmaxub,
        "PMAXSW": handle_pmaxsw,
        "PMAXSB": handle_pmaxsb,
        "PMAXUW": handle_pmaxuw,
        "PMAXSD": handle_pmaxsd,
        "PMAXUD": handle_pmaxud,
        "PHMINPOSUW": handle_phminposuw,
    ]

    // Bits.
    static let bits: [String: Handler] = [
        "PAND": handle_pand,
        "PANDN": handle_pandn,
        "POR": handle_por,
        "PXOR": handle_pxor,
        "ANDPS": handle_andps,
        "ANDPD": handle_andps,
        "ANDNPS": handle_andnps,
        "ANDNPD": handle_andnps,
        "ORPS": handle_orps,
        "ORPD": handle_orps,
        "XORPS": handle_xorps,
        "XORPD": handle_xorps,
    ]

    // Elements in another order, or of another width.
    static let orders: [String: Handler] = [
        "PUNPCKLBW": handle_punpcklbw,
        "PUNPCKLWD": handle_punpcklwd,
        "PUNPCKLDQ": handle_punpckldq,
        "PUNPCKLQDQ": handle_punpcklqdq,
        "PUNPCKHBW": handle_punpckhbw,
        "PUNPCKHWD": handle_punpckhwd,
        "PUNPCKHDQ": handle_punpckhdq,
        "PUNPCKHQDQ": handle_punpckhqdq,
        "PACKSSWB": handle_packsswb,
        "PACKSSDW": handle_packssdw,
        "PACKUSWB": handle_packuswb,
        "PACKUSDW": handle_packusdw,
        "UNPCKLPS": handle_unpcklps,
        "UNPCKHPS": handle_unpckhps,
        "UNPCKLPD": handle_unpcklpd,
        "UNPCKHPD": handle_unpckhpd,
        "PSHUFB": handle_pshufb,
        "MOVSLDUP": handle_movsldup,
        "MOVSHDUP": handle_movshdup,
    ]

    // Shifts by the low half of a vector.
    static let shifts: [String: Handler] = [
        "PSLLW": handle_psllw,
        "PSLLD": handle_pslld,
        "PSLLQ": handle_psllq,
        "PSRLW": handle_psrlw,
        "PSRLD": handle_psrld,
        "PSRLQ": handle_psrlq,
        "PSRAW": handle_psraw,
        "PSRAD": handle_psrad,
    ]

    /// Sources of 16 bytes with an immediate.
    static let controlled: [String: Handler] = [
        "PSHUFD": { onTwo($0, $1, immediate: vector_pshufd) },
        "PSHUFHW": { onTwo($0, $1, immediate: vector_pshufhw) },
        "PSHUFLW": { onTwo($0, $1, immediate: vector_pshuflw) },
        "SHUFPS": { onTwo($0, $1, immediate: vector_shufps) },
        "SHUFPD": { onTwo($0, $1, immediate: vector_shufpd) },
        "PALIGNR": { onTwo($0, $1, immediate: vector_palignr) },
        "BLENDPS": { onTwo($0, $1, immediate: vector_blendps) },
        "BLENDPD": { onTwo($0, $1, immediate: vector_blendpd) },
        "PBLENDW": { onTwo($0, $1, immediate: vector_pblendw) },
        "MPSADBW": { onTwo($0, $1, immediate: vector_mpsadbw) },
    ]

    /// Sources of 8 bytes.
    static let widening8: [String: Handler] = [
        "PMOVSXBW": { onTwo($0, $1, vector_pmovsxbw) },
        "PMOVZXBW": { onTwo($0, $1, vector_pmovzxbw) },
        "PMOVSXWD": { onTwo($0, $1, vector_pmovsxwd) },
        "PMOVZXWD": { onTwo($0, $1, vector_pmovzxwd) },
        "PMOVSXDQ": { onTwo($0, $1, vector_pmovsxdq) },
        "PMOVZXDQ": { onTwo($0, $1, vector_pmovzxdq) },
    ]
    /// Of 4.
    static let widening4: [String: Handler] = [
        "PMOVSXBD": { onTwo($0, $1, vector_pmovsxbd) },
        "PMOVZXBD": { onTwo($0, $1, vector_pmovzxbd) },
        "PMOVSXWQ": { onTwo($0, $1, vector_pmovsxwq) },
        "PMOVZXWQ": { onTwo($0, $1, vector_pmovzxwq) },
    ]
    /// Of 2.
    static let widening2: [String: Handler] = [
        "PMOVSXBQ": { onTwo($0, $1, vector_pmovsxbq) },
        "PMOVZXBQ": { onTwo($0, $1, vector_pmovzxbq) },
    ]

    /// Shifts by an immediate, of vector register `a`.
    static let counted: [String: Handler] = [
        "PSLLW": { shiftBy($0, $1, vector_psllw_by) },
        "PSLLD": { shiftBy($0, $1, vector_pslld_by) },
        "PSLLQ": { shiftBy($0, $1, vector_psllq_by) },
        "PSRLW": { shiftBy($0, $1, vector_psrlw_by) },
        "PSRLD": { shiftBy($0, $1, vector_psrld_by) },
        "PSRLQ": { shiftBy($0, $1, vector_psrlq_by) },
        "PSRAW": { shiftBy($0, $1, vector_psraw_by) },
        "PSRAD": { shiftBy($0, $1, vector_psrad_by) },
        "PSLLDQ": { c, o in
            vector_pslldq(Core(c).vector(Op(o).a), Op(o).c)
            return next(c, o)
        },
        "PSRLDQ": { c, o in
            vector_psrldq(Core(c).vector(Op(o).a), Op(o).c)
            return next(c, o)
        },
    ]

    /// Chosen by the signs of register 0.
    static let choices: [String: Handler] = [
        "PBLENDVB": { choose($0, $1, vector_pblendvb) },
        "BLENDVPS": { choose($0, $1, vector_blendvps) },
        "BLENDVPD": { choose($0, $1, vector_blendvpd) },
    ]

    /// Signs of vector register `b` to general register `a`.
    static let signs: [String: Handler] = [
        "PMOVMSKB": { c, o in
            Core(c)[Op(o).a] = UInt64(vector_pmovmskb(Core(c).vector(Op(o).b)))
            return next(c, o)
        },
        "MOVMSKPS": { c, o in
            Core(c)[Op(o).a] = UInt64(vector_movmskps(Core(c).vector(Op(o).b)))
            return next(c, o)
        },
        "MOVMSKPD": { c, o in
            Core(c)[Op(o).a] = UInt64(vector_movmskpd(Core(c).vector(Op(o).b)))
            return next(c, o)
        },
    ]

    static let test: Handler = { c, o in
        Core(c).statusFlags = UInt64(vector_ptest(Core(c).vector(Op(o).a), Core(c).vector(Op(o).b)))
        return next(c, o)
    }

    @inline(__always)
    private static func shiftBy(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ body: (UnsafeMutableRawPointer, UInt64) -> Void
    ) -> UnsafeMutableRawPointer? {
        body(Core(c).vector(Op(o).a), UInt64(Op(o).c))
        return next(c, o)
    }

    @inline(__always)
    private static func choose(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer,
        _ body: (UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeRawPointer) -> Void
    ) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        body(core.vector(Op(o).a), UnsafeRawPointer(core.vector(Op(o).b)), UnsafeRawPointer(core.vector(0)))
        return next(c, o)
    }
}
