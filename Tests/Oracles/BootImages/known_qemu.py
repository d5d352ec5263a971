"""Where QEMU 7.2's translator does otherwise than Trapline: see known.py. What concerns tasks, virtual-8086 mode and
debugging stands in known_qemu_system.py."""

from courses import (ABSENT, DOUBLE, END, PAGE, PROTECTION, RF, STACK, STACK_FAULT, TASK, UNDEFINED, code, fields,
                     other_course, parting, same_vectors)
from known_qemu_system import RULES as SYSTEM
from layout import DATA0

# What reads and writes the same operand, or jumps into bytes that may.
MODIFYING = ("lock ", "cmpxchg", "add dword", "bts ", "xchg ", "jmp rax", "jmp eax", "fword")
VIRTUAL_FLAGS = 0x180000


def vectors(finding):
    return {record["vector"] for record in finding.ours}


def rf_is_not_set(finding):
    """QEMU does not set RF in the flags that a fault saves (SDM 3, 17.3.1.1)"""
    # A handler of level 1 to 3 ends at level 0, where only the digest shows its own stack.
    title = finding.case.title
    hidden = (title.startswith("exception") or " by a gate to " in title) and vectors(finding) == {END}
    # A case's own POP may find it, too.
    names = STACK | {"taskflags", "ax"}
    return lambda event, name, one, other: hidden and name == "stacks" or name in names and one & RF \
        and (one ^ other) & ~VIRTUAL_FLAGS == RF


def limits_are_not_checked(finding):
    """QEMU does not check accesses to memory against segment limits (SDM 3, 5.3)"""
    if not finding.case.limits:
        return None
    event, one, other = parting(finding)
    # A limit's exception has error code 0, or comes out as a double fault where the handler has no stack either.
    vector = one.get("vector")
    has_no_code = finding.case.mode == "real" or vector == DOUBLE or "gate" in finding.case.title
    if vector in (PROTECTION, STACK_FAULT, DOUBLE) and (has_no_code or one["stack0"] & 0xFFFF == 0):
        return lambda at, name, *_: at >= event or name == "events"
    return None


def icebp_is_unknown(finding):
    """QEMU raises #UD for F1, which is INT1 (SDM 2, INT n)"""
    if finding.case.code in ([".byte 0xF1"], ["int1"]) and finding.theirs and finding.theirs[0]["vector"] == UNDEFINED:
        return lambda *_: True
    return None


def reserved_without_present(finding):
    """QEMU's error code for reserved bits lacks P (SDM 3, 4.7)"""
    if PAGE in vectors(finding):
        return lambda event, name, one, other: name == "stack0" and one & 9 == 9 and one & ~1 == other
    return None


def read_before_write(finding):
    """QEMU reports the read of an instruction that reads and writes; the manual's pseudocode asks for a write (SDM 2,
    CMPXCHG8B: the destination gets a write cycle whatever the comparison says)"""
    if PAGE in vectors(finding) and any(word in code(finding) for word in MODIFYING):
        # Across two pages the second one may be read before the first one is written.
        return lambda event, name, one, other: name == "stack0" and one & 2 and not other & 2 \
            or name in ("table32", "table64", "directory32", "directory64", "cr2")
    return None


def environment_in_parts(finding):
    """QEMU keeps no pointers to the last x87 instruction and its operand (SDM 1, 8.1.8), and stores an environment
    word by word; which words lie there after a fault: open (SDM 3, 6.5 speaks of registers)"""
    if any(word in code(finding) for word in ("fnsave", "fnstenv")):
        # The error code of its reserved bits lacks P besides.
        return lambda event, name, one, other: name == "data" or name == "stack0" and one & 9 == 9 and one & ~1 == other
    return None


def return_limit(finding):
    """QEMU does not compare the instruction pointer of IRET, RETF and far JMP with the limit (SDM 2, IRET, RET,
    JMP)"""
    if any(word in code(finding) for word in ("iret", "retf", ".byte 0xea", ".byte 0x9a", ".byte 0xEA")):
        if same_vectors(finding) and vectors(finding) == {PROTECTION}:
            first, other = finding.ours[0], finding.theirs[0]
            # Refused behind the return, which has taken the data segments away.
            return (lambda *_: True) if first["stack0"] == 0 and other["ds"] == 0 != first["ds"] else None
        return other_course(finding, {PROTECTION}, None, lambda one, other: one["stack0"] == 0 and one["width"] == 32)
    return None


