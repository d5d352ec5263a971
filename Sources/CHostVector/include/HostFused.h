/// Fused multiplication and addition by the host's own instructions, where it has them.
#ifndef TRAPLINE_HOST_FUSED_H
#define TRAPLINE_HOST_FUSED_H

#include <stdbool.h>
#include <stdint.h>

#include "HostOperands.h"

/// By CPUID and XCR0: the host has FMA, and its system keeps the registers that a VEX prefix is about.
bool host_has_fma(void);

/// Order: 132, 213, 231; operation: MADD, MSUB, NMADD, NMSUB, MADDSUB, MSUBADD; type: PS, PD, SS, SD; each by its place.
/// The handler's destination is vector register `a`, its further operands are `b` and the one that `c` is the number of.
/// NULL where there is no such instruction.
void *_Nullable (*_Nullable host_fused(uint8_t order, uint8_t operation, uint8_t type))(void *_Nonnull, void *_Nonnull);

#endif
