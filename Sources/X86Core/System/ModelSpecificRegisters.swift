// Model-specific registers. Intel SDM volume 4; what is of KVM, in Linux's Documentation/virt/kvm/x86/msr.rst.

/// Numbers of model-specific registers.
public enum ModelSpecific {
    // The interrupt controller's, which the machine around the processor has.
    public static let apicBase: UInt32 = 0x1B, tscDeadline: UInt32 = 0x6E0
    public static let x2APIC: ClosedRange<UInt32> = 0x800...0x8FF

    static let platform: UInt32 = 0x17, debugControl: UInt32 = 0x1D9
    static let tsc: UInt32 = 0x10, featureControl: UInt32 = 0x3A, tscAdjust: UInt32 = 0x3B
    static let biosSignature: UInt32 = 0x8B, platformInfo: UInt32 = 0xCE, mtrrCapabilities: UInt32 = 0xFE
    static let architecture: UInt32 = 0x10A, miscFeatures: UInt32 = 0x140
    static let sysenterCS: UInt32 = 0x174, sysenterESP: UInt32 = 0x175, sysenterEIP: UInt32 = 0x176
    static let checkCapabilities: UInt32 = 0x179, checkStatus: UInt32 = 0x17A
    static let miscEnable: UInt32 = 0x1A0, pat: UInt32 = 0x277, mtrrDefault: UInt32 = 0x2FF
    static let efer: UInt32 = 0xC000_0080, star: UInt32 = 0xC000_0081, lstar: UInt32 = 0xC000_0082
    static let cstar: UInt32 = 0xC000_0083, fmask: UInt32 = 0xC000_0084
    static let fsBase: UInt32 = 0xC000_0100, gsBase: UInt32 = 0xC000_0101, kernelGSBase: UInt32 = 0xC000_0102
    static let tscAux: UInt32 = 0xC000_0103

    static let fixedRanges: Set<UInt32> = [
        0x250, 0x258, 0x259, 0x268, 0x269, 0x26A, 0x26B, 0x26C, 0x26D, 0x26E, 0x26F,
    ]
    /// Bases and masks of eight variable ranges.
    static let variableRanges: ClosedRange<UInt32> = 0x200...0x20F

    /// The processor does not speculate: it has none of the weaknesses that this register can deny. RDCL_NO,
    /// SKIP_L1DFL_VMENTRY, SSB_NO, MDS_NO, PSCHANGE_MC_NO, TAA_NO, SBDR_SSDP_NO, FBSDP_NO, PSDP_NO, BHI_NO, PBRSB_NO,
    /// GDS_NO, RFDS_NO.
    static let denied: UInt64 = {
        var bits: UInt64 = 0
        for bit in [0, 3, 4, 5, 6, 8, 13, 14, 15, 20, 24, 26, 27] { bits |= 1 << UInt64(bit) }
        return bits
    }()

    /// What is written there must be canonical.
    static func holdsAddress(_ number: UInt32) -> Bool {
        switch number {
        case lstar, cstar, fsBase, gsBase, kernelGSBase, sysenterESP, sysenterEIP: true
        default: false
        }
    }

    /// Values after power-on of those that only keep what is written.
    static func initial(_ number: UInt32) -> UInt64 {
        switch number {
        case pat: return 0x0007_0406_0007_0406
        // Write-back, with fixed ranges.
        case mtrrDefault: return 0xC06
        // Every fixed range is write-back, as firmware leaves storage.
        case _ where fixedRanges.contains(number): return 0x0606_0606_0606_0606
        // Fast strings.
        case miscEnable: return 1
        // Locked, nothing turned on.
        case featureControl: return 1
        default: return 0
        }
    }
}

extension X86Processor {
    private func plain(_ number: UInt32) -> UInt64 { control.plainMSRs[number] ?? ModelSpecific.initial(number) }

    private func isControllers(_ number: UInt32) -> Bool {
        number == ModelSpecific.apicBase || number == ModelSpecific.tscDeadline || ModelSpecific.x2APIC.contains(number)
    }

    func readMSR(_ number: UInt32) throws(GuestFault) -> UInt64 {
        if isControllers(number) {
            syncTime()
            guard let value = readControllerMSR(number) else { throw .protection() }
            return value
        }
        switch number {
        case ModelSpecific.tsc:
            syncTime()
            return time.now &+ control.tscOffset
        case ModelSpecific.efer: return control.efer
        case ModelSpecific.star: return control.star
        case ModelSpecific.lstar: return control.lstar
        case ModelSpecific.cstar: return control.cstar
        case ModelSpecific.fmask: return control.fmask
        case ModelSpecific.fsBase: return state.pointee.segments[SegmentNumber.fs].base
        case ModelSpecific.gsBase: return state.pointee.segments[SegmentNumber.gs].base
        case ModelSpecific.kernelGSBase: return control.kernelGSBase
        case ModelSpecific.tscAux: return control.tscAux
        case ModelSpecific.sysenterCS: return control.sysenterCS
        case ModelSpecific.sysenterESP: return control.sysenterESP
        case ModelSpecific.sysenterEIP: return control.sysenterEIP
        // Bit 31: CPUID can be made to fault. Bits 8 to 15: 1 GHz in steps of 100 MHz.
        case ModelSpecific.platformInfo: return 1 << 31 | 10 << 8
        // Eight variable ranges, fixed ones, write-combining.
        case ModelSpecific.mtrrCapabilities: return 0x508
        case ModelSpecific.architecture: return ModelSpecific.denied
        // No banks report errors of the machine.
        case ModelSpecific.checkCapabilities, ModelSpecific.checkStatus: return 0
        // Neither a socket nor records of branches.
        case ModelSpecific.platform, ModelSpecific.debugControl: return 0
        case ModelSpecific.biosSignature: return 1 << 32
        case ModelSpecific.featureControl, ModelSpecific.tscAdjust, ModelSpecific.miscFeatures, ModelSpecific.miscEnable,
            ModelSpecific.pat, ModelSpecific.mtrrDefault, ParavirtualMSR.wallClock...ParavirtualMSR.endOfInterrupt,
            ParavirtualMSR.oldWallClock, ParavirtualMSR.oldSystemTime:
            return plain(number)
        case ModelSpecific.variableRanges: return plain(number)
        case _ where ModelSpecific.fixedRanges.contains(number): return plain(number)
        default: throw .protection()
        }
    }

