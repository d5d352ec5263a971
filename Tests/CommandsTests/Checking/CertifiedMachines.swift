import Foundation
import Testing

@testable import Commands

@Suite struct CertifiedMachines {
    @Test func whatIsWrittenIsAcceptedAndWhatIsSpoiltIsNot() throws {
        let scratch = try ScratchFolder()
        let machine = try scratch.file("tiny.isa", TinyMachine.text())
        let flawed = try scratch.file("flawed.isa", TinyMachine.flawed)
        let folder = scratch.path + "/certificates"
        #expect(trapline(["check", machine, "--brief", "--certificates", folder]).status == .holds)
        #expect(scratch.names == ["certificates", "flawed.isa", "tiny.isa"])

        let accepted = trapline(["verify", folder])
        #expect(accepted.status == .holds)
        #expect(accepted.output.contains("accepted"))
        #expect(trapline(["verify", folder, "--isa", machine]).status == .holds)

        let other = trapline(["verify", folder, "--isa", flawed])
        #expect(other.status == .refuted)
        #expect(other.diagnostics.contains("certificates rejected"))

        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let victim = folder + "/" + (try #require(names.first { $0.contains("cnf") } ?? names.last))
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: victim)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: victim))
        let spoilt = trapline(["verify", folder])
        #expect(spoilt.status == .refuted)
        #expect(spoilt.output.isEmpty)
        try FileManager.default.removeItem(atPath: victim)
        #expect(trapline(["verify", folder]).status == .refuted)
    }

    @Test func aPlaceThatHoldsSomethingElseIsLeftAlone() throws {
        let scratch = try ScratchFolder()
        let machine = try scratch.file("tiny.isa", TinyMachine.text())
        try FileManager.default.createDirectory(atPath: scratch.path + "/d", withIntermediateDirectories: false)
        try scratch.file("d/precious.txt", "do not lose me")
        let outcome = trapline(["check", machine, "--certificates", scratch.path + "/d"])
        #expect(outcome.status != .holds)
        #expect(try scratch.text("d/precious.txt") == "do not lose me")
    }
}