def accessed_code(finding):
    """QEMU marks no code segment as accessed that a far transfer loads (SDM 3, 3.4.5.1)"""
    words = ("iret", "retf", ".byte 0x9a", ".byte 0xea", "fword")
    if finding.case.title.startswith("exception") or " by a gate to " in finding.case.title:
        words = ("",)
    if same_vectors(finding) and any(word in code(finding) for word in words):
        return fields("gdt", "ldt")
    return None


def gate_to_conforming(finding):
    """QEMU keeps the RPL of a call gate's selector in CS where the level stays; it is CPL (SDM 3, 5.8.4)"""
    if "gate" in finding.case.title and same_vectors(finding):
        return lambda event, name, one, other: name == "stack1" and one != other and one & ~3 == other & ~3
    return None


def null_target(finding):
    """QEMU's error code names the gate where the gate's code selector is null; it is 0 (SDM 2, CALL, CALL-GATE)"""
    if same_vectors(finding) and PROTECTION in vectors(finding):
        words = finding.case.title.replace(",", " ").replace(":", " ").replace(";", " ").split()
        selectors = {int(word, 16) & ~3 for word in words if word.startswith("0x")}
        return lambda event, name, one, other: name == "stack0" and one == 0 and other in selectors
    return None


def both_sizes_of_code(finding):
    """QEMU returns to code whose descriptor has both L and D (SDM 3, 3.4.5; SDM 2, RET: #GP of the selector)"""
    returns = finding.case.mode == "64" and finding.case.title.startswith(("iret", "retf"))
    if returns and vectors(finding) == {PROTECTION} and same_vectors(finding):
        # It comes to the next check instead: the stack segment's, or the instruction pointer's.
        stack = int(finding.case.title.split("stack ")[1], 16) & ~3
        return lambda event, name, one, other: name == "stack0" and one & ~0xF == 0x100 and other in (0, stack)
    return None


def frames_in_parts(finding):
    """words of a frame that lie before one that is refused: open (SDM 3, 6.5 speaks of registers); QEMU has stored
    them, Trapline looks at all of them first"""
    return fields("stacks") if same_vectors(finding) and DOUBLE in vectors(finding) else None


def refused_values(finding):
    """QEMU takes values of CR0, CR4, CR8, model-specific registers and XCR0 that are refused (SDM 2, MOV to control
    registers, WRMSR, XSETBV: #GP)"""
    if "mov rax, cr" in code(finding) or "mov cr8" in code(finding) or "wrmsr" in code(finding):
        return other_course(finding, {PROTECTION}, {END}, lambda one, other: one["stack0"] == 0)
    return None


def xsetbv_before_osxsave(finding):
    """QEMU's XSETBV asks for the level before CR4.OSXSAVE (SDM 3, table 6-2: an invalid opcode comes before)"""
    if "xsetbv" in finding.case.code:
        return other_course(finding, {UNDEFINED}, {PROTECTION})
    return None


def null_stack_of_a_return(finding):
    """QEMU's IRET and RETF load a null selector into SS for code that is not 64-bit code (SDM 2, IRET, RET: #GP)"""
    words = ("iretq", "iretd", "retf")
    if finding.case.mode == "64" and finding.case.title.startswith(words) and ", stack 0x3" in finding.case.title + ";":
        return other_course(finding, {PROTECTION}, {END}, lambda one, other: one["stack0"] == other["ss"] & ~3 == 0)
    return None


def frame_read_by_level_0(finding):
    """QEMU reads what IRET takes from the stack with the rights of level 0, whatever the level is (SDM 3, 4.6.1)"""
    if "iretq" in code(finding) and vectors(finding) == {PAGE}:
        return lambda event, name, one, other: name == "stack0" and one & 4 and one & ~4 == other
    return None


def narrow_states_in_long_mode(finding):
    """QEMU's LSL knows task states of 16 bits in long mode, where there are none (SDM 2, LSL, table 3-54)"""
    if finding.case.mode == "64" and finding.case.title.startswith("lsl "):
        if finding.theirs[0]["flags"] & 0x40 and not finding.ours[0]["flags"] & 0x40:
            return fields("flags", "ax", "dx", "stack4")
    return None


