import Foundation
import Testing

/// `--snapshot`, `--restore` and Ctrl-A s, by the program itself: what goes on is what was left.
@Suite struct SnapshotRuns {
    /// Counts in a loop, and in storage: ever another state.
    private static let counting: [UInt8] = [
        0x40, 0x89, 0x05, 0x00, 0x20, 0x00, 0x00,  // INC EAX; MOV [0x2000],EAX
        0x69, 0xD8, 0x0D, 0x66, 0x19, 0x00, 0x01, 0xD9,  // IMUL EBX,EAX,0x19660D; ADD ECX,EBX
        0xEB, 0xEF,
    ]
    /// Waits for a key, and prints it with the number of keys so far added; at "q" leaves with that number.
    private static let echoing: [UInt8] = [
        0x66, 0xBA, 0xFD, 0x03, 0xEC, 0xA8, 0x01, 0x74, 0xF7,  // MOV DX,0x3FD; IN AL,DX; TEST AL,1; JZ back
        0x66, 0xBA, 0xF8, 0x03, 0xEC, 0x3C, 0x71, 0x74, 0x06,  // MOV DX,0x3F8; IN AL,DX; CMP AL,"q"; JE leave
        0x43, 0x00, 0xD8, 0xEE, 0xEB, 0xE8,  // INC EBX; ADD AL,BL; OUT DX,AL; JMP back
        0x88, 0xD8, 0x66, 0xBA, 0xF4, 0x00, 0xEE, 0xEB, 0xFE,  // leave: MOV AL,BL; MOV DX,0xF4; OUT DX,AL
    ]

    private static let machine = ["--flat-mode", "32", "-m", "2M", "-nographic"]

    private func digest(_ outcome: TraplineProcess.Outcome) -> Substring? {
        outcome.diagnostics.split(separator: "\n").first { $0.hasPrefix("state digest") }
    }

    @Test func aRunThatIsLeftAndTakenUpEndsAsOneThatIsNot() throws {
        let scratch = try ScratchFolder()
        let guest = try scratch.file("guest.bin", bytes: Self.counting)
        let file = scratch.path + "/machine"
        let whole = try TraplineProcess.run(
            ["run", "-kernel", guest] + Self.machine + ["--max-steps", "900000", "--stats"])
        let wanted = try #require(digest(whole), "\(whole.diagnostics)")
        let half = try TraplineProcess.run(
            ["run", "-kernel", guest] + Self.machine + ["--max-steps", "123457", "--stats", "--snapshot", file])
        #expect(half.code == 124)
        #expect(digest(half) != wanted)
        let rest = try TraplineProcess.run(
            ["run", "-m", "2M", "--restore", file, "--max-steps", "900000", "--stats"])
        #expect(rest.code == 124, "\(rest.diagnostics)")
        #expect(digest(rest) == wanted)
    }

    @Test func aKeyWritesTheMachineAndTheRunGoesOn() throws {
        let scratch = try ScratchFolder()
        let guest = try scratch.file("guest.bin", bytes: Self.echoing)
        let file = scratch.path + "/machine"
        let first = try TraplineTerminal(["run", "-kernel", guest] + Self.machine + ["--snapshot", file])
        #expect(first.waitUntilItListens())
        first.type(Array("aaa".utf8))
        #expect(first.wait { first.screen.hasSuffix("bcd") }, "\(first.screen)")
        // Ctrl-A s
        first.type([1, UInt8(ascii: "s")])
        #expect(first.wait { first.diagnostics.contains("the machine is written to") }, "\(first.diagnostics)")
        first.type(Array("aa".utf8))
        #expect(first.wait { first.screen.hasSuffix("bcdef") }, "\(first.screen)")
        first.type(Array("q".utf8))
        #expect(first.end() == 11, "\(first.diagnostics)")
        #expect(first.isRestored)

        // The machine with three keys behind it goes on with a fourth, and again from the same file.
        for _ in 0..<2 {
            let second = try TraplineTerminal(["run", "-m", "2M", "--restore", file])
            #expect(second.waitUntilItListens())
            second.type(Array("aa".utf8))
            #expect(second.wait { second.screen.hasSuffix("ef") }, "\(second.screen)")
            #expect(!second.screen.contains("b"))
            second.type(Array("q".utf8))
            #expect(second.end() == 11, "\(second.diagnostics)")
        }
    }

    @Test func leavingWritesTheMachineToo() throws {
        let scratch = try ScratchFolder()
        let guest = try scratch.file("guest.bin", bytes: Self.echoing)
        let file = scratch.path + "/machine"
        let first = try TraplineTerminal(["run", "-kernel", guest] + Self.machine + ["--snapshot", file])
        #expect(first.waitUntilItListens())
        first.type(Array("a".utf8))
        #expect(first.wait { first.screen.hasSuffix("b") })
        // Ctrl-A x
        first.type([1, UInt8(ascii: "x")])
        #expect(first.end() == 0, "\(first.diagnostics)")
        #expect(first.isRestored)
        let second = try TraplineProcess.run(["run", "-m", "2M", "--restore", file, "--timeout", "30"], input: "aq")
        #expect(second.output == "c")
        #expect(second.code == 5, "\(second.diagnostics)")
    }

    @Test func anotherMachineFileAndADamagedFileAreRefused() throws {
        let scratch = try ScratchFolder()
        let guest = try scratch.file("guest.bin", bytes: Self.counting)
        let file = scratch.path + "/machine"
        _ = try TraplineProcess.run(
            ["run", "-kernel", guest] + Self.machine + ["--max-steps", "5000", "--snapshot", file, "--isa", "x86-64-popf"])
        let restore = ["run", "-m", "2M", "--restore", file, "--max-steps", "6000"]
        let same = try TraplineProcess.run(restore + ["--isa", "x86-64-popf"])
        #expect(same.code == 124, "\(same.diagnostics)")
        let other = try TraplineProcess.run(restore)
        #expect(other.code == 65)
        for words in ["instructions of 'x86-64-popf'", "this one has those of 'x86-64'", "remedy:", "--isa"] {
            #expect(other.diagnostics.contains(words), "\(words): \(other.diagnostics)")
        }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        bytes[bytes.count / 2] ^= 4
        let damaged = try scratch.file("damaged", bytes: bytes)
        let refused = try TraplineProcess.run(
            ["run", "-m", "2M", "--restore", damaged, "--isa", "x86-64-popf", "--max-steps", "6000"])
        #expect(refused.code == 65)
        #expect(refused.output == "")
        #expect(refused.diagnostics.contains("its bytes are not those that were written"), "\(refused.diagnostics)")
        #expect(refused.diagnostics.contains("remedy:"))
    }
}
