import Foundation
import Testing

@testable import Commands

/// `Lessons/guests/monitor.s`, the monitor in the machine's own code, runs guests and itself.
@Suite struct GuestMonitor {
    let scratch: ScratchFolder
    let timesharing = repositoryRoot + "/Lessons/guests/timesharing.s"
    let monitor = repositoryRoot + "/Lessons/guests/monitor.s"
    let input = "Popek and Goldberg"

    init() throws { scratch = try ScratchFolder() }

    private func expectBareOutput(_ arguments: [String]) {
        let bare = trapline(["run", timesharing], input: input)
        #expect(bare.status == .holds)
        #expect(bare.output.contains("no process left"))
        let outcome = trapline(["run"] + arguments, input: input)
        #expect(outcome.status == .holds, "\(arguments): \(outcome.diagnostics)")
        #expect(outcome.output == bare.output, "\(arguments)")
        #expect(outcome.diagnostics.isEmpty)
    }

    @Test(arguments: [1, 2, 3], [[], ["--monitor", "vmm"], ["--monitor", "hvm"], ["--monitor", "vmm", "--depth", "2"]])
    func itRunsTheGuestAndItself(levels: Int, options: [String]) {
        expectBareOutput(Array(repeating: monitor, count: levels) + [timesharing] + options)
    }

    @Test func imagesAreStackedLikeSources() {
        let image = scratch.path + "/monitor.img"
        #expect(trapline(["asm", monitor, "-o", image]).status == .holds)
        expectBareOutput([image, image, timesharing])
    }

    /// The guest's privileged instructions trap to the guest monitor, and its own supervisor calls are reflected.
    @Test func itIsAMonitorAndNoInterpreter() throws {
        func traps(_ guests: [String]) throws -> [String: Int] {
            let file = scratch.path + "/stats.json"
            #expect(trapline(["run"] + guests + ["--stats-file", file], input: input).status == .holds)
            let document = try JSONSerialization.jsonObject(with: Data(scratch.text("stats.json").utf8)) as? [String: Any]
            let guest = try #require((document?["guests"] as? [[String: Any]])?.first)
            return try #require(guest["traps"] as? [String: Int])
        }
        let bare = try traps([timesharing])
        let under = try traps([monitor, timesharing])
        #expect(bare["privileged-instruction"] == nil)
        #expect((under["privileged-instruction"] ?? 0) > 100)
        #expect(under["supervisor-call"] == bare["supervisor-call"])
        #expect(under["timer-interrupt"] == bare["timer-interrupt"])
    }

    @Test func aGuestLearnsOnlyOfItsOwnStorage() throws {
        // Counts how much storage there is by storing into it, and ends with the number of 64-cell blocks.
        let counting = try scratch.file("count.s", """
                    .machine third-generation
                    .org 0
                    .word 0, over<<31 | 0x8000, 0, 0
                    .entry start
            start:  LA   r1,64
            next:   ST   r2,0(r1)
                    LA   r1,64(r1)
                    JMP  next
            over:   SHR  r1,six
                    HALT r1
            six:    .word 6
            """)
        #expect(trapline(["run", counting, "-m", "4096"]).status == .guest(64))
        let under = trapline(["run", monitor, counting, "-m", "4096"])
        guard case .guest(let blocks) = under.status else {
            Issue.record("\(under.status): \(under.diagnostics)")
            return
        }
        #expect(blocks < 64 && blocks > 48)
    }

    @Test func errorsAreForPeople() throws {
        let noPlace = trapline(["run", timesharing, monitor])
        #expect(noPlace.status == .badInput)
        #expect(noPlace.diagnostics.contains("timesharing.s has no symbol 'guest', so there is no place in it for"))
        #expect(noPlace.diagnostics.contains("remedy:"))

        let small = trapline(["run", monitor, timesharing, "-m", "600"])
        #expect(small.status == .badInput)
        #expect(small.diagnostics.contains("timesharing.s: the image reaches address"))
        #expect(small.diagnostics.contains("storage has 600 cells"))

        let many = trapline(["run"] + Array(repeating: monitor, count: 17) + [timesharing])
        #expect(many.status == .usage)
        #expect(many.diagnostics.contains("18 guests"))

        let head = "        .machine third-generation\n        .entry start\n"
        let behind = try scratch.file("behind.s", head + "start:  JMP start\n        .word 0\nguest:  .word 1\n")
        let occupied = trapline(["run", behind, timesharing])
        #expect(occupied.status == .badInput)
        #expect(occupied.diagnostics.contains("behind.s has a cell of its own at 2, behind its symbol 'guest' (2)"))

        let zero = try scratch.file("zero.s", head + "guest = 0\nstart:  JMP start\n")
        #expect(trapline(["run", zero, timesharing]).diagnostics.contains("the symbol 'guest' is 0"))

        let other = trapline(["run", monitor, repositoryRoot + "/Lessons/guests/kernel-pdp-10.s"])
        #expect(other.status == .badInput)
        #expect(other.diagnostics.contains("is for pdp-10"))
    }

    // MARK: Theorem 2

    @Test func theorem2HoldsForItsCode() {
        let outcome = trapline(["check", "third-generation", "--theorem", "2", "--monitor-code", monitor])
        #expect(outcome.status == .holds)
        #expect(outcome.output.contains("the monitor's code, of "))
        #expect(outcome.output.contains("reads no clock"))
    }

    /// The same monitor, but it reads the interval timer where it could have done without.
    @Test func theorem2IsRefutedForCodeThatReadsTheTimer() throws {
        let source = try String(contentsOfFile: monitor, encoding: .utf8)
        let changed = source.replacingOccurrences(of: "trap:   ST   r0,regs\n", with: "trap:   ST   r0,regs\n        RTI  r0\n")
        #expect(changed != source)
        let path = try scratch.file("reads.s", changed)
        let outcome = trapline(["check", "third-generation", "--theorem", "2", "--monitor-code", path])
        #expect(outcome.status == .refuted)
        #expect(outcome.output.contains("the monitor's code uses 'RTI"))
        // That is Theorem 2's concern only.
        #expect(trapline(["check", "third-generation", "--theorem", "1", "--monitor-code", path]).status == .holds)
    }
}
