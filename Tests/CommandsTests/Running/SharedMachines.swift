import Foundation
import Testing

@testable import Commands

/// Several virtual machines on one real machine, time-shared.
@Suite struct SharedMachines {
    let scratch: ScratchFolder
    let timesharing = repositoryRoot + "/Lessons/guests/timesharing.s"

    init() throws { scratch = try ScratchFolder() }

    private func guest(_ name: String, _ code: String) throws -> String {
        let head = """
                    .machine third-generation
                    .org 0
                    .word 0, trap<<31 | 0x8000, 0, 0
                    .org 16
                    .entry start

            """
        return try scratch.file(name, head + code)
    }

    private struct Account: Equatable {
        var ending: String
        var instructions: Int
        var digest: String
    }

    /// What the statistics say of each guest, in order.
    private func accounts(_ arguments: [String]) throws -> (outcome: CommandOutcome, guests: [Account]) {
        let file = scratch.path + "/stats.json"
        let outcome = trapline(["run"] + arguments + ["--stats-file", file])
        let document = try JSONSerialization.jsonObject(with: Data(scratch.text("stats.json").utf8)) as? [String: Any]
        let guests = try #require(document?["guests"] as? [[String: Any]])
        return (outcome, try guests.map { guest in
            Account(
                ending: try #require(guest["ending"] as? String),
                instructions: try #require(guest["instructions"] as? Int),
                digest: try #require(guest["stateDigest"] as? String))
        })
    }

    private func lines(of guest: Int, in output: String) -> String {
        output.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { $0.hasPrefix("vm\(guest)| ") }.map { $0.dropFirst(5) + "\n" }.joined()
    }

    /// Whatever the others do, a guest prints and leaves what it prints and leaves alone: one that halts, one that
    /// never ends, one that stores everywhere it can think of, and one that crashes.
    @Test(arguments: ["vmm", "hvm", "interpret"]) func aGuestIsAsItIsAlone(monitor: String) throws {
        let halts = try guest("halts.s", "start:  LA r1,3\n        HALT r1\ntrap:   HALT r0\n")
        let loops = try guest("loops.s", "start:  LA r1,1(r1)\n        JMP start\ntrap:   JMP trap\n")
        // Every store traps sooner or later; the handler goes on with the next address, from both ends.
        let strays = try guest("strays.s", """
            start:  LA   r2,-1
            next:   ST   r2,0(r1)
                    LA   r1,97(r1)
                    JMP  next
            trap:   SUB  r1,far
                    JMP  next
            far:    .word 0x7F31
            """)
        let crashes = try guest("crashes.s", "start:  SVC 1\ntrap:   .word 0xFF0000000000\n")
        let options = ["--monitor", monitor, "-m", "2048", "--max-steps", "60000"]
        let files = [timesharing, halts, loops, strays, crashes, timesharing]
        let together = try accounts([files[0]] + files.dropFirst().flatMap { ["--vm", $0] } + options)
        #expect(together.guests.map(\.ending) == ["status", "status", "step-limit", "step-limit", "crashed", "status"])
        for (index, file) in files.enumerated() {
            let alone = try accounts([file] + options)
            #expect(together.guests[index] == alone.guests[0], "guest \(index) under \(monitor)")
            #expect(lines(of: index, in: together.outcome.output) == alone.outcome.output)
        }
        #expect(lines(of: 0, in: together.outcome.output).contains("no process left"))
        // The first status that is not 0 is the command's.
        #expect(together.outcome.status == .guest(3))
    }

    @Test func storageIsDividedOrRefused() throws {
        // 32768 cells, less what the monitor keeps, hold fifteen guests of 2048 cells and not sixteen.
        let halts = try guest("halts.s", "start:  HALT r0\ntrap:   HALT r0\n")
        func run(_ count: Int) -> CommandOutcome {
            trapline(
                ["run", halts, "--monitor", "vmm", "-m", "2048"]
                    + Array(repeating: ["--vm", halts], count: count - 1).flatMap { $0 })
        }
        #expect(run(15).status == .holds)
        let refused = run(16)
        #expect(refused.status == .usage)
        #expect(refused.diagnostics.contains("guests and monitors need"))
        #expect(refused.diagnostics.contains("remedy: give the guest less (-m)"))
    }

    @Test func guestsOfDifferentMachinesAreRefused() {
        let outcome = trapline(
            ["run", timesharing, "--vm", repositoryRoot + "/Lessons/guests/kernel-m68000.s", "--monitor", "vmm"])
        #expect(outcome.status == .badInput)
        #expect(outcome.diagnostics.contains("kernel-m68000.s is for m68000, "))
    }

    @Test func theKeyboardIsTheFirstGuests() {
        let arguments = ["run", timesharing, "--vm", timesharing, "--monitor", "vmm", "-m", "2048"]
        let outcome = trapline(arguments, input: "keys")
        #expect(outcome.status == .holds)
        #expect(lines(of: 0, in: outcome.output) == trapline(["run", timesharing], input: "keys").output)
        #expect(lines(of: 1, in: outcome.output) == trapline(["run", timesharing]).output)
    }
}
