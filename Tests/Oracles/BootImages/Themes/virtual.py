"""Virtual-8086 mode: ways out by gates of every kind, ways back, flags; and instructions of 8086 programs that later
modes have under other rules: INTO, BOUND, ARPL, ports with repetition."""

from image import Case, poke
from layout import (CODE, CODE0, DATA, DATA0, FLAT, GDT, IDT, STACK, STUBS32, TABLE32, TSS, gate, pad, segment)

BEYOND = "IRET to virtual-8086 mode behind the code segment's limit is refused (SDM 2, IRET, " \
    "RETURN-TO-VIRTUAL-8086-MODE); QEMU and Bochs take the low 16 bits of EIP, or run on, and execute whatever is there"


def leaving(random):
    """INT n and exceptions through gates of all kinds and to code of all levels."""
    provokers = {0x42: ["int 0x42"], 3: ["int3"], 4: ["mov al, 0x7F", "inc al", "into"], 6: ["ud2"],
                 0: ["xor cx, cx", "div cx"], 5: ["mov bx, 0x20", "bound ax, [bx]"], 13: ["mov eax, cr0"],
                 1: [".byte 0xF1"]}
    for _ in range(90):
        vector = random.choice(list(provokers))
        target = random.choice((CODE0, CODE0, CODE0, CODE[1], CODE[3] | 3, 0x110, 0x110, 0, FLAT[0], 0x1F8))
        kind, level = random.choice((14, 14, 15, 6, 7, 5, 12, 4)), random.choice((0, 3, 3))
        door = gate(target, pad(6), kind, level, random.random() < 0.92)
        setup = poke(IDT + 8 * vector, door)
        kind, level = random.choice((0x1B, 0x1E, 0x1F, 0x12)), random.choice((0, 0, 1, 3))
        setup += poke(GDT + 0x110, segment(0, 0xFFFFF, kind, level, random.random() < 0.9, random.random() < 0.8))
        limits = False
        if random.random() < 0.15:
            setup += poke(TSS + 8, random.choice((0, 3, FLAT[1] | 1, 0x1F8, CODE0)), 4)
        elif random.random() < 0.15:
            # Too small for nine words, or for any.
            limits = True
            setup += poke(GDT + 0x110, segment(STACK[0] - 0x100, 0xFFFFF, 0x13))
            setup += poke(TSS + 4, random.choice((8, 0x20, 0x24, 0x28)), 4) + poke(TSS + 8, 0x110, 4)
        flags = random.choice((2, 0x202, 0x302, 0x40002, 0x4002, 0x8D7)) & ~0x100 | random.choice((0, 0x3000))
        yield Case(f"virtual-8086: exception {vector}, flags {flags:#x}", provokers[vector], setup, mode="v86",
                   flags=flags, limits=limits)


def arriving(random):
    """IRET with VM in the image, at levels that may and levels that may not, and what is taken of the image."""
    for _ in range(50):
        level = random.choice((0, 0, 0, 1, 3))
        flags = 0x20002 | random.getrandbits(22) & 0x3C7ED5 & ~0x4100
        pointer = random.choice((pad(9), pad(9), pad(9), 0xFFFF, 0x10000, 0x10000 + pad(9)))
        stack = random.choice((0x6F00, 0x16F00, 0xFFFF0002, 0))
        words = [random.choice((0, 0x1234, 0xFFFF)) for _ in range(4)]
        words += [0, stack, flags, random.choice((0, 0, 0x10000)), pointer]
        code = [f"push {word:#x}" for word in words] + ["iretd"]
        lost = {}
        if pointer != pad(9):
            lost["qemu"] = BEYOND
            if level == 0 and pointer > 0xFFFF:
                lost["bochs"] = BEYOND
        yield Case(f"iretd to virtual-8086 mode from level {level}, flags {flags:#x}", code, level=level,
                   flags=2 | random.choice((0, 0x3000)), lost=lost)
    for code in (["pushfd", "or dword ptr [esp], 0x20000", "popfd", "pushfd", "pop eax"],
                 ["pushfd", "or dword ptr [esp], 0x10000", "popfd", "pushfd", "pop eax"],
                 ["pushfd", "or dword ptr [esp], 0x180000", "popfd", "pushfd", "pop eax"]):
        for level in (0, 3):
            yield Case("POPFD does not set VM, RF, VIF, VIP: " + code[1], code, level=level)
        for iopl in (0, 3):
            yield Case(f"the same, virtual-8086, IOPL {iopl}: " + code[1], code, mode="v86", flags=2 | iopl << 12)


