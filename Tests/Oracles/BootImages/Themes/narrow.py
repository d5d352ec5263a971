"""Real mode and virtual-8086 mode."""

from image import Case, poke
from layout import TSS

PLAIN = [["pushf", "pop ax"], ["popf"], ["cli"], ["sti"], ["int 0x42"], ["int3"], ["into"], ["hlt"], ["iret"],
         ["in al, 0x84", "xor eax, eax"], ["out 0x84, al"], ["mov dx, 0x84", "in ax, dx", "xor eax, eax"], ["mov dx, 0x8F", "in eax, dx", "xor eax, eax"],
         ["lock inc word ptr [0x10]"], ["pushfd", "pop eax"], ["popfd"], ["lldt ax"], ["str ax"], ["sldt ax"], ["lar ax, bx"],
         ["verr ax"], ["clts"], ["smsw ax"], ["lmsw ax"], ["mov eax, cr0"], ["mov eax, cr3"], ["mov eax, dr7"], ["sgdt [0x10]"],
         ["mov ecx, 0x10", "rdmsr", "xor eax, eax", "xor edx, edx"], ["rdtsc", "xor eax, eax", "xor edx, edx"], ["ud2"], [".byte 0xF1"], ["sysenter"],
         ["xor cx, cx", "div cx"], ["mov al, 0x7F", "add al, 1", "into"], ["bound ax, [bx]"], ["arpl ax, bx"],
         ["mov ax, 0x1234", "mov ds, ax", "mov ax, ds"], ["les ax, [0x20]"], ["push es", "pop fs"], ["pusha"], ["popa"],
         ["enter 6, 3"], ["leave"], ["call 1f", "1: pop ax"], [".byte 0x9A", ".word 0xB070, 0"], [".byte 0xEA", ".word 0xB080, 0"],
         ["push 0", "push 0xB090", "retf"], ["pushf", "push 0", "push 0xB0A0", "iret"],
         ["pushfd", "pushd 0", "pushd 0xB0A0", "iretd"], ["wbinvd"], ["invlpg [0]"], ["lgdt [0x7000]"], ["lidt [0x7000]"],
         ["cpuid", "xor eax, eax", "xor ebx, ebx", "xor ecx, ecx", "xor edx, edx"], ["fld1", "fstp dword ptr [0x20]", "fninit"]]


def plain(random, mode):
    for code in PLAIN:
        if mode == "real" and code[0] in ("hlt", "iret", "lgdt [0x7000]", "lidt [0x7000]", "popf", "popfd", "lmsw ax", "sysenter"):
            continue
        for iopl in ((0, 3) if mode == "v86" and code != ["iret"] else (0,)):
            yield Case(f"{mode}, IOPL {iopl}: {code[0]}", code, mode=mode, flags=0x3202 & ~0x3000 | iopl << 12
                       if mode == "v86" else 2)


def edges(random, mode):
    """The end of a segment, and what wraps there."""
    for _ in range(60):
        at = random.choice((0xFFFF, 0xFFFE, 0xFFFD, 0xFFFC, 0x10000, 0xFFF8))
        code = random.choice((["mov ax, [{}]"], ["mov [{}], ax"], ["mov eax, [{}]"], ["mov al, [{}]"], ["mov si, {}", "lodsw"],
                              ["mov di, {}", "stosd"], ["mov bx, {}", "mov ax, [bx + 2]"], ["mov ebx, {}", "mov ax, [ebx]"],
                              ["mov sp, {}", "pop ax"], ["mov sp, {}", "push ax"], ["mov bp, {}", "mov eax, [bp]"],
                              ["mov di, {}", "mov cx, 3", "rep stosb"]))
        if at > 0xFFFF and "mov ebx" not in code[0]:
            at = 0xFFFF
        code = [line.replace("{}", f"{at:#x}") for line in code]
        if code[0].startswith(("mov ax, [", "mov [", "mov eax, [", "mov al, [")):
            code = [f"mov ebx, {at:#x}", code[0].replace(f"[{at:#x}]", "[ebx]")]
        yield Case(f"{mode}: {' ; '.join(code)}", code, mode=mode, limits=True,
                   selectors={"ds": 0x3000, "es": 0x3000, "ss": 0x3000} if any("sp" in line or "bp" in line for line in code)
                   else {"ds": 0x3000, "es": 0x3000}, flags=0x3002 if mode == "v86" else 2)


def ports(random):
    """The permission map of virtual-8086 mode and of level 3."""
    for _ in range(50):
        port = random.choice((0x80, 0x84, 0x87, 0x3F8, 0x3FF, 0x400, 0x37F)) if random.random() < 0.8 else 0x84
        byte = random.choice((0, 0, 0xFF, 1 << (port & 7)))
        setup = poke(TSS + 0x68 + (port >> 3), byte, 1)
        if random.random() < 0.3:
            setup += poke(TSS + 0x69 + (port >> 3), 0xFF, 1)
        if random.random() < 0.2:
            setup += poke(TSS + 0x66, random.choice((0x68, 0xE0, 0xE7, 0x200, 0xFFFF)), 2)
        name = random.choice(("in al, dx", "in ax, dx", "in eax, dx"))
        if port != 0x84 and port != 0x80 and port != 0x87:
            # What is read there differs from machine to machine: only whether it may be.
            code = [f"mov edx, {port:#x}", name, "xor eax, eax"]
        else:
            code = [f"mov edx, {port:#x}", name, "xor eax, eax"]
        yield Case(f"{name} of {port:#x}", code, setup, mode=random.choice(("v86", "32")), level=3, flags=2)


def cases(random):
    for mode in ("real", "v86"):
        yield from plain(random, mode)
        yield from edges(random, mode)
    yield from ports(random)
