import Foundation

/// The repository that these tests lie in, as text.
struct Repository {
    struct File {
        /// Relative to the root: "Sources/Machine/Processor.swift".
        var path: String
        var lines: [Substring]

        var name: String { String(path.split(separator: "/").last ?? "") }
        var folder: String { String(path.dropLast(name.count + 1)) }
        /// The second part of "Sources/Machine/...": the target.
        var target: String { String(path.split(separator: "/")[1]) }
    }

    let root: URL

    init() {
        root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    /// Every file under a folder whose name ends so, sorted.
    func files(under folder: String, suffixes: [String]) throws -> [File] {
        let base = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files: [File] = []
        for case let path as String in walk where suffixes.contains(where: path.hasSuffix) {
            var isFolder: ObjCBool = false
            let full = base.appendingPathComponent(path)
            FileManager.default.fileExists(atPath: full.path, isDirectory: &isFolder)
            if isFolder.boolValue || path.split(separator: "/").contains(where: { $0.hasPrefix(".build") }) { continue }
            let text = String(decoding: try Data(contentsOf: full), as: UTF8.self)
            files.append(File(
                path: folder + "/" + path, lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
        }
        return files.sorted { $0.path < $1.path }
    }

    /// The Swift files that people wrote.
    func swiftFiles() throws -> [File] {
        try files(under: "Sources", suffixes: [".swift"]) + files(under: "Tests", suffixes: [".swift"])
    }

    /// Everything that would be published: the text files of the top-level folders and beside them.
    func publishedFiles() throws -> [File] {
        let suffixes = [".swift", ".h", ".cpp", ".md", ".isa", ".s", ".txt", ".json", ".toml", ".sh", ".modulemap"]
        var files: [File] = []
        for folder in ["Sources", "Tests", "ISA", "Lessons", "Docs"] {
            files += try self.files(under: folder, suffixes: suffixes)
        }
        for name in ["Package.swift", "README.md", "Makefile", ".ci/run", ".gitignore"] {
            if let text = try? text(name) {
                files.append(File(path: name, lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
            }
        }
        return files
    }
}
