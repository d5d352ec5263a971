"""Page tables of the three formats with random bits, what is asked of them, and what they look like afterwards."""

from image import Case, poke
from layout import ALIAS, DATA, PD32, PD64, PML4, TABLE32, TABLE64, WINDOW

PRESENT, WRITE, USER, ACCESSED, DIRTY, LARGE, GLOBAL, NX = 1, 2, 4, 0x20, 0x40, 0x80, 0x100, 1 << 63
RESERVED = 1 << 51


def bits(random, chance=0.8):
    entry = PRESENT if random.random() < 0.9 else 0
    for bit, likely in ((WRITE, chance), (USER, chance), (ACCESSED, 0.5), (DIRTY, 0.5), (GLOBAL, 0.2)):
        if random.random() < likely:
            entry |= bit
    return entry


def accesses(random, mode):
    """Instructions, and whether something is fetched from the page."""
    page = WINDOW + 0x1000 * random.randrange(2)
    at = page + random.choice((0, 0x10, 0x7FC, 0xFFC, 0xFFD, 0xFFE, 0xFFF, 0xFF8))
    plain = [[f"mov eax, [{at:#x}]"], [f"mov dword ptr [{at:#x}], 0x12345678"], [f"add dword ptr [{at:#x}], 1"],
             [f"mov al, [{at:#x}]"], [f"mov byte ptr [{at:#x}], 7"], [f"mov esi, {at:#x}", "lodsd"],
             [f"mov edi, {at:#x}", "stosd"], [f"mov edi, {at:#x}", "mov ecx, 3", "rep stosw"],
             [f"lock inc dword ptr [{at:#x}]"], [f"xchg eax, [{at:#x}]"], [f"mov eax, {at:#x}", "jmp eax"],
             [f"mov eax, {at:#x}", "jmp eax"], [f"mov esp, {at:#x}", "push 5"], [f"mov esp, {at:#x}", "pop ecx"],
             [f"mov ecx, {at:#x}", "cmpxchg8b [ecx]"], [f"sgdt [{at:#x}]"], [f"invlpg [{at:#x}]", f"mov eax, [{at:#x}]"],
             [f"fnsave [{page + 0xFB0:#x}]"], [f"verr [{at:#x}]"], [f"cmp dword ptr [{at:#x}], 1"],
             [f"bts dword ptr [{at:#x}], 3"], [f"mov ebp, {at:#x}", "mov dword ptr [ebp], 1"],
             [f"mov eax, [{at:#x}]", f"mov dword ptr [{at:#x}], eax"]]
    code = random.choice(plain)
    if mode == "64":
        code = [line.replace("jmp eax", "jmp rax").replace("ecx, 3", "rcx, 3") for line in code]
        code = [line.replace("mov esp", "mov rsp").replace("pop ecx", "pop rcx").replace("[ecx]", "[rcx]")
                .replace("[ebp]", "[rbp]") for line in code]
    return code


def controls(random, mode):
    """WP, SMEP, SMAP, NXE."""
    lines = []
    register = "rax" if mode == "64" else "eax"
    bit0, bit4 = random.choice((0, 0x10000)), random.choice((0, 0, 1 << 20)) | random.choice((0, 0, 1 << 21))
    if bit0:
        lines += [f"mov {register}, cr0", "or eax, 0x10000" if mode != "64" else "or rax, 0x10000", f"mov cr0, {register}"]
    if bit4:
        lines += [f"mov {register}, cr4", f"or {register}, {bit4:#x}", f"mov cr4, {register}"]
    return lines


def some_case(random, mode, paging):
    wide = mode == "64" or paging == "pae"
    setup = []
    for page in range(2):
        entry = bits(random) | DATA + 0x1000 * page
        if wide and random.random() < 0.15:
            entry |= NX
        if wide and random.random() < 0.06:
            entry |= RESERVED
        setup += poke((TABLE64 if wide else TABLE32) + page * (8 if wide else 4), entry, 8 if wide else 4)
    choice = random.random()
    if choice < 0.35:
        upper = bits(random) & ~GLOBAL | (TABLE64 if wide else TABLE32)
        if wide and random.random() < 0.2:
            upper |= NX
        if wide and random.random() < 0.1:
            upper |= RESERVED
        setup += poke((PD64 + 8 * (WINDOW >> 21)) if wide else (PD32 + 4 * (WINDOW >> 22)), upper, 8 if wide else 4)
    elif choice < 0.5:
        # A large page over the tests' data: 2 MB from 2 MB, 4 MB from 0. Bits that must be clear are not always.
        upper = bits(random) | LARGE | (0x200000 if wide else 0)
        if random.random() < 0.2:
            upper |= 0x2000 if wide else 0x200000
        if wide and random.random() < 0.2:
            upper |= NX
        setup += poke((PD64 + 8 * (WINDOW >> 21)) if wide else (PD32 + 4 * (WINDOW >> 22)), upper, 8 if wide else 4)
    # What is fetched from the pages: INT 0x81, and across their border.
    for page in range(2):
        for offset in (0, 0x10, 0x7FC, 0xFFC, 0xFFD, 0xFFE, 0xFFF, 0xFF8, 0x1000):
            setup += poke(DATA + 0x1000 * page + offset, 0xCD, 1) + poke(DATA + 0x1000 * page + offset + 1, 0x81, 1)
    level = random.choice((0, 0, 3, 3))
    flags = 2 | random.choice((0, 0, 0x40000))
    nxe = []
    if wide and random.random() < 0.15:
        nxe = ["mov ecx, 0xC0000080", "rdmsr", "and eax, 0xFFFFF7FF", "wrmsr"]
    return Case(f"{paging or '4-level'} {'with' if not nxe else 'without'} NXE",
                accesses(random, mode), setup, mode=mode, paging=paging if mode != "64" else "", level=level, flags=flags,
                controls=controls(random, mode) + nxe, stack=None)


def cases(random):
    for _ in range(110):
        yield some_case(random, "32", "32")
    for _ in range(110):
        yield some_case(random, "32", "pae")
    for _ in range(140):
        yield some_case(random, "64", "")
