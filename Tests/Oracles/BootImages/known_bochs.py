"""Where Bochs 2.7 does otherwise than Trapline: see known.py."""

from courses import (DEBUG, DOUBLE, END, PAGE, PROTECTION, RF, STACK, STACK_FAULT, code, fields, other_course,
                     same_vectors)


def vectors(finding):
    return {record["vector"] for record in finding.ours}


def double_fault_flags(finding):
    """Bochs sets RF in what a double fault saves: the manual has it set for faults, and this is an abort (SDM 3,
    17.3.1.1 and table 6-1)"""
    if DOUBLE in vectors(finding):
        return lambda event, name, one, other: name in STACK | {"taskflags"} and other == one | RF and not one & RF
    return None


def frames_in_parts(finding):
    """words of a frame, and parts of a wide operand, that lie before what is refused: open (SDM 3, 6.5 speaks of
    registers); Bochs has stored them, Trapline looks at all of them first"""
    if same_vectors(finding) and vectors(finding) & {DOUBLE, STACK_FAULT, PROTECTION, PAGE}:
        return fields("data", "stacks")
    return None


def accessed_above_a_fault(finding):
    """accessed flags are set in every entry that is used (SDM 3, 4.8), as QEMU and Trapline do; Bochs sets none where
    a lower entry refuses"""
    if same_vectors(finding) and vectors(finding) & {DOUBLE, PAGE}:
        # The digest of four words shows the flag of the first one fifteen bits higher.
        return lambda event, name, one, other: name == "directory32" and one == other | 0x20 and one != other \
            or name == "directory64" and one - other == 0x20 << 15
    return None


def task_rf(finding):
    """RF that a task brings is there for its first instruction, and INT n saves it (SDM 3, 17.3.1.1); Bochs clears
    it"""
    if finding.case.tasks and vectors(finding) == {END}:
        return lambda event, name, one, other: name in STACK and one == other | RF and not other & RF
    return None


def step_after_sysret(finding):
    """SYSRET that sets TF traps before the next instruction (Linux, arch/x86/entry/entry_64.S: "unlike IRET"), as on
    QEMU; Bochs lets one pass"""
    if finding.case.fast and finding.case.title.startswith((".byte 0x0F, 0x07", "sysretq")):
        return other_course(finding, {DEBUG}, {END})
    return None


def general_detect_sets_rf(finding):
    """the debug exception by DR7.GD is a fault and saves RF set (SDM 3, 17.3.1.1 and table 17-2); Bochs leaves it
    out"""
    if finding.case.title == "DR access with GD":
        return lambda event, name, one, other: name in STACK and one == other | RF and not other & RF
    return None


def trap_between_iterations(finding):
    """a trap between two iterations of a repeated string instruction saves RF set (SDM 3, 17.3.1.1); Bochs leaves it
    out"""
    if DEBUG in vectors(finding) and "rep " in code(finding):
        return lambda event, name, one, other: name in STACK and one == other | RF and not other & RF
    return None


def stack_of_iretd(finding):
    """IRET of 64-bit code takes SS and RSP from the stack whatever its operand size (SDM 2, IRET; APM 3, IRET), as on
    QEMU; Bochs takes them only with REX.W where the level stays"""
    if finding.case.mode == "64" and finding.case.title.startswith("iretd"):
        if same_vectors(finding) and vectors(finding) == {END}:
            return fields("stack6", "stack8", "ss")
        return other_course(finding, {PROTECTION, STACK_FAULT}, {END, PAGE})
    return None


def order_of_reads(finding):
    """which word of several that fail is read first: open; Bochs reads LGDT's base before its limit, and IRETQ's last
    word before its first"""
    if finding.case.title.startswith("lgdt [rax] with"):
        return other_course(finding, {PROTECTION, PAGE}, {PROTECTION, PAGE})
    if "iretq with" in finding.case.title and vectors(finding) == {PAGE}:
        return other_course(finding, {PAGE}, {STACK_FAULT})
    if "iretq with" in finding.case.title and same_vectors(finding) and DOUBLE in vectors(finding):
        return fields("cr2", "cr2h")
    return None


