"""64-bit and compatibility mode: returns, far transfers, gates, fast system calls, addresses that are not canonical."""

from image import Case, poke
from layout import (ALIAS, CODE, CODE0, CODE64, CODE64_USER, DATA, DATA0, FLAT, FREE, GDT, LDT, STACK, TASK64, gate,
                    pad, segment)
from Themes.segments import some_descriptor, some_selector

NOWHERE = 0x8000000000000000 >> 16  # the first address that is not canonical


def selectors(random):
    return random.choice((CODE64, CODE64_USER | 3, CODE64_USER, CODE0, CODE[3] | 3, 0, 3, 0x1F8, DATA0, 0x43, FREE,
                          FREE | 3, 0x10C, TASK64, 0x58))


def code_descriptor(random):
    return segment(0, 0xFFFFF, random.choice((0x1B, 0x1B, 0x1F, 0x1A, 0x13, 0x19)), random.choice((0, 0, 3, 1)),
                   random.random() < 0.9, random.random() < 0.3, 1, random.random() < 0.7)


def returns(random):
    for _ in range(90):
        level = random.choice((0, 0, 3))
        alias = ALIAS if level == 3 or random.random() < 0.5 else 0
        cs, ss = selectors(random), random.choice((0, 3, DATA0, FLAT[3] | 3, FLAT[1] | 1, 0x1F8, CODE0, FREE | 3))
        pointer = random.choice((pad(3), pad(3) + ALIAS, pad(3) + ALIAS, NOWHERE, 0x100000000 + pad(3)))
        stack = random.choice((STACK[3] - 0x200 + ALIAS, STACK[3] - 0x208 + ALIAS, NOWHERE, STACK[0] - 0x300))
        flags = random.choice((2, 0x202, 0x3002, 0x10002, 0x40002, 0x200002, 0x4002, 0x20002, 0x180002))
        way = random.choice(("iretq", "iretq", "iretd", "retfq", "retf"))
        if not way.endswith("q") and pointer == NOWHERE:
            pointer = pad(3)
        push = "push rax" if way.endswith("q") else "sub rsp, 4 ; mov dword ptr [rsp], eax"
        words = [ss, stack, flags, cs, pointer] if way.startswith("iret") else [ss, stack, cs, pointer]
        code = []
        for word in words:
            code += [f"mov rax, {word:#x}", *push.split(" ; ")]
        yield Case(f"{way} to {cs:#x}:{pointer:#x}, stack {ss:#x}", code + [way], poke(GDT + FREE, code_descriptor(random))
                   + poke(LDT + 0x108, code_descriptor(random)), mode="64", level=level)


def transfers(random):
    """Far calls and jumps through memory, and call gates of sixteen bytes."""
    for _ in range(60):
        level = random.choice((0, 0, 3))
        target = selectors(random) if random.random() < 0.4 else random.choice((CODE64, CODE64_USER | 3, 0x110))
        selector = random.choice((FREE, FREE | 3, selectors(random)))
        offset = random.choice((pad(4) + ALIAS, pad(4), NOWHERE))
        low = gate(target, offset & 0xFFFFFFFF, random.choice((12, 12, 12, 4, 14, 0x1A)), random.choice((0, 3, 3)),
                   random.random() < 0.9, 0)
        high = offset >> 32 | (random.choice((0, 0, 0, 0x100 << 32, 0x1F00 << 32)))
        setup = poke(GDT + FREE, low) + poke(GDT + FREE + 8, high) + poke(GDT + 0x110, code_descriptor(random))
        way = random.choice(("call", "jmp"))
        where = DATA + (ALIAS if level == 3 else 0)
        setup += poke(DATA, pad(5) + (ALIAS if level == 3 else 0), 4) + poke(DATA + 4, selector, 2)
        yield Case(f"{way} {selector:#x}, a gate to {target:#x}", [f"{way} fword ptr [{where:#x}]"], setup, mode="64",
                   level=level)


def looking(random):
    for _ in range(50):
        name, selector = random.choice(("lar", "lsl", "verr", "verw")), random.choice((some_selector(random), TASK64, 0x58))
        code = [f"mov ecx, {selector:#x}", f"{name} " + ("eax, ecx" if name in ("lar", "lsl") else "cx"), "setz dl"]
        setup = poke(GDT + FREE, some_descriptor(random)) + poke(GDT + FREE + 8, random.choice((0, 0, 0x1F00 << 32)))
        yield Case(f"{name} {selector:#x}", code, setup + poke(LDT + 0x108, some_descriptor(random)), mode="64",
                   level=random.choice((0, 3)))
    for _ in range(40):
        register, selector = random.choice(("ds", "es", "fs", "gs", "ss")), random.choice((some_selector(random), 0, 1, 3))
        yield Case(f"{register} <- {selector:#x}", [f"mov eax, {selector:#x}", f"mov {register}, eax"],
                   poke(GDT + FREE, some_descriptor(random)) + poke(LDT + 0x108, some_descriptor(random)), mode="64",
                   level=random.choice((0, 3)))


