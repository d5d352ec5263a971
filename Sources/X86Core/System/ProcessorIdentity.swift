// CPUID. Intel SDM volume 2, CPUID; for leaves 0x4000_0000 on, Linux, Documentation/virt/kvm/x86/cpuid.rst.

/// EAX, EBX, ECX and EDX.
struct IdentityResult: Hashable, Sendable {
    var a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0, d: UInt32 = 0

    mutating func tell(of feature: ProcessorFeature) {
        let bit: UInt32 = 1 << feature.bit
        switch feature.register {
        case .a: a |= bit
        case .b: b |= bit
        case .c: c |= bit
        case .d: d |= bit
        }
    }
}

extension X86Processor {
    /// Ticks of the time stamp counter a second: one for each nanosecond of virtual time.
    static let frequency: UInt32 = 1_000_000_000
    private static let lastLeaf: UInt32 = 0x16
    private static let lastExtended: UInt32 = 0x8000_0008
    private static let lastParavirtual: UInt32 = 0x4000_0010
    /// Family 6, model 28, stepping 10: one that executes in order and does not speculate, as this one.
    private static let signature: UInt32 = 0x0001_06CA

    /// What CPUID says.
    func identity(_ leaf: UInt32, _ subleaf: UInt32) -> IdentityResult {
        var leaf = leaf
        if leaf >= 0x4000_0000, leaf <= Self.lastParavirtual { return paravirtualIdentity(leaf) }
        // Beyond the last leaf Intel's processors answer as for the last basic one.
        if leaf > Self.lastLeaf, leaf < 0x8000_0000 || leaf > Self.lastExtended { leaf = Self.lastLeaf }
        var result = IdentityResult()
        // Of leaf 7 it is the first sub-leaf alone; other leaves have none.
        if leaf != 7 || subleaf == 0 {
            for feature in ProcessorFeatures.all where feature.leaf == leaf { result.tell(of: feature) }
        }
        leaf < 0x8000_0000 ? addBasic(leaf, subleaf, &result) : addExtended(leaf, &result)
        return result
    }

    private var processorCountBits: UInt32 {
        processorCount <= 1 ? 0 : UInt32(Int.bitWidth - (processorCount - 1).leadingZeroBitCount)
    }

    private func addBasic(_ leaf: UInt32, _ subleaf: UInt32, _ result: inout IdentityResult) {
        switch leaf {
        case 0:
            // "GenuineIntel"
            result = IdentityResult(a: Self.lastLeaf, b: 0x756E_6547, c: 0x6C65_746E, d: 0x4965_6E69)
        case 1:
            result.a = Self.signature
            result.b = UInt32(number & 0xFF) << 24 | UInt32(min(processorCount, 255)) << 16 | 8 << 8
            if processorCount > 1 { result.d |= 1 << 28 }
            if control.cr4 & CR4.osxsave != 0 { result.c |= 1 << 27 }
        // Caches: see leaf 4.
        case 2: result = IdentityResult(a: 0x00FF_FF01, b: 0, c: 0, d: 0)
        case 4: result = cache(subleaf)
        case 7 where subleaf == 0: result.a = 0
        case 0xB: result = topology(subleaf)
        case 0xD: result = savedState(subleaf)
        // Crystal and counter: 1 GHz, one to one.
        case 0x15: result = IdentityResult(a: 1, b: 1, c: Self.frequency, d: 0)
        case 0x16: result = IdentityResult(a: 1000, b: 1000, c: 100, d: 0)
        default: break
        }
    }

    /// 32 KiB each for data and code, 512 KiB for both, a processor.
    private func cache(_ subleaf: UInt32) -> IdentityResult {
        let packages = UInt32(max(processorCount, 1) - 1) << 26
        let parameters: (type: UInt32, level: UInt32, ways: UInt32, sets: UInt32)
        switch subleaf {
        case 0: parameters = (1, 1, 8, 64)
        case 1: parameters = (2, 1, 8, 64)
        case 2: parameters = (3, 2, 8, 1024)
        default: return IdentityResult()
        }
        return IdentityResult(
            a: parameters.type | parameters.level << 5 | 1 << 8 | packages, b: (parameters.ways - 1) << 22 | 63,
            c: parameters.sets - 1, d: 0)
    }

    /// One thread a core, all cores in one package.
    private func topology(_ subleaf: UInt32) -> IdentityResult {
        let identifier = UInt32(number)
        switch subleaf {
        case 0: return IdentityResult(a: 0, b: 1, c: 1 << 8, d: identifier)
        case 1:
            return IdentityResult(a: processorCountBits, b: UInt32(max(processorCount, 1)), c: 2 << 8 | 1, d: identifier)
        default: return IdentityResult(a: 0, b: 0, c: subleaf & 0xFF, d: identifier)
        }
    }

    /// What XSAVE saves, and how large its area is: 512 bytes as FXSAVE has them, and 64 of its own.
    private func savedState(_ subleaf: UInt32) -> IdentityResult {
        guard ProcessorFeatures.has("xsave") else { return IdentityResult() }
        let hasAVX = ProcessorFeatures.has("avx")
        switch subleaf {
        case 0:
            let isOn = control.xcr0 & 4 != 0
            return IdentityResult(a: hasAVX ? 7 : 3, b: isOn ? 832 : 576, c: hasAVX ? 832 : 576, d: 0)
        case 2 where hasAVX: return IdentityResult(a: 256, b: 576, c: 0, d: 0)
        default: return IdentityResult()
        }
    }

    private func addExtended(_ leaf: UInt32, _ result: inout IdentityResult) {
        switch leaf {
        case 0x8000_0000: result.a = Self.lastExtended
        case 0x8000_0002...0x8000_0004: result = brand(leaf - 0x8000_0002)
        // 512 KiB, eight ways, lines of 64 bytes.
        case 0x8000_0006: result.c = 512 << 16 | 6 << 12 | 64
        // Real addresses of 40 bits, linear ones of 48.
        case 0x8000_0008: result.a = 48 << 8 | UInt32(Self.addressBits)
        default: break
        }
        // SYSCALL is there in 64-bit mode only.
        if leaf == 0x8000_0001, !mode.isLong64 { result.d &= ~(1 << 11) }
    }

    private func brand(_ part: UInt32) -> IdentityResult {
        let name = Array("Trapline".utf8)
        func word(_ index: UInt32) -> UInt32 {
            var word: UInt32 = 0
            for byte in 0..<4 {
                let place = Int(part * 16 + index * 4) + byte
                if place < name.count { word |= UInt32(name[place]) << UInt32(8 * byte) }
            }
            return word
        }
        return IdentityResult(a: word(0), b: word(1), c: word(2), d: word(3))
    }

    private func paravirtualIdentity(_ leaf: UInt32) -> IdentityResult {
        switch leaf {
        // "KVMKVMKVM"
        case 0x4000_0000: return IdentityResult(a: Self.lastParavirtual, b: 0x4B4D_564B, c: 0x564B_4D56, d: 0x4D)
        // Clock by the old and the new registers, steal time, end of interrupt, a clock that all processors share.
        case 0x4000_0001: return IdentityResult(a: 1 << 0 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 24, b: 0, c: 0, d: 0)
        // Kilohertz of the time stamp counter and of the interrupt controller's bus.
        case 0x4000_0010: return IdentityResult(a: Self.frequency / 1000, b: Self.frequency / 1000, c: 0, d: 0)
        default: return IdentityResult()
        }
    }
}
