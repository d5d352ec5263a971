#ifndef TRAPLINE_HOST_CONVERSIONS_H
#define TRAPLINE_HOST_CONVERSIONS_H

#include <stdint.h>

/// Conversions between MMX and vector registers on the host's vector unit, with the guest's MXCSR. They are done by
/// their relatives for vector registers alone, which need no x87 registers; what stands in the upper elements must be
/// zero, and raises nothing then. Each function takes and gives 16 bytes, leaves the host's MXCSR as it found it, and
/// returns the exceptions. Those of MXCSR must be masked and clear.
#define TRAPLINE_CONVERSION(NAME, CODE)                                                                \
    static inline uint32_t trapline_##NAME(const void *from, void *to, uint32_t control) {             \
        uint32_t own, noted;                                                                           \
        __asm__ volatile("stmxcsr %[own]\n\tldmxcsr %[control]\n\tmovdqu (%[from]), %%xmm0\n\t" CODE     \
                         " %%xmm0, %%xmm0\n\tmovdqu %%xmm0, (%[to])\n\tstmxcsr %[noted]\n\tldmxcsr %[own]" \
                         : [own] "=m"(own), [noted] "=m"(noted)                                         \
                         : [control] "m"(control), [from] "r"(from), [to] "r"(to)                       \
                         : "xmm0", "memory");                                                          \
        return noted & 0x3F;                                                                           \
    }

TRAPLINE_CONVERSION(integers_to_singles, "cvtdq2ps")
TRAPLINE_CONVERSION(integers_to_doubles, "cvtdq2pd")
TRAPLINE_CONVERSION(singles_to_integers, "cvtps2dq")
TRAPLINE_CONVERSION(singles_truncated, "cvttps2dq")
TRAPLINE_CONVERSION(doubles_to_integers, "cvtpd2dq")
TRAPLINE_CONVERSION(doubles_truncated, "cvttpd2dq")

#endif