def calls(random):
    """SYSCALL, SYSRET, SYSENTER, SYSEXIT."""
    star = ["mov ecx, 0xC0000081", "xor eax, eax", f"mov edx, {0x80 << 16 | CODE64:#x}", "wrmsr",
            "mov ecx, 0xC0000082", f"mov eax, {pad(6)}", "xor edx, edx", "wrmsr", "mov ecx, 0xC0000083",
            f"mov eax, {pad(7)}", "wrmsr", "mov ecx, 0xC0000084", "mov eax, 0x40300", "wrmsr",
            "mov ecx, 0x174", f"mov eax, {CODE64:#x}", "wrmsr", "mov ecx, 0x175", f"mov eax, {STACK[0] - 0x200:#x}", "wrmsr",
            "mov ecx, 0x176", f"mov eax, {pad(8)}", "wrmsr", "mov ecx, 0xC0000080", "rdmsr", "or eax, 1", "wrmsr"]
    without = star[:-4]
    for level in (0, 3):
        for setup, told in ((star, "SCE"), (without, "no SCE")):
            for code in (["syscall"], ["mov r11d, 0x202", f"lea rcx, [{pad(9) + ALIAS:#x}]", "sysretq"],
                         ["mov r11, 0x3F7FD7", f"lea rcx, [{pad(9) + ALIAS:#x}]", ".byte 0x0F, 0x07"],
                         [f"mov rcx, {NOWHERE:#x}", "mov r11d, 2", "sysretq"], ["sysenter"],
                         [f"lea rdx, [{pad(10) + ALIAS:#x}]", f"lea rcx, [{STACK[3] - 0x400 + ALIAS:#x}]", ".byte 0x48, 0x0F, 0x35"],
                         [f"mov rdx, {NOWHERE:#x}", "xor ecx, ecx", ".byte 0x48, 0x0F, 0x35"],
                         [f"mov edx, {pad(10) + ALIAS:#x}", f"mov ecx, {STACK[3] - 0x400 + ALIAS:#x}", ".byte 0x0F, 0x35"],
                         ["mov r11d, 0x10102", f"lea rcx, [{pad(9) + ALIAS:#x}]", "sysretq"]):
                yield Case(f"{code[-1]}, {told}", code, mode="64", level=level, controls=setup, fast=True)
    for code in (["syscall"], ["sysenter"]):
        yield Case(f"{code[0]} in compatibility mode", code, mode="64", level=3, controls=star, code_selector=CODE[3] | 3,
                   fast=True)


def addresses(random):
    for _ in range(50):
        at = random.choice((NOWHERE, NOWHERE - 4, NOWHERE - 1, 0xFFFF7FFFFFFFFFFF, 0xFFFF7FFFFFFFFFFE, 0x7FFFFFFFFFF8))
        code = random.choice((["mov ebx, [rax]"], ["mov dword ptr [rax], ebx"], ["push qword ptr [rax]"], ["jmp rax"],
                              ["call rax"], ["mov rsp, rax", "push rbx"], ["mov rsp, rax", "pop rbx"], ["mov rbp, rax", "mov ebx, [rbp]"],
                              ["mov rsi, rax", "lodsd"], ["mov rdi, rax", "stosq"], ["invlpg [rax]"], ["lgdt [rax]"], ["push rax", "ret"],
                              ["mov rsp, rax", "ret"], ["mov rsp, rax", "int 0x42"], ["mov rbp, rax", "leave"], ["clflush [rax]"],
                              ["prefetcht0 [rax]"], ["fnstenv [rax]"], ["movups xmm0, [rax]"], ["mov rsp, rax", "iretq"],
                              ["cmpxchg16b [rax]"], ["mov rbp, rax", "lea rbx, [rbp + 8]"]))
        yield Case(f"{' ; '.join(code)} with {at:#x}", [f"mov rax, {at:#x}"] + code, mode="64", level=random.choice((0, 3)))


def cases(random):
    for part in (returns, transfers, looking, calls, addresses):
        yield from part(random)
