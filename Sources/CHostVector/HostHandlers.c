#include "HostVector.h"

// Handlers of micro-ops whose whole work is one of the host's instructions. They are written in C because Swift gives a
// closure that is a C function a thunk, into which the compiler then inlines nothing more.
//
// What they know of the core's layout is here and in `ProcessorState` and `MicroOp`, and a test compares.

enum {
    /// Where the state keeps the address of the vector registers, and from one register to the next.
    VECTORS = 256,
    VECTOR_STRIDE = 32,
    /// A micro-op's bytes, and where its fields `a` and `b` are.
    OPERATION_STRIDE = 32,
    FIELD_A = 8,
    FIELD_B = 9,
};

typedef void *(*host_handler)(void *, void *);

static inline void *host_register(void *state, uint8_t number) {
    return *(char **)((char *)state + VECTORS) + VECTOR_STRIDE * number;
}

#ifdef DEBUG
#define PROCEED(STATE, OPERATION) return OPERATION
#else
#define PROCEED(STATE, OPERATION) __attribute__((musttail)) return (*(host_handler *)OPERATION)(STATE, OPERATION)
#endif

#define HANDLE(NAME)                                                                                                   \
    void *handle_##NAME(void *state, void *operation) {                                                                \
        const uint8_t *fields = operation;                                                                             \
        vector_##NAME(host_register(state, fields[FIELD_A]), host_register(state, fields[FIELD_B]));                   \
        void *following = (char *)operation + OPERATION_STRIDE;                                                        \
        PROCEED(state, following);                                                                                     \
    }

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
HANDLE(movshdup)

// Floating point.
HANDLE(addps) HANDLE(addpd) HANDLE(addss) HANDLE(addsd) HANDLE(subps) HANDLE(subpd) HANDLE(subss) HANDLE(subsd)
HANDLE(mulps) HANDLE(mulpd) HANDLE(mulss) HANDLE(mulsd) HANDLE(divps) HANDLE(divpd) HANDLE(divss) HANDLE(divsd)
HANDLE(minps) HANDLE(minpd) HANDLE(minss) HANDLE(minsd) HANDLE(maxps) HANDLE(maxpd) HANDLE(maxss) HANDLE(maxsd)
HANDLE(sqrtps) HANDLE(sqrtpd) HANDLE(sqrtss) HANDLE(sqrtsd) HANDLE(haddps) HANDLE(haddpd) HANDLE(hsubps)
HANDLE(hsubpd) HANDLE(addsubps) HANDLE(addsubpd) HANDLE(rcpps) HANDLE(rsqrtps) HANDLE(rcpss) HANDLE(rsqrtss)
HANDLE(cvtdq2ps) HANDLE(cvtps2dq) HANDLE(cvttps2dq) HANDLE(cvtpd2ps) HANDLE(cvtpd2dq) HANDLE(cvttpd2dq)
HANDLE(cvtps2pd) HANDLE(cvtdq2pd) HANDLE(cvtsd2ss) HANDLE(cvtss2sd)

struct host_layout host_layout(void) {
    return (struct host_layout){VECTORS, VECTOR_STRIDE, OPERATION_STRIDE, FIELD_A, FIELD_B};
}