def environment_in_parts(finding):
    """which fault FNSTENV raises where its first word is in a page that is not there and its last is not canonical:
    open; Bochs and QEMU store word by word, Trapline looks at all of it first"""
    if finding.case.title.startswith("fnstenv [rax] with 0x7fffffffff"):
        return other_course(finding, {PROTECTION}, {PAGE})
    return None


def pages_of_states(finding):
    """which byte of a task state is named whose pages are not all there, and what is marked or saved before: open (SDM
    3, 9.3: all are looked at); Bochs looks at the first byte and the last one, Trapline at every word"""
    if finding.case.tasks and "in pages" in finding.case.title:
        if same_vectors(finding):
            return fields("cr2", "table32", "table64", "tss", "directory32")
        # It wants to be able to write there, even by a jump, which stores no link.
        return other_course(finding, {END}, {PAGE}) if finding.case.title.startswith(("jmp", "iret")) else None
    return None


def arpl_writes(finding):
    """whether ARPL asks for a page to write before it knows that it will: open (SDM 2, ARPL); Bochs does, QEMU and
    Trapline do not"""
    if finding.case.title.startswith("arpl in storage") and vectors(finding) == {PAGE}:
        return lambda event, name, one, other: name == "stack0" and (one, other) == (0, 2)
    return None


def wide_pointer_of_narrow_code(finding):
    """a return to narrow code with more than 32 bits of instruction pointer, which lie beyond every limit, is refused
    (SDM 2, IRET and RET: #GP; so do AMD's processors); Bochs takes 32 of them"""
    if ":0x10000b030" in finding.case.title or ":0x800000000000" in finding.case.title:
        # What Bochs finds there may be refused in its turn.
        if same_vectors(finding) and vectors(finding) == {PROTECTION}:
            return lambda *_: True
        return other_course(finding, {PROTECTION}, None)
    return None


def features_in_cr4(finding):
    """Bochs's model has VME, PVI and VMX, and CR4 takes their bits; Trapline's CPUID has none of them, so that they
    are reserved (SDM 3, 2.5)"""
    title = finding.case.title
    if any(title == f"mov rax, cr4; bts rax, {bit}; mov cr4, rax" for bit in (0, 1, 13, 22)):
        return other_course(finding, {PROTECTION}, {END})
    return None


def limit_of_an_upper_half(finding):
    """whether LAR and LSL know a descriptor of sixteen bytes whose upper half has a type: open (SDM 2, LAR, LSL);
    Bochs's do not, QEMU's and Trapline's do"""
    if finding.case.mode == "64" and finding.case.title.startswith(("lar ", "lsl ")):
        if finding.ours[0]["flags"] & 0x40 and not finding.theirs[0]["flags"] & 0x40:
            return fields("flags", "ax", "dx", "stack4")
    return None


def pushed_selectors(finding):
    """whether a PUSH of a selector with 32 bits stores two bytes or four: open (SDM 2, PUSH); Bochs stores two, QEMU
    and Trapline four"""
    return fields("stacks") if "push ss" in finding.case.code else None


def end_of_everything(finding):
    """whether an operand that goes beyond offset FFFFFFFF of a segment of 4 GB is refused: open (SDM 3, 5.3); Bochs
    lets a PUSH pass, Trapline refuses it"""
    if finding.case.limits:
        return other_course(finding, {DOUBLE}, {STACK_FAULT}, lambda one, other: other["si"] == 0xFFFFFFFE)
    return None


RULES = [double_fault_flags, accessed_above_a_fault, task_rf, step_after_sysret, general_detect_sets_rf,
         trap_between_iterations, stack_of_iretd, order_of_reads, environment_in_parts, pages_of_states, arpl_writes,
         wide_pointer_of_narrow_code, features_in_cr4, frames_in_parts, limit_of_an_upper_half, pushed_selectors, end_of_everything]
