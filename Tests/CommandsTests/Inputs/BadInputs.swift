import Foundation
import Testing

@testable import Commands

/// What is not there, or is not what it should be: the exit code, one line of cause, one of remedy.
@Suite struct BadInputs {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func expectRefusal(_ outcome: CommandOutcome, _ status: CommandStatus, _ parts: String...) {
        #expect(outcome.status == status)
        #expect(outcome.output.isEmpty)
        #expect(!outcome.diagnostics.isEmpty)
        for part in parts {
            #expect(outcome.diagnostics.contains(part), "\(part) in: \(outcome.diagnostics)")
        }
    }

    @Test func missingFiles() {
        expectRefusal(trapline(["check", "thrid-generation"]), .noInput, "did you mean 'third-generation'?")
        expectRefusal(trapline(["check", "./none.isa"]), .noInput, "no machine './none.isa'", "remedy:")
        expectRefusal(trapline(["run", "none.s"]), .noInput, "'none.s'", "remedy:")
        expectRefusal(trapline(["asm", "none.s"]), .noInput, "'none.s'")
        expectRefusal(trapline(["disasm", "none.img"]), .noInput, "'none.img'")
        expectRefusal(trapline(["verify", "none"]), .noInput, "'none'")
    }

    @Test func emptyFilesAndFolders() throws {
        let empty = try scratch.file("empty", "")
        expectRefusal(trapline(["check", empty]), .badInput, "is empty", "remedy:")
        expectRefusal(trapline(["run", empty]), .badInput, "an empty file", "remedy:")
        expectRefusal(trapline(["check", scratch.path]), .badInput, "a folder without a machine.isa")
        expectRefusal(trapline(["run", scratch.path]), .badInput, "is a directory")
        expectRefusal(trapline(["verify", empty]), .badInput, "is not a folder")
        expectRefusal(trapline(["verify", scratch.path]), .refuted, "rejected")
    }

    @Test func filesOfOtherKindsAreNamed() throws {
        let elf = try scratch.file("kernel", bytes: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0])
        expectRefusal(trapline(["run", elf]), .badInput, "a 64-bit ELF file", "remedy:")
        let gzip = try scratch.file("guest.gz", bytes: [0x1F, 0x8B, 8, 0])
        expectRefusal(trapline(["run", gzip]), .badInput, "gzip-compressed data", "unpack it first")
        let text = try scratch.file("guest.txt", "hello\n")
        expectRefusal(trapline(["run", text]), .badInput, "names no machine", ".machine NAME")
        let machine = try scratch.file("m.isa", TinyMachine.text())
        expectRefusal(trapline(["run", machine]), .badInput, "an ISA file")
        let source = try scratch.file("g.s", "        .machine third-generation\n        HALT r0\n")
        expectRefusal(trapline(["check", source]), .badInput, "an assembly source, not an ISA file", "trapline run")
    }

    @Test func anUnreadableFile() throws {
        let path = try scratch.file("secret.isa", "machine m")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        // A superuser may read everything.
        guard !FileManager.default.isReadableFile(atPath: path) || geteuid() != 0 else { return }
        expectRefusal(trapline(["check", path]), .noInput, "permission denied", "chmod")
    }

    @Test func aMalformedMachineIsShownWithACaret() throws {
        let text = TinyMachine.text().replacingOccurrences(of: "r[d] <- zext(user, 32)", with: "r[d] <- zext(usr, 32)")
        let path = try scratch.file("bad.isa", text)
        expectRefusal(trapline(["check", path]), .badInput, "bad.isa:", "error:", "^", "did you mean 'user'?")
        let line = try #require(text.components(separatedBy: "\n").firstIndex { $0.contains("zext(usr") })
        #expect(trapline(["check", path]).diagnostics.contains("bad.isa:\(line + 1):"))
    }

    @Test func anUnknownMnemonicIsShownInTheSource() throws {
        _ = trapline(["new", "mine"], folder: scratch.path)
        let source = try scratch.file("g.s", "        .machine mine\n        .org 0\n        LDD r1,5\n")
        expectRefusal(trapline(["asm", source]), .badInput, "g.s:3:9:", "no instruction 'LDD'", "did you mean '")
    }

    @Test func anImageThatDoesNotFit() throws {
        let guest = repositoryRoot + "/Lessons/guests/timesharing.s"
        expectRefusal(trapline(["run", guest, "-m", "64"]), .badInput, "storage has 64 cells", "-m ")
        expectRefusal(trapline(["run", guest, "-m", "8"]), .usage, "fewer than any")
        expectRefusal(trapline(["run", guest, "-m", "1M"]), .usage, "at most 32768")
        expectRefusal(trapline(["run", guest, "-m", "lots"]), .usage, "no size of storage")
    }

    @Test func aCutImage() throws {
        let guest = repositoryRoot + "/Lessons/guests/timesharing.s"
        let image = scratch.path + "/t.img"
        #expect(trapline(["asm", guest, "-o", image]).status == .holds)
        let whole = try scratch.text("t.img")
        try scratch.file("t.img", String(whole.prefix(whole.count / 2)))
        expectRefusal(trapline(["run", image]), .badInput, "t.img:", "cut off", "remedy:")
    }

    @Test func filesThatCannotBeWritten() throws {
        let guest = repositoryRoot + "/Lessons/guests/timesharing.s"
        expectRefusal(trapline(["asm", guest, "-o", "/dev/full"]), .inputOutput, "no space left on device", "remedy:")
        expectRefusal(trapline(["asm", guest, "-o", "/none/t.img"]), .inputOutput, "'/none/t.img'", "create the folder")
        expectRefusal(trapline(["run", guest, "--stats-file", "/none/s"]), .inputOutput, "'/none/s'")
        expectRefusal(trapline(["run", guest, "--trace", "traps", "--trace-file", "/none/t"]), .inputOutput, "'/none/t'")
    }

    @Test func newRefusesToOverwrite() throws {
        #expect(trapline(["new", "mine"], folder: scratch.path).status == .holds)
        #expect(scratch.names == ["mine.isa", "mine.s"])
        let before = try scratch.text("mine.isa")
        expectRefusal(trapline(["new", "mine"], folder: scratch.path), .inputOutput, "is there already")
        #expect(try scratch.text("mine.isa") == before)
    }
}
