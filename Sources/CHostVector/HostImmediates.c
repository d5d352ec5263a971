#include "HostImmediates.h"
#include "HostOperands.h"

#include <cpuid.h>

// Text of cases: EACH(NUMBER) for 4, 8, 16, 32, 64 and 256 numbers.
#define CASES4(EACH, N) EACH(N) EACH((N) + 1) EACH((N) + 2) EACH((N) + 3)
#define CASES8(EACH, N) CASES4(EACH, N) CASES4(EACH, (N) + 4)
#define CASES16(EACH, N) CASES8(EACH, N) CASES8(EACH, (N) + 8)
#define CASES32(EACH, N) CASES16(EACH, N) CASES16(EACH, (N) + 16)
#define CASES64(EACH, N) CASES32(EACH, N) CASES32(EACH, (N) + 32)
#define CASES256(EACH, N) CASES64(EACH, N) CASES64(EACH, (N) + 64) CASES64(EACH, (N) + 128) CASES64(EACH, (N) + 192)

/// One function, with a case for each of COUNT values; TYPE says how much of the source is read.
#define HOST_CHOSEN(NAME, COUNT, TYPE)                                                                                 \
    void vector_##NAME(void *destination, const void *source, uint8_t immediate) {                                    \
        host_vector value = *(host_vector *)destination;                                                              \
        switch (immediate & (COUNT - 1)) { CASES##COUNT(CASE_##NAME, 0) }                                              \
        *(host_vector *)destination = value;                                                                           \
    }

