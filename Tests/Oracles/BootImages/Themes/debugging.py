"""Single steps, breakpoints, what shadows and repetition do to them, and the flags that come with it."""

from image import Case, poke
from layout import CODE0, DATA, GDT, IDT, STACK, STUBS32, TASK_1, TSS, TSS_1, gate, segment
from Themes.segments import far

ASSERTS = {"qemu": "QEMU 7.2 ends itself with an assertion (qemu_mutex_lock_iothread_impl) where a frame meets a breakpoint"}


def stepping(random):
    pieces = [["nop"], ["mov eax, 1"], ["inc ebx"], ["push eax", "pop ecx"], ["pushf", "pop edx"], ["call 1f", "1: pop eax"],
              ["mov ecx, 3", f"mov edi, {DATA}", "rep stosb"], ["bswap eax"],
              ["push ss", "pop ss", "nop"], ["mov eax, ss", "mov ss, eax", "inc edx"], ["int 0x42"], ["ud2"], ["int3"],
              [f"mov dword ptr [{DATA}], 5"], ["jmp 2f", "2:"], ["xor ecx, ecx", "rep movsb"], ["pushf", "and dword ptr [esp], ~0x100", "popf", "nop"],
              ["sti", "nop", "cli"], ["fld1", "fninit"], ["lock inc dword ptr [esp - 64]"]]
    for mode in ("32", "64"):
        for level in (0, 3):
            for _ in range(16):
                code = [line for piece in random.sample(pieces, 3) for line in piece]
                if level == 3:
                    code = [line for line in code if line not in ("sti", "cli") and "cr0" not in line]
                if mode == "64":
                    code = [line.replace("esp", "rsp") for line in code if "ss" not in line.split()]
                    code = [line if not line.split()[-1] in ("eax", "ecx", "edx") or line.split()[-2] not in ("push", "pop")
                            else line.replace(" e", " r") for line in code]
                    code = [line for line in code if " ss" not in line]
                    code = [line.replace("popf", "popfq").replace("pushf", "pushfq").replace("dword ptr [rsp]", "qword ptr [rsp]")
                            for line in code]
                if mode == "64" and level == 3:
                    code = [line.replace(str(DATA), str(DATA + 0x800000)) for line in code]
                yield Case(f"single steps, {mode} bits", code, mode=mode, level=level, flags=0x3102,
                           steps=8 if mode == "32" else 0)


def watching(random):
    """DR0 to DR3: fetches, stores, loads and stores, by length and alignment."""
    for _ in range(70):
        setup = []
        control = 0x400
        for number in range(random.choice((1, 1, 2, 4))):
            kind, length = random.choice((0, 1, 3, 3)), random.choice((0, 1, 3))
            where = DATA + random.randrange(16)
            setup += [f"mov eax, {where:#x}", f"mov dr{number}, eax"]
            if kind == 0:
                length = 0
                setup[-2] = "lea eax, [watched{}]"
            control |= (random.choice((1, 2, 3)) << 2 * number) | (kind | length << 2) << 16 + 4 * number
        setup += [f"mov eax, {control:#x}", "mov dr7, eax"]
        size = random.choice(("byte", "word", "dword"))
        at = DATA + random.randrange(16)
        register = {"byte": "al", "word": "ax", "dword": "eax"}[size]
        body = random.choice(([f"mov {register}, {size} ptr [{at:#x}]"], [f"mov {size} ptr [{at:#x}], 1"], [f"add {size} ptr [{at:#x}], 1"],
                              [f"mov edi, {at:#x}", "mov ecx, 4", "rep stosb"], [f"push dword ptr [{at:#x}]", "pop eax"],
                              [f"mov esi, {at:#x}", "lodsd"], [f"mov edi, {DATA + 64}", f"mov esi, {at:#x}", "mov ecx, 2", "rep movsd"],
                              [f"cmp {size} ptr [{at:#x}], 1"], ["mov eax, ss", f"mov ss, word ptr [{DATA + 128:#x}]", "nop"],
                              [f"fld1", f"fstp tbyte ptr [{at:#x}]", "fninit"]))
        setup = poke(DATA + 128, 0x10, 2) + setup
        code = ["nop", "watched{}:"] + body + ["nop"]
        yield Case("watching " + " ; ".join(body), code, setup, steps=4)
    yield Case("DR access with GD", ["mov eax, dr7", "or eax, 0x2000", "mov dr7, eax", "mov eax, dr0"])
    for level in (0, 3):
        yield Case("DR4 as DR6", ["mov eax, dr4"], level=level)
        yield Case("DR4 with DE", ["mov eax, dr4"], level=level, setup=["mov eax, 8", "mov cr4, eax"])
        yield Case("INT1", [".byte 0xF1"], level=level)
    setup = poke(TSS_1 + 0x64, 1, 2)
    yield Case("a task with T", far(0xEA, TASK_1, 0), setup, tasks=True)


def frames(random):
    """Breakpoints on the words that the entry of a handler pushes, or reads: told of before its first instruction."""
    for _ in range(40):
        level = random.choice((0, 0, 3))
        event = random.choice((["ud2"], ["int 0x42"], ["int3"], ["mov eax, 0x1F8", "mov es, eax"],
                               ["xor ecx, ecx", "div ecx"]))
        vector = {"ud2": 6, "int 0x42": 0x42, "int3": 3, "mov eax, 0x1F8": 13, "xor ecx, ecx": 0}[event[0]]
        top = STACK[0] - (0x100 if level == 0 else 0)
        where = random.choice((top - 4, top - 8, top - 12, top - 16, top - 20, IDT + 8 * vector, TSS + 4))
        kind, length = random.choice((1, 3)), random.choice((0, 1, 3))
        setup = [f"mov eax, {where:#x}", "mov dr0, eax", f"mov eax, {0x401 | kind << 16 | length << 18:#x}",
                 "mov dr7, eax"]
        setup += poke(IDT + 8 * vector, gate(CODE0, STUBS32 + 16 * vector, 14, 3))
        yield Case(f"watching {where:#x} while {event[-1]} is delivered", event, setup, level=level, lost=ASSERTS)


def reading(random):
    """MOV of DR4 to DR7 by CR4.DE and level, and what DR6 and DR7 keep."""
    for name in ("dr4", "dr5"):
        for extended in (0, 8):
            for level in (0, 3):
                for code in ([f"mov eax, {name}"], ["mov eax, 0x400", f"mov {name}, eax"]):
                    yield Case(f"{code[-1]}, CR4.DE {extended >> 3}, level {level}", code,
                               [f"mov eax, {extended}", "mov cr4, eax"], level=level)
    for name in ("dr6", "dr7"):
        for bit in range(0, 32, 3):
            code = [f"mov eax, {name}", f"btc eax, {bit}", f"mov {name}, eax", f"mov ebx, {name}", "mov ecx, 0x400",
                    "mov dr7, ecx"]
            if (name, bit) not in (("dr7", 0), ("dr7", 3), ("dr7", 6)):
                yield Case(f"{name}, bit {bit}", code)


def cases(random):
    yield from stepping(random)
    yield from watching(random)
    yield from frames(random)
    yield from reading(random)
