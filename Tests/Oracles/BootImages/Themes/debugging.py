"""Single steps, breakpoints, what shadows and repetition do to them, and the flags that come with it."""

from image import Case, poke
from layout import DATA, TSS, TSS_1, TASK_1, GDT, segment
from Themes.segments import far


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


def cases(random):
    yield from stepping(random)
    yield from watching(random)
