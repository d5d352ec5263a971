/// The host's own vector instructions, so that integer lanes, roundings, NaNs and exception flags are what a
/// processor makes of them. Operands are addresses of 16 bytes, aligned; the first is the destination.
///
/// They are inline assembly and not intrinsics for two reasons: the order of operands counts (with two NaNs the first
/// one's is the result), and no compiler flag has to say that the host has them.
#ifndef TRAPLINE_HOST_VECTOR_H
#define TRAPLINE_HOST_VECTOR_H

#include "HostFloating.h"
#include "HostFused.h"
#include "HostImmediates.h"
#include "HostIntegers.h"
#include "HostRelations.h"

/// What the handlers take for granted of the core's layout, in bytes.
struct host_layout {
    uint32_t vectors, vector_stride, flag_result, flag_carries, operation_stride, field_a, field_b, field_c;
};
struct host_layout host_layout(void);

#endif
