#ifndef TRAPLINE_HOST_X87_H
#define TRAPLINE_HOST_X87_H

#include <stdint.h>

/// One x87 instruction on the host's own unit, with the guest's control word: precision, rounding, and which
/// exceptions are masked. The unit raises an exception only at the next instruction that waits, so the status word
/// is taken by one that does not wait and the exceptions are cleared before the result is. Each function leaves the
/// host's control word as it found it, and its stack empty.
/// Intel SDM volume 1, sections 8.5 to 8.7.

/// A number as the x87 holds it. FLD and FSTP of 80 bits move it without looking at it.
typedef struct {
    uint64_t significand;
    /// Bit 15 is the sign.
    uint16_t signExponent;
} TraplineExtended;

/// Stands beside the status word in what the functions return: the instruction has moved the top of the stack. Where
/// an exception that is not masked keeps it from storing, loading or popping, it has not.
#define TRAPLINE_X87_MOVED 0x10000u

#define TRAPLINE_X87_CHANGES "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "cc"

static inline uint16_t trapline_x87_enter(uint16_t control) {
    uint16_t own;
    __asm__ volatile("fnclex\n\tfnstcw %0" : "=m"(own));
    if (own != control) __asm__ volatile("fldcw %0" : : "m"(control));
    return own;
}

static inline void trapline_x87_leave(uint16_t own, uint16_t control) {
    if (own != control) __asm__ volatile("fldcw %0" : : "m"(own));
}

// The status word after an instruction, and no exception that could be raised by the next.
#define TRAPLINE_X87_STATUS "fnstsw %%ax\n\ttestb $0x80, %%al\n\tjz 1f\n\tfnclex\n1:\n\t"
// EDX: whether the top has moved since `TRAPLINE_X87_TOP`.
#define TRAPLINE_X87_TOP "fnstsw %%ax\n\tmovl %%eax, %%edx\n\t"
#define TRAPLINE_X87_MOVE "xorl %%eax, %%edx\n\tandl $0x3800, %%edx\n\t"

static inline uint32_t trapline_x87_outcome(uint16_t status, uint32_t moved) {
    return status | (moved ? TRAPLINE_X87_MOVED : 0);
}

/// The two topmost, a and b; the result replaces a.
#define TRAPLINE_X87_BINARY(NAME, CODE)                                                                        \
    static inline uint32_t trapline_x87_##NAME(TraplineExtended *a, const TraplineExtended *b, uint16_t control) { \
        uint16_t own = trapline_x87_enter(control), status;                                                    \
        __asm__ volatile("fldt %2\n\tfldt %1\n\t" CODE "\n\t" TRAPLINE_X87_STATUS "fstpt %1\n\tfstp %%st(0)"     \
                         : "=&a"(status), "+m"(*a) : "m"(*b) : TRAPLINE_X87_CHANGES);                           \
        trapline_x87_leave(own, control);                                                                      \
        return status;                                                                                         \
    }

/// The top alone.
#define TRAPLINE_X87_UNARY(NAME, CODE)                                                                         \
    static inline uint32_t trapline_x87_##NAME(TraplineExtended *a, uint16_t control) {                        \
        uint16_t own = trapline_x87_enter(control), status;                                                    \
        __asm__ volatile("fldt %1\n\t" CODE "\n\t" TRAPLINE_X87_STATUS "fstpt %1"                               \
                         : "=&a"(status), "+m"(*a) : : TRAPLINE_X87_CHANGES);                                  \
        trapline_x87_leave(own, control);                                                                      \
        return status;                                                                                         \
    }

/// The two topmost, a and b; a is popped and the result replaces b.
#define TRAPLINE_X87_POPPING(NAME, CODE)                                                                       \
    static inline uint32_t trapline_x87_##NAME(const TraplineExtended *a, TraplineExtended *b, uint16_t control) { \
        uint16_t own = trapline_x87_enter(control), status;                                                    \
        uint32_t moved;                                                                                        \
        __asm__ volatile("fldt %2\n\tfldt %3\n\t" TRAPLINE_X87_TOP CODE "\n\t" TRAPLINE_X87_STATUS               \
                         TRAPLINE_X87_MOVE "jnz 2f\n\tfstp %%st(0)\n2:\n\tfstpt %2"                             \
                         : "=&a"(status), "=&d"(moved), "+m"(*b) : "m"(*a) : TRAPLINE_X87_CHANGES);             \
        trapline_x87_leave(own, control);                                                                      \
        return trapline_x87_outcome(status, moved);                                                            \
    }

/// The top, and what is pushed above it.
#define TRAPLINE_X87_PUSHING(NAME, CODE)                                                                       \
    static inline uint32_t trapline_x87_##NAME(TraplineExtended *a, TraplineExtended *pushed, uint16_t control) { \
        uint16_t own = trapline_x87_enter(control), status;                                                    \
        uint32_t moved;                                                                                        \
        __asm__ volatile("fldt %2\n\t" TRAPLINE_X87_TOP CODE "\n\t" TRAPLINE_X87_STATUS                          \
                         TRAPLINE_X87_MOVE "jz 2f\n\tfstpt %3\n2:\n\tfstpt %2"                                  \
                         : "=&a"(status), "=&d"(moved), "+m"(*a), "+m"(*pushed) : : TRAPLINE_X87_CHANGES);      \
        trapline_x87_leave(own, control);                                                                      \
        return trapline_x87_outcome(status, moved);                                                            \
    }

