"""Where everything is in a boot image, and the tables that every case begins with."""

import struct

LOG, TABLES, STACKS, STACKS_SIZE, DATA, DATA_SIZE = 0x100000, 0x300000, 0x310000, 0x4000, 0x330000, 0x3000
GDT, LDT, IDT, IDT64, TSS = (TABLES + at for at in (0, 0x400, 0x800, 0x1000, 0x2000))
PD32, TABLE32, PML4, PDPT, PD64, TABLE64, PDPT_PAE = (TABLES + at for at in range(0x4000, 0xB000, 0x1000))
TABLES_SIZE = 0xB000
STACK = [STACKS + 0x1000 * (level + 1) for level in range(4)]
TSS_DOUBLE, TSS_1, TSS_2, TSS_64 = (TSS + at for at in (0x400, 0x800, 0xC00, 0x1000))

# Linear addresses under paging: storage for level 0 at 0, the same for level 3 at ALIAS, pages of the case at WINDOW.
ALIAS, WINDOW = 0x800000, 0xC00000

CODE = [0x08, 0x18, 0x28, 0x38]
FLAT = [0x10, 0x20, 0x30, 0x40]
CODE0, DATA0 = CODE[0], FLAT[0]
TASK, DOUBLE, LOCAL, CODE16, DATA16, CODE64, TASK64, TASK_1, TASK_2 = (
    0x48, 0x50, 0x58, 0x60, 0x68, 0x70, 0xA0, 0xB0, 0xB8)
CODE64_USER = 0x90
FREE = 0x100  # from here on the descriptors are a case's own
START, STUBS32, STUBS64, STUBS16, PADS = 0x7C00, 0x8000, 0x9000, 0xA000, 0xB000


def pad(number):
    return PADS + 16 * number


def segment(base=0, limit=0xFFFFF, kind=0x12, level=0, present=1, big=1, coarse=1, long=0):
    """A descriptor of eight bytes; kind: S and type."""
    low = limit & 0xFFFF | (base & 0xFFFFFF) << 16
    high = (kind | level << 5 | present << 7) | (limit >> 16 & 15) << 8 | long << 13 | big << 14 | coarse << 15
    return low | high << 40 | (base >> 24 & 0xFF) << 56


def gate(selector, offset, kind=14, level=0, present=1, count=0):
    return offset & 0xFFFF | selector << 16 | count << 32 | (kind | level << 5 | present << 7) << 40 \
        | (offset >> 16 & 0xFFFF) << 48


def task_state(eip, cr3=PD32, cs=CODE0, data=DATA0, esp=STACK[1] - 0x800, flags=2, ldt=0, back=0):
    words = [back, STACK[0], FLAT[0], STACK[1], FLAT[1] | 1, STACK[2], FLAT[2] | 2, cr3, eip, flags,
             0xA0, 0xC1, 0xD2, 0xB3, esp, 0xB5, 0x56, 0xD7, data, cs, data, data, data, data, ldt, 0x68 << 16]
    return struct.pack("<26I", *words)


def task_state16(ip, cs=CODE0, data=DATA16, sp=0x6F00, flags=2, ldt=0, back=0):
    return struct.pack("<22H", back, STACK[0] & 0xFFFF, FLAT[0], 0x6800, FLAT[1] | 1, 0x6400, FLAT[2] | 2, ip, flags,
                       0xA0, 0xC1, 0xD2, 0xB3, sp, 0xB5, 0x56, 0xD7, data, cs, data, data, ldt)


