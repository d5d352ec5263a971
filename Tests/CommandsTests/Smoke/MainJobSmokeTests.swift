import Foundation
import Testing

@testable import Commands

/// The main job once, small enough for a debug build, where cores choose other loops and arithmetic is checked: from
/// the text of a machine to its verdict, its certificates, and a guest under every monitor.
@Suite("The main job, shortly")
struct MainJobSmokeTests {
    private let guest = repositoryRoot + "/Lessons/guests/timesharing.s"
    private let input = "Popek"

    @Test func aVerdictAndItsCertificates() throws {
        let scratch = try ScratchFolder()
        let checked = trapline(["check", "third-generation", "--brief", "--certificates", scratch.path + "/proofs"])
        #expect(checked.status == .holds)
        #expect(checked.output.hasPrefix("third-generation: Theorem 1 holds"))
        let verified = trapline(["verify", scratch.path + "/proofs", "--isa", "third-generation"])
        #expect(verified.status == .holds, "\(verified.diagnostics)")
    }

    @Test func aGuestUnderEveryMonitor() throws {
        let bare = trapline(["run", guest], input: input)
        #expect(bare.status == .holds, "\(bare.diagnostics)")
        #expect(bare.output.contains("no process left"))
        for options in [["vmm", "--depth", "2"], ["hvm"], ["patch"], ["interpret"], ["auto"]] {
            let monitored = trapline(["run", guest, "--monitor"] + options, input: input)
            #expect(monitored.status == bare.status, "\(options): \(monitored.diagnostics)")
            #expect(monitored.output == bare.output, "\(options)")
        }
    }

    @Test func whatIsAssembledIsDisassembled() throws {
        let scratch = try ScratchFolder()
        let image = scratch.path + "/guest.img"
        #expect(trapline(["asm", guest, "-o", image]).status == .holds)
        #expect(trapline(["disasm", image]).output.contains("LPSW"))
        #expect(trapline(["run", image], input: input).output == trapline(["run", guest], input: input).output)
    }
}
