/// Integer lanes and whatever else leaves MXCSR alone.
#ifndef TRAPLINE_HOST_INTEGERS_H
#define TRAPLINE_HOST_INTEGERS_H

#include "HostOperands.h"

// Bits of any type.
HOST_TWO(andps)
HOST_TWO(andnps)
HOST_TWO(orps)
HOST_TWO(xorps)
HOST_TWO(pand)
HOST_TWO(pandn)
HOST_TWO(por)
HOST_TWO(pxor)

// Parts of two operands in turn.
HOST_TWO(unpcklps)
HOST_TWO(unpckhps)
HOST_TWO(unpcklpd)
HOST_TWO(unpckhpd)
HOST_TWO(punpcklbw)
HOST_TWO(punpcklwd)
HOST_TWO(punpckldq)
HOST_TWO(punpcklqdq)
HOST_TWO(punpckhbw)
HOST_TWO(punpckhwd)
HOST_TWO(punpckhdq)
HOST_TWO(punpckhqdq)
HOST_TWO(packsswb)
HOST_TWO(packssdw)
HOST_TWO(packuswb)
HOST_TWO(packusdw)

// Sums and differences.
HOST_TWO(paddb)
HOST_TWO(paddw)
HOST_TWO(paddd)
HOST_TWO(paddq)
HOST_TWO(paddsb)
HOST_TWO(paddsw)
HOST_TWO(paddusb)
HOST_TWO(paddusw)
HOST_TWO(psubb)
HOST_TWO(psubw)
HOST_TWO(psubd)
HOST_TWO(psubq)
HOST_TWO(psubsb)
HOST_TWO(psubsw)
HOST_TWO(psubusb)
HOST_TWO(psubusw)
HOST_TWO(phaddw)
HOST_TWO(phaddd)
HOST_TWO(phaddsw)
HOST_TWO(phsubw)
HOST_TWO(phsubd)
HOST_TWO(phsubsw)
HOST_TWO(pavgb)
HOST_TWO(pavgw)
HOST_TWO(psadbw)
HOST_TWO(pabsb)
HOST_TWO(pabsw)
HOST_TWO(pabsd)
HOST_TWO(psignb)
HOST_TWO(psignw)
HOST_TWO(psignd)

// Products.
HOST_TWO(pmullw)
HOST_TWO(pmulhw)
HOST_TWO(pmulhuw)
HOST_TWO(pmuludq)
HOST_TWO(pmaddwd)
HOST_TWO(pmaddubsw)
HOST_TWO(pmulhrsw)
HOST_TWO(pmulld)
HOST_TWO(pmuldq)

// Comparisons.
HOST_TWO(pcmpeqb)
HOST_TWO(pcmpeqw)
HOST_TWO(pcmpeqd)
HOST_TWO(pcmpeqq)
HOST_TWO(pcmpgtb)
HOST_TWO(pcmpgtw)
HOST_TWO(pcmpgtd)
HOST_TWO(pcmpgtq)
HOST_TWO(pminub)
HOST_TWO(pminsw)
HOST_TWO(pminsb)
HOST_TWO(pminuw)
HOST_TWO(pminsd)
HOST_TWO(pminud)
HOST_TWO(pmaxub)
HOST_TWO(pmaxsw)
HOST_TWO(pmaxsb)
HOST_TWO(pmaxuw)
HOST_TWO(pmaxsd)
HOST_TWO(pmaxud)
HOST_TWO(phminposuw)

// Shifts by a vector's low half.
HOST_TWO(psllw)
HOST_TWO(pslld)
HOST_TWO(psllq)
HOST_TWO(psrlw)
HOST_TWO(psrld)
HOST_TWO(psrlq)
HOST_TWO(psraw)
HOST_TWO(psrad)

// Each element by its own count, with the shifts of one. Left to a compiler, some hosts' floating point would do it.
#define HOST_EACH(NAME, SHIFT, TYPE)                                                                                   \
    HOST_HANDLER(NAME)                                                                                                 \
    HOST_INLINE void vector_##NAME(void *_Nonnull destination, const void *_Nonnull counts) {                          \
        for (unsigned index = 0; index < 16 / sizeof(TYPE); index++) {                                                 \
            host_vector value = {(long long)((TYPE *)destination)[index], 0};                                          \
            host_vector count = {(long long)((const TYPE *)counts)[index], 0};                                         \
            vector_##SHIFT(&value, &count);                                                                            \
            ((TYPE *)destination)[index] = *(TYPE *)&value;                                                            \
        }                                                                                                              \
    }
HOST_EACH(psllvd, pslld, host_word32)
HOST_EACH(psllvq, psllq, host_word64)
HOST_EACH(psrlvd, psrld, host_word32)
HOST_EACH(psrlvq, psrlq, host_word64)
HOST_EACH(psravd, psrad, host_word32)