def round_trips(random):
    """A handler at level 0 that returns to virtual-8086 mode."""
    for _ in range(20):
        iopl = random.choice((0, 3))
        setup = ["mov dword ptr [0x7F00], 0x81CD90CF"]
        setup += poke(IDT + 8 * 0x42, gate(CODE0, 0x7F00, random.choice((14, 15)), 3))
        flags = random.choice((2, 0x202, 0x40002, 0x8D7)) | iopl << 12
        code = ["mov ax, 0x1234", "mov ds, ax", "int 0x42", "pushf", "pop bx", "mov cx, ds"]
        yield Case(f"virtual-8086: there and back, flags {flags:#x}", code, setup, mode="v86", flags=flags,
                   selectors={"es": 0x4321, "gs": 0xFFFF})


def ends(random):
    """Code that runs over the end of its segment, with 16 and with 32 bits of instruction pointer."""
    for mode in ("real", "v86"):
        for tail in ([0x90], [0xB0, 5], [0x66, 0x40], [0x40], [0xEB, 0x00], [0x74, 0x10]):
            place = 0x2FFFF + 1 - len(tail)
            setup = [line for at, byte in enumerate(tail) for line in poke(place + at, byte, 1)]
            # The same place as the next segment's beginning holds INT 0x81, should anything get there.
            setup += poke(0x30000, 0x81CD, 2) + poke(0x20000, 0x81CD, 2)
            code = [".byte 0xEA", f".word {0x10000 - len(tail):#x}, 0x2000"]
            yield Case(f"{mode}: {bytes(tail).hex()} at the segment's end", code, setup, mode=mode, limits=True,
                       flags=0x3002 if mode == "v86" else 2)
    for offset in (0x10000, 0xFFFF, 0x1FFFE, 0x80B050):
        # 16-bit code with a limit above 64 KB is entered wherever its limit lets it.
        setup = poke(GDT + 0x100, segment(DATA + 0x100 - offset & 0xFFFFFFFF, 0xFFFFF, 0x1B, big=0))
        setup += poke(DATA + 0x100, 0x81CD9090, 4)
        yield Case(f"16-bit code at {offset:#x}", [".byte 0xEA", f".long {offset:#x}", ".word 0x100"], setup)


def checks(random):
    """BOUND, INTO and ARPL."""
    for _ in range(40):
        wide, mode = random.random() < 0.5, random.choice(("32", "32", "v86", "real"))
        low, high = random.choice((0, -5, 0x7FF0, -0x8000)), random.choice((0, 10, 0x7FFF, -1))
        value = random.choice((0, low, high, low - 1, high + 1)) & (0xFFFFFFFF if wide else 0xFFFF)
        size = 4 if wide else 2
        bits = 8 * size
        place = DATA if mode == "32" else 0x30020
        setup = poke(place, low & (1 << bits) - 1, size) + poke(place + size, high & (1 << bits) - 1, size)
        register = "eax" if wide else "ax"
        address = f"[{DATA:#x}]" if mode == "32" else "[0x20]"
        code = [f"bound {register}, {address}"]
        flags = 2 | random.choice((0, 0x3000))
        level = random.choice((0, 3)) if mode == "32" else 0
        yield Case(f"{mode}: bound {value:#x} in {low} to {high}", code, setup, mode=mode, level=level,
                   registers={"eax": value}, flags=flags if mode == "v86" else 2,
                   selectors={"ds": 0x3000} if mode != "32" else {})
    for size, offset in ((2, 0xFFFD), (2, 0xFFFE), (4, 0xFFF9), (4, 0xFFFB)):
        code = [f"mov bx, {offset:#x}", f"bound {'eax' if size == 4 else 'ax'}, [bx]"]
        yield Case(f"bound of {size} bytes at {offset:#x}", code, mode="real", limits=True)
    for overflow in (0, 0x800):
        for level in (0, 3):
            for door in (0, 3):
                yield Case(f"INTO at level {level}, OF {overflow >> 11}, gate of level {door}", ["into"],
                           poke(IDT + 8 * 4, gate(CODE0, STUBS32 + 16 * 4, 14, door)), level=level, flags=2 | overflow)
    for mode in ("32", "real", "v86"):
        for one in range(4):
            for other in (0, 2, 3):
                code = [f"mov eax, {0x1230 | one:#x}", f"mov ebx, {0x4560 | other:#x}", "arpl ax, bx"]
                yield Case(f"{mode}: arpl {one}, {other}", code, mode=mode, flags=0x42 if other == 2 else 2)
    for place in (DATA, 0x40000000):
        code = ["mov ebx, 3", f"arpl word ptr [{place:#x}], bx"]
        yield Case(f"arpl in storage at {place:#x}", code, poke(DATA, 0x1230, 2), paging="32")


