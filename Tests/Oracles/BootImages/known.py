"""What is known to be different, and why: where the emulator is wrong, with the place in the manual that says so, and
where the manual leaves it open. Everything else is a defect of Trapline's until it is shown not to be.

Each rule excuses some of the differences of a finding; a finding is explained where nothing is left of it."""

from layout import TASK_2

STACK = {f"stack{number}" for number in range(12)}
MEMORY = STACK | {"data", "stacks"}
RF = 0x10000


def rf_is_not_set(finding, ours, theirs):
    """QEMU does not set RF in the flags that a fault saves (SDM 3, 18.3.1.1)"""
    if finding.emulator != "qemu":
        return None
    return lambda name, one, other: name == "stacks" or (name in STACK or name == "taskflags") and one ^ other == RF


def limits_are_not_checked(finding, ours, theirs):
    """QEMU does not check accesses to memory against segment limits (SDM 3, 6.3)"""
    if finding.emulator == "qemu" and finding.case.limits:
        return lambda name, one, other: True
    return None


def icebp_is_unknown(finding, ours, theirs):
    """QEMU raises #UD for F1, which is INT1 (SDM 2, INT n)"""
    if finding.emulator == "qemu" and ".byte 0xF1" in finding.case.code:
        return lambda name, one, other: True
    return None


def double_fault_flags(finding, ours, theirs):
    """RF in what a double fault saves of the program: open, as CS and EIP are (SDM 3, 7.15, interrupt 8)"""
    if finding.emulator == "bochs" and any(record["vector"] == 8 for record in ours):
        return lambda name, one, other: name == "taskflags" and one ^ other == RF
    return None


def frames_in_parts(finding, ours, theirs):
    """words of a frame, and parts of a wide operand, before one that faults: open; Bochs writes them, Trapline does not"""
    if finding.emulator == "bochs" and any(record["vector"] in (8, 12, 13, 14) for record in ours):
        return lambda name, one, other: name in MEMORY
    return None


def faulted(records):
    return any(record["vector"] in (8, 14) for record in records)


def accessed_above_a_fault(finding, ours, theirs):
    """accessed flags of the tables above an entry that faults: open (SDM 3, 4.8); Bochs sets none, Trapline sets them"""
    if finding.emulator == "bochs" and faulted(ours):
        return lambda name, one, other: name in ("directory32", "directory64")
    return None


def reserved_without_present(finding, ours, theirs):
    """QEMU's error code for reserved bits lacks P (SDM 3, 4.7)"""
    if finding.emulator == "qemu" and faulted(ours):
        return lambda name, one, other: name == "stacks" or name == "stack0" and one & 9 == 9 and one & ~1 == other
    return None


def read_before_write(finding, ours, theirs):
    """QEMU reports the read of an instruction that reads and writes; the manual's pseudocode asks for a write (SDM 2, CMPXCHG8B)"""
    if finding.emulator == "qemu" and faulted(ours):
        return lambda name, one, other: name == "stacks" or name == "stack0" and one & ~2 == other | 1 * (one & 9 == 9)
    return None


def return_limit(finding, ours, theirs):
    """QEMU does not compare the instruction pointer of IRET and RETF with the limit (SDM 2, IRET, RET)"""
    code = " ".join(finding.case.code)
    if finding.emulator == "qemu" and ("iret" in code or "retf" in code) and any(r["vector"] == 13 for r in ours):
        return lambda name, one, other: True
    return None


def gate_to_conforming(finding, ours, theirs):
    """QEMU does not mark a code segment behind a call gate as accessed, and keeps the gate's RPL in CS (SDM 3, 6.8.4)"""
    if finding.emulator == "qemu" and "gate" in finding.case.title:
        return lambda name, one, other: name in ("gdt", "stacks") or name in STACK and one & ~3 == other & ~3
    return None


