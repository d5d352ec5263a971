#if defined(__x86_64__) && defined(__linux__)
#define _GNU_SOURCE
#endif
#include "CHostProbe.h"

#if defined(__x86_64__) && defined(__linux__)

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef ARCH_GET_CPUID
#define ARCH_GET_CPUID 0x1011
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { ALTERNATE_STACK = 1 << 17, CODE_SIZE = TRAPLINE_PROBE_BATCHES * TRAPLINE_PROBE_CASES * TRAPLINE_PROBE_CODE };

/// What both processes see.
struct shared {
    // The entry below knows these by their distances from the beginning.
    uint64_t fs_base, gs_base;    // 0, 8
    uint16_t ds, es, fs, gs;      // 16, 18, 20, 22
    uint32_t uses_bases, padding; // 24
    uint64_t flags;               // 32: what the kernel does not restore
    uint16_t next_ds, next_es;    // 40, 42: what the instruction gets
    uint32_t padding2;

    uint32_t submitted[TRAPLINE_PROBE_BATCHES]; // the number of cases, 0: none
    uint32_t done[TRAPLINE_PROBE_BATCHES];
    uint32_t quit, ready;
    int32_t batch, position; // where the child is
    uint32_t is_running, has_started;
    uint16_t user_cs, user_ss;
    int32_t failure; // of the start: errno
    char failed_call[32];
    uint8_t alternate_stack[ALTERNATE_STACK] __attribute__((aligned(4096)));
    struct trapline_probe_case cases[TRAPLINE_PROBE_BATCHES][TRAPLINE_PROBE_CASES] __attribute__((aligned(4096)));
};
_Static_assert(offsetof(struct shared, ds) == 16 && offsetof(struct shared, uses_bases) == 24, "the entry's offsets");
_Static_assert(offsetof(struct shared, flags) == 32 && offsetof(struct shared, next_ds) == 40, "the entry's offsets");

struct trapline_probe {
    struct shared *shared;
    uint8_t *code;
    pid_t child;
    int end;
};

/// The child has one harness; its handler finds it here.
struct shared *trapline_probe_harness __attribute__((visibility("hidden")));
void trapline_probe_handle(int, siginfo_t *, ucontext_t *) __attribute__((visibility("hidden"), used));

// MARK: the child

// Around the handler: what must be mended before C may run (alignment checks off, segments empty, their bases noted),
// and what the kernel does not restore. The two places of system calls are known to the filter by their addresses.
__asm__(
    ".text\n"
    ".hidden trapline_probe_entry, trapline_probe_restorer, trapline_probe_restored\n"
    ".hidden trapline_probe_system, trapline_probe_called\n"
    ".globl trapline_probe_entry, trapline_probe_restorer, trapline_probe_restored\n"
    ".globl trapline_probe_system, trapline_probe_called\n"
    "trapline_probe_entry:\n"
    "  pushfq\n"
    "  andq $~0x44000, (%rsp)\n"
    "  popfq\n"
    "  movq trapline_probe_harness(%rip), %rbx\n"
    "  xorl %eax, %eax\n"
    "  movl %ds, %ecx\n  movw %cx, 16(%rbx)\n  movl %eax, %ds\n"
    "  movl %es, %ecx\n  movw %cx, 18(%rbx)\n  movl %eax, %es\n"
    "  cmpl $0, 24(%rbx)\n"
    "  je 1f\n"
    "  rdfsbase %rcx\n  movq %rcx, (%rbx)\n"
    "  rdgsbase %rcx\n  movq %rcx, 8(%rbx)\n"
    "1:\n"
    "  movl %fs, %ecx\n  movw %cx, 20(%rbx)\n  testl %ecx, %ecx\n  je 2f\n  movl %eax, %fs\n"
    "2:\n"
    "  movl %gs, %ecx\n  movw %cx, 22(%rbx)\n  testl %ecx, %ecx\n  je 3f\n  movl %eax, %gs\n"
    "3:\n"
    "  subq $8, %rsp\n"
    "  call trapline_probe_handle\n"
    "  addq $8, %rsp\n"
    "  movw 40(%rbx), %cx\n  movl %ecx, %ds\n"
    "  movw 42(%rbx), %cx\n  movl %ecx, %es\n"
    "  cmpl $0, 24(%rbx)\n"
    "  je 4f\n"
    "  movq (%rbx), %rcx\n  wrfsbase %rcx\n"
    "  movq 8(%rbx), %rcx\n  wrgsbase %rcx\n"
    "4:\n"
    "  pushq 32(%rbx)\n"
    "  popfq\n"
    "  ret\n"
    "trapline_probe_restorer:\n"
    "  movl $15, %eax\n"
    "  syscall\n"
    "trapline_probe_restored:\n"
    "  hlt\n"
    // long trapline_probe_system(number, a, b, c, d, e, f), with f on the stack
    "trapline_probe_system:\n"
    "  movq %rdi, %rax\n  movq %rsi, %rdi\n  movq %rdx, %rsi\n  movq %rcx, %rdx\n"
    "  movq %r8, %r10\n  movq %r9, %r8\n  movq 8(%rsp), %r9\n"
    "  syscall\n"
    "trapline_probe_called:\n"
    "  ret\n");