def half_of_a_descriptor(finding):
    """QEMU does not look at the type in the upper half of a descriptor of sixteen bytes (SDM 3, 7.2.3: 0)"""
    if finding.case.mode == "64" and "lldt" in code(finding):
        return other_course(finding, {PROTECTION}, {END}, lambda one, other: one["stack0"] != 0)
    return None


def null_task(finding):
    """QEMU's LTR takes a null selector (SDM 2, LTR: #GP)"""
    if finding.case.title in ("ltr 0x0", "ltr 0x1", "ltr 0x2", "ltr 0x3"):
        return other_course(finding, {PROTECTION}, {END}, lambda one, other: one["stack0"] == 0)
    return None


def presence_before_size(finding):
    """QEMU asks whether a handler's code segment is present before it asks whether it is 64-bit code (SDM 2, INT n)"""
    if " by a gate to 0x110" in finding.case.title:
        return other_course(finding, {PROTECTION}, {ABSENT}, lambda one, other: one["stack0"] == other["stack0"])
    return None


def frame_of_level_3(finding):
    """QEMU pushes the frame of a handler of level 3 with the rights of level 0 (SDM 3, 4.6.1)"""
    if " by a gate to 0x93" in finding.case.title and finding.case.level == 3 and same_vectors(finding) \
            and finding.theirs[0]["cr2"] == finding.theirs[0]["stack2"]:
        return fields("cr2", *STACK)
    return None


def gate_beyond(finding):
    """QEMU enters a handler whose address is not canonical, and faults there (SDM 2, INT n: #GP(0) at the interrupted
    instruction)"""
    if " by a gate to " in finding.case.title and {r["vector"] for r in finding.theirs} <= {PROTECTION, DOUBLE} \
            and any(record["stack3"] == 0x8000 for record in finding.theirs):
        return lambda *_: True
    return None


def signed_release(finding):
    """QEMU takes RETF's number of bytes as signed (SDM 2, RET: a 16-bit number that is added to SP or ESP)"""
    return (lambda *_: True) if "RETF 65532" in finding.case.title else None


def flags_of_sysret(finding):
    """QEMU's SYSRET takes RF and VM of R11 and leaves VIF and VIP (SDM 2, SYSRET: R11 and 3C7FD7H)"""
    if finding.case.fast and finding.case.title.startswith((".byte 0x0F, 0x07", "sysretq")):
        return lambda event, name, one, other: (name == "flags" or name in STACK) and (one ^ other) & ~0x1B0000 == 0
    return None


def external_is_missing(finding):
    """QEMU leaves EXT out of the error code of a fault that is met while another exception is delivered (SDM 3,
    6.13)"""
    return lambda event, name, one, other: name == "stack0" and one & 1 and one == other | 1 \
        and finding.ours[event]["vector"] in (TASK, ABSENT, STACK_FAULT, PROTECTION)


def virtual_interrupts(finding):
    """QEMU neither loads VIF and VIP by IRET at level 0 nor clears them by POPF there (SDM 2, IRET; POPF, table
    4-16)"""
    return lambda event, name, one, other: (name in ("flags", "ax", "bx") or name in STACK) and one != other \
        and (one ^ other) & ~VIRTUAL_FLAGS & ~RF == 0 and (one ^ other) & VIRTUAL_FLAGS


def virtual_by_any_iret(finding):
    """QEMU enters virtual-8086 mode by IRETD of 64-bit code, where VM is ignored (SDM 2, IRET, IA-32e mode)"""
    if finding.case.mode == "64" and finding.case.title.startswith("iretd"):
        return other_course(finding, {PROTECTION, STACK_FAULT}, None, lambda one, other: other["stack6"] & 0x20000
                            or other["stack4"] & 0x20000)
    return None


def wide_pointer_of_narrow_code(finding):
    """QEMU goes to narrow code with more than 32 bits of instruction pointer, which lie beyond every limit (SDM 2, IRET
    and RET: #GP; so do AMD's processors)"""
    if ":0x10000b030" in finding.case.title or ":0x800000000000" in finding.case.title:
        return other_course(finding, {PROTECTION}, None)
    return None


