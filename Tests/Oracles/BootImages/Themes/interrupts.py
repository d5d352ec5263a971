"""INT n, exceptions and their error codes through gates of every kind, in 32-bit protected mode; IRET; task switches."""

import struct

from image import Case, poke
from layout import (CODE, CODE0, DATA, DATA0, DATA16, FLAT, FREE, GDT, IDT, STACK, TASK, TASK_1, TASK_2, TSS, TSS_1,
                    TSS_2, gate, pad, segment, task_state, task_state16)
from Themes.segments import far, some_selector, tables


def some_gate(random):
    target = random.choice((CODE0, CODE0, *CODE, FLAT[0], 0, 0x110, 0x1F8)) | random.choice((0, 0, 3))
    kind = random.choice((14, 14, 15, 6, 7, 5, 12, 4, 2, 0x1A))
    if kind == 5:
        target = random.choice((TASK_1, TASK_2, TASK, CODE0, 0, 0x1F8, TASK_1 | 4))
    return gate(target, pad(6), kind, random.choice((0, 0, 3, 3, 1)), random.random() < 0.9, random.choice((0, 0, 5)))


def through_gates(random):
    provokers = {0: ["xor ecx, ecx", "div ecx"], 3: ["int3"], 5: ["bound eax, [eax]"], 6: ["ud2"],
                 13: ["mov eax, 0x1F8", "mov es, eax"], 11: ["mov eax, 0x118", "mov es, eax"], 0x42: ["int 0x42"],
                 4: ["mov al, 0x7F", "inc al", "into"], 1: [".byte 0xF1"], 0xFF: ["int 0xFF"], 10: ["int 10"]}
    for _ in range(130):
        vector = random.choice(list(provokers))
        setup = poke(IDT + 8 * vector, some_gate(random))
        setup += poke(GDT + 0x110, segment(0, 0xFFFFF, random.choice((0x1B, 0x1E, 0x19)), random.randrange(4),
                                           big=random.random() < 0.8))
        setup += poke(GDT + 0x118, segment(present=0, level=3))
        setup += poke(DATA, 0x0000000200000001)
        level = random.randrange(4)
        if random.random() < 0.15:
            setup += poke(TSS + 8 + 8 * random.randrange(3), random.choice((0, 0x20, 0x22, 0x11, 8, 0x1F8)), 4)
        flags = random.choice((2, 0x3002, 0x202, 0x40002))
        yield Case(f"exception {vector} at level {level}", provokers[vector], setup, level=level, flags=flags,
                   registers={"eax": DATA})
    for limit in (0x7F, 0x80, 0x6F, 0x87, 0x47):
        setup = [f"mov word ptr [idtPointer], {limit:#x}", "lidt [idtPointer]", "mov word ptr [idtPointer], 0x7FF"]
        for code in (["int 0x10"], ["int 0x0D"], ["int 0x0E"]):
            yield Case(f"{code[0]}, table limit {limit:#x}", code, setup)


def returns(random):
    """IRET and POPF with anything as flags, at every level."""
    for _ in range(80):
        level, to = random.randrange(4), random.randrange(4)
        iopl = random.randrange(4)
        flags = random.getrandbits(22) & 0x3E7CD5 & ~0x100 | 2
        wide = random.random() < 0.7
        if random.random() < 0.35:
            code = [f"push {flags:#x}", "popfd"] if wide else [f"pushw {flags & 0x7FFF:#x}", "popfw"]
            title = f"popf {flags:#x} at level {level}"
            if flags & 0x4000:
                code += ["pushfd", "and dword ptr [esp], ~0x4000", "popfd"]
        elif wide:
            flags &= ~0x24000
            code = [f"push {FLAT[to] | to:#x}", f"push {STACK[to] - 0x180:#x}", f"push {flags:#x}",
                    f"push {CODE[to] | to:#x}", f"push {pad(7):#x}", "iretd"]
            title = f"iretd from {level} to {to}, flags {flags:#x}"
        else:
            flags &= 0x3FFF
            code = [f"pushw {FLAT[to] | to:#x}", "pushw 0x6E00", f"pushw {flags:#x}",
                    f"pushw {CODE[to] | to:#x}", f"pushw {pad(7):#x}", "iretw"]
            title = f"iretw from {level} to {to}, flags {flags:#x}"
        yield Case(title, code, level=level, flags=2 | iopl << 12)