extern const char trapline_probe_entry[], trapline_probe_restorer[], trapline_probe_restored[], trapline_probe_called[];
long trapline_probe_system(long number, long a, long b, long c, long d, long e, long f);

// A compiler's own copying might call the C library, whose first call of a function uses thread-local storage.
static inline __attribute__((always_inline)) void copy(void *to, const void *from, size_t count) {
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

static _Noreturn void leave(int status) {
    for (;;) trapline_probe_system(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

enum { SOFTWARE_BYTES = 464, LEGACY_BYTES = 512 };

/// The order of the kernel's registers against that of their numbers.
static const uint8_t order[16] = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static inline __attribute__((always_inline)) uint32_t frame_xstate_size(const uint8_t *frame) {
    const struct { uint32_t magic, extended; uint64_t features; uint32_t size; } *words = (void *)(frame + SOFTWARE_BYTES);
    if (words->magic != 0x46505853u) return LEGACY_BYTES;
    return words->size < TRAPLINE_PROBE_XSTATE ? words->size : TRAPLINE_PROBE_XSTATE;
}

__attribute__((no_stack_protector)) void trapline_probe_handle(int signal, siginfo_t *info, ucontext_t *context) {
    struct shared *shared = trapline_probe_harness;
    greg_t *registers = context->uc_mcontext.gregs;
    uint8_t *frame = (uint8_t *)context->uc_mcontext.fpregs;
    uint32_t size = frame_xstate_size(frame);
    if (shared->is_running) {
        shared->is_running = 0;
        struct trapline_probe_case *last = &shared->cases[shared->batch][shared->position];
        struct trapline_probe_state *after = &last->after;
        for (int i = 0; i < 16; i++) after->general[i] = (uint64_t)registers[order[i]];
        uint64_t segments = (uint64_t)registers[REG_CSGSFS];
        after->flags = (uint64_t)registers[REG_EFL];
        after->rip = (uint64_t)registers[REG_RIP];
        after->cs = (uint16_t)segments;
        after->ss = (uint16_t)(segments >> 48);
        after->ds = shared->ds, after->es = shared->es, after->fs = shared->fs, after->gs = shared->gs;
        after->fs_base = shared->fs_base, after->gs_base = shared->gs_base;
        after->xstate_size = size;
        copy(after->xstate, frame, size);
        copy(after->window, (const void *)TRAPLINE_PROBE_WINDOW_ADDRESS, TRAPLINE_PROBE_WINDOW);
        last->signal = signal;
        last->signal_code = info->si_code;
        last->vector = (uint64_t)registers[REG_TRAPNO];
        last->error = (uint64_t)registers[REG_ERR];
        last->fault_address = (uint64_t)registers[REG_CR2];
        shared->position++;
    } else if (shared->has_started) {
        leave(3); // the handler itself has trapped
    } else {
        shared->has_started = 1;
        shared->user_cs = (uint16_t)registers[REG_CSGSFS];
        shared->user_ss = (uint16_t)((uint64_t)registers[REG_CSGSFS] >> 48);
    }
    for (;;) {
        uint32_t *submitted = &shared->submitted[shared->batch];
        uint32_t count = __atomic_load_n(submitted, __ATOMIC_ACQUIRE);
        if (__atomic_load_n(&shared->quit, __ATOMIC_ACQUIRE)) leave(0);
        if (count == 0) {
            trapline_probe_system(SYS_futex, (long)submitted, FUTEX_WAIT, 0, 0, 0, 0);
        } else if ((uint32_t)shared->position < count) {
            break;
        } else {
            uint32_t *done = &shared->done[shared->batch];
            __atomic_store_n(submitted, 0, __ATOMIC_RELEASE);
            shared->batch = (shared->batch + 1) % TRAPLINE_PROBE_BATCHES;
            shared->position = 0;
            __atomic_store_n(done, 1, __ATOMIC_RELEASE);
            trapline_probe_system(SYS_futex, (long)done, FUTEX_WAKE, 1, 0, 0, 0);
        }
    }
    const struct trapline_probe_state *before = &shared->cases[shared->batch][shared->position].before;
    for (int i = 0; i < 16; i++) registers[order[i]] = (greg_t)before->general[i];
    registers[REG_EFL] = (greg_t)before->flags;
    registers[REG_RIP] = (greg_t)before->rip;
    // Another code segment than this program's own is one of 32 bits, whose data segments are asked.
    registers[REG_CSGSFS] = (greg_t)((uint64_t)(before->cs ? before->cs : shared->user_cs) | (uint64_t)shared->user_ss << 48);
    shared->next_ds = before->ds, shared->next_es = before->es;
    shared->fs_base = before->fs_base, shared->gs_base = before->gs_base;
    shared->flags = 2 | (before->flags & (1u << 21));
    copy(frame, before->xstate, SOFTWARE_BYTES);
    copy(frame + LEGACY_BYTES, before->xstate + LEGACY_BYTES, size - LEGACY_BYTES);
    copy((void *)TRAPLINE_PROBE_WINDOW_ADDRESS, before->window, TRAPLINE_PROBE_WINDOW);
    shared->is_running = 1;
}

/// Allows the two places above their own system calls; every other one becomes SIGSYS.
static int filter_calls(void) {
    uint64_t restored = (uint64_t)(uintptr_t)trapline_probe_restored, called = (uint64_t)(uintptr_t)trapline_probe_called;
    uint32_t instruction = offsetof(struct seccomp_data, instruction_pointer);
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 11),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, instruction + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(restored >> 32), 0, 9),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, instruction),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)restored, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 5),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)called, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter) == 0) return 0;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

