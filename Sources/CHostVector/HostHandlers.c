#include "HostLayout.h"
#include "HostVector.h"

// Handlers of micro-ops whose whole work is one of the host's instructions. They are written in C because Swift gives a
// closure that is a C function a thunk, into which the compiler then inlines nothing more.

#define HANDLE(NAME) HANDLER(NAME, vector_##NAME(A, B))

// Integer lanes.
HANDLE(andps) HANDLE(andnps) HANDLE(orps) HANDLE(xorps) HANDLE(pand) HANDLE(pandn) HANDLE(por) HANDLE(pxor)
HANDLE(unpcklps) HANDLE(unpckhps) HANDLE(unpcklpd) HANDLE(unpckhpd) HANDLE(punpcklbw) HANDLE(punpcklwd)
HANDLE(punpckldq) HANDLE(punpcklqdq) HANDLE(punpckhbw) HANDLE(punpckhwd) HANDLE(punpckhdq) HANDLE(punpckhqdq)
HANDLE(packsswb) HANDLE(packssdw) HANDLE(packuswb) HANDLE(packusdw) HANDLE(paddb) HANDLE(paddw) HANDLE(paddd)
HANDLE(paddq) HANDLE(paddsb) HANDLE(paddsw) HANDLE(paddusb) HANDLE(paddusw) HANDLE(psubb) HANDLE(psubw) HANDLE(psubd)
HANDLE(psubq) HANDLE(psubsb) HANDLE(psubsw) HANDLE(psubusb) HANDLE(psubusw) HANDLE(phaddw) HANDLE(phaddd)
HANDLE(phaddsw) HANDLE(phsubw) HANDLE(phsubd) HANDLE(phsubsw) HANDLE(pavgb) HANDLE(pavgw) HANDLE(psadbw)
HANDLE(pabsb) HANDLE(pabsw) HANDLE(pabsd) HANDLE(psignb) HANDLE(psignw) HANDLE(psignd) HANDLE(pmullw) HANDLE(pmulhw)
HANDLE(pmulhuw) HANDLE(pmuludq) HANDLE(pmaddwd) HANDLE(pmaddubsw) HANDLE(pmulhrsw) HANDLE(pmulld) HANDLE(pmuldq)
HANDLE(pcmpeqb) HANDLE(pcmpeqw) HANDLE(pcmpeqd) HANDLE(pcmpeqq) HANDLE(pcmpgtb) HANDLE(pcmpgtw) HANDLE(pcmpgtd)
HANDLE(pcmpgtq) HANDLE(pminub) HANDLE(pminsw) HANDLE(pminsb) HANDLE(pminuw) HANDLE(pminsd) HANDLE(pminud)
HANDLE(pmaxub) HANDLE(pmaxsw) HANDLE(pmaxsb) HANDLE(pmaxuw) HANDLE(pmaxsd) HANDLE(pmaxud) HANDLE(phminposuw)
HANDLE(psllw) HANDLE(pslld) HANDLE(psllq) HANDLE(psrlw) HANDLE(psrld) HANDLE(psrlq) HANDLE(psraw) HANDLE(psrad)
HANDLE(pshufb) HANDLE(aesenc) HANDLE(aesenclast) HANDLE(aesdec) HANDLE(aesdeclast) HANDLE(aesimc) HANDLE(movsldup)
HANDLE(movshdup) HANDLE(psllvd) HANDLE(psllvq) HANDLE(psrlvd) HANDLE(psrlvq) HANDLE(psravd)

// Floating point.
HANDLE(addps) HANDLE(addpd) HANDLE(addss) HANDLE(addsd) HANDLE(subps) HANDLE(subpd) HANDLE(subss) HANDLE(subsd)
HANDLE(mulps) HANDLE(mulpd) HANDLE(mulss) HANDLE(mulsd) HANDLE(divps) HANDLE(divpd) HANDLE(divss) HANDLE(divsd)
HANDLE(minps) HANDLE(minpd) HANDLE(minss) HANDLE(minsd) HANDLE(maxps) HANDLE(maxpd) HANDLE(maxss) HANDLE(maxsd)
HANDLE(sqrtps) HANDLE(sqrtpd) HANDLE(sqrtss) HANDLE(sqrtsd) HANDLE(haddps) HANDLE(haddpd) HANDLE(hsubps)
HANDLE(hsubpd) HANDLE(addsubps) HANDLE(addsubpd) HANDLE(rcpps) HANDLE(rsqrtps) HANDLE(rcpss) HANDLE(rsqrtss)
HANDLE(cvtdq2ps) HANDLE(cvtps2dq) HANDLE(cvttps2dq) HANDLE(cvtpd2ps) HANDLE(cvtpd2dq) HANDLE(cvttpd2dq)
HANDLE(cvtps2pd) HANDLE(cvtdq2pd) HANDLE(cvtsd2ss) HANDLE(cvtss2sd)

