"""Call gates of both sizes with words to copy, stacks of both sizes on either side, and the way back by RETF n."""

from image import Case, poke
from layout import CODE, DATA, FLAT, FREE, GDT, STACK, TSS, gate, pad, segment
from Themes.segments import far

INNER, SMALL = 0x110, 0x118


def calls(random):
    for _ in range(120):
        level = random.choice((3, 3, 2, 1, 0))
        target = random.randrange(level + 1)
        count = random.choice((0, 1, 2, 7, 15, 30, 31))
        wide = random.random() < 0.6
        big_code = random.random() < 0.7
        setup = poke(GDT + INNER, segment(0, 0xFFFFF, random.choice((0x1B, 0x1B, 0x1B, 0x1F)), target, big=big_code))
        setup += poke(GDT + FREE, gate(INNER | random.randrange(4), pad(5), 12 if wide else 4, 3, count=count))
        choice, limits = random.random(), False
        if target < level and choice < 0.5:
            # The inner stack: of 16 bits, expanding down, with little room or with none.
            limits = True
            down, big = random.random() < 0.3, random.random() < 0.5
            room = random.choice((4, 8, 16, 8 * 4, 36 * 4, 0x200))
            if down:
                setup += poke(GDT + SMALL, segment(STACK[0] - 0x800, 0x800 - room, 0x17, target, big=big, coarse=0))
                pointer = 0x800
            else:
                setup += poke(GDT + SMALL, segment(STACK[0] - 0x800, 0x7FF, 0x13, target, big=big, coarse=0))
                pointer = random.choice((room, room, 0x800, 0x802, 0x10200, 0))
            setup += poke(TSS + 4 + 8 * target, pointer, 4) + poke(TSS + 8 + 8 * target, SMALL | target, 4)
        code = [f"push {0x11111111 * (n % 15 + 1):#x}" for n in range(12)]
        stack = None
        if random.random() < 0.2 and count:
            # Parameters that begin where the outer stack ends.
            stack = STACK[level] - 0x10
        yield Case(f"call gate of {32 if wide else 16} bits from {level} to {target}, {count} words", code
                   + far(0x9A, FREE | random.choice((0, level)), 0), setup, level=level, stack=stack, limits=limits)


def back(random):
    """There and back again: RETF n releases the parameters of both stacks."""
    for _ in range(40):
        wide = random.random() < 0.6
        count = random.choice((0, 1, 3))
        size = 4 if wide else 2
        released = random.choice((count * size, count * size, 0, 6, 0xFFFC))
        code_bytes = [0xCA, released & 255, released >> 8] if wide else [0x66, 0xCA, released & 255, released >> 8]
        lines = poke(0x7F00, int.from_bytes(bytes(code_bytes + [0] * (8 - len(code_bytes))), "little"))
        setup = lines + poke(GDT + FREE, gate(CODE[0], 0x7F00, 12 if wide else 4, 3, count=count))
        # 16 bits of a return pointer have to reach the code, so it is called from below 64 KB.
        setup += poke(0x7F40, 0x00000000009A) + poke(0x7F45, FREE, 2) + poke(0x7F47, 0x81CD, 2)
        push = "push" if wide else "pushw"
        code = [f"{push} 0x1111", f"{push} 0x2222", f"{push} 0x3333", "mov eax, 0x7F40", "jmp eax"]
        yield Case(f"call gate of {32 if wide else 16} bits and RETF {released}, {count} words", code, setup,
                   level=random.choice((0, 1, 3)), selectors={"fs": FLAT[0]} if random.random() < 0.3 else {})


def cases(random):
    yield from calls(random)
    yield from back(random)
