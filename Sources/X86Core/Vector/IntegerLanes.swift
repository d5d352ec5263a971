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
        "PADDB": { onTwo($0, $1, vector_paddb) },
        "PADDW": { onTwo($0, $1, vector_paddw) },
        "PADDD": { onTwo($0, $1, vector_paddd) },
        "PADDQ": { onTwo($0, $1, vector_paddq) },
        "PADDSB": { onTwo($0, $1, vector_paddsb) },
        "PADDSW": { onTwo($0, $1, vector_paddsw) },
        "PADDUSB": { onTwo($0, $1, vector_paddusb) },
        "PADDUSW": { onTwo($0, $1, vector_paddusw) },
        "PSUBB": { onTwo($0, $1, vector_psubb) },
        "PSUBW": { onTwo($0, $1, vector_psubw) },
        "PSUBD": { onTwo($0, $1, vector_psubd) },
        "PSUBQ": { onTwo($0, $1, vector_psubq) },
        "PSUBSB": { onTwo($0, $1, vector_psubsb) },
        "PSUBSW": { onTwo($0, $1, vector_psubsw) },
        "PSUBUSB": { onTwo($0, $1, vector_psubusb) },
        "PSUBUSW": { onTwo($0, $1, vector_psubusw) },
        "PHADDW": { onTwo($0, $1, vector_phaddw) },
        "PHADDD": { onTwo($0, $1, vector_phaddd) },
        "PHADDSW": { onTwo($0, $1, vector_phaddsw) },
        "PHSUBW": { onTwo($0, $1, vector_phsubw) },
        "PHSUBD": { onTwo($0, $1, vector_phsubd) },
        "PHSUBSW": { onTwo($0, $1, vector_phsubsw) },
        "PAVGB": { onTwo($0, $1, vector_pavgb) },
        "PAVGW": { onTwo($0, $1, vector_pavgw) },
        "PSADBW": { onTwo($0, $1, vector_psadbw) },
        "PABSB": { onTwo($0, $1, vector_pabsb) },
        "PABSW": { onTwo($0, $1, vector_pabsw) },
        "PABSD": { onTwo($0, $1, vector_pabsd) },
        "PSIGNB": { onTwo($0, $1, vector_psignb) },
        "PSIGNW": { onTwo($0, $1, vector_psignw) },
        "PSIGND": { onTwo($0, $1, vector_psignd) },
    ]

    // Products.
    static let products: [String: Handler] = [
        "PMULLW": { onTwo($0, $1, vector_pmullw) },
        "PMULHW": { onTwo($0, $1, vector_pmulhw) },
        "PMULHUW": { onTwo($0, $1, vector_pmulhuw) },
        "PMULUDQ": { onTwo($0, $1, vector_pmuludq) },
        "PMADDWD": { onTwo($0, $1, vector_pmaddwd) },
        "PMADDUBSW": { onTwo($0, $1, vector_pmaddubsw) },
        "PMULHRSW": { onTwo($0, $1, vector_pmulhrsw) },
        "PMULLD": { onTwo($0, $1, vector_pmulld) },
        "PMULDQ": { onTwo($0, $1, vector_pmuldq) },
    ]

    // Comparisons, and the lesser or greater of two.
    static let comparisons: [String: Handler] = [
        "PCMPEQB": { onTwo($0, $1, vector_pcmpeqb) },
        "PCMPEQW": { onTwo($0, $1, vector_pcmpeqw) },
        "PCMPEQD": { onTwo($0, $1, vector_pcmpeqd) },
        "PCMPEQQ": { onTwo($0, $1, vector_pcmpeqq) },
        "PCMPGTB": { onTwo($0, $1, vector_pcmpgtb) },
        "PCMPGTW": { onTwo($0, $1, vector_pcmpgtw) },
        "PCMPGTD": { onTwo($0, $1, vector_pcmpgtd) },
        "PMINUB": { onTwo($0, $1, vector_pminub) },
        "PMINSW": { onTwo($0, $1, vector_pminsw) },
        "PMINSB": { onTwo($0, $1, vector_pminsb) },
        "PMINUW": { onTwo($0, $1, vector_pminuw) },
        "PMINSD": { onTwo($0, $1, vector_pminsd) },
        "PMINUD": { onTwo($0, $1, vector_pminud) },
        "PMAXUB": { onTwo($0, $1, vector_pmaxub) },
        "PMAXSW": { onTwo($0, $1, vector_pmaxsw) },
        "PMAXSB": { onTwo($0, $1, vector_pmaxsb) },
        "PMAXUW": { onTwo($0, $1, vector_pmaxuw) },
        "PMAXSD": { onTwo($0, $1, vector_pmaxsd) },
        "PMAXUD": { onTwo($0, $1, vector_pmaxud) },
        "PHMINPOSUW": { onTwo($0, $1, vector_phminposuw) },
    ]

    // Bits.
    static let bits: [String: Handler] = [
        "PAND": { onTwo($0, $1, vector_pand) },
        "PANDN": { onTwo($0, $1, vector_pandn) },
        "POR": { onTwo($0, $1, vector_por) },
        "PXOR": { onTwo($0, $1, vector_pxor) },
        "ANDPS": { onTwo($0, $1, vector_andps) },
        "ANDPD": { onTwo($0, $1, vector_andps) },
        "ANDNPS": { onTwo($0, $1, vector_andnps) },
        "ANDNPD": { onTwo($0, $1, vector_andnps) },
        "ORPS": { onTwo($0, $1, vector_orps) },
        "ORPD": { onTwo($0, $1, vector_orps) },
        "XORPS": { onTwo($0, $1, vector_xorps) },
        "XORPD": { onTwo($0, $1, vector_xorps) },
    ]

    // Elements in another order, or of another width.
    static let orders: [String: Handler] = [
        "PUNPCKLBW": { onTwo($0, $1, vector_punpcklbw) },
        "PUNPCKLWD": { onTwo($0, $1, vector_punpcklwd) },
        "PUNPCKLDQ": { onTwo($0, $1, vector_punpckldq) },
        "PUNPCKLQDQ": { onTwo($0, $1, vector_punpcklqdq) },
        "PUNPCKHBW": { onTwo($0, $1, vector_punpckhbw) },
        "PUNPCKHWD": { onTwo($0, $1, vector_punpckhwd) },
        "PUNPCKHDQ": { onTwo($0, $1, vector_punpckhdq) },
        "PUNPCKHQDQ": { onTwo($0, $1, vector_punpckhqdq) },
        "PACKSSWB": { onTwo($0, $1, vector_packsswb) },
        "PACKSSDW": { onTwo($0, $1, vector_packssdw) },
        "PACKUSWB": { onTwo($0, $1, vector_packuswb) },
        "PACKUSDW": { onTwo($0, $1, vector_packusdw) },
        "UNPCKLPS": { onTwo($0, $1, vector_unpcklps) },
        "UNPCKHPS": { onTwo($0, $1, vector_unpckhps) },
        "UNPCKLPD": { onTwo($0, $1, vector_unpcklpd) },
        "UNPCKHPD": { onTwo($0, $1, vector_unpckhpd) },
        "PSHUFB": { onTwo($0, $1, vector_pshufb) },
        "MOVSLDUP": { onTwo($0, $1, vector_movsldup) },
        "MOVSHDUP": { onTwo($0, $1, vector_movshdup) },
    ]

    // Shifts by the low half of a vector.
    static let shifts: [String: Handler] = [
        "PSLLW": { onTwo($0, $1, vector_psllw) },
        "PSLLD": { onTwo($0, $1, vector_pslld) },
        "PSLLQ": { onTwo($0, $1, vector_psllq) },
        "PSRLW": { onTwo($0, $1, vector_psrlw) },
        "PSRLD": { onTwo($0, $1, vector_psrld) },
        "PSRLQ": { onTwo($0, $1, vector_psrlq) },
        "PSRAW": { onTwo($0, $1, vector_psraw) },
        "PSRAD": { onTwo($0, $1, vector_psrad) },
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
