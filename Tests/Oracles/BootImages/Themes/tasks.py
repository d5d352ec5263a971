"""Hardware task switches: busy bits, NT, back links, both sizes of state, the T bit, virtual-8086 tasks, paging."""

import struct

from image import Case, poke
from layout import (CODE, CODE0, DATA, DATA0, DATA16, FLAT, GDT, IDT, LDT, LOCAL, PD32, PDPT_PAE, STACK, TABLE32, TASK,
                    TASK_1, TASK_2, TSS, TSS_1, TSS_2, WINDOW, gate, pad, segment, task_state, task_state16)
from Themes.segments import far

# Where tasks begin that are to do something: low, so that 16 bits reach it.
FIRST, SECOND = 0x7F00, 0x7F40
TYPES = {False: (9, 11), True: (1, 3)}  # available, busy
GATE = 0x120
BEYOND = {"qemu": "QEMU does not compare the instruction pointer of a virtual-8086 task with the limit, and executes "
                  "whatever is there (SDM 3, table 7-1)"}
STALE = {"qemu": "a back link that names the running task: QEMU goes on with what the state held before it was saved "
                 "(SDM 3, 7.3: it is saved first)"}


def stored(place, data):
    """Setup that puts bytes somewhere."""
    data = bytes(data) + bytes(-len(data) % 4)
    lines = []
    for at in range(0, len(data), 4):
        lines += poke(place + at, int.from_bytes(data[at:at + 4], "little"), 4)
    return lines


def descriptor(place, narrow, busy=False, limit=0x67, level=0, present=1):
    return segment(place, limit, TYPES[narrow][busy], level, present, big=0, coarse=0)


def way(random, selector, busy):
    """A title, the code that switches, setup for it, and the flags that it needs."""
    kind = random.choice(("iret",) if busy else ("jmp", "call", "gate", "jmp gate", "call gate", "local gate"))
    if kind in ("jmp", "call"):
        return kind, far(0xEA if kind == "jmp" else 0x9A, selector, 0), [], 2
    if kind == "gate":
        return kind, ["int 0x42"], poke(IDT + 8 * 0x42, gate(selector, 0, 5, 3)), 2
    if kind == "iret":
        return kind, ["iretd"], poke(TSS, selector, 4), 0x4002
    if kind == "local gate":
        return kind, far(0x9A, 0x10C, 0), poke(LDT + 0x108, gate(selector, 0, 5, 3)), 2
    return kind, far(0xEA if kind == "jmp gate" else 0x9A, GATE, 0), poke(GDT + GATE, gate(selector, 0, 5, 3)), 2


def switches(random):
    """States that are right: what is stored, marked and loaded, T, and how long a state has to be."""
    for _ in range(70):
        narrow, busy = random.random() < 0.4, random.random() < 0.25
        place, selector = (TSS_2, TASK_2) if narrow else (TSS_1, TASK_1)
        level = random.randrange(4)
        flags = random.choice((2, 0xD7, 0x2, 0x1402, 0x3202, 0x4802, 0x42))
        flags |= 0 if narrow else random.choice((0, 0x40000, 0x200000))
        local = random.choice((0, 0, LOCAL, LOCAL, 3))
        if narrow:
            data = DATA16 if level == 0 else FLAT[level] | level
            state = task_state16(pad(8), CODE[level] | level, data, flags=flags, ldt=local, back=TASK)
        else:
            state = task_state(pad(8), cs=CODE[level] | level, data=FLAT[level] | level, esp=STACK[level] - 0x400,
                               flags=flags, ldt=local, back=TASK)
            if random.random() < 0.3:
                state = state[:0x64] + b"\x01" + state[0x65:]
        limit = random.choice((0x67, 0x67, 0x67, 0x66, 0x68, 0x2B, 0x2A, 0xFF))
        title, code, setup, flag = way(random, selector, busy)
        setup = stored(place, state) + setup + poke(GDT + selector, descriptor(place, narrow, busy, limit, 3))
        # Breakpoints of the old task only, and of all.
        setup += ["mov eax, 0x4FF", "mov dr7, eax"] if random.random() < 0.2 else []
        started = random.choice((0, 0, 3))
        if busy:
            started = 0
        yield Case(f"{title} to a task of {16 if narrow else 32} bits, level {level}, limit {limit:#x}", code, setup,
                   level=started, flags=flag | random.choice((0, 0x10, 0x800)), tasks=True)


