/// Floating point by the host's arithmetic. The host's MXCSR holds the guest's rounding and collects its flags.
#ifndef TRAPLINE_HOST_FLOATING_H
#define TRAPLINE_HOST_FLOATING_H

#include "HostOperands.h"

HOST_FLOATING(addps, host_vector)
HOST_FLOATING(addpd, host_vector)
HOST_FLOATING(addss, host_word32)
HOST_FLOATING(addsd, host_word64)
HOST_FLOATING(subps, host_vector)
HOST_FLOATING(subpd, host_vector)
HOST_FLOATING(subss, host_word32)
HOST_FLOATING(subsd, host_word64)
HOST_FLOATING(mulps, host_vector)
HOST_FLOATING(mulpd, host_vector)
HOST_FLOATING(mulss, host_word32)
HOST_FLOATING(mulsd, host_word64)
HOST_FLOATING(divps, host_vector)
HOST_FLOATING(divpd, host_vector)
HOST_FLOATING(divss, host_word32)
HOST_FLOATING(divsd, host_word64)
HOST_FLOATING(minps, host_vector)
HOST_FLOATING(minpd, host_vector)
HOST_FLOATING(minss, host_word32)
HOST_FLOATING(minsd, host_word64)
HOST_FLOATING(maxps, host_vector)
HOST_FLOATING(maxpd, host_vector)
HOST_FLOATING(maxss, host_word32)
HOST_FLOATING(maxsd, host_word64)
HOST_FLOATING(sqrtps, host_vector)
HOST_FLOATING(sqrtpd, host_vector)
HOST_FLOATING(sqrtss, host_word32)
HOST_FLOATING(sqrtsd, host_word64)
HOST_FLOATING(haddps, host_vector)
HOST_FLOATING(haddpd, host_vector)
HOST_FLOATING(hsubps, host_vector)
HOST_FLOATING(hsubpd, host_vector)
HOST_FLOATING(addsubps, host_vector)
HOST_FLOATING(addsubpd, host_vector)
HOST_FLOATING(rcpps, host_vector)
HOST_FLOATING(rsqrtps, host_vector)
HOST_FLOATING(rcpss, host_word32)
HOST_FLOATING(rsqrtss, host_word32)

// Conversions.
HOST_FLOATING(cvtdq2ps, host_vector)
HOST_FLOATING(cvtps2dq, host_vector)
HOST_FLOATING(cvttps2dq, host_vector)
HOST_FLOATING(cvtpd2ps, host_vector)
HOST_FLOATING(cvtpd2dq, host_vector)
HOST_FLOATING(cvttpd2dq, host_vector)
HOST_FLOATING(cvtps2pd, host_word64)
HOST_FLOATING(cvtdq2pd, host_word64)
HOST_FLOATING(cvtsd2ss, host_word64)
HOST_FLOATING(cvtss2sd, host_word32)

// From and to general registers.
#define HOST_FROM_GENERAL(NAME, INSTRUCTION, TYPE)                                                                     \
    static inline void vector_##NAME(void *_Nonnull destination, uint64_t number) {                                   \
        host_vector value = *(host_vector *)destination;                                                              \
        __asm__ volatile(INSTRUCTION " %1, %0" : "+x"(value) : "r"((TYPE)number));                                     \
        *(host_vector *)destination = value;                                                                           \
    }
HOST_FROM_GENERAL(cvtsi2ss_32, "cvtsi2ssl", uint32_t)
HOST_FROM_GENERAL(cvtsi2ss_64, "cvtsi2ssq", uint64_t)
HOST_FROM_GENERAL(cvtsi2sd_32, "cvtsi2sdl", uint32_t)
HOST_FROM_GENERAL(cvtsi2sd_64, "cvtsi2sdq", uint64_t)

#define HOST_TO_GENERAL(NAME, INSTRUCTION, TYPE, FROM)                                                                 \
    static inline uint64_t vector_##NAME(const void *_Nonnull source) {                                                \
        TYPE number;                                                                                                   \
        __asm__ volatile(INSTRUCTION " %1, %0" : "=r"(number) : "m"(*(const FROM *)source));                           \
        return number;                                                                                                 \
    }
HOST_TO_GENERAL(cvtss2si_32, "cvtss2si", uint32_t, host_word32)
HOST_TO_GENERAL(cvtss2si_64, "cvtss2si", uint64_t, host_word32)
HOST_TO_GENERAL(cvttss2si_32, "cvttss2si", uint32_t, host_word32)
HOST_TO_GENERAL(cvttss2si_64, "cvttss2si", uint64_t, host_word32)
HOST_TO_GENERAL(cvtsd2si_32, "cvtsd2si", uint32_t, host_word64)
HOST_TO_GENERAL(cvtsd2si_64, "cvtsd2si", uint64_t, host_word64)
HOST_TO_GENERAL(cvttsd2si_32, "cvttsd2si", uint32_t, host_word64)
HOST_TO_GENERAL(cvttsd2si_64, "cvttsd2si", uint64_t, host_word64)

// Comparisons that set CF, PF and ZF, as RFLAGS has them.
#define HOST_COMPARISON(NAME, TYPE)                                                                                    \
    static inline uint32_t vector_##NAME(const void *_Nonnull destination, const void *_Nonnull source) {              \
        int carry, parity, zero;                                                                                       \
        __asm__ volatile(#NAME " %4, %3"                                                                               \
                         : "=@ccc"(carry), "=@ccp"(parity), "=@ccz"(zero)                                              \
                         : "x"(*(const host_vector *)destination), "m"(*(const TYPE *)source));                        \
        return (uint32_t)carry | (uint32_t)parity << 2 | (uint32_t)zero << 6;                                          \
    }
HOST_COMPARISON(comiss, host_word32)
HOST_COMPARISON(ucomiss, host_word32)
HOST_COMPARISON(comisd, host_word64)
HOST_COMPARISON(ucomisd, host_word64)

/// The host's MXCSR.
static inline uint32_t host_mxcsr(void) {
    uint32_t value;
    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return value;
}

static inline void host_set_mxcsr(uint32_t value) { __asm__ volatile("ldmxcsr %0" : : "m"(value)); }

#endif
