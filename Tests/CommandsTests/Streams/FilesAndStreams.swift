import Foundation
import Testing

@testable import Commands

@Suite struct FilesAndStreams {
    @Test func aFileAppearsWholeOrNotAtAll() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("report.json", "old")
        do {
            let writer = try FileWriter(path: path)
            try writer.write("half".utf8)
            #expect(try scratch.text("report.json") == "old")
        }
        #expect(scratch.names == ["report.json"])
        #expect(try scratch.text("report.json") == "old")
        try FileWriter.write("new".utf8, to: path)
        #expect(try scratch.text("report.json") == "new")
        #expect(scratch.names == ["report.json"])
    }

    @Test func aFullDiskIsSaidSo() throws {
        let stream = OutputStream(descriptor: open("/dev/full", O_WRONLY), name: "standard output")
        let failure = #expect(throws: Failure.self) {
            try stream.write("x")
            try stream.flush()
        }
        #expect(failure?.status == .inputOutput)
        #expect(failure?.cause == "cannot write standard output: no space left on device")
        #expect(failure?.remedy.isEmpty == false)
        #expect(throws: Failure.self) { try FileWriter.write("x".utf8, to: "/dev/full") }
    }

    @Test(arguments: ["/nonexistent/file", "/proc/version-that-is-not", "/"])
    func placesThatCannotBeWrittenSayWhy(path: String) {
        let failure = #expect(throws: Failure.self) { try FileWriter.write("x".utf8, to: path) }
        #expect(failure?.status == .inputOutput)
        #expect(failure?.remedy.isEmpty == false)
    }

    @Test func whatCannotBeReadSaysWhy() throws {
        let scratch = try ScratchFolder()
        let missing = #expect(throws: Failure.self) { try readFile(scratch.path + "/none", what: "the image") }
        #expect(missing?.status == .noInput)
        let folder = #expect(throws: Failure.self) { try readFile(scratch.path, what: "the image") }
        #expect(folder?.status == .badInput)
        let zero = #expect(throws: Failure.self) { try readFile("a\u{0}b", what: "the image") }
        #expect(zero?.status == .noInput)
        let large = try scratch.file("large", String(repeating: "x", count: 100))
        let tooLarge = #expect(throws: Failure.self) { try readFile(large, what: "the image", limit: 10) }
        #expect(tooLarge?.status == .badInput)
        #expect(try readFile(large, what: "the image").count == 100)
    }

    @Test func inputEndsAsItShould() {
        let stream = InputStream(bytes: [1, 2])
        #expect(stream.next() == 1)
        #expect(stream.next() == 2)
        #expect(stream.next() == nil)
        #expect(stream.next() == nil)
    }

    @Test func progressIsForTerminalsOnly() {
        var terminal = TerminalFacts.none
        let diagnostics = OutputStream()
        func context() -> Context {
            Context(
                output: OutputStream(), diagnostics: diagnostics, input: InputStream(bytes: []), environment: [:],
                terminal: terminal, interruption: .never, executable: nil, folder: "/")
        }
        ProgressLine(context()).show("1 of 2")
        #expect(diagnostics.text.isEmpty)
        terminal.diagnosticsIsTerminal = true
        do {
            let line = ProgressLine(context())
            line.show("1 of 2")
            #expect(diagnostics.text == "\r\u{1B}[K1 of 2")
        }
        #expect(diagnostics.text.hasSuffix("1 of 2\r\u{1B}[K"))
    }

    @Test func pathsAreText() {
        #expect(Path.join("a", "b") == "a/b")
        #expect(Path.join("a/", "b") == "a/b")
        #expect(Path.join("a", "/b") == "/b")
        #expect(Path.parent("/a/b") == "/a")
        #expect(Path.parent("/a") == "/")
        #expect(Path.parent("a") == ".")
        #expect(Path.stem("x/guest.tar.s") == "guest.tar")
        #expect(Path.stem(".s") == ".s")
    }
}
