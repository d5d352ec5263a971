import Foundation
import Testing

@testable import Commands

/// The help of every command, as the golden files hold it. To accept new texts, run the tests with
/// TRAPLINE_RECORD=1 and read the difference.
@Suite struct HelpTexts {
    static let commands = Trapline.configuration.subcommands.map { $0._commandName }

    @Test(arguments: [""] + commands)
    func helpIsAsRecorded(command: String) throws {
        let outcome = trapline((command.isEmpty ? [] : [command]) + ["--help"])
        #expect(outcome.status == .holds)
        #expect(outcome.diagnostics.isEmpty)
        let name = "help-\(command.isEmpty ? "root" : command).txt"
        let path = repositoryRoot + "/Tests/CommandsTests/Golden/" + name
        if ProcessInfo.processInfo.environment["TRAPLINE_RECORD"] != nil {
            try outcome.output.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == outcome.output)
    }

    @Test(arguments: commands)
    func everyHelpListsExitCodes(command: String) {
        let text = trapline([command, "--help"]).output
        #expect(text.contains("Exit codes:"))
        for line in text.split(separator: "\n") {
            #expect(line.count <= 80 || line.hasPrefix("USAGE:"), "\(command): \(line)")
        }
    }

    @Test func theListOfCommandsIsTheInterface() {
        #expect(
            Set(Self.commands) == [
                "check", "classify", "explain", "diff", "witness", "verify", "crosscheck", "probe", "scan", "coverage",
                "new", "doctor", "asm", "disasm", "run", "step", "fetch-kernel", "lesson",
            ])
    }

    @Test func withoutArgumentsHelpIsPrinted() {
        let outcome = trapline([])
        #expect(outcome.status == .holds)
        #expect(outcome.output.contains("USAGE: trapline <subcommand>"))
    }

    @Test func versionStandsAlone() {
        let outcome = trapline(["--version"])
        #expect(outcome.status == .holds)
        #expect(outcome.output == "trapline \(traplineVersion)\n")
    }
}
