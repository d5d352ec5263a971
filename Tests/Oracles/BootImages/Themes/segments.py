"""Segment registers, what LAR, LSL, VERR and VERW know, limits, far transfers, in 32-bit protected mode."""

from image import Case, poke
from layout import CODE, DATA, FLAT, FREE, GDT, LDT, STACK, TASK_1, TASK_2, gate, pad, segment

REGISTERS = ("ds", "es", "fs", "gs", "ss")
NONSENSE = "QEMU pushes the frame of an exception about a new task's segments onto the stack that could not be loaded, here " \
    "over the image; open (SDM 3, 7.3: the handler has to be a task)"


def far(opcode, selector, offset):
    """JMP and CALL to a selector and an offset."""
    return [f".byte {opcode:#x}", f".long {offset:#x}", f".word {selector:#x}"]


def some_descriptor(random, base=None):
    """Anything that a table may hold; more often than not something sensible."""
    kind = random.randrange(32) if random.random() < 0.5 else random.choice((0x12, 0x13, 0x16, 0x1A, 0x1B, 0x1E, 0x1F))
    return segment(DATA if base is None else base, random.choice((0, 0xFFF, 0x1000, 0xBFFFF, 0xFFFFF)), kind,
                   random.choice((0, 0, 1, 2, 3, 3)), random.random() < 0.85, random.random() < 0.7,
                   random.random() < 0.5)


def some_selector(random):
    choice = random.random()
    if choice < 0.75:
        return FREE | random.randrange(4)
    if choice < 0.85:
        return 0x10C | random.randrange(4)      # the local table's
    return random.choice((0, 3, 0x200, 0x1F8, 0x204, *CODE, *FLAT, 0x48, 0x58)) | random.randrange(4)


def tables(random, base=None):
    return poke(GDT + FREE, some_descriptor(random, base)) + poke(LDT + 0x108, some_descriptor(random, base))


def loading(random):
    """A selector into a segment register, and an access through it."""
    for _ in range(60):
        register, selector = random.choice(REGISTERS), some_selector(random)
        way = random.randrange(3)
        if register == "ss" or way == 0:
            code = [f"mov eax, {selector:#x}", f"mov {register}, eax"]
        elif way == 1:
            code = [f"push {selector:#x}", f"pop {register}"]
        else:
            code = ["sub esp, 8", f"mov dword ptr [esp + 4], {selector:#x}", "mov dword ptr [esp], 0x1234",
                    f"l{register} ebx, [esp]"]
        if register != "ss":
            code += [f"mov edx, {register}:[0x10]"]
        yield Case(f"{register} <- {selector:#x}", code, tables(random), level=random.randrange(4), limits=True)


def looking(random):
    """LAR, LSL, VERR, VERW: of anything, at every level."""
    for _ in range(70):
        name, selector = random.choice(("lar", "lsl", "verr", "verw")), some_selector(random)
        code = [f"mov ecx, {selector:#x}", f"{name} " + ("eax, ecx" if name in ("lar", "lsl") else "cx")]
        if random.random() < 0.2 and name in ("lar", "lsl"):
            code[1] = f"{name} ax, cx"
        yield Case(f"{name} {selector:#x}", code + ["setz dl"], tables(random), level=random.randrange(4))


def jumping(random):
    """JMP, CALL, RETF and IRET to anything, at every level."""
    for _ in range(110):
        selector, way = some_selector(random), random.choice(("jmp", "call", "retf", "iretd", "retf 8"))
        offset = random.choice((pad(3), pad(4)))
        if way in ("jmp", "call"):
            code = far(0xEA if way == "jmp" else 0x9A, selector, offset)
        else:
            level = selector & 3
            stack = random.choice((FLAT[level] | level, FLAT[level] | level, some_selector(random)))
            code = [f"push {stack:#x}", f"push {STACK[level] - 0x200:#x}"]
            if way == "retf 8":
                code += ["push 7", "push 9"]
            flags = random.getrandbits(18) & 0x2FCD7 & ~0x24100 | 2
            code += [f"push {flags:#x}"] if way == "iretd" else []
            code += [f"push {selector:#x}", f"push {offset:#x}", way]
        setup = tables(random, 0)
        lost = {}
        if way in ("jmp", "call") and selector & ~3 in (FREE, 0x10C):
            # A task state at 0: what is loaded from there is nonsense.
            rights = int(setup[1 if selector & ~3 == FREE else 3].split(", ")[1], 16) >> 8 & 0x1F
            lost = {"qemu": NONSENSE} if rights in (1, 9) else {}
        yield Case(f"{way} {selector:#x}:{offset:#x}", code, setup, level=random.randrange(4), lost=lost)


