#ifndef TRAPLINE_CHOSTPROBE_H
#define TRAPLINE_CHOSTPROBE_H

#include <stddef.h>
#include <stdint.h>

/// Executes single instructions on the host's processor at its least privileged level, each from a state that is
/// given, in a child process. What is executed, and what is to be made of it, is decided elsewhere: here are only
/// the signal handler that takes one state out and puts the next one in, the filter that turns every system call into
/// a signal, and the memory that both processes share.
///
/// The handler runs on a stack of its own and touches no thread-local storage: RSP, FS and GS are the instruction's.

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TRAPLINE_PROBE_XSTATE = 4096,
    TRAPLINE_PROBE_WINDOW = 4096,
    /// Cases in a batch, and batches.
    TRAPLINE_PROBE_CASES = 128,
    TRAPLINE_PROBE_BATCHES = 2,
    /// Bytes of code a case.
    TRAPLINE_PROBE_CODE = 64,
    /// Where in them the instruction begins.
    TRAPLINE_PROBE_START = 16,
};

/// The addresses that instructions see, low ones so that 32 bits reach them.
#define TRAPLINE_PROBE_WINDOW_ADDRESS 0x10001000ull
#define TRAPLINE_PROBE_CODE_ADDRESS 0x20000000ull

/// What user code can see of the processor. `xstate` is laid out as XSAVE does.
struct trapline_probe_state {
    /// In the order of their numbers: RAX RCX RDX RBX RSP RBP RSI RDI R8 to R15.
    uint64_t general[16];
    uint64_t flags;
    uint64_t rip;
    uint64_t fs_base, gs_base;
    uint16_t cs, ss, ds, es, fs, gs;
    uint8_t reserved[256 - 20 * 8 - 12 - 4];
    uint32_t xstate_size;
    uint8_t xstate[TRAPLINE_PROBE_XSTATE];
    uint8_t window[TRAPLINE_PROBE_WINDOW];
};

struct trapline_probe_case {
    struct trapline_probe_state before;
    struct trapline_probe_state after;
    /// The signal that came, and what the kernel says about it.
    int32_t signal;
    int32_t signal_code;
    uint64_t vector;
    uint64_t error;
    uint64_t fault_address;
    uint8_t padding[4096 - 40];
};

/// Opaque: the shared memory and the child.
typedef struct trapline_probe trapline_probe;

/// 1 where this can work at all: Linux on x86-64.
int trapline_probe_is_supported(void);
/// Maps what is shared. NULL, with errno, when that fails.
trapline_probe *trapline_probe_new(void);
void trapline_probe_free(trapline_probe *probe);

struct trapline_probe_case *trapline_probe_cases(trapline_probe *probe, int batch);
/// The code of a case, as this process writes it, and the address at which the child executes it.
uint8_t *trapline_probe_code(trapline_probe *probe, int batch, int index);
uint64_t trapline_probe_code_address(int batch, int index);

/// Starts the child, which begins with this case of this batch. `uses_bases`: RDFSBASE and its relatives may be used.
/// 0, or the errno of what failed; what that was is in `trapline_probe_failure`.
int trapline_probe_start(trapline_probe *probe, int uses_bases, int batch, int position);
const char *trapline_probe_failure(const trapline_probe *probe);
/// Ends the child, whatever it does.
void trapline_probe_stop(trapline_probe *probe);

/// Hands a batch of `count` cases to the child.
void trapline_probe_submit(trapline_probe *probe, int batch, int count);
/// Waits at most so many milliseconds for the batch. 1: done, 0: not yet, -1: the child has died.
int trapline_probe_wait(trapline_probe *probe, int batch, int milliseconds);
/// The batch that the child is at, and the case.
int trapline_probe_batch(const trapline_probe *probe);
int trapline_probe_position(const trapline_probe *probe);
/// Processor seconds that the child has had.
double trapline_probe_seconds(const trapline_probe *probe);
/// How the child ended, as waitpid says it, after -1.
int trapline_probe_end(const trapline_probe *probe);

/// CPUID of this processor.
void trapline_probe_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t result[4]);
uint64_t trapline_probe_xcr0(void);
/// AT_HWCAP2 of this process; 1 where the kernel lets it read its time stamp counter, execute CPUID.
unsigned long trapline_probe_capabilities(void);
int trapline_probe_may_read_time(void);
int trapline_probe_may_identify(void);

#ifdef __cplusplus
}
#endif
#endif
