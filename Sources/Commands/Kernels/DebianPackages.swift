#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Debian's packages, fetched and unpacked by apt and dpkg of this host. Nothing is installed, and nobody need be root.
struct DebianPackages {
    private let context: Context
    /// Where packages are fetched to and unpacked.
    private let folder: String
    private let progress: ProgressLine

    init(folder: String, in context: Context) {
        self.context = context
        self.folder = folder
        progress = ProgressLine(context)
    }

    /// The package that a metapackage stands for: "linux-image-cloud-amd64" depends on the present kernel's.
    func dependency(of name: String, prefix: String) throws -> String {
        if let found = try dependencyKnown(of: name, prefix: prefix) { return found }
        try refreshLists(for: name)
        if let found = try dependencyKnown(of: name, prefix: prefix) { return found }
        throw unknown(name)
    }

    private func dependencyKnown(of name: String, prefix: String) throws -> String? {
        progress.show("asking apt for \(name)")
        let outcome = try run("apt-cache", ["depends", "--important", name])
        // "  Depends: linux-image-6.1.0-13-cloud-amd64"
        for line in outcome.output.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "Depends:", words[1].hasPrefix(prefix) { return String(words[1]) }
        }
        return nil
    }

    /// Fetches a package and unpacks it; the folder with its files.
    func unpacked(_ name: String) throws -> String {
        let before = Set(folderEntries(folder))
        let outcome = try run("apt-get", ["download", "--quiet", name]) { showFetched(name, besides: before) }
        let archive = folderEntries(folder).first { $0.hasSuffix(".deb") && !before.contains($0) }
        guard outcome.code == 0, let archive else { throw fetching(name, outcome) }
        let result = Path.join(folder, name)
        progress.show("unpacking \(name)")
        let unpacking = try run("dpkg-deb", ["-x", archive, name])
        removeFile(Path.join(folder, archive))
        guard unpacking.code == 0 else {
            throw failure("cannot unpack the package \(quoted(name))", unpacking)
        }
        return result
    }

    /// The lists of packages have to be fetched once, and only root may.
    private func refreshLists(for name: String) throws {
        guard geteuid() == 0 else { throw unknown(name) }
        progress.show("fetching apt's lists of packages")
        let outcome = try run("apt-get", ["update", "--quiet"])
        guard outcome.code == 0 else { throw fetching("lists of packages", outcome) }
    }

    private func showFetched(_ name: String, besides before: Set<String>) {
        let size = folderEntries(folder).filter { !before.contains($0) && !$0.hasPrefix(".") }
            .reduce(0) { $0 + fileSize(Path.join(folder, $1)) }
        progress.show("fetching \(name): \(size >> 20) MiB")
    }

    private func run(
        _ program: String, _ arguments: [String], meanwhile: () -> Void = {}
    ) throws -> ChildProcess.Outcome {
        let path = try DebianPackages.path(of: program, in: context)
        // Messages are read below, and have to be in one language.
        let environment = context.environment.merging(["LC_ALL": "C.UTF-8"]) { $1 }
        return try ChildProcess(program: path, arguments: arguments, folder: folder, environment: environment)
            .run(meanwhile: meanwhile, interruption: context.interruption)
    }

    /// Where a program is, or a failure that says what it would be for.
    @discardableResult
    static func path(of program: String, in context: Context) throws -> String {
        for folder in (context.environment["PATH"] ?? "").split(separator: ":") {
            let path = Path.join(String(folder), program)
            if kind(ofPath: path) == .file, access(path, X_OK) == 0 { return path }
        }
        throw Failure(
            .noInput, "\(program) is not on this host: kernel and busybox come as Debian's packages",
            remedy: "fetch on Debian or Ubuntu and copy the folder, or give a kernel of your own: "
                + "trapline run -kernel FILE")
    }

    private func unknown(_ name: String) -> Failure {
        Failure(
            .noInput, "apt knows no package \(quoted(name))",
            remedy: "run 'sudo apt-get update'; if that does not help, this system is not Debian for amd64")
    }

    private func fetching(_ name: String, _ outcome: ChildProcess.Outcome) -> Failure {
        let text = outcome.diagnostics + outcome.output
        let network = [
            "Could not resolve", "Temporary failure", "Could not connect", "Unable to connect",
            "Network is unreachable", "Connection timed out", "Connection failed",
        ]
        if network.contains(where: text.contains) {
            return Failure(
                .inputOutput,
                "cannot fetch \(quoted(name)): there is no way to the package server: \(line(of: outcome))",
                remedy: "check the network (apt reads http_proxy), and run the command again")
        }
        if text.contains("404") {
            return Failure(
                .inputOutput, "cannot fetch \(quoted(name)): the server has a later one: \(line(of: outcome))",
                remedy: "run 'sudo apt-get update', and the command again")
        }
        return failure("cannot fetch \(quoted(name))", outcome)
    }

    private func failure(_ cause: String, _ outcome: ChildProcess.Outcome) -> Failure {
        let isFull = (outcome.diagnostics + outcome.output).lowercased().contains("no space left on device")
        return Failure(
            .inputOutput, "\(cause): \(isFull ? "no space left on device" : line(of: outcome))",
            remedy: isFull
                ? "free some space there (a kernel's package needs 500 MB while it is unpacked), or choose another "
                    + "folder with --into"
                : "run 'apt-get update' as root, and the command again")
    }

    /// The last thing that the program said of an error, or of anything.
    private func line(of outcome: ChildProcess.Outcome) -> String {
        let lines = (outcome.output + "\n" + outcome.diagnostics).split(separator: "\n")
        let said = lines.last { $0.hasPrefix("E:") || $0.contains("error") } ?? lines.last
        return said.map(String.init) ?? "exit code \(outcome.code)"
    }
}

/// In bytes; 0 where there is no such file.
func fileSize(_ path: String) -> Int {
    var information = stat()
    return stat(path, &information) == 0 ? Int(information.st_size) : 0
}
