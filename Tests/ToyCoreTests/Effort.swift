#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How much the random tests try: a smoke run in debug builds, an ordinary one when optimised, and hours'
/// worth where TRAPLINE_SOAK is set.
enum Effort {
    static let isSoaking = getenv("TRAPLINE_SOAK") != nil

    #if DEBUG
        static let states = isSoaking ? 100_000 : 200
        static let programs = isSoaking ? 2_000 : 3
    #else
        static let states = isSoaking ? 10_000_000 : 15_000
        static let programs = isSoaking ? 100_000 : 100
    #endif

    /// Programs for a machine whose states have so many cells.
    static func programs(cells: Int) -> Int { max(2, min(programs, programs * 4096 / max(cells, 1))) }
}
