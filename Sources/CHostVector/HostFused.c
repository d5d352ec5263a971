#include "HostFused.h"

#include <cpuid.h>
#include <stddef.h>

#include "HostLayout.h"

// Which of the three operands is multiplied by which decides what NaN comes out, so each order is the host's own.
#define FUSED(NAME)                                                                                                    \
    static HANDLER(NAME, {                                                                                             \
        host_vector value = *(host_vector *)A;                                                                         \
        __asm__ volatile(#NAME " %2, %1, %0"                                                                           \
                         : "+x"(value)                                                                                 \
                         : "x"(*(const host_vector *)B), "x"(*(const host_vector *)THIRD));                            \
        *(host_vector *)A = value;                                                                                     \
    })

#define VECTORS_OF(OPERATION) FUSED(OPERATION##ps) FUSED(OPERATION##pd)
#define ALL_OF(OPERATION) VECTORS_OF(OPERATION) FUSED(OPERATION##ss) FUSED(OPERATION##sd)
#define EVERY(ORDER)                                                                                                   \
    ALL_OF(vfmadd##ORDER)                                                                                              \
    ALL_OF(vfmsub##ORDER)                                                                                              \
    ALL_OF(vfnmadd##ORDER)                                                                                             \
    ALL_OF(vfnmsub##ORDER)                                                                                             \
    VECTORS_OF(vfmaddsub##ORDER)                                                                                       \
    VECTORS_OF(vfmsubadd##ORDER)

EVERY(132)
EVERY(213)
EVERY(231)

#define VECTOR_ROW(OPERATION) handle_##OPERATION##ps, handle_##OPERATION##pd
#define ROW(OPERATION) {VECTOR_ROW(OPERATION), handle_##OPERATION##ss, handle_##OPERATION##sd}
#define ROWS(ORDER)                                                                                                    \
    {                                                                                                                  \
        ROW(vfmadd##ORDER), ROW(vfmsub##ORDER), ROW(vfnmadd##ORDER), ROW(vfnmsub##ORDER),                              \
            {VECTOR_ROW(vfmaddsub##ORDER), NULL, NULL}, {VECTOR_ROW(vfmsubadd##ORDER), NULL, NULL},                    \
    }

static const host_handler handlers[3][6][4] = {ROWS(132), ROWS(213), ROWS(231)};

host_handler host_fused(uint8_t order, uint8_t operation, uint8_t type) {
    return order < 3 && operation < 6 && type < 4 ? handlers[order][operation][type] : NULL;
}

bool host_has_fma(void) {
    uint32_t a, b, c, d;
    const uint32_t needed = bit_FMA | bit_AVX | bit_OSXSAVE;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & needed) != needed) return false;
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6;
}
