/// The state in which a PC's first processor begins to run an image, as the image's boot protocol specifies it. What no
/// protocol speaks of (the registers r8 to r15, the floating-point unit, model-specific registers but EFER) is as
/// after a reset.
public struct X86BootState: Hashable, Sendable {
    public enum Mode: Hashable, Sendable {
        /// Real mode: segments of 64 KiB, 16-bit code.
        case real16
        /// Protected mode, flat segments of 4 GiB, 32-bit code, no paging.
        case protected32
        /// 64-bit mode with paging.
        case long64
    }

    /// A segment register with the part that a processor hides: what the descriptor said when it was loaded.
    public struct Segment: Hashable, Sendable {
        public var selector: UInt16
        public var base: UInt64
        /// In bytes, after the granularity has been applied.
        public var limit: UInt32
        /// Bits 8 to 23 of the descriptor's second word, without the limit's four bits among them: type in bits 0 to 3,
        /// S 4, DPL 5 and 6, P 7, AVL 12, L 13, D/B 14, G 15 (Intel SDM volume 3, section 3.4.5).
        public var attributes: UInt16

        public init(selector: UInt16, base: UInt64 = 0, limit: UInt32, attributes: UInt16) {
            self.selector = selector
            self.base = base
            self.limit = limit
            self.attributes = attributes
        }
    }

    /// GDTR or IDTR.
    public struct Table: Hashable, Sendable {
        public var base: UInt64
        public var limit: UInt16

        public init(base: UInt64, limit: UInt16) {
            self.base = base
            self.limit = limit
        }
    }

    public var mode: Mode
    public var rip: UInt64
    public var rsp: UInt64 = 0
    public var rax: UInt64 = 0
    public var rbx: UInt64 = 0
    public var rcx: UInt64 = 0
    public var rdx: UInt64 = 0
    public var rsi: UInt64 = 0
    public var rdi: UInt64 = 0
    public var rbp: UInt64 = 0
    /// Bit 1 is always set; interrupts are off in every protocol.
    public var rflags: UInt64 = 2
    public var cr0: UInt64
    public var cr3: UInt64 = 0
    public var cr4: UInt64 = 0
    public var efer: UInt64 = 0
    public var gdt: Table
    public var idt: Table
    public var cs: Segment
    public var ds: Segment
    public var es: Segment
    public var ss: Segment
    public var fs: Segment
    public var gs: Segment
    public var ldtr = Segment(selector: 0, limit: 0xFFFF, attributes: 0x0082)
    public var tr: Segment
}

extension X86BootState {
    /// CR0.PE and ET; ET is 1 on every processor since the 486.
    private static let protection: UInt64 = 0x11

    /// As a BIOS leaves the processor to a boot sector: every segment at 0, the vectors where they always are.
    static func real(cs: UInt16, ip: UInt64, stack: UInt64) -> X86BootState {
        let data = Segment(selector: 0, limit: 0xFFFF, attributes: 0x0093)
        var state = X86BootState(
            mode: .real16, rip: ip, cr0: 0x10, gdt: Table(base: 0, limit: 0xFFFF), idt: Table(base: 0, limit: 0x3FF),
            cs: Segment(selector: cs, base: UInt64(cs) << 4, limit: 0xFFFF, attributes: 0x009B), ds: data, es: data,
            ss: data, fs: data, gs: data, tr: Segment(selector: 0, limit: 0xFFFF, attributes: 0x008B))
        state.rsp = stack
        return state
    }

    /// Flat 32-bit protected mode. The interrupt table is empty: a fault before the image has made one shuts down,
    /// rather than running what happens to lie at 0.
    static func protected(entry: UInt64, gdt: BootDescriptors) -> X86BootState {
        let data = gdt.data
        return X86BootState(
            mode: .protected32, rip: entry, cr0: protection, gdt: gdt.table, idt: Table(base: 0, limit: 0),
            cs: gdt.code, ds: data, es: data, ss: data, fs: data, gs: data, tr: gdt.task)
    }

    /// 64-bit mode on the page tables at `root`: CR0.PG, CR4.PAE, EFER.LME and LMA.
    static func long(entry: UInt64, gdt: BootDescriptors, root: UInt64) -> X86BootState {
        var state = protected(entry: entry, gdt: gdt)
        state.mode = .long64
        state.cr0 = protection | 1 << 31
        state.cr3 = root
        state.cr4 = 1 << 5
        state.efer = 1 << 8 | 1 << 10
        return state
    }
}