/// MXCSR counts to some of them: none may move.
#define ONE_CASE(NAME, TYPE, N)                                                                                        \
    case N:                                                                                                            \
        __asm__ volatile(#NAME " %2, %1, %0" : "+x"(value) : "m"(*(const TYPE *)source), "i"(N));                      \
        break;

#define CASE_shufps(N) ONE_CASE(shufps, host_vector, N)
HOST_CHOSEN(shufps, 256, host_vector)
#define CASE_shufpd(N) ONE_CASE(shufpd, host_vector, N)
HOST_CHOSEN(shufpd, 4, host_vector)
#define CASE_pshufd(N) ONE_CASE(pshufd, host_vector, N)
HOST_CHOSEN(pshufd, 256, host_vector)
#define CASE_pshufhw(N) ONE_CASE(pshufhw, host_vector, N)
HOST_CHOSEN(pshufhw, 256, host_vector)
#define CASE_pshuflw(N) ONE_CASE(pshuflw, host_vector, N)
HOST_CHOSEN(pshuflw, 256, host_vector)
#define CASE_cmpps(N) ONE_CASE(cmpps, host_vector, N)
HOST_CHOSEN(cmpps, 8, host_vector)
#define CASE_cmppd(N) ONE_CASE(cmppd, host_vector, N)
HOST_CHOSEN(cmppd, 8, host_vector)
#define CASE_cmpss(N) ONE_CASE(cmpss, host_word32, N)
HOST_CHOSEN(cmpss, 8, host_word32)
#define CASE_cmpsd(N) ONE_CASE(cmpsd, host_word64, N)
HOST_CHOSEN(cmpsd, 8, host_word64)
#define CASE_blendps(N) ONE_CASE(blendps, host_vector, N)
HOST_CHOSEN(blendps, 16, host_vector)
#define CASE_blendpd(N) ONE_CASE(blendpd, host_vector, N)
HOST_CHOSEN(blendpd, 4, host_vector)
#define CASE_pblendw(N) ONE_CASE(pblendw, host_vector, N)
HOST_CHOSEN(pblendw, 256, host_vector)
#define CASE_mpsadbw(N) ONE_CASE(mpsadbw, host_vector, N)
HOST_CHOSEN(mpsadbw, 8, host_vector)
// With an operand in storage it would always take that operand's first element.
#define CASE_insertps(N)                                                                                               \
    case N:                                                                                                            \
        __asm__("insertps %2, %1, %0" : "+x"(value) : "x"(*(const host_vector *)source), "i"(N));                      \
        break;
HOST_CHOSEN(insertps, 256, host_vector)
#define CASE_dpps(N) ONE_CASE(dpps, host_vector, N)
HOST_CHOSEN(dpps, 256, host_vector)
#define CASE_dppd(N) ONE_CASE(dppd, host_vector, N)
HOST_CHOSEN(dppd, 256, host_vector)
#define CASE_roundps(N) ONE_CASE(roundps, host_vector, N)
HOST_CHOSEN(roundps, 16, host_vector)
#define CASE_roundpd(N) ONE_CASE(roundpd, host_vector, N)
HOST_CHOSEN(roundpd, 16, host_vector)
#define CASE_roundss(N) ONE_CASE(roundss, host_word32, N)
HOST_CHOSEN(roundss, 16, host_word32)
#define CASE_roundsd(N) ONE_CASE(roundsd, host_word64, N)
HOST_CHOSEN(roundsd, 16, host_word64)
#define CASE_aeskeygenassist(N) ONE_CASE(aeskeygenassist, host_vector, N)
HOST_CHOSEN(aeskeygenassist, 256, host_vector)

#define CASE_palignr(N) ONE_CASE(palignr, host_vector, N)
void vector_palignr(void *destination, const void *source, uint8_t immediate) {
    host_vector value = *(host_vector *)destination;
    switch (immediate) {
        CASES32(CASE_palignr, 0)
    default: value = (host_vector){0, 0};
    }
    *(host_vector *)destination = value;
}

void vector_pclmulqdq(void *destination, const void *source, uint8_t immediate) {
    host_vector value = *(host_vector *)destination;
    switch (immediate & 0x11) {
        ONE_CASE(pclmulqdq, host_vector, 0x00)
        ONE_CASE(pclmulqdq, host_vector, 0x01)
        ONE_CASE(pclmulqdq, host_vector, 0x10)
        ONE_CASE(pclmulqdq, host_vector, 0x11)
    }
    *(host_vector *)destination = value;
}

#define SHIFT_CASE(NAME, N)                                                                                            \
    case N: __asm__(#NAME " %1, %0" : "+x"(value) : "i"(N)); break;
#define HOST_SHIFT(NAME)                                                                                               \
    void vector_##NAME(void *destination, uint8_t count) {                                                            \
        host_vector value = *(host_vector *)destination;                                                              \
        switch (count) {                                                                                               \
            CASES16(CASE_##NAME, 0)                                                                                    \
        default: value = (host_vector){0, 0};                                                                          \
        }                                                                                                              \
        *(host_vector *)destination = value;                                                                           \
    }
#define CASE_pslldq(N) SHIFT_CASE(pslldq, N)
HOST_SHIFT(pslldq)
#define CASE_psrldq(N) SHIFT_CASE(psrldq, N)
HOST_SHIFT(psrldq)

#define CASE_strings(N)                                                                                                \
    case N:                                                                                                            \
        __asm__("pcmpestrm %3, %2, %1"                                                                                 \
                : "=Yz"(result)                                                                                        \
                : "x"(*(const host_vector *)first), "m"(*(const host_vector *)second), "i"(N), "a"(first_length),      \
                  "d"(second_length)                                                                                   \
                : "cc");                                                                                               \
        break;

uint32_t vector_compare_strings(
    const void *first, const void *second, uint32_t first_length, uint32_t second_length, uint8_t control) {
    host_vector result = {0, 0};
    switch (control & 63) { CASES64(CASE_strings, 0) }
    return (uint32_t)result[0];
}

static bool host_has(uint32_t bit) {
    uint32_t a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit) != 0;
}

bool host_has_sse41(void) { return host_has(bit_SSE4_1); }
bool host_has_sse42(void) { return host_has(bit_SSE4_2); }
bool host_has_aes(void) { return host_has(bit_AES); }
bool host_has_pclmulqdq(void) { return host_has(bit_PCLMUL); }
