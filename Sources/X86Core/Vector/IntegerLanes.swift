import CHostVector

// Instructions on lanes of integers, and others that leave MXCSR alone. Each is the host's own on two registers of the
// state; an operand in storage has been brought to a temporary one. Intel SDM volume 2.

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
        "PSHUFD": handle_pshufd,
        "PSHUFHW": handle_pshufhw,
        "PSHUFLW": handle_pshuflw,
        "SHUFPS": handle_shufps,
        "SHUFPD": handle_shufpd,
        "PALIGNR": handle_palignr,
        "BLENDPS": handle_blendps,
        "BLENDPD": handle_blendpd,
        "PBLENDW": handle_pblendw,
        "MPSADBW": handle_mpsadbw,
    ]

    /// Sources of 8 bytes.
    static let widening8: [String: Handler] = [
        "PMOVSXBW": handle_pmovsxbw,
        "PMOVZXBW": handle_pmovzxbw,
        "PMOVSXWD": handle_pmovsxwd,
        "PMOVZXWD": handle_pmovzxwd,
        "PMOVSXDQ": handle_pmovsxdq,
        "PMOVZXDQ": handle_pmovzxdq,
    ]
    /// Of 4.
    static let widening4: [String: Handler] = [
        "PMOVSXBD": handle_pmovsxbd,
        "PMOVZXBD": handle_pmovzxbd,
        "PMOVSXWQ": handle_pmovsxwq,
        "PMOVZXWQ": handle_pmovzxwq,
    ]
    /// Of 2.
    static let widening2: [String: Handler] = [
        "PMOVSXBQ": handle_pmovsxbq,
        "PMOVZXBQ": handle_pmovzxbq,
    ]

    /// Shifts by an immediate, of vector register `a`.
    static let counted: [String: Handler] = [
        "PSLLW": handle_psllw_by,
        "PSLLD": handle_pslld_by,
        "PSLLQ": handle_psllq_by,
        "PSRLW": handle_psrlw_by,
        "PSRLD": handle_psrld_by,
        "PSRLQ": handle_psrlq_by,
        "PSRAW": handle_psraw_by,
        "PSRAD": handle_psrad_by,
        "PSLLDQ": handle_pslldq,
        "PSRLDQ": handle_psrldq,
    ]

    /// Chosen by the signs of register 0.
    static let choices: [String: Handler] = [
        "PBLENDVB": handle_pblendvb,
        "BLENDVPS": handle_blendvps,
        "BLENDVPD": handle_blendvpd,
    ]

    /// Signs of vector register `b` to general register `a`.
    static let signs: [String: Handler] = [
        "PMOVMSKB": handle_pmovmskb,
        "MOVMSKPS": handle_movmskps,
        "MOVMSKPD": handle_movmskpd,
    ]
}