def strings(random):
    """INS and OUTS: port permission, breakpoints, faults and single steps between iterations."""
    scratch = ["mov edx, 0x3FF", "mov al, 0x5A", "out dx, al"]
    for _ in range(60):
        inward = random.random() < 0.6
        repeated = random.random() < 0.8
        width = "b" if inward else random.choice("bwd")
        level, mode = random.choice((0, 3)), random.choice(("32", "32", "v86"))
        setup = list(scratch)
        open_ports = random.random() < 0.7
        setup += poke(TSS + 0x68 + 0x7F, 0 if open_ports else 0x80, 1) + poke(TSS + 0x68 + 0x10, 0, 1)
        port = 0x3FF if inward else 0x84
        index = "edi" if inward else "esi"
        count = random.choice((0, 1, 3, 5))
        flags = random.choice((2, 2, 2, 0x402))
        steps = 0
        if mode == "32" and random.random() < 0.4:
            # Trapped at each iteration; or at some, by what they touch.
            if random.random() < 0.5:
                flags |= 0x100
                steps = 8
            else:
                length = random.choice((0, 1, 3))
                setup += [f"mov eax, {DATA + 0x40 + random.randrange(4):#x}", "mov dr0, eax",
                          f"mov eax, {0x401 | 3 << 16 | length << 18:#x}", "mov dr7, eax"]
                steps = 4
        name = f"{'ins' if inward else 'outs'}{width}"
        code = [("rep " if repeated else "") + name, "xor eax, eax"]
        if mode == "32":
            code = [f"mov edx, {port:#x}", f"mov ecx, {count}", f"mov {index}, {DATA + 0x40:#x}"] + code
        else:
            level = 0
            code = [f"mov dx, {port:#x}", f"mov cx, {count}", f"mov {index[1:]}, 0x40"] + code
            flags |= random.choice((0, 0x3000))
        title = f"{mode}: {code[-2]}, {count} of them, ports {'open' if open_ports else 'closed'}"
        yield Case(title, code, setup, mode=mode, level=level, flags=flags, steps=steps, registers={"eax": 0})
    for inward in (True, False):
        for level in (0, 3):
            at = 0xC00FFE
            code = [f"mov edx, {0x3FF if inward else 0x84:#x}", "mov ecx, 5",
                    f"mov {'edi' if inward else 'esi'}, {at:#x}", "rep insb" if inward else "rep outsb", "xor eax, eax"]
            setup = scratch + poke(TSS + 0x68 + 0x7F, 0, 1) + poke(TSS + 0x68 + 0x10, 0, 1)
            setup += poke(TABLE32 + 4, DATA + 0x1000 | 6, 4)
            yield Case(f"{code[3]} into a page that is not there, level {level}", code, setup, paging="32", level=level)


def cases(random):
    for part in (leaving, arriving, round_trips, ends, checks, strings):
        yield from part(random)
