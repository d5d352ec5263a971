/// The optional parts of the architecture that the core has, by the names that the machine's files use in `requires`.
/// CPUID tells of exactly these.
public enum ProcessorFeatures {
    static let implemented: Set<String> = []

    static func has(_ name: String) -> Bool { implemented.contains(name) }
}
