/// Instructions with an immediate operand, which stands in the instruction itself: one of each for every value.
#ifndef TRAPLINE_HOST_IMMEDIATES_H
#define TRAPLINE_HOST_IMMEDIATES_H

#include <stdbool.h>
#include <stdint.h>

void vector_shufps(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_shufpd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_pshufd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_pshufhw(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_pshuflw(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_cmpps(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_cmppd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_cmpss(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_cmpsd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_palignr(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_blendps(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_blendpd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_pblendw(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_mpsadbw(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_insertps(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_dpps(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_dppd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_roundps(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_roundpd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_roundss(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_roundsd(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_aeskeygenassist(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);
void vector_pclmulqdq(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);

/// Shifts by bytes.
void vector_pslldq(void *_Nonnull destination, uint8_t count);
void vector_psrldq(void *_Nonnull destination, uint8_t count);

/// PCMPESTRM's intermediate result, bit by bit, for control bits 0 to 5 and lengths of 0 to 16.
uint32_t vector_compare_strings(
    const void *_Nonnull first, const void *_Nonnull second, uint32_t first_length, uint32_t second_length,
    uint8_t control);

// What the host has, by CPUID.
bool host_has_sse41(void);
bool host_has_sse42(void);
bool host_has_aes(void);
bool host_has_pclmulqdq(void);

#endif
