/// Why a file is not the image that it says it is.
public enum ProgramImageError: Error, Hashable, Sendable {
    /// A part that a header announces lies outside the file, or contradicts another.
    case damaged(String)
    /// A kind that is recognised, and not read here.
    case unsupported(String)
    /// A compressed part does not unpack.
    case unpacking(format: String, problem: String)

    /// One line: what is wrong.
    public var cause: String {
        switch self {
        case .damaged(let what): return "the file is damaged: \(what)"
        case .unsupported(let what): return "\(what) cannot be read"
        case .unpacking(let format, let problem): return "the part compressed with \(format) does not unpack: \(problem)"
        }
    }

    /// One line: what to do.
    public var remedy: String {
        switch self {
        case .damaged, .unpacking: return "fetch or build the file again"
        case .unsupported: return "give an ELF file, a bzImage, or raw code with --isa and --base"
        }
    }
}