def tasks(random):
    """Task switches by JMP, CALL, IRET and gates, into states that are right and into damaged ones."""
    for _ in range(110):
        narrow = random.random() < 0.3
        place, selector = (TSS_2, TASK_2) if narrow else (TSS_1, TASK_1)
        level = random.randrange(4)
        data = random.choice((DATA0, FLAT[level] | level, FLAT[3] | 3))
        code = random.choice((CODE0, CODE0, CODE[level] | level, CODE[3] | 3))
        flags = random.choice((2, 2, 0x202, 0x3002, 0x4002, 0x10002 * (not narrow) | 2))
        if narrow:
            # Above its 16-bit stack pointer there is nothing to rely on.
            if data & 3 == 0:
                data = DATA16
            state = bytearray(task_state16(pad(8), code, data, flags=flags & 0xFFFF, back=0))
        else:
            state = bytearray(task_state(pad(8), cs=code, data=data, flags=flags))
        damage = random.random()
        if damage < 0.4:
            # ES, CS, SS, DS, FS, GS, LDT
            at = random.choice((34, 36, 38, 40, 42) if narrow else (72, 76, 80, 84, 88, 92, 96))
            struct.pack_into("<H", state, at, random.choice((0, 3, 0x1F8, 0x58, 0x48, 0x118, CODE0, some_selector(random))))
        setup = []
        for at in range(0, len(state) & ~3, 4):
            setup += poke(place + at, int.from_bytes(state[at:at + 4], "little"), 4)
        setup += poke(GDT + 0x118, segment(present=0, kind=random.choice((0x12, 0x1A, 2))))
        setup += tables(random, 0)
        kind = random.choice(("jmp", "jmp", "call", "call", "gate", "gate jmp", "iret"))
        broken = random.random()
        if broken < 0.1:
            setup += poke(GDT + selector, segment(place, 0x20, 1 if narrow else 9, big=0, coarse=0))
        elif broken < 0.2:
            setup += poke(GDT + selector, segment(place, 0x67, 3 if narrow else 11, big=0, coarse=0))
        elif broken < 0.25:
            setup += poke(GDT + selector, segment(place, 0x67, 1 if narrow else 9, present=0, big=0, coarse=0))
        elif broken < 0.5:
            setup += poke(GDT + selector, segment(place, 0x67, 1 if narrow else 9, level=3, big=0, coarse=0))
        level = random.choice((0, 0, 3)) if kind != "iret" else 0
        nested = 2
        if kind in ("jmp", "call"):
            body = far(0xEA if kind == "jmp" else 0x9A, selector | random.choice((0, 0, 3)), 0)
        elif kind == "gate":
            setup += poke(IDT + 8 * 0x42, gate(selector, 0, 5, 3))
            body = ["int 0x42"]
        elif kind == "gate jmp":
            setup += poke(GDT + 0x120, gate(selector, 0, 5, random.choice((0, 3)), random.random() < 0.9))
            body = far(random.choice((0xEA, 0x9A)), 0x120, 0)
        else:
            setup += poke(TSS, selector, 4)
            if broken >= 0.2:
                setup += poke(GDT + selector, segment(place, 0x67, 3 if narrow else 11, big=0, coarse=0))
            nested = 0x4002
            body = ["iretd"]
        yield Case(f"task switch by {kind} at level {level}" + (", 16 bits" if narrow else ""), body, setup, level=level,
                   flags=nested, tasks=True)
    for error in (["ud2"], ["mov eax, 0x1F8", "mov es, eax"], ["int 0x42"], ["xor ecx, ecx", "div ecx"]):
        # A handler that is a task, and what it finds on its stack.
        vectors = {"ud2": 6, "mov eax, 0x1F8": 13, "int 0x42": 0x42, "xor ecx, ecx": 0}
        for selector in (TASK_1, TASK_2):
            for level in (0, 3):
                yield Case(f"{error[0]} handled by a task", error, poke(IDT + 8 * vectors[error[0]], gate(selector, 0, 5, 3)),
                           level=level, tasks=True)
    # There and back: CALL, and IRET in the other task.
    for selector, place, size in ((TASK_1, TSS_1 + 0x20, 4), (TASK_2, TSS_2 + 14, 2)):
        for level in (0, 3):
            setup = poke(DATA, 0x90CF, 2) + poke(place, 0x7F00, size)
            setup += [f"mov dword ptr [0x7F00], 0x909090CF"]
            setup += poke(GDT + selector, segment(place - (0x20 if size == 4 else 14), 0x67, 9 if size == 4 else 1, 3,
                                                  big=0, coarse=0))
            yield Case(f"call of a task and back, level {level}", far(0x9A, selector, 0), setup, level=level, tasks=True)


def cases(random):
    for part in (through_gates, returns, tasks):
        yield from part(random)
