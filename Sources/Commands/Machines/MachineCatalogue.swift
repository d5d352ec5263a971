/// Finds machines by path or by name.
struct MachineCatalogue {
    /// Folders that hold ISA files, nearest first.
    let roots: [String]

    /// `TRAPLINE_ISA` (several folders with colons), `ISA/` in the current folder or one above it,
    /// and `ISA/` beside or above the executable, up to the repository that it was built in.
    init(environment: [String: String], folder: String, executable: String?) {
        var roots = (environment["TRAPLINE_ISA"] ?? "").split(separator: ":").map(String.init)
        roots += MachineCatalogue.libraries(upwardsFrom: folder)
        if let executable {
            let beside = Path.parent(executable)
            roots += MachineCatalogue.libraries(upwardsFrom: beside)
            roots.append(Path.join(Path.parent(beside), "share/trapline/ISA"))
        }
        // What lies in the current folder is named from there: shorter to read, and the same on every host.
        if folder == Path.currentFolder() {
            roots = roots.map { $0.hasPrefix(folder + "/") ? String($0.dropFirst(folder.count + 1)) : $0 }
        }
        var seen: Set<String> = []
        self.roots = roots.filter { seen.insert($0).inserted && kind(ofPath: $0) == .folder }
    }

    init(_ context: Context) {
        self.init(environment: context.environment, folder: context.folder, executable: context.executable)
    }

    private static func libraries(upwardsFrom folder: String) -> [String] {
        var found: [String] = []
        var current = folder
        for _ in 0..<64 {
            found.append(Path.join(current, "ISA"))
            let above = Path.parent(current)
            if above == current || above == "." { break }
            current = above
        }
        return found
    }

    /// The ISA file that the argument means. `beside` is a further folder to look in: the guest's.
    func path(for argument: String, beside: String? = nil) throws -> String {
        if argument.isEmpty {
            throw Failure(.usage, "the name of a machine is empty", remedy: "give a path, or a name in ISA/")
        }
        switch kind(ofPath: argument) {
        case .file, .other: return argument
        case .folder:
            let inside = Path.join(argument, "machine.isa")
            if kind(ofPath: inside) == .file { return inside }
            if argument.contains("/") {
                throw Failure(.badInput, "\(quoted(argument)) is a folder without a machine.isa",
                    remedy: "give an ISA file, or a folder that holds machine.isa")
            }
        case .nothing: break
        }
        if !argument.contains("/") {
            for root in (beside.map { [$0] } ?? []) + roots + ["."] {
                if let found = MachineCatalogue.file(named: argument, in: root) { return found }
            }
        }
        throw notFound(argument)
    }

    private static func file(named name: String, in root: String) -> String? {
        let candidates = [name, name + ".isa", Path.join(name, "machine.isa")]
        return candidates.map { Path.join(root, $0) }.first { kind(ofPath: $0) == .file }
    }

    /// Names that `path(for:)` would find, sorted.
    func names() -> [String] { names(in: roots + ["."]) }

    /// The machines of the library: of the first root that holds any.
    func libraryNames() -> [String] { roots.lazy.map { names(in: [$0]) }.first { !$0.isEmpty } ?? [] }

    /// Names of the machines in some folders, sorted.
    func names(in folders: [String]) -> [String] {
        var names: Set<String> = []
        for root in folders {
            for entry in folderEntries(root) {
                if entry.hasSuffix(".isa") { names.insert(String(entry.dropLast(4))) }
                if kind(ofPath: Path.join(Path.join(root, entry), "machine.isa")) == .file { names.insert(entry) }
            }
        }
        return names.sorted()
    }

    private func notFound(_ argument: String) -> Failure {
        let names = names()
        let otherwise = names.isEmpty
            ? "give the path of an ISA file, or set TRAPLINE_ISA to the folder that holds them"
            : "give a path, or one of: \(names.joined(separator: ", "))"
        let cause = "no machine \(quoted(argument)): no such file, and no such name in ISA/"
        return Failure(
            .noInput, cause, remedy: remedy(for: Path.lastName(argument), among: names, otherwise: otherwise))
    }
}
