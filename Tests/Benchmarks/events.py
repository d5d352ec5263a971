"""What interrupts the flow of instructions: address spaces, exceptions, system calls, ports. Nanoseconds of the
processor for one of each, beside QEMU's translator and Debian's Bochs."""

import os
import tempfile

from flat import Work, each
from measuring import heading, need, row

COUNTED = "cmp r15, rounds"
WORK = [
    Work("MOV CR3, read and write", "mov rax, cr3\nmov cr3, rax"),
    Work("MOV CR3, two address spaces", "mov rax, cr3\nxor rax, 0x4000\nmov cr3, rax\nmov rax, [rbx]",
         check="cmp r14, 0"),
    # HLT of level 3: one byte, which the handler skips.
    Work("#GP and back", "hlt", 3, check=COUNTED, gates=".long 13, refused",
         handlers="refused: inc r15\nadd rsp, 8\ninc qword ptr [rsp]\niretq"),
    Work("page fault and back", "mov al, [rcx]", 3, prepare="mov ecx, GONE", check=COUNTED, gates=".long 14, missing",
         handlers="missing: inc r15\nadd rsp, 8\nadd qword ptr [rsp], 2\niretq"),
    Work("SYSCALL and SYSRET", "syscall", 3),
    Work("INT 0x80 and IRETQ", "int 0x80", 3, check=COUNTED, gates=".long 0x80, asked",
         handlers="asked: inc r15\niretq"),
    Work("INVLPG, and the page is read", "invlpg [rbx]\nmov rax, [rbx]"),
    Work("OUT", "out 0x80, al"),
]
ROUNDS = int(os.environ.get("TRAPLINE_BENCH_EVENTS", "1000000"))


def run(trapline):
    heading("What interrupts the flow: nanoseconds of the processor each, with the loop around it")
    need("qemu-system-x86_64", "qemu-system-x86")
    need("as", "binutils")
    widths = (30, 10, 10, 10, 8, 8)
    row("", "trapline", "qemu", "bochs", ": qemu", ": bochs", widths=widths)
    with tempfile.TemporaryDirectory() as folder:
        for work in WORK:
            cost = each(trapline, work, ROUNDS, folder, 3)
            cells = [f"{1e9 * cost[who]:.0f}" if who in cost else "-" for who in ("trapline", "qemu", "bochs")]
            for peer in ("qemu", "bochs"):
                cells.append(f"{cost['trapline'] / cost[peer]:.2f}" if peer in cost else "-")
            row(work.name, *cells, widths=widths)