/// Storage becomes a number on the stack.
#define TRAPLINE_X87_LOADING(NAME, CODE, TYPE)                                                                 \
    static inline uint32_t trapline_x87_##NAME(TraplineExtended *loaded, const TYPE *from, uint16_t control) {  \
        uint16_t own = trapline_x87_enter(control), status;                                                    \
        uint32_t moved;                                                                                        \
        __asm__ volatile(TRAPLINE_X87_TOP CODE " %3\n\t" TRAPLINE_X87_STATUS                                    \
                         TRAPLINE_X87_MOVE "jz 2f\n\tfstpt %2\n2:"                                             \
                         : "=&a"(status), "=&d"(moved), "+m"(*loaded) : "m"(*from) : TRAPLINE_X87_CHANGES);     \
        trapline_x87_leave(own, control);                                                                      \
        return trapline_x87_outcome(status, moved);                                                            \
    }

/// A number of the stack goes to storage.
#define TRAPLINE_X87_STORING(NAME, CODE, TYPE)                                                                 \
    static inline uint32_t trapline_x87_##NAME(const TraplineExtended *a, TYPE *to, uint16_t control) {        \
        uint16_t own = trapline_x87_enter(control), status;                                                    \
        uint32_t moved;                                                                                        \
        __asm__ volatile("fldt %3\n\t" TRAPLINE_X87_TOP CODE " %2\n\t" TRAPLINE_X87_STATUS                      \
                         TRAPLINE_X87_MOVE "jnz 2f\n\tfstp %%st(0)\n2:"                                        \
                         : "=&a"(status), "=&d"(moved), "+m"(*to) : "m"(*a) : TRAPLINE_X87_CHANGES);           \
        trapline_x87_leave(own, control);                                                                      \
        return trapline_x87_outcome(status, moved);                                                            \
    }

/// The top with an operand in storage; the result replaces the top.
#define TRAPLINE_X87_MEMORY(NAME, CODE, TYPE)                                                                  \
    static inline uint32_t trapline_x87_##NAME(TraplineExtended *a, const TYPE *b, uint16_t control) {         \
        uint16_t own = trapline_x87_enter(control), status;                                                    \
        __asm__ volatile("fldt %1\n\t" CODE " %2\n\t" TRAPLINE_X87_STATUS "fstpt %1"                            \
                         : "=&a"(status), "+m"(*a) : "m"(*b) : TRAPLINE_X87_CHANGES);                           \
        trapline_x87_leave(own, control);                                                                      \
        return status;                                                                                         \
    }

/// The constant that a load puts on the stack, as the rounding control has it.
#define TRAPLINE_X87_CONSTANT(NAME)                                                                            \
    static inline void trapline_x87_##NAME(TraplineExtended *loaded, uint16_t control) {                        \
        uint16_t own = trapline_x87_enter(control);                                                            \
        __asm__ volatile(#NAME "\n\tfstpt %0" : "=m"(*loaded) : : TRAPLINE_X87_CHANGES);                        \
        trapline_x87_leave(own, control);                                                                      \
    }

// By their bytes, for assemblers disagree on which of two registers FSUB and FSUBR take from which.
TRAPLINE_X87_BINARY(fadd, ".byte 0xd8, 0xc1")
TRAPLINE_X87_BINARY(fmul, ".byte 0xd8, 0xc9")
TRAPLINE_X87_BINARY(fcom, ".byte 0xd8, 0xd1")
TRAPLINE_X87_BINARY(fsub, ".byte 0xd8, 0xe1")
TRAPLINE_X87_BINARY(fsubr, ".byte 0xd8, 0xe9")
TRAPLINE_X87_BINARY(fdiv, ".byte 0xd8, 0xf1")
TRAPLINE_X87_BINARY(fdivr, ".byte 0xd8, 0xf9")
TRAPLINE_X87_BINARY(fucom, "fucom %%st(1)")
TRAPLINE_X87_BINARY(fprem, "fprem")
TRAPLINE_X87_BINARY(fprem1, "fprem1")
TRAPLINE_X87_BINARY(fscale, "fscale")

TRAPLINE_X87_UNARY(f2xm1, "f2xm1")
TRAPLINE_X87_UNARY(fcos, "fcos")
TRAPLINE_X87_UNARY(frndint, "frndint")
TRAPLINE_X87_UNARY(fsin, "fsin")
TRAPLINE_X87_UNARY(fsqrt, "fsqrt")
TRAPLINE_X87_UNARY(ftst, "ftst")
TRAPLINE_X87_UNARY(fxam, "fxam")