def gates(random):
    """Call gates, also damaged ones, to every level, with words to copy and with stacks that do not fit."""
    for _ in range(90):
        target = random.choice((*CODE, *CODE, FLAT[0], 0, 0x110, 0x1F8)) | random.randrange(4)
        kind = random.choice((12, 12, 12, 4, 5, 14))
        door = gate(target, pad(5), kind, random.choice((3, 3, 3, 1, 0)), random.random() < 0.9, random.randrange(6))
        setup = poke(GDT + FREE, door) + tables(random, 0)[2:]
        setup += poke(GDT + 0x110, segment(0, 0xFFFFF, random.choice((0x1B, 0x1E, 0x1F, 0x19)), random.randrange(4),
                                           big=random.random() < 0.8))
        selector = FREE | random.randrange(4)
        level = random.randrange(4)
        if random.random() < 0.2:
            setup += poke(0x302000 + 8 + 8 * random.randrange(2), random.choice((0, 0x20, 0x22, 0x11, 8, 0x1F8)), 4)
        way = random.choice((0x9A, 0x9A, 0xEA))
        code = [f"push {0x1111 * n:#x}" for n in range(6)] + far(way, selector, 0)
        yield Case(f"{'call' if way == 0x9A else 'jmp'} gate {selector:#x} to {target:#x}", code, setup, level=level)


def systems(random):
    """LLDT, LTR and the stores of table registers."""
    for _ in range(30):
        selector, name = some_selector(random), random.choice(("lldt", "ltr"))
        descriptor = segment(LDT, random.choice((0, 0x66, 0x67, 0x1FF)), random.choice((1, 2, 9, 11, 3, 5, 12, 0x12)),
                             random.randrange(4), random.random() < 0.8, 0, 0)
        code = [f"mov eax, {selector:#x}", f"{name} ax", "sldt ebx", "str ecx"]
        yield Case(f"{name} {selector:#x}", code, poke(GDT + FREE, descriptor), level=random.choice((0, 0, 0, 3)))
    for name in ("sgdt", "sidt", "smsw", "sldt", "str"):
        for level in (0, 3):
            yield Case(f"{name} at level {level}", [f"{name} [{DATA:#x}]"], level=level)


def limits(random):
    """Accesses around the limit: up and down, byte and page, every width, reads, writes, the stack."""
    widths = {1: "mov {0}, byte ptr {1}", 2: "mov {0}, word ptr {1}", 4: "mov {0}, dword ptr {1}"}
    names = {1: "al", 2: "ax", 4: "eax"}
    for _ in range(110):
        down, big, coarse = random.random() < 0.4, random.random() < 0.6, random.random() < 0.3
        limit = random.choice((0, 1, 2)) if coarse else random.choice((0, 1, 0x7F, 0xFFE, 0xFFF, 0x1000))
        last = limit << 12 | 0xFFF if coarse else limit
        size = random.choice((1, 2, 4, 8, 10, 16))
        offset = (last + random.randrange(-size - 1, 3)) & 0xFFFFFFFF
        if down and random.random() < 0.3:
            offset = ((0xFFFFFFFF if big else 0xFFFF) - random.randrange(size + 1)) & 0xFFFFFFFF
        base = DATA if offset < 0x2000 else (DATA - offset) & 0xFFFFFFFF
        place = f"fs:[{offset:#x}]"
        write = random.random() < 0.5
        if size <= 4:
            code = [f"mov {place}, {names[size]}" if write else widths[size].format(names[size], place)]
        elif size == 8:
            code = ["fldz", f"fstp qword ptr {place}"] if write else [f"fld qword ptr {place}"]
        elif size == 10:
            code = ["fld1", f"fstp tbyte ptr {place}"] if write else [f"fld tbyte ptr {place}"]
        else:
            code = ["mov eax, cr4", "or eax, 0x600", "mov cr4, eax", "xorps xmm0, xmm0",
                    f"movups {place}, xmm0" if write else f"movups xmm0, {place}"]
        descriptor = segment(base, limit, 0x16 if down else 0x12, 0, 1, big, coarse)
        yield Case(f"{'write' if write else 'read'} of {size} at {offset:#x}, limit {last:#x}"
                   + (" downwards" if down else ""),
                   [f"mov ebx, {FREE}", "mov fs, ebx"] + code + ["fninit"] * (size in (8, 10)),
                   poke(GDT + FREE, descriptor), limits=True)
    for _ in range(60):
        down, big = random.random() < 0.4, random.random() < 0.6
        limit = random.choice((0x20, 0x7F, 0xFFF))
        pointer = (limit + random.randrange(-6, 8)) if random.random() < 0.6 else random.randrange(0, 12)
        action = random.choice((["push eax"], ["pushw ax"], ["pop eax"], ["pusha"], ["enter 8, 2"],
                                ["call 1f", "1:"], ["int 0x42"], ["mov eax, [ebp]"], ["leave"]))
        descriptor = segment(DATA, limit, 0x16 if down else 0x12, 0, 1, big, 0)
        yield Case(f"{action[0]} with the stack pointer at {pointer:#x}, limit {limit:#x}",
                   [f"mov eax, {FREE}", "mov ss, eax", f"mov esp, {pointer:#x}", f"mov ebp, {pointer:#x}"] + action,
                   poke(GDT + FREE, descriptor), limits=True)


def cases(random):
    for part in (loading, looking, jumping, gates, systems, limits):
        yield from part(random)
