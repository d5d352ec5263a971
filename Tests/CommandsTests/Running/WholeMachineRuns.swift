import Foundation
import Testing

@testable import Commands

/// Runs of the machine `pc` by bare code: what is printed, how it ends, what is traced.
@Suite struct WholeMachineRuns {
    /// Prints "H", takes an undefined opcode's trap where `faults`, and leaves with status 7: (3 << 1) | 1.
    static func program(faults: Bool = false) -> [UInt8] {
        let hello: [UInt8] = [0xB0, 0x48, 0x66, 0xBA, 0xF8, 0x03, 0xEE, 0xB0, 0x0A, 0xEE]
        let leave: [UInt8] = [0xB0, 0x03, 0x66, 0xBA, 0xF4, 0x00, 0xEE, 0xEB, 0xFE]
        return hello + (faults ? [0x0F, 0x0B] : []) + leave
    }

    private func run(_ bytes: [UInt8], _ arguments: [String]) throws -> CommandOutcome {
        let scratch = try ScratchFolder()
        let path = try scratch.file("guest.bin", bytes: bytes)
        return trapline(["run", "-kernel", path, "--flat-mode", "32", "-m", "2M"] + arguments)
    }

    @Test func theGuestsStatusIsTheProcesss() throws {
        let outcome = try run(Self.program(), [])
        #expect(outcome.output == "H\n")
        #expect(outcome.status == .guest(7), "\(outcome.diagnostics)")
    }

    @Test func aTripleFaultEndsWithAnAccount() throws {
        let outcome = try run(Self.program(faults: true), [])
        #expect(outcome.status == .crashed)
        #expect(outcome.output == "H\n")
        for words in ["triple fault", "#UD", "0x10000a", "registers:", "protected mode"] {
            #expect(outcome.diagnostics.contains(words), "\(words): \(outcome.diagnostics)")
        }
    }

    @Test func instructionsAndModesAreTraced() throws {
        let outcome = try run(Self.program(), ["--trace", "instructions,mode"])
        #expect(outcome.status == .guest(7))
        #expect(outcome.output == "H\n")
        let lines = outcome.diagnostics.split(separator: "\n")
        #expect(lines.first == "0:0  mode: level 0, protected mode at 0x100000")
        #expect(lines.contains { $0.hasPrefix("0:2  0x100006") && $0.hasSuffix("out dx, al") }, "\(lines)")
        #expect(lines.count == 9)
    }

    @Test func tracesAreJSONLinesToo() throws {
        let outcome = try run(Self.program(faults: true), ["--trace", "traps", "--trace-format", "json"])
        let line = try #require(outcome.diagnostics.split(separator: "\n").first)
        let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(event["event"] as? String == "trap")
        #expect(event["trap"] as? String == "#UD")
        #expect(event["pc"] as? Int == 0x10000A)
        #expect(event["instructions"] as? Int == 5)
    }

    /// What is traced is what runs untraced: the same state at the same count.
    @Test func beingWatchedChangesNothing() throws {
        func digest(_ arguments: [String]) throws -> Substring? {
            let outcome = try run(Self.program() + [0x90, 0x90], ["--stats"] + arguments)
            return outcome.diagnostics.split(separator: "\n").first { $0.hasPrefix("state digest") }
        }
        let plain = try #require(try digest([]))
        #expect(try digest(["--trace", "instructions"]) == plain)
    }

    @Test func anotherFilesRulesHold() throws {
        // OUT is refused at every level by an overlay: the first one faults, and nothing is printed.
        let scratch = try ScratchFolder()
        let overlay = try scratch.file("ia-32-no-out.isa", """
            machine ia-32-no-out "OUT traps always"
            extends ia-32

            replace instruction "OUT dx"
              listed
              opcode "EE" "EF"
              trap general-protection(0)

            """)
        let outcome = try run(Self.program(), ["--isa", overlay])
        #expect(outcome.status == .crashed, "\(outcome.diagnostics)")
        #expect(outcome.output == "")
        #expect(outcome.diagnostics.contains("#GP"))
    }

    @Test func limitsEndARun() throws {
        let outcome = try run([0xEB, 0xFE], ["--max-steps", "1000"])
        #expect(outcome.status == .limit)
        #expect(outcome.diagnostics.contains("1000 instructions"))
    }
}
