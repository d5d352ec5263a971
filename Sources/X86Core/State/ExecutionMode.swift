/// What an instruction's decoding depends on beside its bytes: two states with equal modes make the same micro-ops of
/// the same bytes. It is a part of every block's key, so that trap conditions are decided once.
///
/// One number, for it is made and compared at every system call, exception and return.
struct ExecutionMode: Hashable {
    private let bits: UInt64

    // Where everything stands in `bits`. The first are at most 15, then come bits, then fields.
    private static let stackSize: UInt64 = 4, cpl: UInt64 = 8, iopl: UInt64 = 10, right: UInt64 = 16
    private static let virtual8086: UInt64 = 1 << 12, checking: UInt64 = 1 << 13, faulting: UInt64 = 1 << 14
    private static let unmasking: UInt64 = 1 << 15
    private static let cr0: UInt64 = 18, efer: UInt64 = 24, xcr0: UInt64 = 26, cr4: UInt64 = 34, flat: UInt64 = 56

    /// CR0 but for PG, WP, CD and NW, which only concern translation.
    private static let cr0Mask = CR0.pe | CR0.mp | CR0.em | CR0.ts | CR0.ne
    private static let cr4Mask =
        CR4.vme | CR4.pvi | CR4.tsd | CR4.de | CR4.pce | CR4.osfxsr | CR4.osxmmexcpt | CR4.umip | CR4.fsgsbase
        | CR4.osxsave | CR4.smap

    /// 2, 4 or 8 bytes: D and L of CS.
    var codeSize: UInt8 { UInt8(truncatingIfNeeded: bits & 15) }
    /// 2, 4 or 8: B of SS, or 64-bit mode.
    var stackSize: UInt8 { UInt8(truncatingIfNeeded: bits >> Self.stackSize & 15) }
    var iopl: UInt8 { UInt8(truncatingIfNeeded: bits >> Self.iopl & 3) }
    var isVirtual8086: Bool { bits & Self.virtual8086 != 0 }
    /// AM and AC at level 3.
    var checksAlignment: Bool { bits & Self.checking != 0 }
    var faultsCPUID: Bool { bits & Self.faulting != 0 }
    /// ES, SS and DS, a bit each by number, where `Segment.isFlat`. None in 64-bit mode, which does not look at them.
    var flatSegments: UInt8 { UInt8(truncatingIfNeeded: bits >> Self.flat & 15) }
    /// An exception of SSE arithmetic is not masked.
    var unmasksVector: Bool { bits & Self.unmasking != 0 }
    var right: TranslationBuffer.Right {
        TranslationBuffer.Right(rawValue: Int(truncatingIfNeeded: bits >> Self.right & 3)).unsafelyUnwrapped
    }

    var isLong64: Bool { bits & 8 != 0 }
    var isProtected: Bool { bits & (CR0.pe << Self.cr0 | Self.virtual8086) == CR0.pe << Self.cr0 }
    /// Segment registers hold addresses divided by sixteen.
    var isReal: Bool { !isProtected }

    /// As after power-on: 16 bits, level 0.
    init() { bits = 2 | 2 << Self.stackSize | 1 << Self.xcr0 }

    init(_ state: borrowing ProcessorState, _ control: borrowing ControlState, faultsCPUID: Bool, isWatching: Bool) {
        let flags = state.systemFlags
        let code = state.segments[SegmentNumber.cs]
        let isLong = control.efer & EFER.lma != 0 && code.isLong
        let isUser = control.cpl == 3
        let isOpen = flags & Flag.ac != 0
        let checks = isUser && isOpen && control.cr0 & CR0.am != 0
        var right = isOpen ? TranslationBuffer.Right.supervisorOpen : .supervisor
        if isUser { right = .user }
        if checks || isWatching { right = .watched }
        var bits: UInt64 = isLong ? 0x88 : 0
        if !isLong {
            bits = code.isBig ? 4 : 2
            bits |= (state.segments[SegmentNumber.ss].isBig ? 4 : 2) << Self.stackSize
            bits |= UInt64(Self.flatSegments(state)) << Self.flat
        }
        bits |= UInt64(control.cpl) << Self.cpl | (flags >> 12 & 3) << Self.iopl | UInt64(right.rawValue) << Self.right
        if flags & Flag.vm != 0 { bits |= Self.virtual8086 }
        if checks { bits |= Self.checking }
        if faultsCPUID, control.cpl != 0 { bits |= Self.faulting }
        if state.unmasksVector { bits |= Self.unmasking }
        bits |= (control.cr0 & Self.cr0Mask) << Self.cr0 | (control.cr4 & Self.cr4Mask) << Self.cr4
        bits |= (control.efer & EFER.sce | control.efer >> 9 & 2) << Self.efer | (control.xcr0 & 0xFF) << Self.xcr0
        self.bits = bits
    }