// Elements made wider.
HANDLE(pmovsxbw) HANDLE(pmovsxbd) HANDLE(pmovsxbq) HANDLE(pmovsxwd) HANDLE(pmovsxwq) HANDLE(pmovsxdq)
HANDLE(pmovzxbw) HANDLE(pmovzxbd) HANDLE(pmovzxbq) HANDLE(pmovzxwd) HANDLE(pmovzxwq) HANDLE(pmovzxdq)

// Shifts by a number.
HANDLER(psllw_by, vector_psllw_by(A, C))
HANDLER(pslld_by, vector_pslld_by(A, C))
HANDLER(psllq_by, vector_psllq_by(A, C))
HANDLER(psrlw_by, vector_psrlw_by(A, C))
HANDLER(psrld_by, vector_psrld_by(A, C))
HANDLER(psrlq_by, vector_psrlq_by(A, C))
HANDLER(psraw_by, vector_psraw_by(A, C))
HANDLER(psrad_by, vector_psrad_by(A, C))
HANDLER(pslldq, vector_pslldq(A, C))
HANDLER(psrldq, vector_psrldq(A, C))

// By the signs of register 0.
HANDLER(pblendvb, vector_pblendvb(A, B, host_register(state, 0)))
HANDLER(blendvps, vector_blendvps(A, B, host_register(state, 0)))
HANDLER(blendvpd, vector_blendvpd(A, B, host_register(state, 0)))

// By the signs of a register that the instruction names.
HANDLER(vpblendvb, vector_pblendvb(A, B, THIRD))
HANDLER(vblendvps, vector_blendvps(A, B, THIRD))
HANDLER(vblendvpd, vector_blendvpd(A, B, THIRD))

// To and from general registers.
HANDLER(pmovmskb, GENERAL_A = vector_pmovmskb(B))
HANDLER(movmskps, GENERAL_A = vector_movmskps(B))
HANDLER(movmskpd, GENERAL_A = vector_movmskpd(B))
HANDLER(cvtss2si_32, GENERAL_A = vector_cvtss2si_32(B))
HANDLER(cvtss2si_64, GENERAL_A = vector_cvtss2si_64(B))
HANDLER(cvtsd2si_32, GENERAL_A = vector_cvtsd2si_32(B))
HANDLER(cvtsd2si_64, GENERAL_A = vector_cvtsd2si_64(B))
HANDLER(cvttss2si_32, GENERAL_A = vector_cvttss2si_32(B))
HANDLER(cvttss2si_64, GENERAL_A = vector_cvttss2si_64(B))
HANDLER(cvttsd2si_32, GENERAL_A = vector_cvttsd2si_32(B))
HANDLER(cvttsd2si_64, GENERAL_A = vector_cvttsd2si_64(B))
HANDLER(cvtsi2ss_32, vector_cvtsi2ss_32(A, GENERAL_B))
HANDLER(cvtsi2ss_64, vector_cvtsi2ss_64(A, GENERAL_B))
HANDLER(cvtsi2sd_32, vector_cvtsi2sd_32(A, GENERAL_B))
HANDLER(cvtsi2sd_64, vector_cvtsi2sd_64(A, GENERAL_B))

// Flags.
HANDLER(ptest, host_set_flags(state, vector_ptest(A, B)))
HANDLER(comiss, host_set_flags(state, vector_comiss(A, B)))
HANDLER(ucomiss, host_set_flags(state, vector_ucomiss(A, B)))
HANDLER(comisd, host_set_flags(state, vector_comisd(A, B)))
HANDLER(ucomisd, host_set_flags(state, vector_ucomisd(A, B)))

struct host_layout host_layout(void) {
    return (struct host_layout){
        VECTORS, VECTOR_STRIDE, FLAG_RESULT, FLAG_CARRIES, OPERATION_STRIDE, FIELD_A, FIELD_B, FIELD_C,
    };
}