TRAPLINE_X87_POPPING(fpatan, "fpatan")
TRAPLINE_X87_POPPING(fyl2x, "fyl2x")
TRAPLINE_X87_POPPING(fyl2xp1, "fyl2xp1")

TRAPLINE_X87_PUSHING(fptan, "fptan")
TRAPLINE_X87_PUSHING(fsincos, "fsincos")
TRAPLINE_X87_PUSHING(fxtract, "fxtract")

TRAPLINE_X87_LOADING(load32, "flds", uint32_t)
TRAPLINE_X87_LOADING(load64, "fldl", uint64_t)
TRAPLINE_X87_LOADING(load_decimal, "fbld", TraplineExtended)

TRAPLINE_X87_STORING(store32, "fstps", uint32_t)
TRAPLINE_X87_STORING(store64, "fstpl", uint64_t)
TRAPLINE_X87_STORING(integer16, "fistps", uint16_t)
TRAPLINE_X87_STORING(integer32, "fistpl", uint32_t)
TRAPLINE_X87_STORING(integer64, "fistpll", uint64_t)
// SSE3's stores that always truncate.
TRAPLINE_X87_STORING(truncated16, "fisttps", uint16_t)
TRAPLINE_X87_STORING(truncated32, "fisttpl", uint32_t)
TRAPLINE_X87_STORING(truncated64, "fisttpll", uint64_t)
TRAPLINE_X87_STORING(store_decimal, "fbstp", TraplineExtended)

#define TRAPLINE_X87_FAMILY(NAME, REAL, INTEGER)                  \
    TRAPLINE_X87_MEMORY(NAME##_32, REAL "s", uint32_t)            \
    TRAPLINE_X87_MEMORY(NAME##_64, REAL "l", uint64_t)            \
    TRAPLINE_X87_MEMORY(NAME##_integer32, INTEGER "l", uint32_t)  \
    TRAPLINE_X87_MEMORY(NAME##_integer16, INTEGER "s", uint16_t)

TRAPLINE_X87_FAMILY(fadd, "fadd", "fiadd")
TRAPLINE_X87_FAMILY(fmul, "fmul", "fimul")
TRAPLINE_X87_FAMILY(fcom, "fcom", "ficom")
TRAPLINE_X87_FAMILY(fsub, "fsub", "fisub")
TRAPLINE_X87_FAMILY(fsubr, "fsubr", "fisubr")
TRAPLINE_X87_FAMILY(fdiv, "fdiv", "fidiv")
TRAPLINE_X87_FAMILY(fdivr, "fdivr", "fidivr")

TRAPLINE_X87_CONSTANT(fld1)
TRAPLINE_X87_CONSTANT(fldl2t)
TRAPLINE_X87_CONSTANT(fldl2e)
TRAPLINE_X87_CONSTANT(fldpi)
TRAPLINE_X87_CONSTANT(fldlg2)
TRAPLINE_X87_CONSTANT(fldln2)
TRAPLINE_X87_CONSTANT(fldz)

/// What bits 3 to 5 of an opcode of the arithmetic group say: ADD, MUL, COM, COMP, SUB, SUBR, DIV, DIVR.
static inline uint32_t trapline_x87_arithmetic(
    unsigned operation, TraplineExtended *a, const TraplineExtended *b, uint16_t control) {
    switch (operation) {
    case 0: return trapline_x87_fadd(a, b, control);
    case 1: return trapline_x87_fmul(a, b, control);
    case 2: case 3: return trapline_x87_fcom(a, b, control);
    case 4: return trapline_x87_fsub(a, b, control);
    case 5: return trapline_x87_fsubr(a, b, control);
    case 6: return trapline_x87_fdiv(a, b, control);
    default: return trapline_x87_fdivr(a, b, control);
    }
}

#define TRAPLINE_X87_DISPATCH(KIND, TYPE)                                                     \
    static inline uint32_t trapline_x87_arithmetic_##KIND(                                    \
        unsigned operation, TraplineExtended *a, TYPE operand, uint16_t control) {            \
        switch (operation) {                                                                  \
        case 0: return trapline_x87_fadd_##KIND(a, &operand, control);                        \
        case 1: return trapline_x87_fmul_##KIND(a, &operand, control);                        \
        case 2: case 3: return trapline_x87_fcom_##KIND(a, &operand, control);                \
        case 4: return trapline_x87_fsub_##KIND(a, &operand, control);                        \
        case 5: return trapline_x87_fsubr_##KIND(a, &operand, control);                       \
        case 6: return trapline_x87_fdiv_##KIND(a, &operand, control);                        \
        default: return trapline_x87_fdivr_##KIND(a, &operand, control);                      \
        }                                                                                     \
    }

TRAPLINE_X87_DISPATCH(32, uint32_t)
TRAPLINE_X87_DISPATCH(64, uint64_t)
TRAPLINE_X87_DISPATCH(integer32, uint32_t)
TRAPLINE_X87_DISPATCH(integer16, uint16_t)

#endif
