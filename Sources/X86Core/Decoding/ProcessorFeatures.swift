// CPUID's feature bits. Intel SDM volume 2, CPUID; AMD APM volume 3, appendix E.

/// A part of the architecture that the core has, and the bit by which CPUID tells of it.
struct ProcessorFeature: Sendable {
    enum Register: Sendable { case a, b, c, d }

    /// As the machine's files write it in `requires`, and Linux in /proc/cpuinfo.
    var name: String
    var leaf: UInt32
    var register: Register
    var bit: UInt32
}

/// The one list of what the core has: CPUID tells of exactly these, and an instruction that requires anything else is
/// undefined.
public enum ProcessorFeatures {
    static let all =
        of(
            leaf: 1, .d,
            [
                ("fpu", 0), ("de", 2), ("pse", 3), ("tsc", 4), ("msr", 5), ("pae", 6), ("mce", 7), ("cx8", 8), ("apic", 9),
                ("sep", 11), ("mtrr", 12), ("pge", 13), ("mca", 14), ("cmov", 15), ("pat", 16), ("pse36", 17),
                ("clflush", 19), ("mmx", 23), ("fxsr", 24), ("sse", 25), ("sse2", 26),
            ])
        + of(
            leaf: 1, .c,
            [
                ("pni", 0), ("pclmulqdq", 1), ("ssse3", 9), ("fma", 12), ("cx16", 13), ("pcid", 17), ("sse4_1", 19),
                ("sse4_2", 20), ("x2apic", 21), ("movbe", 22), ("popcnt", 23), ("tsc_deadline_timer", 24), ("aes", 25),
                ("xsave", 26), ("avx", 28), ("f16c", 29), ("rdrand", 30), ("hypervisor", 31),
            ])
        + of(leaf: 6, .a, [("arat", 2)])
        + of(
            leaf: 7, .b,
            [
                ("fsgsbase", 0), ("tsc_adjust", 1), ("bmi1", 3), ("avx2", 5), ("smep", 7), ("bmi2", 8), ("erms", 9),
                ("rdseed", 18), ("adx", 19), ("smap", 20), ("clflushopt", 23), ("clwb", 24),
            ])
        + of(leaf: 7, .c, [("umip", 2), ("rdpid", 22)])
        + of(leaf: 7, .d, [("fsrm", 4), ("arch_capabilities", 29)])
        + of(leaf: 0x8000_0001, .c, [("lahf_lm", 0), ("abm", 5), ("prefetchw", 8)])
        + of(leaf: 0x8000_0001, .d, [("syscall", 11), ("nx", 20), ("pdpe1gb", 26), ("rdtscp", 27), ("lm", 29)])
        + of(leaf: 0x8000_0007, .d, [("constant_tsc", 8)])

    private static let names = Set(all.map(\.name))

    static func has(_ name: String) -> Bool { names.contains(name) }

    private static func of(
        leaf: UInt32, _ register: ProcessorFeature.Register, _ bits: [(name: String, bit: UInt32)]
    ) -> [ProcessorFeature] {
        bits.map { ProcessorFeature(name: $0.name, leaf: leaf, register: register, bit: $0.bit) }
    }
}
