/// Where ISA files come from. The library itself touches no file system.
public protocol SourceLoader {
    /// The file that `path` names, seen from the file at `origin` (`nil`: from where the user stands).
    /// Throws `SourceLoaderError`.
    func load(path: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource
    /// The first file of the machine that a name or path given by the user, or by `extends`, means.
    func loadMachine(named name: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource
}

/// A file's bytes, and the path by which messages call it and by which it is known.
public struct LoadedSource: Sendable {
    public var path: String
    public var bytes: [UInt8]
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Why a file cannot be had.
public struct SourceLoaderError: Error, Sendable {
    public var reason: String
    public var remedy: String?
    /// Names that would have been found.
    public var known: [String]
    public init(reason: String, remedy: String? = nil, known: [String] = []) {
        self.reason = reason
        self.remedy = remedy
        self.known = known
    }
}

/// From a name or a path to a checked machine.
public enum MachineLoader {
    /// Reads the machine's files, applies what it extends, and checks it whole.
    /// Throws everything that is wrong with it.
    public static func load(
        _ machine: String, from loader: some SourceLoader
    ) throws(ISAError) -> MachineDescription {
        let diagnostics = DiagnosticCollector()
        var reader = DeclarationReader(loader: loader, diagnostics: diagnostics)
        let (declarations, ancestors) = reader.machine(machine)
        guard !diagnostics.hasErrors else { throw diagnostics.error }
        let description = MachineElaborator(diagnostics).machine(declarations, ancestors: ancestors)
        guard let description, !diagnostics.hasErrors else { throw diagnostics.error }
        return description
    }

    /// A machine of one text, with no other files.
    public static func load(text: String, path: String = "machine.isa") throws(ISAError) -> MachineDescription {
        try load(path, from: SingleSourceLoader(source: LoadedSource(path: path, bytes: Array(text.utf8))))
    }
}

private struct SingleSourceLoader: SourceLoader {
    var source: LoadedSource

    func load(path: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        throw SourceLoaderError(reason: "there is no file '\(path)': this machine is one text")
    }

    func loadMachine(named name: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        if origin == nil { return source }
        throw SourceLoaderError(reason: "there is no machine '\(name)': this machine is one text")
    }
}
