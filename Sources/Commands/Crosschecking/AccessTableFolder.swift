import AccessTables

/// The tables below a folder, in the order of their paths.
struct AccessTableFolder {
    let path: String

    /// Deeper folders are not entered; links may make circles.
    private static let depthLimit = 12

    func entries(in context: Context) throws -> [AccessEntry] {
        let files = kind(ofPath: path) == .folder ? tables(below: path, depth: 0) : [path]
        guard !files.isEmpty else {
            throw Failure(.noInput, "there is no .yaml file below \(quoted(path))",
                remedy: "give the folder spec/std/isa of the unified database, or one of its files")
        }
        let progress = ProgressLine(context)
        defer { progress.erase() }
        var entries: [AccessEntry] = []
        for (index, file) in files.enumerated() {
            progress.show("\(index + 1) of \(files.count) tables")
            if context.interruption.isRequested { throw Failure.interrupted }
            if let entry = try entry(file) { entries.append(entry) }
        }
        return entries
    }

    private func tables(below folder: String, depth: Int) -> [String] {
        guard depth < AccessTableFolder.depthLimit else { return [] }
        return folderEntries(folder).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = Path.join(folder, name)
            switch kind(ofPath: path) {
            case .folder: return tables(below: path, depth: depth + 1)
            case .file: return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [path] : []
            default: return []
            }
        }
    }

    private func entry(_ file: String) throws -> AccessEntry? {
        let bytes = try readFile(file, what: "the table", limit: 1 << 22)
        let document: YAMLNode
        do throws(YAMLError) {
            document = try YAMLReader.read(bytes)
        } catch {
            throw Failure(
                .badInput, "\(file):\(error.line):\(error.column): \(error.cause)",
                remedy: "tables are YAML 1.1 documents without aliases")
        }
        do throws(AccessEntry.Unreadable) {
            return try AccessEntry(document)
        } catch {
            throw Failure(.badInput, "\(file): \(error.cause)",
                remedy: "see the schemas of the unified database for what a table holds")
        }
    }
}

/// Reasons for differences, as a file beside the machine's gives them: "NAME: reason".
struct ExplainedDifferences {
    let path: String
    private var reasons: [String: String] = [:]

    init(beside machine: String) throws {
        path = Path.join(Path.parent(machine), "crosscheck.txt")
        guard kind(ofPath: path) == .file else { return }
        let text = String(decoding: try readFile(path, what: "the explanations"), as: UTF8.self)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("--") { continue }
            guard let colon = line.firstRange(of: ": "), colon.lowerBound > line.startIndex else {
                throw Failure(.badInput, "\(path):\(number + 1): a line without 'NAME: reason': \(quoted(String(line)))",
                    remedy: "write the entry's name, a colon, a blank and why the two differ")
            }
            reasons[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
        }
    }

    var names: Set<String> { Set(reasons.keys) }

    subscript(name: String) -> String? { reasons[name] }
}
