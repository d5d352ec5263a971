"""QEMU 7.2's tasks, virtual-8086 mode, control registers and debugging: see known.py."""

from courses import (ABSENT, BOUND, DEBUG, DOUBLE, END, PROTECTION, REGISTERS, STACK, STACK_FAULT, TASK, UNDEFINED,
                     code, fields, other_course, parting, same_vectors)

VM = 0x20000


def vectors(finding):
    return {record["vector"] for record in finding.ours}


def upper_halves(finding):
    """the upper halves of registers behind a 16-bit task switch: open (SDM 3, 7.6); Bochs and Trapline set them, QEMU
    leaves them"""
    if not finding.case.tasks and "exception" not in finding.case.title:
        return None
    event, one, other = parting(finding)
    if event is not None and one.get("sp", 0) >> 16 == 0xFFFF and one["vector"] in (DOUBLE, STACK_FAULT):
        # What was a stack pointer leads elsewhere.
        return lambda at, name, *_: at >= event or name == "events"
    return lambda event, name, one, other: (name in REGISTERS or name in STACK) and one >> 16 == 0xFFFF \
        and other >> 16 != 0xFFFF and (one ^ other) & 0xFFFF == 0


def stack_of_a_failed_task(finding):
    """QEMU pushes the frame of an exception about a new task's segments onto the stack that could not be loaded; open
    (SDM 3, 7.3: the handler has to be a task), Bochs and Trapline take the one for level 0"""
    switches = finding.case.tasks or ".byte 0xea" in code(finding) or ".byte 0x9a" in code(finding)
    course = other_course(finding, {DOUBLE}, {TASK}) if switches else None
    if course:
        return course
    if same_vectors(finding) and vectors(finding) <= {TASK, ABSENT, STACK_FAULT, PROTECTION} \
            and (finding.case.tasks or any(record["tr"] in (0xB0, 0xB8) for record in finding.ours)):
        # Of a local table that cannot be, it keeps the selector without TI.
        return lambda event, name, one, other: name in STACK | {"sp", "ss", "stacks"} \
            or name == "ldtr" and one & ~4 == other
    return None


def absent_stack_of_a_task(finding):
    """QEMU raises #NP for a new task's stack segment that is not present (SDM 3, table 7-1: #SS)"""
    if finding.case.tasks:
        return other_course(finding, {STACK_FAULT}, {ABSENT})
    return None


def trap_of_a_task(finding):
    """QEMU does not know the T bit of a task state (SDM 3, 7.2.1)"""
    return other_course(finding, {DEBUG}, None, lambda one, other: one["dr6"] & 0x8000 and not other["dr6"] & 0x8000)


def link_of_a_return(finding):
    """QEMU raises #TS where a back link names what is no busy task (SDM 2, IRET, TASK-RETURN: #GP of the selector)"""
    if finding.case.tasks and "iret" in code(finding) or finding.case.title.startswith("tasks that call each other"):
        return other_course(finding, {PROTECTION}, {TASK})
    return None


def virtual_outlives_a_task(finding):
    """QEMU leaves VM set when a task of 16 bits follows one of virtual-8086 mode (SDM 3, 7.6: its flags have 16
    bits)"""
    handled = finding.case.mode == "v86" and "handled by a task" in finding.case.title
    if handled and any(record["tr"] == 0xB8 for record in finding.ours):
        return other_course(finding, {END}, {DOUBLE})
    return None


def pages_of_states(finding):
    """which byte of a task state is named whose pages are not all there: open (SDM 3, 7.3: all are looked at)"""
    if finding.case.tasks and "in pages" in finding.case.title and same_vectors(finding):
        return fields("cr2")
    return None


def virtual_at_any_level(finding):
    """QEMU's IRETD enters virtual-8086 mode from every level, and cuts EIP; it takes VM at level 0 only, and compares
    EIP with the limit (SDM 2, IRET)"""
    if not finding.case.title.startswith("iretd to virtual-8086 mode") or not finding.ours:
        return None
    first = finding.ours[0]
    return (lambda *_: True) if first["vector"] == PROTECTION and not first["stack3"] & VM else None