static _Noreturn void give_up(struct shared *shared, const char *call) {
    shared->failure = errno;
    strncpy(shared->failed_call, call, sizeof shared->failed_call - 1);
    __atomic_store_n(&shared->ready, 2, __ATOMIC_RELEASE);
    _exit(2);
}

static _Noreturn void run_child(trapline_probe *probe, pid_t parent) {
    struct shared *shared = probe->shared;
    trapline_probe_harness = shared;
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(0);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    syscall(SYS_close_range, 0, ~0u, 0);

    void *code = mremap(probe->code, CODE_SIZE, CODE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, TRAPLINE_PROBE_CODE_ADDRESS);
    if (code == MAP_FAILED || mprotect(code, CODE_SIZE, PROT_READ | PROT_EXEC) != 0) give_up(shared, "executable memory");
    void *window = mmap(
        (void *)TRAPLINE_PROBE_WINDOW_ADDRESS, TRAPLINE_PROBE_WINDOW, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (window != (void *)TRAPLINE_PROBE_WINDOW_ADDRESS) give_up(shared, "memory at a fixed address");

    stack_t stack = {.ss_sp = shared->alternate_stack, .ss_size = ALTERNATE_STACK};
    if (sigaltstack(&stack, NULL) != 0) give_up(shared, "sigaltstack");
    // The kernel's own form: the C library would put its own return in place of ours.
    struct {
        const void *handler;
        unsigned long flags;
        const void *restorer;
        uint64_t mask;
    } action = {
        trapline_probe_entry, SA_SIGINFO | SA_ONSTACK | SA_NODEFER | 0x04000000, trapline_probe_restorer, 0,
    };
    static const int signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (syscall(SYS_rt_sigaction, signals[i], &action, NULL, 8) != 0) give_up(shared, "rt_sigaction");
    }
    uint64_t mask = 0;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) mask |= 1ull << (signals[i] - 1);
    syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &mask, NULL, 8);
    // An interruption at the terminal is the parent's to answer.
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    if (filter_calls() != 0) give_up(shared, "seccomp");
    __atomic_store_n(&shared->ready, 1, __ATOMIC_RELEASE);
    __asm__ volatile("int3");
    __builtin_trap();
}

