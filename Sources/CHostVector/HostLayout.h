/// How handlers written in C reach the core's state and go on to the next micro-op.
///
/// What they know of the core's layout is here and in `ProcessorState` and `MicroOp`, and a test compares.
#ifndef TRAPLINE_HOST_LAYOUT_H
#define TRAPLINE_HOST_LAYOUT_H

#include <stdint.h>

enum {
    /// Where the state keeps the address of the vector registers, and from one register to the next.
    VECTORS = 256,
    VECTOR_STRIDE = 16,
    /// What the status flags are computed from: see Flags.swift.
    FLAG_RESULT = 264,
    FLAG_CARRIES = 272,
    /// A micro-op's bytes, and where its fields `a`, `b` and `c` are.
    OPERATION_STRIDE = 32,
    FIELD_A = 8,
    FIELD_B = 9,
    FIELD_C = 22,
};

typedef void *(*host_handler)(void *, void *);

static inline void *host_register(void *state, uint8_t number) {
    return *(char **)((char *)state + VECTORS) + VECTOR_STRIDE * number;
}

/// General registers are the first thing in the state.
static inline uint64_t *host_general(void *state, uint8_t number) { return (uint64_t *)state + number; }

/// From CF, PF and ZF as RFLAGS has them; the other status flags are clear.
static inline void host_set_flags(void *state, uint32_t flags) {
    uint64_t carry = flags & 1;
    *(uint64_t *)((char *)state + FLAG_RESULT) = flags & 0x40 ? 0 : 0x100;
    *(uint64_t *)((char *)state + FLAG_CARRIES) = carry << 63 | carry << 62 | (flags & 4 ? 0 : 0x100);
}

#ifdef DEBUG
#define PROCEED(STATE, OPERATION) return OPERATION
#else
#define PROCEED(STATE, OPERATION) __attribute__((musttail)) return (*(host_handler *)OPERATION)(STATE, OPERATION)
#endif

/// A handler that does WORK, in which A and B are vector registers, GENERAL_A and GENERAL_B general ones, and C is a
/// number.
#define HANDLER(NAME, WORK)                                                                                            \
    void *handle_##NAME(void *state, void *operation) {                                                                \
        const uint8_t *fields = operation;                                                                             \
        WORK;                                                                                                          \
        void *following = (char *)operation + OPERATION_STRIDE;                                                        \
        PROCEED(state, following);                                                                                     \
    }
#define A host_register(state, fields[FIELD_A])
#define B host_register(state, fields[FIELD_B])
#define GENERAL_A (*host_general(state, fields[FIELD_A]))
#define GENERAL_B (*host_general(state, fields[FIELD_B]))
#define C fields[FIELD_C]
/// The vector register that C is the number of.
#define THIRD host_register(state, C)

#endif
