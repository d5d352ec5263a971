"""Big code: 22,000 instructions in 3,000 blocks, which follow each other all over the place, so that neither
jumps nor what an emulator keeps of decoded code are where they were a moment ago."""

import os
import random
import tempfile

from flat import Work, each
from measuring import heading, need, row

INSTRUCTIONS, BLOCKS, SEED = 22_000, 3_000, 4
IN_STORAGE = 0.35  # of the instructions
ROUNDS = int(os.environ.get("TRAPLINE_BENCH_BIG", "5000"))
REGISTERS = "rax rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13".split()
NARROW = "eax ecx edx esi edi ebp r8d r9d r10d r11d r12d r13d".split()
BYTES = "al cl dl sil dil bpl r8b r9b r10b r11b r12b r13b".split()
# Beside the count of rounds everything is folded into rax and sent, four bits a letter.
CHECK = "".join(f"rol rax, 7\nxor rax, {name}\n" for name in REGISTERS[1:]) + """mov rcx, 16
8: rol rax, 4
mov rsi, rax
and eax, 15
add al, 'a'
mov dx, 0x3F8
out dx, al
mov dl, 0xFD
9: in al, dx
test al, 0x40
jz 9b
mov rax, rsi
loop 8b
mov al, 'N'
test r14, r14"""


def instruction(rng):
    names = rng.choice((REGISTERS, REGISTERS, NARROW))
    to, other = rng.choice(names), rng.choice(names)
    place = f"[rbx + {rng.randrange(0, 0x8000, 4)}]"
    if rng.random() < IN_STORAGE:
        return rng.choice((
            f"mov {to}, {place}", f"mov {to}, {place}", f"mov {to}, {place}", f"mov {place}, {to}", f"mov {place}, {to}",
            f"movzx {rng.choice(NARROW)}, byte ptr {place}", f"{rng.choice(('add', 'sub', 'xor', 'and'))} {to}, {place}",
            f"cmp {to}, {place}", f"add {place}, {to}"))
    operation = rng.choice("add sub and or xor cmp test mov mov adc".split())
    return rng.choice((
        f"{operation} {to}, {other}", f"{operation} {to}, {other}", f"{operation} {to}, {other}",
        f"{rng.choice(('add', 'cmp', 'and', 'mov'))} {to}, {rng.randrange(1, 0x7FFFFFFF)}",
        f"lea {rng.choice(REGISTERS)}, [{rng.choice(REGISTERS)} + {rng.choice(REGISTERS)} * {rng.choice((1, 2, 4, 8))}]",
        f"{rng.choice(('shl', 'shr', 'sar', 'rol'))} {to}, {rng.randrange(1, 31)}", f"inc {to}",
        f"cmov{rng.choice(('z', 'c', 's', 'l'))} {to}, {other}", f"set{rng.choice(('z', 'c', 'g'))} {rng.choice(BYTES)}",
        f"imul {to}, {other}"))


def blocks(rng):
    """The assembler's text. The jump at each block's end counts as one of the instructions."""
    sizes = [1] * BLOCKS
    for _ in range(INSTRUCTIONS - 2 * BLOCKS):
        sizes[rng.randrange(BLOCKS)] += 1
    texts = []
    for number, size in enumerate(sizes):
        lines = [f"block{number}:"] + [instruction(rng) for _ in range(size)]
        texts.append("\n".join(lines + [f"jmp block{number + 1}" if number + 1 < BLOCKS else "jmp through"]))
    rng.shuffle(texts)
    return "\n".join(texts)


def run(trapline):
    heading("Big code: million instructions a second of the processor")
    need("qemu-system-x86_64", "qemu-system-x86")
    need("as", "binutils")
    prepare = "".join(f"mov {name}, {number * 0x123456789}\n" for number, name in enumerate(REGISTERS, 1))
    work = Work("big code", "jmp block0\nthrough:", prepare=prepare, check=CHECK, handlers=blocks(random.Random(SEED)))
    with tempfile.TemporaryDirectory() as folder:
        cost = each(trapline, work, ROUNDS, folder, 3)
    widths = (12, 12, 14)
    row("", "million/s", "trapline :", widths=widths)
    for who, seconds in cost.items():
        row(who, f"{INSTRUCTIONS / seconds / 1e6:.0f}", f"{seconds / cost['trapline']:.2f}", widths=widths)
