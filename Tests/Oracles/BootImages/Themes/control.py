"""64-bit mode: what the system's registers refuse, and interrupt gates of sixteen bytes."""

from image import Case, poke
from layout import CODE0, CODE64, CODE64_USER, DATA0, GDT, IDT64, STACK, TSS_64, gate, pad
from Themes.long import NOWHERE, code_descriptor

ENDLESS = "QEMU pushes the frame of a handler of level 3 with the rights of level 0 (SDM 3, 4.6.1); one that faults at its " \
    "first instruction never ends"
# What QEMU takes where the others refuse it, so that it finds no handler any more.
LOST = {
    "btc rax, 0; mov cr0, rax": "QEMU lets CR0.PE go while CR0.PG stays (SDM 2, MOV to control registers: #GP)",
    "btc rax, 31; mov cr0, rax": "QEMU turns paging off in 64-bit mode (SDM 2, MOV to control registers: #GP)",
    "btc rax, 5; mov cr4, rax": "QEMU lets CR4.PAE go in 64-bit mode (SDM 2, MOV to control registers: #GP)",
}
for _bit in (51, 60):
    LOST[f"bts rax, {_bit}; mov cr3, rax"] = \
        "QEMU takes reserved bits into CR3, and finds no page table then (SDM 2, MOV to control registers: #GP)"
for _bit in (15, 19, 31, 32, 12, 13, 14, 22, 23, 24):
    LOST[f"bt{'s' if _bit in (12, 13, 14, 22, 23, 24) else 'c'} rax, {_bit}; mov cr4, rax"] = \
        "QEMU hangs in a MOV to CR4 that sets a reserved bit (SDM 2, MOV to control registers: #GP)"


def registers(random):
    """What MOV to control registers, WRMSR, XSETBV and the rest refuse."""
    tries = [["mov rax, cr0", f"btc rax, {bit}", "mov cr0, rax"] for bit in (0, 31, 29, 32, 63, 16, 18, 3, 5)]
    tries += [["mov rax, cr4", f"btc rax, {bit}", "mov cr4, rax"] for bit in (5, 7, 15, 19, 31, 32, 4, 3, 2, 8)]
    # What CPUID does not tell of is reserved: VME, PVI, LA57, VMXE, SMXE, PKE, CET, PKS.
    tries += [["mov rax, cr4", f"bts rax, {bit}", "mov cr4, rax"] for bit in (0, 1, 12, 13, 14, 22, 23, 24)]
    tries += [["mov rax, cr3", f"bts rax, {bit}", "mov cr3, rax"] for bit in (51, 60, 3, 4)]
    tries += [[f"mov ecx, {number:#x}", f"mov eax, {low:#x}", f"mov edx, {high:#x}", "wrmsr"] for number, low, high in (
        (0xC0000080, 0, 0), (0xC0000080, 0x901, 0), (0xC0000080, 0x100, 0), (0xC0000080, 0xFFFFFFFF, 0), (0xC0000100, 0, 0x8000),
        (0xC0000101, 0x123, 0), (0xC0000102, 0, 0x7FFF), (0xC0000082, 0, 0x8000), (0x176, 0, 0x8000), (0x175, 1, 0xFFFF8000),
        (0x277, 0x00070406, 0x00070406), (0x277, 2, 0), (0x12345678, 0, 0), (0xC0000084, 0xFFFFFFFF, 0), (0xC0000103, 0x55, 0))]
    tries += [["xor ecx, ecx", f"mov eax, {value}", "xor edx, edx", "xsetbv"] for value in (0, 1, 2, 3, 4, 6, 7)]
    tries += [["mov rax, 0x10F", "mov cr8, rax"], ["mov rax, 15", "mov cr8, rax", "mov rbx, cr8", "xor eax, eax", "mov cr8, rax"],
              ["clts"], ["swapgs"], ["wbinvd"], ["invd"], ["hlt"], ["mov rax, dr4"], ["mov rax, 0x100000000", "mov dr7, rax"],
              ["mov rax, 0x100000000", "mov dr6, rax"], ["mov rax, dr6"], ["lmsw ax"], ["stac"], ["clac"], ["rdtscp", "xor eax, eax", "xor edx, edx", "xor ecx, ecx"],
              ["str eax"], ["sldt rax"], ["smsw rax"], [f"sgdt [rsp - 32]"], ["mov eax, 0xA0", "ltr ax"], ["mov eax, 0x58", "lldt ax"],
              ["cli"], ["in al, 0x84", "xor eax, eax"], ["int1"], ["into"] if 0 else [".byte 0xCE"], [".byte 0x06"], [".byte 0x9A"], [".byte 0xF0, 0x90"],
              ["mov cr1, rax"], ["rdfsbase rax"], ["xgetbv"], ["mov ecx, 1", "rdpmc"], ["monitor"], ["vmread rax, rax"], ["rsm"], ["getsec"]]
    for code in tries:
        for level in (0, 3):
            if level == 0 and code[0] in ("hlt", "monitor", "invd") or code == ["mov ecx, 1", "rdpmc"]:
                continue
            reason = LOST.get("; ".join(code[1:])) if level == 0 else None
            yield Case("; ".join(code), code, mode="64", level=level, lost={"qemu": reason} if reason else {})


def gates(random):
    """Interrupt gates of sixteen bytes, with and without stacks of their own."""
    for _ in range(60):
        target = random.choice((CODE64, CODE64, CODE64, CODE64_USER | 3, CODE0, 0, 0x110, DATA0))
        offset = random.choice((pad(11), pad(11), NOWHERE))
        low = gate(target, offset & 0xFFFFFFFF, random.choice((14, 14, 15, 6, 5, 12)), random.choice((0, 3, 3)),
                   random.random() < 0.9, random.choice((0, 0, 1, 2, 3)))
        code = random.choice((["int 0x42"], ["int 0x42"], ["int3"], ["ud2"], ["xor ecx, ecx", "div ecx"], ["mov eax, [0x40000000]"]))
        vector = {"int 0x42": 0x42, "int3": 3, "ud2": 6, "xor ecx, ecx": 0, "mov eax, [0x40000000]": 14}[code[0]]
        setup = poke(IDT64 + 16 * vector, low) + poke(IDT64 + 16 * vector + 8, offset >> 32, 4)
        setup += poke(GDT + 0x110, code_descriptor(random))
        if random.random() < 0.2:
            setup += poke(TSS_64 + 4, random.choice((NOWHERE, STACK[0] - 0x123, 0x40000000)))
        level = random.choice((0, 3))
        # A handler of page faults that itself lies in a page that level 3 may not touch.
        endless = vector == 14 and target == CODE64_USER | 3 and level == 3
        yield Case(f"{code[0]} by a gate to {target:#x}", code, setup, mode="64", level=level,
                   lost={"qemu": ENDLESS} if endless else {})


def cases(random):
    for part in (registers, gates):
        yield from part(random)
