/// Instructions with an immediate operand, which stands in the instruction itself: one of each for every value.
#ifndef TRAPLINE_HOST_IMMEDIATES_H
#define TRAPLINE_HOST_IMMEDIATES_H

#include <stdbool.h>
#include <stdint.h>

#include "HostOperands.h"

/// Destination, source and immediate, and the handler.
#define HOST_IMMEDIATE(NAME)                                                                                           \
    HOST_HANDLER(NAME)                                                                                                 \
    void vector_##NAME(void *_Nonnull destination, const void *_Nonnull source, uint8_t immediate);

HOST_IMMEDIATE(shufps)
HOST_IMMEDIATE(shufpd)
HOST_IMMEDIATE(pshufd)
HOST_IMMEDIATE(pshufhw)
HOST_IMMEDIATE(pshuflw)
HOST_IMMEDIATE(cmpps)
HOST_IMMEDIATE(cmppd)
HOST_IMMEDIATE(cmpss)
HOST_IMMEDIATE(cmpsd)
HOST_IMMEDIATE(palignr)
HOST_IMMEDIATE(blendps)
HOST_IMMEDIATE(blendpd)
HOST_IMMEDIATE(pblendw)
HOST_IMMEDIATE(mpsadbw)
HOST_IMMEDIATE(insertps)
HOST_IMMEDIATE(dpps)
HOST_IMMEDIATE(dppd)
HOST_IMMEDIATE(roundps)
HOST_IMMEDIATE(roundpd)
HOST_IMMEDIATE(roundss)
HOST_IMMEDIATE(roundsd)
HOST_IMMEDIATE(aeskeygenassist)
HOST_IMMEDIATE(pclmulqdq)

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
