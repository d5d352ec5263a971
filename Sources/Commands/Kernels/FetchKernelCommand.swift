import ArgumentParser
import Images

struct FetchKernelCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch-kernel",
        abstract: "Get Debian's kernel and busybox, and print the command that boots them.",
        discussion: """
            Kernel and busybox are fetched with apt, which checks them, and unpacked, not installed; \
            root is not needed. From busybox an initial file system is made: a shell on the \
            console, or the command in trapline.run="..." among the kernel's words; the machine is \
            switched off when it ends.

            What is there already is not fetched again, unless --again is given.

            Flavours:
              cloud      small, for virtual machines; ext4 and NVMe are built in
              standard   nearly all drivers, as modules

            Exit codes:
              0    kernel and initial file system are there
              64   usage
              66   apt or a package is not there
              74   fetching or writing failed
              130  interrupted
            """)

    @Option(name: .long, help: ArgumentHelp("Which kernel: cloud or standard.", valueName: "flavour"))
    var flavour: KernelFlavour = .cloud

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to. (default: .cache/kernel if there is one, else the user's cache)", valueName: "folder"))
    var into: String?

    @Flag(name: .long, help: "Fetch again what is there already.")
    var again = false

    func perform(in context: Context) throws -> CommandStatus {
        let cache = try KernelCache(into: into, in: context)
        let wantsKernel = again || !cache.has(flavour.fileName)
        let wantsFiles = again || !cache.has(KernelCache.initialFileSystem)
        if wantsKernel || wantsFiles {
            for program in ["apt-cache", "apt-get", "dpkg-deb"] {
                try DebianPackages.path(of: program, in: context)
            }
            try cache.withWorkFolder { work in
                let packages = DebianPackages(folder: work, in: context)
                if wantsKernel { try fetchKernel(packages, to: cache) }
                if wantsFiles { try makeFiles(packages, in: cache) }
            }
        }
        try report(cache, in: context)
        return .holds
    }

    private func fetchKernel(_ packages: DebianPackages, to cache: KernelCache) throws {
        let package = try packages.dependency(of: flavour.metapackage, prefix: "linux-image-")
        let boot = Path.join(try packages.unpacked(package), "boot")
        guard let name = folderEntries(boot).first(where: { $0.hasPrefix("vmlinuz-") }) else {
            throw Failure(
                .badInput, "the package \(quoted(package)) has no file boot/vmlinuz-*",
                remedy: "run 'sudo apt-get update', and the command again with --again")
        }
        try FileWriter.write(
            try readFile(Path.join(boot, name), what: "the kernel"), to: cache.path(flavour.fileName))
    }

    private func makeFiles(_ packages: DebianPackages, in cache: KernelCache) throws {
        let package = "busybox-static"
        let unpacked = try packages.unpacked(package)
        // Debian moved programs from /bin to /usr/bin between releases 12 and 13.
        let places = ["bin/busybox", "usr/bin/busybox"].map { Path.join(unpacked, $0) }
        guard let path = places.first(where: { kind(ofPath: $0) == .file }) else {
            throw Failure(
                .badInput, "the package \(quoted(package)) has no file bin/busybox",
                remedy: "run 'sudo apt-get update', and the command again with --again")
        }
        let files = BusyboxFileSystem(busybox: try readFile(path, what: "busybox"))
        try FileWriter.write(try files.packed(), to: cache.path(KernelCache.initialFileSystem))
    }

    /// What there is, for people on a terminal; the command alone for everybody.
    private func report(_ cache: KernelCache, in context: Context) throws {
        let kernel = cache.path(flavour.fileName)
        let files = cache.path(KernelCache.initialFileSystem)
        let version = LinuxKernel.version(of: try readFile(kernel, what: "the kernel")).prefix { $0 != " " }
        context.note("Linux \(version): \(shown(kernel, in: context)), \(fileSize(kernel) >> 20) MiB")
        context.note("busybox: \(shown(files, in: context)), \(fileSize(files) >> 10) KiB")
        try context.output.line(
            "trapline run -kernel \(shellWord(shown(kernel, in: context))) -initrd "
                + "\(shellWord(shown(files, in: context))) -append \"console=ttyS0\" -m 512M -nographic")
    }

    /// As short as it can be from the current folder.
    private func shown(_ path: String, in context: Context) -> String {
        let prefix = context.folder.hasSuffix("/") ? context.folder : context.folder + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}

extension KernelFlavour: ExpressibleByArgument {}

/// A word as a shell reads it: in quotes where it has characters that mean something.
func shellWord(_ text: String) -> String {
    let isPlain = { (byte: UInt8) in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "_-./=:,+@%".utf8.contains(byte)
    }
    if !text.isEmpty, text.utf8.allSatisfy(isPlain) { return text }
    var result = "'"
    for character in text { result += character == "'" ? "'\\''" : String(character) }
    return result + "'"
}
