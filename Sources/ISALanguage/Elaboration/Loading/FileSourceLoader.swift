#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds ISA files: a path as given, a directory that holds `machine.isa`, or a name in one of the
/// library folders, where `NAME.isa` and `NAME/machine.isa` both count.
public struct FileSourceLoader: SourceLoader, Sendable {
    /// Folders in which names are looked up, in this order.
    public var folders: [String]

    public init(folders: [String]) { self.folders = folders }

    public func load(path: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        let full = path.hasPrefix("/") ? path : FileSourceLoader.folder(of: origin) + path
        return LoadedSource(path: full, bytes: try FileSourceLoader.read(full))
    }

    public func loadMachine(named name: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        var prefixes = name.hasPrefix("/") ? [""] : [FileSourceLoader.folder(of: origin)]
        if !name.hasPrefix("/") { prefixes += folders.map { $0.hasSuffix("/") ? $0 : $0 + "/" } }
        // A machine's folder stands beside its overlays' folders.
        if origin != nil, !name.hasPrefix("/") { prefixes.insert(FileSourceLoader.folder(of: origin) + "../", at: 1) }
        for prefix in prefixes {
            for candidate in [prefix + name, prefix + name + "/machine.isa", prefix + name + ".isa"] {
                if FileSourceLoader.isFile(candidate) {
                    let path = FileSourceLoader.plain(candidate)
                    return LoadedSource(path: path, bytes: try FileSourceLoader.read(path))
                }
            }
        }
        throw SourceLoaderError(
            reason: "there is no machine '\(name)'",
            remedy:
                "Give a path, or the name of a machine in \(folders.joined(separator: ", ")).",
            known: machineNames)
    }

    /// The names of all machines in the library folders, sorted.
    public var machineNames: [String] {
        var names: Set<String> = []
        for folder in folders {
            for entry in FileSourceLoader.entries(folder) {
                if entry.hasSuffix(".isa") {
                    names.insert(String(entry.dropLast(4)))
                } else if FileSourceLoader.isFile("\(folder)/\(entry)/machine.isa") {
                    names.insert(entry)
                }
            }
        }
        return names.sorted()
    }

    /// With its slash, or empty.
    private static func folder(of path: String?) -> String {
        guard let path, let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[...slash])
    }

    /// Without `x/../`, so that one file has one name.
    private static func plain(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            if part == "..", let last = parts.last, last != "..", !last.isEmpty {
                parts.removeLast()
            } else if part != "." {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func entries(_ folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            // d_name is a C string inside the entry, valid until the next readdir; it is copied here.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func read(_ path: String) throws(SourceLoaderError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw SourceLoaderError(
                reason: "cannot read '\(path)': \(String(cString: strerror(errno)))",
                remedy: "Paths in a file are relative to the folder that holds it.")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
            if bytes.count > Limits.fileSize {
                throw SourceLoaderError(reason: "'\(path)' is larger than \(Limits.fileSize) bytes")
            }
        }
        if ferror(file) != 0 {
            throw SourceLoaderError(reason: "cannot read '\(path)': \(String(cString: strerror(errno)))")
        }
        return bytes
    }
}
