"""Cases as assembly, and the image that runs them."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from layout import (ALIAS, CODE, CODE64, CODE64_USER, DATA0, FLAT, PD32, PDPT_PAE, STACK, START, TSS_DOUBLE, include,
                    tables)

HERE = Path(__file__).resolve().parent
NARROW = ("real", "v86")
NARROW_END = 0x2FF00  # an image has to leave to those modes what is behind
REGISTERS = "eax ebx ecx edx esi edi ebp".split()


class Assembling(Exception):
    pass


@dataclass
class Case:
    """In all lines {} becomes the case's number. setup runs at level 0 of flat 32-bit mode, behind the frame's own;
    code is what is looked at."""

    title: str
    code: list
    setup: list = field(default_factory=list)
    mode: str = "32"           # 32, 64, real, v86
    level: int = 0
    registers: dict = field(default_factory=dict)
    flags: int = 2
    paging: str = ""           # none, or 32, pae, 4level (implied by 64)
    controls: list = field(default_factory=list)  # run last, at level 0 of the case's own mode
    steps: int = 0             # how many debug exceptions are come back from
    selectors: dict = field(default_factory=dict)
    stack: int = None
    code_selector: int = None
    high: bool = False         # code for level 3 lies at ALIAS; True: there for level 0, too
    limits: bool = False       # about segment limits
    tasks: bool = False        # about task switches
    fast: bool = False         # about SYSCALL and SYSENTER
    theme: str = ""
    lost: dict = field(default_factory=dict)  # the emulators that do not come back from it, and why; they skip it


def poke(address, value, size=8):
    lines = []
    for part in range(0, size, 4):
        word = value >> 8 * part & 0xFFFFFFFF
        width = "dword" if size >= 4 else {1: "byte", 2: "word"}[size]
        lines.append(f"mov {width} ptr [{address + part:#x}], {word:#x}")
    return lines


def assembly(number, case, emulator):
    # What is skipped has its place nevertheless: all emulators see the same addresses.
    first = "int 0x81" if emulator in case.lost else ".byte 0x66, 0x90"
    lines = [f"# {case.title}", "        .code32", f"case{number}:", first]
    lines += ["call clearNarrow"] * (case.mode in NARROW) + case.setup
    if case.steps:
        lines.append(f"mov dword ptr [stepsLeft], {case.steps}")
    lines += {"32": protected, "64": long, "real": real, "v86": virtual}[case.mode](number, case)
    # 16-bit code has to lie low.
    return [line.replace("{}", str(number)) for line in lines] + ["int 0x81", ".subsection 2"]


def loads(case, names):
    return [f"mov {name}, {value:#x}" for name in names for value in [case.registers.get(name)] if value is not None]


def protected(number, case):
    lines = []
    if case.paging:
        cr4, root = {"32": (0x10, PD32), "pae": (0x20, PDPT_PAE)}[case.paging]
        lines += [f"mov eax, {cr4}", "mov cr4, eax", f"mov eax, {root:#x}", "mov cr3, eax"]
        if case.paging == "pae":
            lines += ["mov ecx, 0xC0000080", "xor edx, edx", "mov eax, 0x800", "wrmsr",
                      f"mov dword ptr [{TSS_DOUBLE + 0x1C:#x}], {PDPT_PAE:#x}"]
        lines += ["mov eax, cr0", "or eax, 0x80000000", "mov cr0, eax"]
    alias = ALIAS if case.paging and (case.level == 3 or case.high) else 0
    lines += case.controls
    data = FLAT[case.level] | case.level
    stack = case.stack if case.stack is not None else STACK[case.level] - 0x100 + alias
    code = case.code_selector if case.code_selector is not None else CODE[case.level] | case.level
    if case.level:
        lines += [f"push {data}", f"push {stack:#x}"]
    lines += [f"push {case.flags:#x}", f"push {code:#x}", f"push offset test{number} + {alias:#x}"]
    for name in ("ds", "es", "fs", "gs"):
        value = case.selectors.get(name, data)
        lines += [f"mov eax, {value:#x}", f"mov {name}, eax"]
    lines += [f"mov {name}, {case.registers.get(name, 0x11110000 * (at + 1)):#x}" for at, name in enumerate(REGISTERS)]
    if case.level == 0 and case.stack is not None:
        lines += [f"mov esp, {case.stack:#x}", f"push {case.flags:#x}", f"push {code:#x}",
                  f"push offset test{number} + {alias:#x}"]
    lines += ["iretd", f"test{number}:"]
    return lines + case.code


def long(number, case):
    lines = [f"lea ebx, [enter{number}]", "jmp toLong", ".code64", f"enter{number}:"]
    lines += case.controls
    alias = ALIAS if case.level == 3 or case.high else 0
    stack = case.stack if case.stack is not None else STACK[case.level] - 0x100 + alias
    data = FLAT[case.level] | case.level
    code = case.code_selector if case.code_selector is not None else (CODE64_USER | 3 if case.level == 3 else CODE64)
    for name in ("ds", "es", "fs", "gs"):
        value = case.selectors.get(name, data)
        lines += [f"mov eax, {value:#x}", f"mov {name}, eax"]
    lines += [f"push {data if case.level else DATA0}", f"mov rax, {stack:#x}", "push rax",
              f"pushq {case.flags:#x}", f"pushq {code:#x}", f"lea rax, [test{number} + {alias:#x}]", "push rax"]
    for at, name in enumerate(REGISTERS):
        value = case.registers.get(name, 0x11110000 * (at + 1))
        lines.append(f"mov r{name[1:]}, {value:#x}")
    lines += ["iretq"]
    if code in (CODE[3] | 3, 0x83, CODE[0], CODE[0] | 0):
        lines.append(".code32")
    lines += [f"test{number}:"]
    return lines + case.code


def real(number, case):
    lines = [f"lea ebx, [enter{number}]", "jmp toReal", ".subsection 1", ".code16", f"enter{number}:"]
    lines += case.controls
    lines += [f"mov ax, {value:#x}\nmov {name}, ax" for name, value in case.selectors.items()]
    if case.stack is not None:
        lines.append(f"mov esp, {case.stack:#x}")
    lines += [f"pushd {case.flags:#x}"]
    lines += [f"mov {name}, {case.registers.get(name, 0x1111 * (at + 1)):#x}" for at, name in enumerate(REGISTERS)]
    lines += ["popfd", f"test{number}:"]
    return lines + case.code


def virtual(number, case):
    """Virtual-8086 mode; selectors are paragraphs. The code must lie below 64 KB plus the segment chosen."""
    lines = []
    if case.paging:
        raise Assembling("virtual-8086 mode under paging is not arranged")
    lines += case.controls
    for name in ("gs", "fs", "ds", "es"):
        lines.append(f"push {case.selectors.get(name, 0x3000):#x}")
    lines += [f"push {case.selectors.get('ss', 0):#x}",
              f"push {case.stack if case.stack is not None else 0x6F00:#x}",
              f"push {case.flags | 0x20000:#x}", "push 0", f"push offset test{number}"]
    lines += [f"mov {name}, {case.registers.get(name, 0x1111 * (at + 1)):#x}" for at, name in enumerate(REGISTERS)]
    lines += ["iretd", ".subsection 1", ".code16", f"test{number}:"]
    return lines + case.code


def build(cases, folder, emulator=""):
    """The path of the image for an emulator."""
    folder = Path(folder)
    (folder / "layout.inc").write_text(include())
    (folder / "tables.bin").write_bytes(tables())
    lines = []
    for at, case in enumerate(cases):
        lines += assembly(at, case, emulator)
    lines += [".code32", ".balign 4", "cases:"] + [f".long case{at}" for at in range(len(cases))] + [".long 0"]
    (folder / "cases.inc").write_text("\n".join(lines) + "\n")
    paths = [folder / name for name in ("image.o", "image.elf", "image.bin")]
    for command in (["as", "--64", "-W", "-I", str(folder), "-o", str(paths[0]), str(HERE / "harness.s")],
                    ["ld", "-m", "elf_x86_64", "-Ttext", "0x7c00", "-e", "start", "-o", str(paths[1]), str(paths[0])],
                    ["objcopy", "-O", "binary", "-j", ".text", str(paths[1]), str(paths[2])]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Assembling(f"{' '.join(command)}\n{done.stderr[:3000]}")
    end = START + paths[2].stat().st_size
    if end > NARROW_END and any(case.mode in NARROW for case in cases):
        raise Assembling(f"the image ends at {end:#x}, and its real-mode cases use what is behind {NARROW_END:#x}")
    return paths[2]