// MARK: the parent

int trapline_probe_is_supported(void) { return 1; }

trapline_probe *trapline_probe_new(void) {
    trapline_probe *probe = calloc(1, sizeof *probe);
    if (!probe) return NULL;
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    probe->shared = mmap(NULL, sizeof *probe->shared, PROT_READ | PROT_WRITE, flags, -1, 0);
    probe->code = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (probe->shared == MAP_FAILED || probe->code == MAP_FAILED) {
        free(probe);
        return NULL;
    }
    return probe;
}

void trapline_probe_free(trapline_probe *probe) {
    if (!probe) return;
    trapline_probe_stop(probe);
    munmap(probe->shared, sizeof *probe->shared);
    munmap(probe->code, CODE_SIZE);
    free(probe);
}

struct trapline_probe_case *trapline_probe_cases(trapline_probe *probe, int batch) { return probe->shared->cases[batch]; }

static size_t code_offset(int batch, int index) {
    return ((size_t)batch * TRAPLINE_PROBE_CASES + (size_t)index) * TRAPLINE_PROBE_CODE;
}

uint8_t *trapline_probe_code(trapline_probe *probe, int batch, int index) { return probe->code + code_offset(batch, index); }

uint64_t trapline_probe_code_address(int batch, int index) {
    return TRAPLINE_PROBE_CODE_ADDRESS + code_offset(batch, index);
}

static void pause_briefly(void) {
    struct timespec time = {0, 200000};
    nanosleep(&time, NULL);
}

static int has_ended(trapline_probe *probe) {
    if (probe->child <= 0) return 1;
    int status;
    if (waitpid(probe->child, &status, WNOHANG) != probe->child) return 0;
    probe->end = status;
    probe->child = 0;
    return 1;
}

int trapline_probe_start(trapline_probe *probe, int uses_bases, int batch, int position) {
    struct shared *shared = probe->shared;
    trapline_probe_stop(probe);
    shared->quit = shared->ready = shared->is_running = shared->has_started = 0;
    shared->failure = 0;
    shared->uses_bases = (uint32_t)uses_bases;
    shared->batch = batch, shared->position = position;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) {
        strncpy(shared->failed_call, "fork", sizeof shared->failed_call - 1);
        return errno;
    }
    if (child == 0) run_child(probe, parent);
    probe->child = child;
    while (__atomic_load_n(&shared->ready, __ATOMIC_ACQUIRE) == 0) {
        if (has_ended(probe)) break;
        pause_briefly();
    }
    if (shared->ready == 1) return 0;
    if (!shared->failure) {
        strncpy(shared->failed_call, "the child", sizeof shared->failed_call - 1);
        shared->failure = EPERM;
    }
    trapline_probe_stop(probe);
    return shared->failure;
}

const char *trapline_probe_failure(const trapline_probe *probe) { return probe->shared->failed_call; }

void trapline_probe_stop(trapline_probe *probe) {
    if (probe->child <= 0) return;
    kill(probe->child, SIGKILL);
    while (waitpid(probe->child, &probe->end, 0) < 0 && errno == EINTR) {}
    probe->child = 0;
}