def links(random):
    """A task that calls a task, and both return; back links, busy bits and NT that do not fit."""
    for _ in range(40):
        first = [0x9A, 0, 0, 0, 0, TASK_2, 0, 0xCF, 0xCD, 0x81]
        narrow_first = random.random() < 0.3
        selectors = {False: (TASK_1, TSS_1), True: (TASK_2, TSS_2)}
        selector, place = selectors[narrow_first]
        other, other_place = selectors[not narrow_first]
        first[5] = other
        setup = stored(FIRST, first) + stored(SECOND, [random.choice((0xCF, 0xCF, 0xCF, 0x90)), 0xCD, 0x81])
        wide = task_state(FIRST if not narrow_first else SECOND, flags=random.choice((2, 0x4002)))
        small = task_state16(FIRST if narrow_first else SECOND, flags=2)
        setup += stored(TSS_1, wide) + stored(TSS_2, small)
        damage = random.randrange(8)
        title = "tasks that call each other"
        if damage == 0:
            setup += poke(GDT + TASK, descriptor(TSS, False, False, 0xE8))
            title += ", the first not busy"
        elif damage == 1:
            setup += poke(GDT + other, descriptor(other_place, not narrow_first, True))
            title += ", the last busy before"
        elif damage == 2:
            setup += stored(SECOND, [0xEA, 0, 0, 0, 0, selector, 0, 0xCD, 0x81])
            title += ", a jump back"
        elif damage == 3:
            # The last one's link is another's: pushed flags without NT, and a link of its own.
            link = struct.pack("<IH", other_place, random.choice((0, TASK, 0x58, 0x1F8)))
            setup += stored(SECOND, [0x66, 0xC7, 0x05, *link, 0xCF, 0xCD, 0x81])
            title += ", a link changed"
        elif damage == 4:
            # NT taken away: an ordinary return from the new task's stack.
            setup += stored(SECOND, [0x9C, 0x80, 0x64, 0x24, 0x01, 0xBF, 0x9D, 0xCF, 0xCD, 0x81])
            title += ", NT cleared"
        yield Case(title, far(0x9A, selector, 0), setup, tasks=True)
    for code in (far(0xEA, TASK, 0), far(0x9A, TASK, 0), far(0xEA, TASK | 4, 0), ["iretd"]):
        for flags in (2, 0x4002):
            code = ["push 2", "push 8", f"push {pad(7)}"] + code
            title = "a switch to the running task" + (", NT" if flags != 2 else "")
            yield Case(title, code, poke(TSS, TASK, 4), flags=flags, tasks=True,
                       lost=STALE if code[-1] == "iretd" and flags != 2 else {})


def virtual(random):
    """Tasks of virtual-8086 mode, and exceptions in them that tasks handle."""
    for _ in range(30):
        local = random.choice((0, LOCAL, LOCAL, 0x1F8, 0x48))
        flags = 0x20002 | random.choice((0, 0x3000, 0x3000)) | random.choice((0, 0, 0x10100, 0x4000))
        data = random.choice((0, 0x3000, 0x1234))
        state = bytearray(task_state(pad(9), cs=0, data=data, esp=0x6F00, flags=flags, ldt=local))
        lost = {}
        if random.random() < 0.2:
            struct.pack_into("<I", state, 0x20, random.choice((0x10000, 0xFFFF, 0x1B090)))
            lost = BEYOND
        title, code, setup, flag = way(random, TASK_1, False)
        setup += stored(TSS_1, state) + poke(GDT + TASK_1, descriptor(TSS_1, False, level=3))
        yield Case(f"{title} to a virtual-8086 task, flags {flags:#x}, LDT {local:#x}", code, setup,
                   level=random.choice((0, 3)), flags=flag, tasks=True, lost=lost)
    for code in (["int 0x42"], ["ud2"], ["hlt"], ["int3"]):
        for iopl in (0, 3):
            vector = {"int 0x42": 0x42, "ud2": 6, "hlt": 13, "int3": 3}[code[0]]
            for selector in (TASK_1, TASK_2):
                yield Case(f"{code[0]} of virtual-8086 mode handled by a task, IOPL {iopl}", code,
                           poke(IDT + 8 * vector, gate(selector, 0, 5, 3)), mode="v86", flags=2 | iopl << 12,
                           tasks=True)


def paged(random):
    """States that lie across pages, and page tables that come with a task."""
    for _ in range(40):
        paging = random.choice(("32", "32", "pae"))
        root = PD32 if paging == "32" else PDPT_PAE
        narrow = random.random() < 0.25
        at = random.choice((0xFA0, 0xFC0, 0xFDC, 0xFF8, 0x100))
        state = task_state16(pad(8)) if narrow else task_state(pad(8), cr3=root | random.choice((0, 0, 0x18)))
        setup = stored(DATA + at, state)
        controls = ["mov eax, cr0", "or eax, 0x10000", "mov cr0, eax"] if random.random() < 0.3 else []
        if paging == "32":
            for page in range(2):
                entry = DATA + 0x1000 * page | random.choice((7, 7, 7, 5, 0x67, 3, 2))
                setup += poke(TABLE32 + 4 * page, entry, 4)
        selector = TASK_2 if narrow else TASK_1
        title, code, more, flag = way(random, selector, False)
        setup += more + poke(GDT + selector, descriptor(WINDOW + at, narrow, level=3))
        yield Case(f"{title} to a task of {16 if narrow else 32} bits in pages ({paging}), at {at:#x}", code, setup,
                   paging=paging, controls=controls, level=0, flags=flag, tasks=True)


def cases(random):
    for part in (switches, links, virtual, paged):
        yield from part(random)
