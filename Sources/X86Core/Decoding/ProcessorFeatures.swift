/// The optional parts of the architecture that the core has, by the names that the machine's files use in `requires`.
/// CPUID tells of exactly these.
public enum ProcessorFeatures {
    static let implemented: Set<String> = [
        "fpu", "cmov", "mmx", "fxsr", "sse", "sse2", "pni", "ssse3", "sse4_1", "sse4_2", "sse4.2", "aes", "pclmulqdq",
        "popcnt", "abm", "movbe", "bmi1", "bmi2", "adx", "rdrand", "rdseed", "xsave", "smap", "cx16", "fsgsbase", "umip",
    ]

    static func has(_ name: String) -> Bool { implemented.contains(name) }
}