def tables():
    """What is copied to TABLES before each case."""
    image = bytearray(TABLES_SIZE)

    def put(at, data):
        image[at - TABLES:at - TABLES + len(data)] = data

    def put8(at, value):
        put(at, struct.pack("<Q", value & (1 << 64) - 1))

    for level in range(4):
        put8(GDT + CODE[level], segment(kind=0x1B, level=level))
        put8(GDT + FLAT[level], segment(kind=0x13, level=level))
    put8(GDT + TASK, segment(TSS, 0xE8, 0x09, big=0, coarse=0))
    put8(GDT + DOUBLE, segment(TSS_DOUBLE, 0x67, 0x09, big=0, coarse=0))
    put8(GDT + LOCAL, segment(LDT, 0x1FF, 0x02, big=0, coarse=0))
    put8(GDT + CODE16, segment(0, 0xFFFF, 0x1B, big=0, coarse=0))
    put8(GDT + DATA16, segment(0, 0xFFFF, 0x13, big=0, coarse=0))
    put8(GDT + CODE64, segment(kind=0x1B, big=0, long=1))
    put8(GDT + 0x78, segment(kind=0x13))
    put8(GDT + 0x80, segment(kind=0x1B, level=3))
    put8(GDT + 0x88, segment(kind=0x13, level=3))
    put8(GDT + CODE64_USER, segment(kind=0x1B, level=3, big=0, long=1))
    put8(GDT + 0x98, segment(kind=0x13, level=3))
    put8(GDT + TASK64, segment(TSS_64, 0x67, 0x09, big=0, coarse=0))
    put8(GDT + TASK_1, segment(TSS_1, 0x67, 0x09, big=0, coarse=0))
    put8(GDT + TASK_2, segment(TSS_2, 0x2B, 0x01, big=0, coarse=0))
    for number in range(256):
        level = 3 if number == 0x81 else 0
        put8(IDT + 8 * number, gate(CODE0, STUBS32 + 16 * number, level=level))
        put8(IDT64 + 16 * number, gate(CODE64, STUBS64 + 16 * number, level=level))
    put8(IDT + 8 * 8, gate(DOUBLE, 0, 5))
    put8(IDT64 + 16 * 8, gate(CODE64, STUBS64 + 16 * 8, count=1))
    put(TSS, task_state(0))
    put(TSS + 0x68, bytes(0x80) + b"\xFF")
    put(TSS_DOUBLE, task_state(STUBS32 + 16 * 8, esp=STACKS + 0x6000))
    put(TSS_1, task_state(pad(1)))
    put(TSS_2, task_state16(pad(2)))
    put(TSS_64, struct.pack("<I3Q8Q", 0, STACK[0], STACK[1], STACK[2], 0, STACKS + 0x6000, STACKS + 0x7000,
                            *[STACKS + 0x8000] * 5) [:0x66].ljust(0x66, b"\0") + b"\x68\0")
    # Page tables. 32 bits: large pages at 0 and ALIAS.
    for at, bits in ((0, 0x83), (ALIAS >> 22, 0x87)):
        put(PD32 + 4 * at, struct.pack("<I", bits))
    put(PD32 + 4 * (WINDOW >> 22), struct.pack("<I", TABLE32 | 7))
    put8(PML4, PDPT | 7)
    put8(PDPT, PD64 | 7)
    put8(PDPT_PAE, PD64 | 1)
    for at in (0, 1):
        put8(PD64 + 8 * at, 0x83 | at << 21)
        put8(PD64 + 8 * ((ALIAS >> 21) + at), 0x87 | at << 21)
    put8(PD64 + 8 * (WINDOW >> 21), TABLE64 | 7)
    for page in range(16):
        physical = DATA + 0x1000 * (page % 3)
        put(TABLE32 + 4 * page, struct.pack("<I", physical | 7))
        put8(TABLE64 + 8 * page, physical | 7)
    return bytes(image)


def include():
    names = {"WINDOW_ENTRIES32": PD32 + 4 * (WINDOW >> 22), "WINDOW_TABLE32": TABLE32,
             "WINDOW_ENTRIES64": PD64 + 8 * (WINDOW >> 21), "WINDOW_TABLE64": TABLE64, "STACK0": STACK[0]}
    for name in ("LOG TABLES TABLES_SIZE STACKS STACKS_SIZE DATA DATA_SIZE GDT LDT IDT IDT64 TSS PML4 CODE0 DATA0 "
                 "TASK LOCAL CODE16 DATA16 CODE64 TASK64").split():
        names[name] = globals()[name]
    return "".join(f"{name} = {value:#x}\n" for name, value in names.items())


# The words of a record, in the order in which the frame writes them.
FIELDS = ("case event width vector flags sp high high2 ax bx cx dx si di bp cs ss ds es fs gs cr0 cr2 cr2h".split()
          + [f"stack{n}" for n in range(12)] + "cr3 cr4 dr6 dr7 tr ldtr efer taskflags".split()
          + "gdt ldt tss tss1 tss2 directory32 table32 directory64 table64 data stacks".split())