// By a vector of places.
HOST_TWO(pshufb)

// AES.
HOST_TWO(aesenc)
HOST_TWO(aesenclast)
HOST_TWO(aesdec)
HOST_TWO(aesdeclast)
HOST_TWO(aesimc)

// Copies of elements.
HOST_TWO(movsldup)
HOST_TWO(movshdup)

// Sources of 8, 4 or 2 bytes.
#define HOST_WIDENING(NAME, TYPE)                                                                                      \
    HOST_HANDLER(NAME)                                                                                                 \
    HOST_INLINE void vector_##NAME(void *_Nonnull destination, const void *_Nonnull source) {                          \
        host_vector value;                                                                                             \
        __asm__(#NAME " %1, %0" : "=x"(value) : "m"(*(const TYPE *)source));                                           \
        *(host_vector *)destination = value;                                                                           \
    }
HOST_WIDENING(pmovsxbw, host_word64)
HOST_WIDENING(pmovsxbd, host_word32)
HOST_WIDENING(pmovsxbq, host_word16)
HOST_WIDENING(pmovsxwd, host_word64)
HOST_WIDENING(pmovsxwq, host_word32)
HOST_WIDENING(pmovsxdq, host_word64)
HOST_WIDENING(pmovzxbw, host_word64)
HOST_WIDENING(pmovzxbd, host_word32)
HOST_WIDENING(pmovzxbq, host_word16)
HOST_WIDENING(pmovzxwd, host_word64)
HOST_WIDENING(pmovzxwq, host_word32)
HOST_WIDENING(pmovzxdq, host_word64)

// Shifts by a number.
#define HOST_COUNTED(NAME)                                                                                             \
    HOST_HANDLER(NAME##_by)                                                                                            \
    HOST_INLINE void vector_##NAME##_by(void *_Nonnull destination, uint64_t count) {                                  \
        host_vector value = *(host_vector *)destination;                                                               \
        host_vector places = {(long long)count, 0};                                                                    \
        __asm__(#NAME " %1, %0" : "+x"(value) : "x"(places));                                                          \
        *(host_vector *)destination = value;                                                                           \
    }
HOST_COUNTED(psllw)
HOST_COUNTED(pslld)
HOST_COUNTED(psllq)
HOST_COUNTED(psrlw)
HOST_COUNTED(psrld)
HOST_COUNTED(psrlq)
HOST_COUNTED(psraw)
HOST_COUNTED(psrad)

// Signs of all elements, one bit each.
#define HOST_SIGNS(NAME)                                                                                               \
    HOST_HANDLER(NAME)                                                                                                 \
    HOST_INLINE uint32_t vector_##NAME(const void *_Nonnull source) {                                                  \
        uint32_t signs;                                                                                                \
        __asm__(#NAME " %1, %0" : "=r"(signs) : "x"(*(const host_vector *)source));                                    \
        return signs;                                                                                                  \
    }
HOST_SIGNS(pmovmskb)
HOST_SIGNS(movmskps)
HOST_SIGNS(movmskpd)

// Chosen element by element by the signs of register 0.
#define HOST_CHOICE(NAME)                                                                                              \
    HOST_HANDLER(NAME)                                                                                                 \
    HOST_INLINE void vector_##NAME(                                                                                    \
        void *_Nonnull destination, const void *_Nonnull source, const void *_Nonnull signs) {                         \
        host_vector value = *(host_vector *)destination;                                                               \
        register host_vector chosen __asm__("xmm0") = *(const host_vector *)signs;                                     \
        __asm__(#NAME " %1, %0" : "+x"(value) : "m"(*(const host_vector *)source), "x"(chosen));                       \
        *(host_vector *)destination = value;                                                                           \
    }
HOST_CHOICE(pblendvb)
HOST_CHOICE(blendvps)
HOST_CHOICE(blendvpd)

HOST_HANDLER(vpblendvb)
HOST_HANDLER(vblendvps)
HOST_HANDLER(vblendvpd)

HOST_HANDLER(ptest)
HOST_HANDLER(pslldq)
HOST_HANDLER(psrldq)

/// CF: the source has no bits that the destination lacks; ZF: they have none in common. As RFLAGS has them.
HOST_INLINE uint32_t vector_ptest(const void *_Nonnull destination, const void *_Nonnull source) {
    uint8_t carry, zero;
    __asm__("ptest %3, %2; setc %0; setz %1"
            : "=q"(carry), "=q"(zero)
            : "x"(*(const host_vector *)destination), "m"(*(const host_vector *)source)
            : "cc");
    return (uint32_t)carry | (uint32_t)zero << 6;
}

#endif
