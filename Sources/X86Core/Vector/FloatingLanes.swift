import CHostVector

// Arithmetic on lanes of floating point: see HostArithmetic.swift for what the host's MXCSR has to do with it.

/// An instruction on a vector register and an rm operand.
struct FloatingLane: Sendable {
    var handler: Handler
    /// Bytes of the operand in storage.
    var size = 16
    var tiny = TinyResult.never
}

enum FloatingLanes {
    static let sums: [String: FloatingLane] = [
        "ADDPS": FloatingLane(handler: handle_addps, tiny: .fourSingles),
        "ADDPD": FloatingLane(handler: handle_addpd, tiny: .twoDoubles),
        "ADDSS": FloatingLane(handler: handle_addss, size: 4, tiny: .oneSingle),
        "ADDSD": FloatingLane(handler: handle_addsd, size: 8, tiny: .oneDouble),
        "SUBPS": FloatingLane(handler: handle_subps, tiny: .fourSingles),
        "SUBPD": FloatingLane(handler: handle_subpd, tiny: .twoDoubles),
        "SUBSS": FloatingLane(handler: handle_subss, size: 4, tiny: .oneSingle),
        "SUBSD": FloatingLane(handler: handle_subsd, size: 8, tiny: .oneDouble),
        "HADDPS": FloatingLane(handler: handle_haddps, tiny: .fourSingles),
        "HSUBPS": FloatingLane(handler: handle_hsubps, tiny: .fourSingles),
        "ADDSUBPS": FloatingLane(handler: handle_addsubps, tiny: .fourSingles),
        "HADDPD": FloatingLane(handler: handle_haddpd, tiny: .twoDoubles),
        "HSUBPD": FloatingLane(handler: handle_hsubpd, tiny: .twoDoubles),
        "ADDSUBPD": FloatingLane(handler: handle_addsubpd, tiny: .twoDoubles),
    ]

    static let products: [String: FloatingLane] = [
        "MULPS": FloatingLane(handler: handle_mulps, tiny: .fourSingles),
        "MULPD": FloatingLane(handler: handle_mulpd, tiny: .twoDoubles),
        "MULSS": FloatingLane(handler: handle_mulss, size: 4, tiny: .oneSingle),
        "MULSD": FloatingLane(handler: handle_mulsd, size: 8, tiny: .oneDouble),
        "DIVPS": FloatingLane(handler: handle_divps, tiny: .fourSingles),
        "DIVPD": FloatingLane(handler: handle_divpd, tiny: .twoDoubles),
        "DIVSS": FloatingLane(handler: handle_divss, size: 4, tiny: .oneSingle),
        "DIVSD": FloatingLane(handler: handle_divsd, size: 8, tiny: .oneDouble),
    ]

    /// Nothing tiny comes of these.
    static let others: [String: FloatingLane] = [
        "MINPS": FloatingLane(handler: handle_minps),
        "MINPD": FloatingLane(handler: handle_minpd),
        "MINSS": FloatingLane(handler: handle_minss, size: 4),
        "MINSD": FloatingLane(handler: handle_minsd, size: 8),
        "MAXPS": FloatingLane(handler: handle_maxps),
        "MAXPD": FloatingLane(handler: handle_maxpd),
        "MAXSS": FloatingLane(handler: handle_maxss, size: 4),
        "MAXSD": FloatingLane(handler: handle_maxsd, size: 8),
        "SQRTPS": FloatingLane(handler: handle_sqrtps),
        "SQRTPD": FloatingLane(handler: handle_sqrtpd),
        "SQRTSS": FloatingLane(handler: handle_sqrtss, size: 4),
        "SQRTSD": FloatingLane(handler: handle_sqrtsd, size: 8),
        "RCPPS": FloatingLane(handler: handle_rcpps),
        "RSQRTPS": FloatingLane(handler: handle_rsqrtps),
        "RCPSS": FloatingLane(handler: handle_rcpss, size: 4),
        "RSQRTSS": FloatingLane(handler: handle_rsqrtss, size: 4),
    ]

    /// With an immediate. Tiny products that a dot product adds up again are not looked for.
    static let controlled: [String: FloatingLane] = [
        "CMPPS": FloatingLane(handler: handle_cmpps),
        "CMPPD": FloatingLane(handler: handle_cmppd),
        "CMPSS": FloatingLane(handler: handle_cmpss, size: 4),
        "CMPSD": FloatingLane(handler: handle_cmpsd, size: 8),
        "ROUNDPS": FloatingLane(handler: handle_roundps),
        "ROUNDPD": FloatingLane(handler: handle_roundpd),
        "ROUNDSS": FloatingLane(handler: handle_roundss, size: 4),
        "ROUNDSD": FloatingLane(handler: handle_roundsd, size: 8),
        "DPPS": FloatingLane(handler: handle_dpps, tiny: .fourSingles),
        "DPPD": FloatingLane(handler: handle_dppd, tiny: .twoDoubles),
    ]

    static let conversions: [String: FloatingLane] = [
        "CVTDQ2PS": FloatingLane(handler: handle_cvtdq2ps),
        "CVTPS2DQ": FloatingLane(handler: handle_cvtps2dq),
        "CVTTPS2DQ": FloatingLane(handler: handle_cvttps2dq),
        "CVTPD2PS": FloatingLane(handler: handle_cvtpd2ps, tiny: .twoSingles),
        "CVTPD2DQ": FloatingLane(handler: handle_cvtpd2dq),
        "CVTTPD2DQ": FloatingLane(handler: handle_cvttpd2dq),
        "CVTPS2PD": FloatingLane(handler: handle_cvtps2pd, size: 8),
        "CVTDQ2PD": FloatingLane(handler: handle_cvtdq2pd, size: 8),
        "CVTSD2SS": FloatingLane(handler: handle_cvtsd2ss, size: 8, tiny: .oneSingle),
        "CVTSS2SD": FloatingLane(handler: handle_cvtss2sd, size: 4),
    ]

    /// Comparisons that set CF, PF and ZF and clear the others.
    static let flags: [String: FloatingLane] = [
        "COMISS": FloatingLane(handler: handle_comiss, size: 4),
        "UCOMISS": FloatingLane(handler: handle_ucomiss, size: 4),
        "COMISD": FloatingLane(handler: handle_comisd, size: 8),
        "UCOMISD": FloatingLane(handler: handle_ucomisd, size: 8),
    ]

    /// From general register `b` of 4 or 8 bytes.
    static let fromGeneral: [String: (narrow: Handler, wide: Handler)] = [
        "CVTSI2SS": (handle_cvtsi2ss_32, handle_cvtsi2ss_64),
        "CVTSI2SD": (handle_cvtsi2sd_32, handle_cvtsi2sd_64),
    ]

    /// To general register `a`; from 4 bytes, then from 8.
    static let toGeneral4: [String: (narrow: Handler, wide: Handler)] = [
        "CVTSS2SI": (handle_cvtss2si_32, handle_cvtss2si_64),
        "CVTTSS2SI": (handle_cvttss2si_32, handle_cvttss2si_64),
    ]
    static let toGeneral8: [String: (narrow: Handler, wide: Handler)] = [
        "CVTSD2SI": (handle_cvtsd2si_32, handle_cvtsd2si_64),
        "CVTTSD2SI": (handle_cvttsd2si_32, handle_cvttsd2si_64),
    ]
}