def upper_halves(finding, ours, theirs):
    """the upper halves of registers behind a 16-bit task switch: open (SDM 3, 9.6); Trapline and Bochs set them"""
    if finding.emulator == "qemu" and (finding.case.tasks or any(record["tr"] == TASK_2 for record in ours)):
        return lambda name, one, other: name in {"ax", "bx", "cx", "dx", "si", "di", "bp", "sp", "stacks"} | STACK
    return None


def task_rf(finding, ours, theirs):
    """RF that a task brings stays for its first instruction (SDM 3, 18.3.1.1); Bochs clears it after JMP and CALL"""
    if finding.emulator == "bochs" and finding.case.tasks:
        return lambda name, one, other: name == "stacks" or name in STACK and one ^ other == RF
    return None


def external_is_missing(finding, ours, theirs):
    """QEMU leaves EXT out of the error code of a fault that is met while another exception is delivered (SDM 3, 7.13)"""
    if finding.emulator == "qemu":
        return lambda name, one, other: name == "stack0" and one & 1 and one == other | 1
    return None


def virtual_interrupts(finding, ours, theirs):
    """QEMU does not load VIF and VIP by IRET at level 0 (SDM 2, IRET)"""
    if finding.emulator == "qemu" and "iretd" in finding.case.code:
        return lambda name, one, other: (name == "flags" or name in STACK) and (one ^ other) & ~0x180000 & ~RF == 0
    return None


def step_after_sysret(finding, ours, theirs):
    """SYSRET that sets TF traps at once (Linux, arch/x86/entry/entry_64.S: "unlike IRET"); Bochs steps once before"""
    if finding.emulator == "bochs" and finding.case.fast and any(record["vector"] == 1 for record in ours):
        return lambda name, one, other: True
    return None


def return_to_narrow_code(finding, ours, theirs):
    """IRETQ and RETFQ to compatibility mode with an offset of more than 32 bits: open (SDM: EIP; APM: RIP); Bochs cuts it"""
    title = finding.case.title
    if finding.emulator == "bochs" and title.startswith(("iretq", "retfq")) and (":0x8000" in title or ":0x10000b" in title):
        return lambda name, one, other: True
    return None


def order_of_reads(finding, ours, theirs):
    """which word of several that fail is read first: open; Bochs begins with the last"""
    if finding.emulator == "bochs" and any(word in finding.case.title for word in ("lgdt [rax] with", "iretq with")):
        return lambda name, one, other: True
    return None


def general_detect_sets_rf(finding, ours, theirs):
    """the fault by DR7.GD saves RF as any but an instruction breakpoint (SDM 3, 18.3.1.1); Bochs leaves it out"""
    if finding.emulator == "bochs" and finding.case.title == "DR access with GD":
        return lambda name, one, other: name == "stacks" or name in STACK and one ^ other == RF
    return None


def stack_of_iretd(finding, ours, theirs):
    """IRET of 64-bit code takes SS and RSP from the stack whatever its operand size (APM 3, IRET); Bochs only with REX.W"""
    if finding.emulator == "bochs" and finding.case.mode == "64" and finding.case.title.startswith("iretd"):
        return lambda name, one, other: True
    return None


TWO_TO_ONE = "QEMU alone is different, Bochs and Trapline agree; not decided one by one"


RULES = [rf_is_not_set, limits_are_not_checked, icebp_is_unknown, double_fault_flags, frames_in_parts, accessed_above_a_fault,
         reserved_without_present, read_before_write, return_limit, gate_to_conforming, upper_halves, task_rf, external_is_missing,
         virtual_interrupts, step_after_sysret, return_to_narrow_code, order_of_reads, general_detect_sets_rf,
         stack_of_iretd]


def explain(finding, ours, theirs):
    """The reasons, or None."""
    left, reasons = finding.differences, []
    for rule in RULES:
        excuses = rule(finding, ours, theirs)
        if excuses is None:
            continue
        rest = [difference for difference in left if not excuses(*difference[1:])]
        if len(rest) < len(left):
            reasons.append(rule.__doc__)
            left = rest
    return None if left else "; ".join(reasons)