def code_of_interrupt_gates(finding):
    """QEMU's error code for a gate of an interrupt table in long mode is 16 times the vector, plus 2 (SDM 3, 6.13: 8
    times)"""
    if finding.case.mode == "64":
        return lambda event, name, one, other: name == "stack0" and one & 2 and one & ~7 \
            and other == (one >> 3) << 4 | one & 6
    return None


def null_stack_of_ist(finding):
    """QEMU sets SS to null where a gate's stack is taken and the level stays (SDM 3, 6.14.4: where the level
    changes)"""
    if finding.case.mode == "64" and same_vectors(finding):
        return lambda event, name, one, other: (name == "ss" or name in STACK) and one == DATA0 and other == 0
    return None


def stack_is_not_canonical(finding):
    """QEMU raises #GP for a stack address that is not canonical (SDM 3, 6.15, interrupt 12: #SS)"""
    if finding.case.mode == "64":
        return other_course(finding, {STACK_FAULT}, {PROTECTION}, lambda one, other: one["stack0"] == other["stack0"])
    return None


def end_is_not_canonical(finding):
    """QEMU does not look whether the last byte of an operand is canonical (SDM 1, 3.3.7.1)"""
    if finding.case.mode == "64" and " with 0x7ff" in finding.case.title:
        return other_course(finding, {STACK_FAULT, PROTECTION}, {PAGE})
    return None


def target_is_not_canonical(finding):
    """QEMU takes a return or near transfer to an address that is not canonical and faults there (SDM 2, RET, CALL,
    JMP, SYSRET, SYSEXIT: #GP of the instruction itself)"""
    if finding.case.mode != "64" or not same_vectors(finding) or vectors(finding) != {PROTECTION}:
        return None
    words = ("push rax ; ret", "call rax", "jmp rax", "sysretq", ".byte 0x48, 0x0F, 0x35", "jmp fword", "call fword",
             "retfq", "iretq")
    if any(word in code(finding) for word in words) and finding.theirs[0]["stack3"] in (0x8000, 0xFFFF7FFF):
        return lambda *_: True
    return None


def null_stack_of_another_level(finding):
    """QEMU loads a null selector of another level into SS in 64-bit mode (SDM 2, MOV: RPL must be CPL)"""
    if finding.case.title.startswith("ss <- "):
        return other_course(finding, {PROTECTION}, {END}, lambda one, other: one["stack0"] == 0)
    return None


def call_of_compatibility_mode(finding):
    """QEMU has SYSCALL in compatibility mode, as AMD's processors do; Intel's have not (SDM 2, SYSCALL: #UD)"""
    if finding.case.title == "syscall in compatibility mode":
        return other_course(finding, {UNDEFINED}, {END})
    return None


def flushing_is_not_checked(finding):
    """QEMU does not look at the address of CLFLUSH (SDM 2, CLFLUSH: #GP where it is not canonical, #PF)"""
    if "clflush" in code(finding):
        return other_course(finding, {PROTECTION, PAGE}, {END})
    return None


def rights_without_limit(finding):
    """bits 16 to 19 of what LAR loads: undefined (SDM 2, LAR); QEMU clears them, Bochs and Trapline leave the
    limit's"""
    if "lar " in code(finding):
        return lambda event, name, one, other: name == "ax" and one & ~0xF0000 == other
    return None


RULES = [rf_is_not_set, icebp_is_unknown, reserved_without_present, read_before_write, environment_in_parts,
         external_is_missing, virtual_interrupts, virtual_by_any_iret, wide_pointer_of_narrow_code,
         code_of_interrupt_gates, null_stack_of_ist, stack_is_not_canonical, end_is_not_canonical,
         target_is_not_canonical, null_stack_of_another_level, call_of_compatibility_mode, flushing_is_not_checked,
         rights_without_limit, accessed_code, gate_to_conforming, null_target, both_sizes_of_code, flags_of_sysret,
         frames_in_parts, signed_release, refused_values, xsetbv_before_osxsave, null_stack_of_a_return,
         frame_read_by_level_0, narrow_states_in_long_mode, half_of_a_descriptor, presence_before_size, null_task,
         frame_of_level_3, gate_beyond, *SYSTEM, return_limit, limits_are_not_checked]
