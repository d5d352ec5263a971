import Glibc
import Testing

@testable import ISALanguage

/// One erroneous machine and what is said about it.
struct ErrorCase: Sendable, CustomTestStringConvertible {
    var name: String
    var source: String
    var expected: String

    var testDescription: String { name }

    /// The cases of a file: `## NAME`, the machine, `## expect`, the exact text.
    static func cases(in text: String) -> [ErrorCase] {
        var cases: [ErrorCase] = []
        var isExpectation = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "## expect" {
                isExpectation = true
            } else if line.hasPrefix("## ") {
                cases.append(ErrorCase(name: String(line.dropFirst(3)), source: "", expected: ""))
                isExpectation = false
            } else if let last = cases.indices.last {
                if isExpectation { cases[last].expected += line + "\n" } else { cases[last].source += line + "\n" }
            }
        }
        // The file's own last line end is no line.
        if let last = cases.indices.last { cases[last].expected = String(cases[last].expected.dropLast()) }
        return cases
    }

    /// What is said now.
    var rendered: String {
        do {
            _ = try MachineLoader.load("\(name).isa", from: ErrorLoader(name: name, source: source))
            return "no error\n"
        } catch {
            return error.description
        }
    }
}

/// Knows the erroneous machine and the base that it may extend.
struct ErrorLoader: SourceLoader {
    var name: String
    var source: String

    static let folder = Library.root + "/Tests/ISALanguageTests/Fixtures/errors"
    static let base: String = {
        let loader = FileSourceLoader(folders: [])
        let source = try? loader.load(path: folder + "/base.isa", relativeTo: nil)
        return String(decoding: source?.bytes ?? [], as: UTF8.self)
    }()

    func load(path: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        guard path == "\(name).isa" else { throw SourceLoaderError(reason: "cannot read '\(path)': no such file") }
        return LoadedSource(path: path, bytes: Array(source.utf8))
    }

    func loadMachine(named machine: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        if machine == "base" { return LoadedSource(path: "base.isa", bytes: Array(ErrorLoader.base.utf8)) }
        if machine == name || machine == "\(name).isa" { return try load(path: "\(name).isa", relativeTo: nil) }
        throw SourceLoaderError(reason: "there is no machine '\(machine)'", known: ["base"])
    }
}

/// `TRAPLINE_BLESS=1` writes the expectations anew; then read the difference.
@Suite("What is said about erroneous files")
struct GoldenErrorTests {
    static let files = ["cases", "encodings", "listed", "machine", "names", "overlays", "state", "templates", "text", "widths"]

    @Test("The base itself is right")
    func base() throws {
        _ = try MachineLoader.load(text: ErrorLoader.base)
    }

    @Test("Exact text", arguments: files)
    func text(_ file: String) throws {
        let path = "\(ErrorLoader.folder)/\(file).cases"
        let source = try FileSourceLoader(folders: []).load(path: path, relativeTo: nil)
        let cases = ErrorCase.cases(in: String(decoding: source.bytes, as: UTF8.self))
        #expect(cases.count >= 5)
        var blessed = ""
        for one in cases {
            let rendered = one.rendered
            blessed += "## \(one.name)\n\(one.source)## expect\n\(rendered)"
            if getenv("TRAPLINE_BLESS") == nil { #expect(rendered == one.expected, "\(one.name)") }
            #expect(rendered.contains("error: "), "\(one.name) is refused")
        }
        guard getenv("TRAPLINE_BLESS") != nil else { return }
        let output = try #require(fopen(path, "w"))
        fputs(blessed, output)
        fclose(output)
    }
}
