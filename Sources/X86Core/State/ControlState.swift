/// Registers that say how the processor works. Nothing in a micro-op reads them: what they decide is decided when an
/// instruction is decoded, or on a slow path.
struct ControlState {
    var cr0: UInt64 = 0x6000_0010
    var cr2: UInt64 = 0
    var cr3: UInt64 = 0
    var cr4: UInt64 = 0
    var cr8: UInt64 = 0
    var efer: UInt64 = 0
    var xcr0: UInt64 = 1

    var gdtBase: UInt64 = 0
    var gdtLimit: UInt32 = 0xFFFF
    var idtBase: UInt64 = 0
    var idtLimit: UInt32 = 0xFFFF
    var ldtr = Segment(selector: 0, attributes: 0x82, limit: 0xFFFF, base: 0)
    var tr = Segment(selector: 0, attributes: 0x8B, limit: 0xFFFF, base: 0)

    var dr: InlineArray<8, UInt64> = [0, 0, 0, 0, 0, 0, 0xFFFF_0FF0, 0x400]

    var star: UInt64 = 0
    var lstar: UInt64 = 0
    var cstar: UInt64 = 0
    var fmask: UInt64 = 0
    var kernelGSBase: UInt64 = 0
    var tscAux: UInt64 = 0
    var sysenterCS: UInt64 = 0
    var sysenterESP: UInt64 = 0
    var sysenterEIP: UInt64 = 0
    /// What RDTSC adds to the virtual time.
    var tscOffset: UInt64 = 0
    /// MSRs that only keep what is written: PAT, MTRRs, MISC_ENABLE and so on.
    var plainMSRs: [UInt32: UInt64] = [:]

    /// Current privilege level.
    var cpl = 0
}

enum CR0 {
    static let pe: UInt64 = 1 << 0, mp: UInt64 = 1 << 1, em: UInt64 = 1 << 2, ts: UInt64 = 1 << 3
    static let et: UInt64 = 1 << 4, ne: UInt64 = 1 << 5, wp: UInt64 = 1 << 16, am: UInt64 = 1 << 18
    static let nw: UInt64 = 1 << 29, cd: UInt64 = 1 << 30, pg: UInt64 = 1 << 31
}

enum CR4 {
    static let vme: UInt64 = 1 << 0, pvi: UInt64 = 1 << 1, tsd: UInt64 = 1 << 2, de: UInt64 = 1 << 3
    static let pse: UInt64 = 1 << 4, pae: UInt64 = 1 << 5, mce: UInt64 = 1 << 6, pge: UInt64 = 1 << 7
    static let pce: UInt64 = 1 << 8, osfxsr: UInt64 = 1 << 9, osxmmexcpt: UInt64 = 1 << 10, umip: UInt64 = 1 << 11
    static let fsgsbase: UInt64 = 1 << 16, pcide: UInt64 = 1 << 17, osxsave: UInt64 = 1 << 18
    static let smep: UInt64 = 1 << 20, smap: UInt64 = 1 << 21
}

enum EFER {
    static let sce: UInt64 = 1 << 0, lme: UInt64 = 1 << 8, lma: UInt64 = 1 << 10, nxe: UInt64 = 1 << 11
}

/// An exception on its way to the guest.
struct GuestFault: Error, Hashable, Sendable {
    var vector: UInt8
    /// nil: the vector has none.
    var code: UInt32?
    /// CR2 with a page fault; DR6's bits with a debug exception.
    var detail: UInt64 = 0
    /// The instruction is done, and the saved instruction pointer is behind it.
    var isTrap = false

    init(_ vector: UInt8, code: UInt32? = nil, detail: UInt64 = 0, isTrap: Bool = false) {
        self.vector = vector
        self.code = code
        self.detail = detail
        self.isTrap = isTrap
    }

    /// No exception: the instruction must run in a block of its own, for it touches a device or its own code.
    static let alone = GuestFault(255)

    static let divideError = GuestFault(0)
    static let invalidOpcode = GuestFault(6)
    static let deviceNotAvailable = GuestFault(7)
    static let floatingPoint = GuestFault(16)
    static let simd = GuestFault(19)
    static let alignment = GuestFault(17, code: 0)
    static func debug(_ bits: UInt64, isTrap: Bool) -> GuestFault { GuestFault(1, detail: bits, isTrap: isTrap) }
    static func protection(_ code: UInt32 = 0) -> GuestFault { GuestFault(13, code: code) }
    static func stack(_ code: UInt32 = 0) -> GuestFault { GuestFault(12, code: code) }
    static func notPresent(_ code: UInt32) -> GuestFault { GuestFault(11, code: code) }
    static func invalidTSS(_ code: UInt32) -> GuestFault { GuestFault(10, code: code) }
    static func page(_ code: UInt32, at address: UInt64) -> GuestFault { GuestFault(14, code: code, detail: address) }
}
