import Foundation

@testable import Commands

/// What a command did, called as a library.
struct CommandOutcome {
    var status: CommandStatus
    var output: String
    var diagnostics: String

    var outputLines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// The repository's root, from this file's place.
let repositoryRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

/// Calls a command in a world of its own: no terminal, no environment but `ISA/`, input from a string.
func trapline(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], terminal: TerminalFacts = .none,
    folder: String = repositoryRoot, interruption: Interruption = .never
) -> CommandOutcome {
    let output = OutputStream()
    let diagnostics = OutputStream()
    let context = testContext(
        output: output, diagnostics: diagnostics, input: input, environment: environment, terminal: terminal,
        folder: folder, interruption: interruption)
    let status = runTrapline(arguments: arguments, in: context)
    return CommandOutcome(status: status, output: output.text, diagnostics: diagnostics.text)
}

/// A folder that lives as long as the test.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "trapline-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the folder, written first if there is content.
    @discardableResult
    func file(_ name: String, _ content: String? = nil) throws -> String {
        let path = path + "/" + name
        if let content { try content.write(toFile: path, atomically: false, encoding: .utf8) }
        return path
    }

    @discardableResult
    func file(_ name: String, bytes: [UInt8]) throws -> String {
        let path = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// The world that a test gives a command: this repository's machines, and streams in memory.
func testContext(
    output: Commands.OutputStream = .init(), diagnostics: Commands.OutputStream = .init(), input: String = "",
    environment: [String: String] = [:], terminal: TerminalFacts = .none, folder: String = repositoryRoot,
    interruption: Interruption = .never
) -> Context {
    Context(
        output: output, diagnostics: diagnostics, input: InputStream(bytes: Array(input.utf8)),
        environment: environment.merging(["TRAPLINE_ISA": repositoryRoot + "/ISA"]) { given, _ in given },
        terminal: terminal, interruption: interruption, executable: nil, folder: folder)
}
