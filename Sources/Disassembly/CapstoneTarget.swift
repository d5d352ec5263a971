import CCapstone

/// An architecture as Capstone knows it.
public struct CapstoneTarget: Sendable {
    public let title: String
    let architecture: cs_arch
    let modes: [cs_mode]
    /// One more than the number of its last instruction.
    let end: UInt32
    /// Whether Capstone marks privileged instructions there.
    public let knowsPrivilege: Bool

    var isBigEndian: Bool { modes.contains { $0 == CS_MODE_BIG_ENDIAN } }

    /// What a machine of `ISA/`, or one that it extends, is to Capstone; nil where it does not know it.
    public init?(machine name: String) {
        guard let target = CapstoneTarget.targets.first(where: { $0.machines.contains(name) })?.target else { return nil }
        self = target
    }

    private init(
        _ title: String, _ architecture: cs_arch, _ modes: [cs_mode], end: UInt32, knowsPrivilege: Bool = false
    ) {
        self.title = title
        self.architecture = architecture
        self.modes = modes
        self.end = end
        self.knowsPrivilege = knowsPrivilege
    }

    private static func x86(_ mode: cs_mode) -> CapstoneTarget {
        CapstoneTarget("x86", CS_ARCH_X86, [mode], end: X86_INS_ENDING.rawValue, knowsPrivilege: true)
    }

    private static let targets: [(machines: [String], target: CapstoneTarget)] = [
        (["x86-64"], x86(CS_MODE_64)), (["ia-32"], x86(CS_MODE_32)),
        (
            ["armv7-a"],
            CapstoneTarget(
                "ARM", CS_ARCH_ARM, [CS_MODE_ARM, CS_MODE_V8], end: ARM_INS_ENDING.rawValue, knowsPrivilege: true)
        ),
        (
            ["aarch64"],
            CapstoneTarget("ARM64", CS_ARCH_ARM64, [CS_MODE_ARM], end: ARM64_INS_ENDING.rawValue, knowsPrivilege: true)
        ),
        (
            ["mips32"],
            CapstoneTarget("MIPS", CS_ARCH_MIPS, [CS_MODE_MIPS32, CS_MODE_BIG_ENDIAN], end: MIPS_INS_ENDING.rawValue)
        ),
        (
            ["powerpc"],
            CapstoneTarget("PPC", CS_ARCH_PPC, [CS_MODE_64, CS_MODE_BIG_ENDIAN], end: PPC_INS_ENDING.rawValue)
        ),
        (
            ["sparc-v8"],
            CapstoneTarget("SPARC", CS_ARCH_SPARC, [CS_MODE_BIG_ENDIAN], end: SPARC_INS_ENDING.rawValue)
        ),
        (
            ["sparc-v9"],
            CapstoneTarget("SPARC", CS_ARCH_SPARC, [CS_MODE_BIG_ENDIAN, CS_MODE_V9], end: SPARC_INS_ENDING.rawValue)
        ),
        (
            ["z-architecture"],
            CapstoneTarget("SystemZ", CS_ARCH_SYSZ, [CS_MODE_BIG_ENDIAN], end: SYSZ_INS_ENDING.rawValue)
        ),
        (
            ["m68000"],
            CapstoneTarget("M68K", CS_ARCH_M68K, [CS_MODE_BIG_ENDIAN, CS_MODE_M68K_000], end: M68K_INS_ENDING.rawValue)
        ),
        (
            ["m68010"],
            CapstoneTarget("M68K", CS_ARCH_M68K, [CS_MODE_BIG_ENDIAN, CS_MODE_M68K_010], end: M68K_INS_ENDING.rawValue)
        ),
    ]
}