    /// A register that only keeps what is written, and a value that a snapshot may have of it: what the core writes to
    /// by itself later has to be in the storage.
    func mayKeep(_ number: UInt32, _ value: UInt64) -> Bool {
        switch number {
        case ParavirtualMSR.systemTime, ParavirtualMSR.oldSystemTime: return value & 1 == 0 || mayHoldClock(value & ~1)
        case ParavirtualMSR.wallClock...ParavirtualMSR.endOfInterrupt, ParavirtualMSR.oldWallClock: return true
        default: return (try? readMSR(number)) != nil
        }
    }

    private func keep(_ number: UInt32, _ value: UInt64, only mask: UInt64 = .max) throws(GuestFault) {
        guard value & ~mask == 0 else { throw .protection() }
        control.plainMSRs[number] = value
    }

    /// Each byte names a type of caching: 2, 3 and above 7 are none; 7 only where `allowed` has it.
    private func needsTypes(_ value: UInt64, _ allowed: Set<UInt64>) throws(GuestFault) {
        for index in UInt64(0)..<8 {
            guard allowed.contains(value >> (8 * index) & 0xFF) else { throw .protection() }
        }
    }

    func writeMSR(_ number: UInt32, _ value: UInt64) throws(GuestFault) {
        if isControllers(number) {
            syncTime()
            guard writeControllerMSR(number, value) else { throw .protection() }
            return
        }
        if ModelSpecific.holdsAddress(number), !isCanonical(value) { throw .protection() }
        let physical = (UInt64(1) << Self.addressBits) - 1
        switch number {
        case ModelSpecific.tsc:
            syncTime()
            control.tscOffset = value &- time.now
            refreshClock()
        case ModelSpecific.tscAdjust:
            control.tscOffset = control.tscOffset &+ value &- plain(number)
            control.plainMSRs[number] = value
            refreshClock()
        case ModelSpecific.efer: try writeEFER(value)
        case ModelSpecific.star: control.star = value
        case ModelSpecific.lstar: control.lstar = value
        case ModelSpecific.cstar: control.cstar = value
        case ModelSpecific.fmask:
            guard value >> 32 == 0 else { throw .protection() }
            control.fmask = value
        case ModelSpecific.fsBase: state.pointee.segments[SegmentNumber.fs].base = value
        case ModelSpecific.gsBase: state.pointee.segments[SegmentNumber.gs].base = value
        case ModelSpecific.kernelGSBase: control.kernelGSBase = value
        case ModelSpecific.tscAux:
            guard value >> 32 == 0 else { throw .protection() }
            control.tscAux = value
        case ModelSpecific.sysenterCS: control.sysenterCS = value & 0xFFFF
        case ModelSpecific.sysenterESP: control.sysenterESP = value
        case ModelSpecific.sysenterEIP: control.sysenterEIP = value
        case ModelSpecific.miscFeatures:
            try keep(number, value, only: 1)
            faultsCPUID = value & 1 != 0
            modeChanged()
        case ModelSpecific.miscEnable: try keep(number, value)
        case ModelSpecific.pat:
            try needsTypes(value, [0, 1, 4, 5, 6, 7])
            try keep(number, value)
        case ModelSpecific.mtrrDefault: try keep(number, value, only: 0xCFF)
        case ModelSpecific.variableRanges:
            // Even: base and type; odd: mask and whether it counts.
            try keep(number, value, only: number & 1 == 0 ? physical & ~0xF00 : physical & ~0x7FF)
        case _ where ModelSpecific.fixedRanges.contains(number):
            try needsTypes(value, [0, 1, 4, 5, 6])
            try keep(number, value)
        // Microcode is loaded by nobody, the rest shows what is.
        case ModelSpecific.biosSignature: break
        case ModelSpecific.checkStatus, ModelSpecific.debugControl: guard value == 0 else { throw .protection() }
        case ParavirtualMSR.wallClock, ParavirtualMSR.oldWallClock: try writeWallClock(number, value)
        case ParavirtualMSR.systemTime, ParavirtualMSR.oldSystemTime: try writeSystemTime(number, value)
        case ParavirtualMSR.stealTime: try writeStealTime(value)
        case ParavirtualMSR.endOfInterrupt: try writeEndOfInterrupt(value)
        default: throw .protection()
        }
    }
}
