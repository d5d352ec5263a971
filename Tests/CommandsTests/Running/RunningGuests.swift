import Foundation
import Testing

@testable import Commands

@Suite struct RunningGuests {
    let scratch: ScratchFolder
    let timesharing = repositoryRoot + "/Lessons/guests/timesharing.s"

    init() throws {
        scratch = try ScratchFolder()
        _ = trapline(["new", "mine"], folder: scratch.path)
    }

    private func guest(_ code: String) throws -> String {
        let head = "        .machine mine\n        .org 0\n        .word 0, trap<<21 | 0x400, 0\n        .entry start\n"
        return try scratch.file("guest.s", head + code)
    }

    @Test func theStartingGuestRuns() {
        let outcome = trapline(["run", scratch.path + "/mine.s"])
        #expect(outcome.status == .holds)
        #expect(outcome.output == "supervisor mode\nuser mode\nthe program did something privileged: stopped\n")
        #expect(outcome.diagnostics.isEmpty)
    }

    @Test(arguments: ["vmm", "hvm", "interpret"], [1, 2])
    func outputIsTheBareMachines(monitor: String, depth: Int) throws {
        let bare = trapline(["run", timesharing], input: "popek")
        #expect(bare.status == .holds)
        #expect(bare.output.contains("POPEK"))
        let file = scratch.path + "/stats.json"
        let outcome = trapline(
            ["run", timesharing, "--monitor", monitor, "--depth", String(depth), "--stats-file", file], input: "popek")
        #expect(outcome.status == .holds)
        #expect(outcome.output == bare.output)
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(scratch.text("stats.json").utf8)) as? [String: Any])
        #expect(document["schema"] as? String == "trapline-run/1")
        let levels = try #require((document["guests"] as? [[String: Any]])?.first?["levels"] as? [[String: Any]])
        #expect(levels.count == depth)
        let direct = try #require(levels.last?["direct"] as? Int)
        let interpreted = try #require(levels.last?["interpreted"] as? Int)
        if monitor == "interpret" { #expect(direct == 0) } else { #expect(direct > 0) }
        if monitor == "vmm" { #expect(direct > interpreted) }
    }

    /// Its last lines are written to the board by instructions that all trap, one right after the other.
    @Test(arguments: [("bare", 1), ("vmm", 0), ("interpret", 1), ("hvm", 1)])
    func everyCharacterLeavesTheBoard(monitor: String, bit: Int) {
        let kernel = repositoryRoot + "/Lessons/guests/kernel-m68000.s"
        let outcome = trapline(["run", kernel, "--monitor", monitor], input: "x")
        #expect(outcome.status == .guest(0) || outcome.status == .holds)
        #expect(outcome.output.hasSuffix("bit S is \(bit)\n"), "\(outcome.output)")
    }

    /// Its long moves take a step for each byte and let no interrupt in between, so the timer's dots stand where a
    /// monitor has to wait for a register.
    @Test(arguments: ["vmm", "interpret"]) func interruptsWaitAsOnTheBareMachine(monitor: String) {
        let kernel = repositoryRoot + "/Lessons/guests/kernel-system-370.s"
        let bare = trapline(["run", kernel], input: "hello world")
        #expect(bare.output.contains("program: the sum is 5050\n"))
        #expect(bare.output.hasSuffix("kernel: the program has ended\n"))
        let outcome = trapline(["run", kernel, "--monitor", monitor], input: "hello world")
        #expect(outcome.output == bare.output)
    }

    @Test func theGuestsStatusIsOurs() throws {
        let path = try guest("start:  LA r1,7\n        HALT r1\ntrap:   HALT r1\n")
        #expect(trapline(["run", path]).status == .guest(7))
    }

    @Test func limitsEndARun() throws {
        let path = try guest("start:  JMP start\ntrap:   JMP trap\n")
        let steps = trapline(["run", path, "--max-steps", "1000"])
        #expect(steps.status == .limit)
        #expect(steps.diagnostics.contains("after 1000 instructions: --max-steps"))
        let time = trapline(["run", path, "--timeout", "0.05"])
        #expect(time.status == .limit)
        #expect(time.diagnostics.contains("--timeout"))
        #expect(trapline(["run", path], interruption: Interruption { true }).status == .interrupted)
    }

    @Test func aCrashIsAccountedFor() throws {
        // The new PSW leads to a cell that no instruction describes, in supervisor mode: it traps for ever.
        let path = try guest("start:  SVC 5\ntrap:   .word 0xFF000000\n")
        let outcome = trapline(["run", path, "--max-steps", "100000"])
        #expect(outcome.status == .crashed)
        for part in ["the guest crashed after", "traps for ever", "the last traps", "illegal-instruction", "registers:"] {
            #expect(outcome.diagnostics.contains(part), "\(part) in \(outcome.diagnostics)")
        }
    }

    @Test func tracesAreTextOrJSONLines() throws {
        let path = scratch.path + "/mine.s"
        let text = trapline(["run", path, "--trace", "traps,mode"])
        #expect(text.diagnostics.contains("trap: privileged-instruction at"))
        #expect(text.diagnostics.contains("mode: supervisor -> user"))
        let file = scratch.path + "/trace.jsonl"
        let json = trapline(["run", path, "--trace", "traps,instructions,mode", "--trace-format", "json", "--trace-file", file])
        #expect(json.output == trapline(["run", path]).output)
        let lines = try scratch.text("trace.jsonl").split(separator: "\n")
        var events: [String: Int] = [:]
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            events[try #require(object["event"] as? String), default: 0] += 1
        }
        #expect(Set(events.keys) == ["trap", "instruction", "mode"])
        let refused = trapline(["run", path, "--trace", "trap"])
        #expect(refused.status == .usage)
        #expect(refused.diagnostics.contains("did you mean 'traps'?"))
    }

    @Test func severalMachinesShareOne() throws {
        let path = scratch.path + "/mine.s"
        let looping = try guest("start:  JMP start\ntrap:   JMP trap\n")
        let outcome = trapline(
            ["run", path, "--vm", path, "--vm", looping, "--monitor", "vmm", "-m", "256", "--max-steps", "5000"])
        #expect(outcome.status == .limit)
        for guest in 0...1 {
            let own = outcome.outputLines.filter { $0.hasPrefix("vm\(guest)| ") }.map { $0.dropFirst(5) }
            #expect(own == ["supervisor mode", "user mode", "the program did something privileged: stopped"])
        }
    }

    @Test func costIsEstimated() {
        let outcome = trapline(["run", timesharing, "--monitor", "interpret", "--cost", "1,1000,40"])
        #expect(outcome.status == .holds)
        #expect(outcome.diagnostics.contains("estimated slowdown 40"))
        #expect(trapline(["run", timesharing, "--cost", "1,2"]).status == .usage)
    }

    @Test func assemblyAndDisassemblyAreInverse() throws {
        let image = scratch.path + "/t.img"
        #expect(trapline(["asm", timesharing, "-o", image]).status == .holds)
        let listing = trapline(["disasm", image])
        #expect(listing.status == .holds)
        let again = try scratch.file("again.s", listing.output)
        #expect(trapline(["asm", again, "-o", scratch.path + "/again.img"]).status == .holds)
        let cells = { (name: String) in
            try scratch.text(name).split(separator: "\n").filter { line in
                !["line ", "symbol ", "constant "].contains { line.hasPrefix($0) }
            }
        }
        #expect(try cells("t.img") == cells("again.img"))
        #expect(trapline(["run", image], input: "x").output == trapline(["run", timesharing], input: "x").output)
        let part = trapline(["disasm", image, "--start", "0x10", "--count", "4"])
        #expect(part.outputLines.filter { !$0.isEmpty }.count == 5)
    }

    @Test func optionsThatContradictAreRefused() {
        for arguments in [
            ["--depth", "2"], ["--monitor", "vmm", "--depth", "99"], ["--vm", timesharing], ["--timeout", "0"],
            ["--machine", "pdp-10", "--isa", "m68000"], ["--timeout", "nan"],
        ] {
            #expect(trapline(["run", timesharing] + arguments).status == .usage, "\(arguments)")
        }
        #expect(trapline(["run"]).status == .usage)
    }
}
