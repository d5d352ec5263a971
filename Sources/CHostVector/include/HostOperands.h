/// How the functions of this module are made.
#ifndef TRAPLINE_HOST_OPERANDS_H
#define TRAPLINE_HOST_OPERANDS_H

#include <stdint.h>

typedef long long host_vector __attribute__((vector_size(16), may_alias));
typedef uint64_t host_word64 __attribute__((may_alias));
typedef uint32_t host_word32 __attribute__((may_alias));
typedef uint16_t host_word16 __attribute__((may_alias));

/// Destination and source of 16 bytes.
#define HOST_TWO(NAME)                                                                                                 \
    static inline void vector_##NAME(void *_Nonnull destination, const void *_Nonnull source) {                       \
        host_vector value = *(host_vector *)destination;                                                              \
        __asm__(#NAME " %1, %0" : "+x"(value) : "m"(*(const host_vector *)source));                                    \
        *(host_vector *)destination = value;                                                                           \
    }

/// Likewise, and MXCSR is read and written: TYPE says how much of the source.
#define HOST_FLOATING(NAME, TYPE)                                                                                      \
    static inline void vector_##NAME(void *_Nonnull destination, const void *_Nonnull source) {                       \
        host_vector value = *(host_vector *)destination;                                                              \
        __asm__ volatile(#NAME " %1, %0" : "+x"(value) : "m"(*(const TYPE *)source));                                  \
        *(host_vector *)destination = value;                                                                           \
    }

#endif
