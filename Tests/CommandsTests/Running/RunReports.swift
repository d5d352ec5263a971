import Foundation
import Testing

@testable import Commands

/// What `run` reports: statistics, traces, limits, the cost model. Read against what the guest does.
@Suite struct RunReports {
    let scratch: ScratchFolder
    let timesharing = repositoryRoot + "/Lessons/guests/timesharing.s"
    let input = "Popek"

    init() throws { scratch = try ScratchFolder() }

    private func json(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(scratch.text(name).utf8)) as? [String: Any])
    }

    private func statistics(_ options: [String]) throws -> [String: Any] {
        let outcome = trapline(
            ["run", timesharing, "--stats-file", scratch.path + "/stats.json"] + options, input: input)
        #expect(outcome.status == .holds, "\(outcome.diagnostics)")
        return try #require((json("stats.json")["guests"] as? [[String: Any]])?.first)
    }

    private func levels(_ options: [String]) throws -> [[String: Any]] {
        try #require(statistics(options)["levels"] as? [[String: Any]])
    }

    private struct Event: Hashable {
        var kind: String
        var mode: String
        var mnemonic: String
    }

    /// The trace, an event a line.
    private func trace(_ subjects: String, _ options: [String] = []) throws -> [[String: Any]] {
        let file = scratch.path + "/trace.jsonl"
        let outcome = trapline(
            ["run", timesharing, "--trace", subjects, "--trace-format", "json", "--trace-file", file] + options,
            input: input)
        #expect(outcome.status == .holds)
        return try scratch.text("trace.jsonl").split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    // MARK: Statistics

    /// What each monitor says that it ran directly and interpreted is what the bare machine's trace has in the modes
    /// in which that monitor does so. A trapping instruction is traced and not completed: it is one more line, at
    /// the count at which the next is.
    @Test func countsAreTheBareTracesByMode() throws {
        let events = try trace("instructions,traps")
        var completed: [String: Int] = [:]
        var last: (count: Int, mode: String)?
        for event in events where event["event"] as? String == "instruction" {
            let count = try #require(event["instructions"] as? Int)
            if let last, last.count < count { completed[last.mode, default: 0] += 1 }
            last = (count, try #require(event["mode"] as? String))
        }
        // The halting instruction is the last one.
        if let last { completed[last.mode, default: 0] += 1 }
        let (user, supervisor) = (completed["user"] ?? 0, completed["supervisor"] ?? 0)
        #expect(user > 500 && supervisor > 500)
        #expect(try statistics([])["instructions"] as? Int == user + supervisor)

        let hybrid = try #require(levels(["--monitor", "hvm"]).first)
        #expect(hybrid["direct"] as? Int == user)
        #expect(hybrid["interpreted"] as? Int == supervisor)
        let interpreter = try #require(levels(["--monitor", "interpret"]).first)
        #expect(interpreter["direct"] as? Int == 0)
        #expect(interpreter["interpreted"] as? Int == user + supervisor)
        let monitor = try #require(levels(["--monitor", "vmm"]).first)
        let interpreted = try #require(monitor["interpreted"] as? Int)
        #expect(monitor["direct"] as? Int == user + supervisor - interpreted)
        // Only privileged instructions are interpreted, each as often as the bare machine completes it.
        let byName = try #require(monitor["interpretedByInstruction"] as? [String: Int])
        for (name, count) in byName {
            let mnemonic = name.prefix { $0 != " " }
            let traced = events.filter {
                $0["event"] as? String == "instruction" && ($0["text"] as? String)?.hasPrefix(mnemonic + " ") == true
            }
            #expect(traced.count == count, "\(name)")
            #expect(traced.allSatisfy { $0["mode"] as? String == "supervisor" })
        }
        #expect(byName.values.reduce(0, +) == interpreted)
    }

    /// By cause: every trap that the bare guest takes reaches the monitor as well, and beyond these only privileged
    /// instructions do.
    @Test func trapsAreThoseOfTheBareMachine() throws {
        let bare = try #require(statistics([])["traps"] as? [String: Int])
        let guest = try statistics(["--monitor", "vmm"])
        #expect(guest["traps"] as? [String: Int] == bare)
        let level = try #require((guest["levels"] as? [[String: Any]])?.first)
        var causes = try #require(level["trappedByCause"] as? [String: Int])
        #expect(causes.removeValue(forKey: "privileged-instruction") == level["interpreted"] as? Int)
        causes["timer-interrupt"] = bare["timer-interrupt"]
        #expect(causes == bare)
        #expect((level["exits"] as? [String: Int])?["trap"] == level["trapped"] as? Int)
    }

    @Test func thePrintedTableHasTheSameNumbers() throws {
        let level = try #require(levels(["--monitor", "vmm"]).first)
        let printed = trapline(["run", timesharing, "--monitor", "vmm", "--stats"], input: input).diagnostics
        let row = try #require(printed.split(separator: "\n").first { $0.hasPrefix("  1      vmm") })
        let numbers = row.split(separator: " ").dropFirst(2).compactMap { Int($0) }
        #expect(numbers.prefix(4) == [
            level["direct"] as? Int, level["trapped"] as? Int, level["interpreted"] as? Int, level["patched"] as? Int,
        ].compactMap { $0 }[...])
        #expect(printed.contains("supervisor-call"))
        #expect(printed.contains("state digest "))
    }

    /// Every level sees each trap once and only the topmost acts on it, so the exits grow with the depth.
    @Test(arguments: 0...4) func depthChangesNothingButTheExits(depth: Int) throws {
        let monitor = depth == 0 ? "bare" : "vmm"
        let options = ["--monitor", monitor, "--depth", String(depth)]
        let bare = trapline(["run", timesharing], input: input)
        #expect(trapline(["run", timesharing] + options, input: input).output == bare.output)
        let guest = try statistics(options)
        let own = try statistics([])
        #expect(guest["instructions"] as? Int == own["instructions"] as? Int)
        #expect(guest["stateDigest"] as? String == own["stateDigest"] as? String)
        let levels = try #require(guest["levels"] as? [[String: Any]])
        #expect(levels.count == depth)
        let trapped = levels.compactMap { $0["trapped"] as? Int }
        #expect(trapped.count == depth && Set(trapped).count <= 1)
        #expect(levels.dropLast().allSatisfy { $0["interpreted"] as? Int == 0 })
        #expect(depth == 0 || (levels.last?["interpreted"] as? Int ?? 0) > 0)
    }

    // MARK: Traces

    @Test func theTraceIsTheSameUnderAMonitor() throws {
        for subjects in ["traps,mode", "instructions"] {
            let bare = try trace(subjects)
            let monitored = try trace(subjects, ["--monitor", "vmm"])
            #expect(bare.count > 50 && bare.count == monitored.count)
            for (own, other) in zip(bare, monitored) where own as NSDictionary != other as NSDictionary {
                Issue.record("\(own) bare, \(other) under vmm")
                return
            }
        }
    }

    @Test func textAndJSONTellTheSame() throws {
        let events = try trace("traps,instructions,mode")
        let text = trapline(["run", timesharing, "--trace", "traps,instructions,mode"], input: input).diagnostics
            .split(separator: "\n")
        #expect(text.count == events.count)
        for (line, event) in zip(text, events) {
            #expect(line.hasPrefix("\(event["instructions"] as? Int ?? -1)  "))
            #expect(line.contains(event["text"] as? String ?? event["trap"] as? String ?? event["to"] as? String ?? "?"))
        }
    }

    @Test func nothingButWhatIsAskedForIsTraced() throws {
        for subject in ["traps", "instructions", "mode"] {
            let kinds = Set(try trace(subject).compactMap { $0["event"] as? String })
            #expect(kinds == [subject == "mode" ? "mode" : String(subject.dropLast())])
        }
    }

    // MARK: Limits

    @Test(arguments: ["bare", "vmm", "interpret"]) func aStepLimitIsExact(monitor: String) throws {
        let file = scratch.path + "/stats.json"
        for steps in [1, 77, 1000] {
            let outcome = trapline(
                ["run", timesharing, "--monitor", monitor, "--max-steps", String(steps), "--stats-file", file],
                input: input)
            #expect(outcome.status == .limit)
            let guest = try #require((json("stats.json")["guests"] as? [[String: Any]])?.first)
            #expect(guest["instructions"] as? Int == steps)
            #expect(guest["ending"] as? String == "step-limit")
            let bare = trapline(["run", timesharing, "--max-steps", String(steps)], input: input)
            #expect(outcome.output == bare.output)
        }
    }

    // MARK: Cost

    /// (direct * d + exits * e + interpreted * i) / (instructions * d), from the statistics of the same run.
    @Test func theCostIsWhatItsFormulaSays() throws {
        let guest = try statistics(["--monitor", "vmm", "--depth", "2", "--cost", "2,300,7"])
        let levels = try #require(guest["levels"] as? [[String: Any]])
        let total = try #require(guest["instructions"] as? Int)
        var cycles = Double(try #require(levels.first?["direct"] as? Int)) * 2
        for level in levels {
            cycles += Double(try #require(level["exits"] as? [String: Int]).values.reduce(0, +)) * 300
            cycles += Double(try #require(level["interpreted"] as? Int)) * 7
        }
        let slowdown = try #require(guest["slowdown"] as? Double)
        #expect(abs(slowdown - cycles / (Double(total) * 2)) < 1e-9)
        #expect(slowdown > 10)
        #expect(try statistics(["--cost", "1,1000,40"])["slowdown"] as? Double == 1)
        #expect(try statistics([])["slowdown"] is NSNull)
    }
}