void trapline_probe_submit(trapline_probe *probe, int batch, int count) {
    struct shared *shared = probe->shared;
    __atomic_store_n(&shared->done[batch], 0, __ATOMIC_RELEASE);
    __atomic_store_n(&shared->submitted[batch], (uint32_t)count, __ATOMIC_RELEASE);
    syscall(SYS_futex, &shared->submitted[batch], FUTEX_WAKE, 1, NULL, NULL, 0);
}

int trapline_probe_wait(trapline_probe *probe, int batch, int milliseconds) {
    uint32_t *done = &probe->shared->done[batch];
    if (__atomic_load_n(done, __ATOMIC_ACQUIRE)) return 1;
    struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    syscall(SYS_futex, done, FUTEX_WAIT, 0, &time, NULL, 0);
    if (__atomic_load_n(done, __ATOMIC_ACQUIRE)) return 1;
    return has_ended(probe) ? -1 : 0;
}

int trapline_probe_batch(const trapline_probe *probe) { return __atomic_load_n(&probe->shared->batch, __ATOMIC_ACQUIRE); }
int trapline_probe_position(const trapline_probe *probe) {
    return __atomic_load_n(&probe->shared->position, __ATOMIC_ACQUIRE);
}
int trapline_probe_end(const trapline_probe *probe) { return probe->end; }

double trapline_probe_seconds(const trapline_probe *probe) {
    clockid_t clock;
    struct timespec time = {0, 0};
    if (probe->child > 0 && clock_getcpuclockid(probe->child, &clock) == 0) clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// MARK: the host

void trapline_probe_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t result[4]) {
    __asm__ volatile("cpuid" : "=a"(result[0]), "=b"(result[1]), "=c"(result[2]), "=d"(result[3]) : "a"(leaf), "c"(subleaf));
}

uint64_t trapline_probe_xcr0(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

unsigned long trapline_probe_capabilities(void) { return getauxval(AT_HWCAP2); }

int trapline_probe_may_read_time(void) {
    int mode = 0;
    return prctl(PR_GET_TSC, &mode, 0, 0, 0) != 0 || mode == PR_TSC_ENABLE;
}

int trapline_probe_may_identify(void) { return syscall(SYS_arch_prctl, ARCH_GET_CPUID, 0) != 0; }

#else

int trapline_probe_is_supported(void) { return 0; }
trapline_probe *trapline_probe_new(void) { return NULL; }
void trapline_probe_free(trapline_probe *probe) { (void)probe; }
struct trapline_probe_case *trapline_probe_cases(trapline_probe *probe, int batch) { return (void)probe, (void)batch, NULL; }
uint8_t *trapline_probe_code(trapline_probe *probe, int batch, int index) {
    return (void)probe, (void)batch, (void)index, NULL;
}
uint64_t trapline_probe_code_address(int batch, int index) { return (void)batch, (void)index, 0; }
int trapline_probe_start(trapline_probe *probe, int uses_bases, int batch, int position) {
    return (void)probe, (void)uses_bases, (void)batch, (void)position, -1;
}
const char *trapline_probe_failure(const trapline_probe *probe) { return (void)probe, "this system"; }
void trapline_probe_stop(trapline_probe *probe) { (void)probe; }
void trapline_probe_submit(trapline_probe *probe, int batch, int count) { (void)probe, (void)batch, (void)count; }
int trapline_probe_wait(trapline_probe *probe, int batch, int milliseconds) {
    return (void)probe, (void)batch, (void)milliseconds, -1;
}
int trapline_probe_batch(const trapline_probe *probe) { return (void)probe, 0; }
int trapline_probe_position(const trapline_probe *probe) { return (void)probe, 0; }
int trapline_probe_end(const trapline_probe *probe) { return (void)probe, 0; }
double trapline_probe_seconds(const trapline_probe *probe) { return (void)probe, 0; }
void trapline_probe_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t result[4]) {
    (void)leaf, (void)subleaf;
    result[0] = result[1] = result[2] = result[3] = 0;
}
uint64_t trapline_probe_xcr0(void) { return 0; }
unsigned long trapline_probe_capabilities(void) { return 0; }
int trapline_probe_may_read_time(void) { return 1; }
int trapline_probe_may_identify(void) { return 1; }

#endif
