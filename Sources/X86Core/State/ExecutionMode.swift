/// What an instruction's decoding depends on beside its bytes: two states with equal modes make the same micro-ops of
/// the same bytes. It is a part of every block's key, so that trap conditions are decided once.
struct ExecutionMode: Hashable {
    /// 2, 4 or 8 bytes: D and L of CS.
    var codeSize: UInt8 = 2
    /// 2, 4 or 8: B of SS, or 64-bit mode.
    var stackSize: UInt8 = 2
    var cpl: UInt8 = 0
    var iopl: UInt8 = 0
    /// CR0 but for PG, WP, CD and NW, which only concern translation.
    var cr0: UInt32 = 0
    var cr4: UInt32 = 0
    var efer: UInt16 = 0
    var xcr0: UInt8 = 1
    var isVirtual8086 = false
    var right = TranslationBuffer.Right.supervisor
    /// AM and AC at level 3.
    var checksAlignment = false
    var faultsCPUID = false
    /// ES, SS and DS, a bit each by number, where `Segment.isFlat`. None in 64-bit mode, which does not look at them.
    var flatSegments: UInt8 = 0
    /// An exception of SSE arithmetic is not masked.
    var unmasksVector = false

    var isLong64: Bool { codeSize == 8 }
    var isProtected: Bool { cr0 & UInt32(CR0.pe) != 0 && !isVirtual8086 }
    /// Segment registers hold addresses divided by sixteen.
    var isReal: Bool { !isProtected }

    private static let cr0Mask = UInt32(CR0.pe | CR0.mp | CR0.em | CR0.ts | CR0.ne)
    private static let cr4Mask = UInt32(
        CR4.vme | CR4.pvi | CR4.tsd | CR4.de | CR4.pce | CR4.osfxsr | CR4.osxmmexcpt | CR4.umip | CR4.fsgsbase
            | CR4.osxsave | CR4.smap)

    init() {}

    init(_ state: borrowing ProcessorState, _ control: borrowing ControlState, faultsCPUID: Bool, isWatching: Bool) {
        let flags = state.systemFlags
        let code = state.segments[SegmentNumber.cs]
        isVirtual8086 = flags & Flag.vm != 0
        cpl = UInt8(control.cpl)
        iopl = UInt8(flags >> 12 & 3)
        cr0 = UInt32(truncatingIfNeeded: control.cr0) & Self.cr0Mask
        cr4 = UInt32(truncatingIfNeeded: control.cr4) & Self.cr4Mask
        efer = UInt16(truncatingIfNeeded: control.efer) & UInt16(EFER.sce | EFER.lma)
        xcr0 = UInt8(truncatingIfNeeded: control.xcr0)
        codeSize = control.efer & EFER.lma != 0 && code.isLong ? 8 : code.isBig ? 4 : 2
        stackSize = codeSize == 8 ? 8 : state.segments[SegmentNumber.ss].isBig ? 4 : 2
        if codeSize != 8 { flatSegments = Self.flatSegments(state) }
        checksAlignment = control.cpl == 3 && flags & Flag.ac != 0 && control.cr0 & CR0.am != 0
        self.faultsCPUID = faultsCPUID && control.cpl != 0
        unmasksVector = state.unmasksVector
        if checksAlignment || isWatching {
            right = .watched
        } else if control.cpl == 3 {
            right = .user
        } else {
            right = flags & Flag.ac != 0 ? .supervisorOpen : .supervisor
        }
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