    /// The segments that nearly all operands lie in.
    static func flatSegments(_ state: borrowing ProcessorState) -> UInt8 {
        (state.segments[SegmentNumber.es].isFlat ? 1 << UInt8(SegmentNumber.es) : 0)
            | (state.segments[SegmentNumber.ss].isFlat ? 1 << UInt8(SegmentNumber.ss) : 0)
            | (state.segments[SegmentNumber.ds].isFlat ? 1 << UInt8(SegmentNumber.ds) : 0)
    }
}

extension X86Processor {
    /// To be called whenever something changes that `ExecutionMode` is made of.
    func modeChanged() {
        mode = ExecutionMode(
            state.pointee, control, faultsCPUID: faultsCPUID,
            isWatching: watches)
        modeNumber = modes.number(of: mode)
        state.pointee.translations = translations.set(mode.right)
        contextChanged()
    }

    /// To be called where ES or DS may have changed outside 64-bit mode, at the end of a block.
    func segmentLoaded() {
        guard mode.codeSize != 8, ExecutionMode.flatSegments(state.pointee) != mode.flatSegments else { return }
        modeChanged()
    }

    /// Blocks found by linear address count only for this mode and this generation of the translation: global pages,
    /// which a new CR3 leaves alone, have a generation of their own.
    /// An instruction that runs by itself must not go on in any.
    func contextChanged() {
        state.pointee.context = state.pointee.isSingle ? .max - 1 : context(isGlobal: false)
        state.pointee.globalContext = state.pointee.isSingle ? .max - 1 : context(isGlobal: true)
    }

    func context(isGlobal: Bool) -> UInt64 {
        UInt64(isGlobal ? globalGeneration : generation) << 17 | UInt64(modeNumber) << 1 | (isGlobal ? 1 : 0)
    }

    /// Any linear address may lead elsewhere now: blocks are looked up anew.
    func translationChanged() {
        globalGeneration &+= 1
        fetched.forgetAll()
        localTranslationChanged()
    }

    /// Likewise, but for those of global pages.
    func localTranslationChanged() {
        generation &+= 1
        fetched.forgetLocal()
        contextChanged()
    }

    /// The machine's component of this name, as trap conditions read it; nil: the core does not keep it.
    func component(_ name: String) -> UInt64? {
        func bit(_ word: UInt64, _ mask: UInt64) -> UInt64 { word & mask != 0 ? 1 : 0 }
        switch name {
        case "cpl": return UInt64(control.cpl)
        case "iopl": return UInt64(mode.iopl)
        case "em": return bit(control.cr0, CR0.em)
        case "mp": return bit(control.cr0, CR0.mp)
        case "ts": return bit(control.cr0, CR0.ts)
        case "osfxsr": return bit(control.cr4, CR4.osfxsr)
        case "osxsave": return bit(control.cr4, CR4.osxsave)
        case "xcr0": return control.xcr0
        case "umip": return bit(control.cr4, CR4.umip)
        case "de": return bit(control.cr4, CR4.de)
        case "tsd": return bit(control.cr4, CR4.tsd)
        case "pce": return bit(control.cr4, CR4.pce)
        case "pvi": return bit(control.cr4, CR4.pvi)
        case "fsgsbase": return bit(control.cr4, CR4.fsgsbase)
        case "sce": return bit(control.efer, EFER.sce)
        case "cpuid-faulting": return mode.faultsCPUID ? 1 : 0
        // The task state segment's map is asked where the level alone refuses.
        case "open-ports": return 1
        // Vendor: SYSENTER works in long mode as well.
        case "amd": return 0
        // Never turned on: CR4 refuses these bits, and the MSRs do not exist.
        case "pke", "cet", "uintr", "fred", "smxe", "vmxe", "svme", "sgx", "tracing", "user-msr", "pasid-valid",
            "monitor-user", "xfd", "direct-gates", "bndcfgs", "ffxsr", "shadow-stack":
            return 0
        default: return nil
        }
    }
}

extension X86Processor {
    /// Components that change too often to be a part of the mode: conditions that ask them are decided when the
    /// instruction runs.
    func lateComponent(_ name: String) -> UInt64? {
        switch name {
        case "sysenter-cs": return control.sysenterCS
        case "vif-vip": return state.pointee.systemFlags >> 19 & 3
        default: return nil
        }
    }

    /// Components whose conditions belong to what instructions make of tables in storage.
    static let tableComponents: Set<String> = ["idt-limit", "gdt-limit"]
}

/// Modes get numbers as they come up.
struct ModeNumbers {
    private var modes: [ExecutionMode] = []
    private var last = 0

    mutating func number(of mode: ExecutionMode) -> UInt16 {
        if last < modes.count, modes[last] == mode { return UInt16(last) }
        last = modes.firstIndex(of: mode) ?? modes.count
        if last == modes.count { modes.append(mode) }
        return UInt16(truncatingIfNeeded: last)
    }
}