def handler_of_virtual_mode(finding):
    """QEMU leaves virtual-8086 mode for handlers of levels 1 to 3 (SDM 2, INT n: #GP where the code's level is not
    0)"""
    if finding.case.mode == "v86" and "exception" in finding.case.title:
        if same_vectors(finding) and vectors(finding) == {DOUBLE}:
            # What fails then is saved as a failure outside of that mode.
            return lambda event, name, one, other: name == "taskflags" and one & VM and not other & VM or name == "tss"
        return other_course(finding, {DOUBLE, PROTECTION}, {END}, lambda one, other: other["stack1"] & 3 != 0)
    return None


def second_bound(finding):
    """QEMU does not wrap the offset of BOUND's second word at 64 KB (SDM 2, BOUND, with addresses of 16 bits)"""
    if "bound ax, [bx]" in code(finding) and finding.case.mode == "real":
        return other_course(finding, {BOUND}, {END})
    return None


def debug_registers(finding):
    """QEMU asks for the level before it asks whether CR1, DR4 and DR5 name anything (SDM 3, table 6-2: an invalid
    opcode comes before)"""
    if any(name in code(finding) for name in ("dr4", "dr5", "mov cr1")):
        return other_course(finding, {UNDEFINED}, {PROTECTION})
    return None


def general_detect(finding):
    """QEMU does not know DR7.GD (SDM 3, 17.2.4)"""
    if finding.case.title == "DR access with GD":
        return other_course(finding, {DEBUG}, {END})
    return None


def fixed_bits(finding):
    """QEMU keeps what is written to reserved bits of DR6 and DR7 (SDM 3, figure 17-1: bit 12 of both, 14 and 15 of DR7
    are 0)"""
    if finding.case.title.startswith(("dr6, bit", "dr7, bit")):
        return lambda event, name, one, other: name in ("bx", "dr6") and (one ^ other) & ~0xD000 == 0
    return None


def data_breakpoints(finding):
    """QEMU's data breakpoints begin where DR0 to DR3 say, not at a multiple of their length; it tells of one that is
    hit only, and of some before the iteration or the instruction that hits them is done (SDM 3, 17.2.5, 17.2.3,
    17.3.1.2)"""
    watches = any("mov dr7" in line for line in finding.case.setup)
    if watches and vectors(finding) <= {DEBUG, END} and {r["vector"] for r in finding.theirs} <= {DEBUG, END}:
        if finding.case.title.startswith("watching") or "ins" in code(finding) or "outs" in code(finding):
            return lambda *_: True
    return None


def step_of_repetition(finding):
    """QEMU's last iteration of a repeated string instruction ends at the instruction, where single steps find it; it
    ends behind it (SDM 2, REP)"""
    if "rep " in code(finding) and same_vectors(finding) and DEBUG in vectors(finding):
        return lambda event, name, one, other: name == "stack0" and 0 < one - other <= 3
    return None


def step_behind_sti(finding):
    """QEMU's STI holds back a single step as well as interrupts (SDM 2, STI: interrupts)"""
    if "sti" in finding.case.code and vectors(finding) & {DEBUG}:
        for event, (one, other) in enumerate(zip(finding.ours, finding.theirs)):
            if one["vector"] == other["vector"] == DEBUG and other["stack0"] == one["stack0"] + 1:
                return lambda at, name, *_, first=event: at >= first or name == "events"
    return None


RULES = [upper_halves, absent_stack_of_a_task, trap_of_a_task, link_of_a_return, virtual_outlives_a_task,
         pages_of_states, virtual_at_any_level, handler_of_virtual_mode, second_bound, debug_registers, general_detect,
         fixed_bits, data_breakpoints, step_of_repetition, step_behind_sti, stack_of_a_failed_task]
