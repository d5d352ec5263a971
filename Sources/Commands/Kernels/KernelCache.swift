#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Which of Debian's kernels for amd64.
enum KernelFlavour: String, CaseIterable {
    /// For virtual machines: small, with ext4 and NVMe built in.
    case cloud
    /// For real ones: nearly all drivers, as modules.
    case standard

    /// The metapackage that depends on the present kernel.
    var metapackage: String { self == .cloud ? "linux-image-cloud-amd64" : "linux-image-amd64" }

    /// The cloud kernel has the name under which tests and benchmarks of the repository look for it.
    var fileName: String { self == .cloud ? "vmlinuz" : "vmlinuz-standard" }
}

/// The folder that fetched kernels are kept in. A file in it is whole: it is made in a folder beside it and renamed.
struct KernelCache {
    let folder: String

    static let initialFileSystem = "initramfs.gz"

    /// What was asked for, or the folder of the repository's own kernel where there is one, or the user's cache.
    init(into asked: String?, in context: Context) throws {
        if let asked {
            guard !asked.isEmpty else {
                throw Failure(.usage, "--into is empty", remedy: "name a folder; it is made if it is not there")
            }
            folder = Path.join(context.folder, asked)
        } else {
            let here = Path.join(context.folder, ".cache/kernel")
            if kind(ofPath: here) == .folder {
                folder = here
            } else if let cache = context.environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
                // The XDG base directory specification: a relative path is to be ignored.
                folder = Path.join(cache, "trapline/kernel")
            } else if let home = context.environment["HOME"], !home.isEmpty {
                folder = Path.join(home, ".cache/trapline/kernel")
            } else {
                folder = here
            }
        }
    }

    func path(_ name: String) -> String { Path.join(folder, name) }

    func has(_ name: String) -> Bool { fileSize(path(name)) > 0 }

    /// Runs with a folder inside the cache that is removed afterwards, whatever happens.
    func withWorkFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        try makeFolders(folder)
        removeAbandoned()
        let work = path(KernelCache.workPrefix + "\(getpid())")
        try makeFolders(work)
        defer { removeTree(work) }
        return try body(work)
    }

    private static let workPrefix = ".fetching-"

    /// What a process left that was killed.
    private func removeAbandoned() {
        for name in folderEntries(folder) where name.hasPrefix(KernelCache.workPrefix) {
            guard let process = pid_t(name.dropFirst(KernelCache.workPrefix.count)), process > 0 else { continue }
            if kill(process, 0) != 0, errno == ESRCH { removeTree(path(name)) }
        }
    }
}
