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
        "ADDPS": FloatingLane(handler: { onTwo($0, $1, vector_addps) }, tiny: .fourSingles),
        "ADDPD": FloatingLane(handler: { onTwo($0, $1, vector_addpd) }, tiny: .twoDoubles),
        "ADDSS": FloatingLane(handler: { onTwo($0, $1, vector_addss) }, size: 4, tiny: .oneSingle),
        "ADDSD": FloatingLane(handler: { onTwo($0, $1, vector_addsd) }, size: 8, tiny: .oneDouble),
        "SUBPS": FloatingLane(handler: { onTwo($0, $1, vector_subps) }, tiny: .fourSingles),
        "SUBPD": FloatingLane(handler: { onTwo($0, $1, vector_subpd) }, tiny: .twoDoubles),
        "SUBSS": FloatingLane(handler: { onTwo($0, $1, vector_subss) }, size: 4, tiny: .oneSingle),
        "SUBSD": FloatingLane(handler: { onTwo($0, $1, vector_subsd) }, size: 8, tiny: .oneDouble),
        "HADDPS": FloatingLane(handler: { onTwo($0, $1, vector_haddps) }, tiny: .fourSingles),
        "HSUBPS": FloatingLane(handler: { onTwo($0, $1, vector_hsubps) }, tiny: .fourSingles),
        "ADDSUBPS": FloatingLane(handler: { onTwo($0, $1, vector_addsubps) }, tiny: .fourSingles),
        "HADDPD": FloatingLane(handler: { onTwo($0, $1, vector_haddpd) }, tiny: .twoDoubles),
        "HSUBPD": FloatingLane(handler: { onTwo($0, $1, vector_hsubpd) }, tiny: .twoDoubles),
        "ADDSUBPD": FloatingLane(handler: { onTwo($0, $1, vector_addsubpd) }, tiny: .twoDoubles),
    ]

    static let products: [String: FloatingLane] = [
        "MULPS": FloatingLane(handler: { onTwo($0, $1, vector_mulps) }, tiny: .fourSingles),
        "MULPD": FloatingLane(handler: { onTwo($0, $1, vector_mulpd) }, tiny: .twoDoubles),
        "MULSS": FloatingLane(handler: { onTwo($0, $1, vector_mulss) }, size: 4, tiny: .oneSingle),
        "MULSD": FloatingLane(handler: { onTwo($0, $1, vector_mulsd) }, size: 8, tiny: .oneDouble),
        "DIVPS": FloatingLane(handler: { onTwo($0, $1, vector_divps) }, tiny: .fourSingles),
        "DIVPD": FloatingLane(handler: { onTwo($0, $1, vector_divpd) }, tiny: .twoDoubles),
        "DIVSS": FloatingLane(handler: { onTwo($0, $1, vector_divss) }, size: 4, tiny: .oneSingle),
        "DIVSD": FloatingLane(handler: { onTwo($0, $1, vector_divsd) }, size: 8, tiny: .oneDouble),
    ]

    /// Nothing tiny comes of these.
    static let others: [String: FloatingLane] = [
        "MINPS": FloatingLane(handler: { onTwo($0, $1, vector_minps) }),
        "MINPD": FloatingLane(handler: { onTwo($0, $1, vector_minpd) }),
        "MINSS": FloatingLane(handler: { onTwo($0, $1, vector_minss) }, size: 4),
        "MINSD": FloatingLane(handler: { onTwo($0, $1, vector_minsd) }, size: 8),
        "MAXPS": FloatingLane(handler: { onTwo($0, $1, vector_maxps) }),
        "MAXPD": FloatingLane(handler: { onTwo($0, $1, vector_maxpd) }),
        "MAXSS": FloatingLane(handler: { onTwo($0, $1, vector_maxss) }, size: 4),
        "MAXSD": FloatingLane(handler: { onTwo($0, $1, vector_maxsd) }, size: 8),
        "SQRTPS": FloatingLane(handler: { onTwo($0, $1, vector_sqrtps) }),
        "SQRTPD": FloatingLane(handler: { onTwo($0, $1, vector_sqrtpd) }),
        "SQRTSS": FloatingLane(handler: { onTwo($0, $1, vector_sqrtss) }, size: 4),
        "SQRTSD": FloatingLane(handler: { onTwo($0, $1, vector_sqrtsd) }, size: 8),
        "RCPPS": FloatingLane(handler: { onTwo($0, $1, vector_rcpps) }),
        "RSQRTPS": FloatingLane(handler: { onTwo($0, $1, vector_rsqrtps) }),
        "RCPSS": FloatingLane(handler: { onTwo($0, $1, vector_rcpss) }, size: 4),
        "RSQRTSS": FloatingLane(handler: { onTwo($0, $1, vector_rsqrtss) }, size: 4),
    ]

    /// With an immediate. Tiny products that a dot product adds up again are not looked for.
    static let controlled: [String: FloatingLane] = [
        "CMPPS": FloatingLane(handler: { onTwo($0, $1, immediate: vector_cmpps) }),
        "CMPPD": FloatingLane(handler: { onTwo($0, $1, immediate: vector_cmppd) }),
        "CMPSS": FloatingLane(handler: { onTwo($0, $1, immediate: vector_cmpss) }, size: 4),
        "CMPSD": FloatingLane(handler: { onTwo($0, $1, immediate: vector_cmpsd) }, size: 8),
        "ROUNDPS": FloatingLane(handler: { onTwo($0, $1, immediate: vector_roundps) }),
        "ROUNDPD": FloatingLane(handler: { onTwo($0, $1, immediate: vector_roundpd) }),
        "ROUNDSS": FloatingLane(handler: { onTwo($0, $1, immediate: vector_roundss) }, size: 4),
        "ROUNDSD": FloatingLane(handler: { onTwo($0, $1, immediate: vector_roundsd) }, size: 8),
        "DPPS": FloatingLane(handler: { onTwo($0, $1, immediate: vector_dpps) }, tiny: .fourSingles),
        "DPPD": FloatingLane(handler: { onTwo($0, $1, immediate: vector_dppd) }, tiny: .twoDoubles),
    ]

    static let conversions: [String: FloatingLane] = [
        "CVTDQ2PS": FloatingLane(handler: { onTwo($0, $1, vector_cvtdq2ps) }),
        "CVTPS2DQ": FloatingLane(handler: { onTwo($0, $1, vector_cvtps2dq) }),
        "CVTTPS2DQ": FloatingLane(handler: { onTwo($0, $1, vector_cvttps2dq) }),
        "CVTPD2PS": FloatingLane(handler: { onTwo($0, $1, vector_cvtpd2ps) }, tiny: .twoSingles),
        "CVTPD2DQ": FloatingLane(handler: { onTwo($0, $1, vector_cvtpd2dq) }),
        "CVTTPD2DQ": FloatingLane(handler: { onTwo($0, $1, vector_cvttpd2dq) }),
        "CVTPS2PD": FloatingLane(handler: { onTwo($0, $1, vector_cvtps2pd) }, size: 8),
        "CVTDQ2PD": FloatingLane(handler: { onTwo($0, $1, vector_cvtdq2pd) }, size: 8),
        "CVTSD2SS": FloatingLane(handler: { onTwo($0, $1, vector_cvtsd2ss) }, size: 8, tiny: .oneSingle),
        "CVTSS2SD": FloatingLane(handler: { onTwo($0, $1, vector_cvtss2sd) }, size: 4),
    ]

    /// Comparisons that set CF, PF and ZF and clear the others.
    static let flags: [String: FloatingLane] = [
        "COMISS": FloatingLane(handler: { compare($0, $1, vector_comiss) }, size: 4),
        "UCOMISS": FloatingLane(handler: { compare($0, $1, vector_ucomiss) }, size: 4),
        "COMISD": FloatingLane(handler: { compare($0, $1, vector_comisd) }, size: 8),
        "UCOMISD": FloatingLane(handler: { compare($0, $1, vector_ucomisd) }, size: 8),
    ]

    /// From general register `b` of 4 or 8 bytes.
    static let fromGeneral: [String: (narrow: Handler, wide: Handler)] = [
        "CVTSI2SS": ({ fromGeneral($0, $1, vector_cvtsi2ss_32) }, { fromGeneral($0, $1, vector_cvtsi2ss_64) }),
        "CVTSI2SD": ({ fromGeneral($0, $1, vector_cvtsi2sd_32) }, { fromGeneral($0, $1, vector_cvtsi2sd_64) }),
    ]

    /// To general register `a`; from 4 bytes, then from 8.
    static let toGeneral4: [String: (narrow: Handler, wide: Handler)] = [
        "CVTSS2SI": ({ toGeneral($0, $1, vector_cvtss2si_32) }, { toGeneral($0, $1, vector_cvtss2si_64) }),
        "CVTTSS2SI": ({ toGeneral($0, $1, vector_cvttss2si_32) }, { toGeneral($0, $1, vector_cvttss2si_64) }),
    ]
    static let toGeneral8: [String: (narrow: Handler, wide: Handler)] = [
        "CVTSD2SI": ({ toGeneral($0, $1, vector_cvtsd2si_32) }, { toGeneral($0, $1, vector_cvtsd2si_64) }),
        "CVTTSD2SI": ({ toGeneral($0, $1, vector_cvttsd2si_32) }, { toGeneral($0, $1, vector_cvttsd2si_64) }),
    ]

    @inline(__always)
    private static func compare(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer,
        _ body: (UnsafeRawPointer, UnsafeRawPointer) -> UInt32
    ) -> UnsafeMutableRawPointer? {
        let core = Core(c)
        core.statusFlags = UInt64(
            body(UnsafeRawPointer(core.vector(Op(o).a)), UnsafeRawPointer(core.vector(Op(o).b))))
        return next(c, o)
    }

    @inline(__always)
    private static func fromGeneral(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ body: (UnsafeMutableRawPointer, UInt64) -> Void
    ) -> UnsafeMutableRawPointer? {
        body(Core(c).vector(Op(o).a), Core(c)[Op(o).b])
        return next(c, o)
    }

    @inline(__always)
    private static func toGeneral(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _ body: (UnsafeRawPointer) -> UInt64
    ) -> UnsafeMutableRawPointer? {
        Core(c)[Op(o).a] = body(UnsafeRawPointer(Core(c).vector(Op(o).b)))
        return next(c, o)
    }
}
