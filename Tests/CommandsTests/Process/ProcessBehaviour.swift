import Foundation
import Testing

@testable import Commands

/// The built executable from outside.
@Suite struct ProcessBehaviour {
    @Test func helpIsQuickAndClean() throws {
        let outcome = try TraplineProcess.run(["--help"])
        #expect(outcome.code == 0)
        #expect(outcome.diagnostics.isEmpty)
        #expect(outcome.output == trapline(["--help"]).output)
    }

    @Test func aClosedPipeIsQuiet() throws {
        // Enough text that the pipe fills: the reader goes away after one line.
        let outcome = try TraplineProcess.shell(
            "for i in 1 2 3 4 5 6 7 8; do $TRAPLINE run --help; done | head -1; "
                + "$TRAPLINE run --help | true; echo ${PIPESTATUS[0]} >&2")
        #expect(outcome.output.hasPrefix("OVERVIEW"))
        #expect(outcome.diagnostics == "74\n" || outcome.diagnostics == "0\n")
    }

    @Test func aClosedPipeHasItsCode() throws {
        // A pipe whose reading end is closed before anything is written.
        let outcome = try TraplineProcess.shell("sleep 0.2 | { exec 3>&1; }; "
            + "{ sleep 0.3; $TRAPLINE --help; echo $? >&2; } | true; sleep 0.6")
        #expect(outcome.diagnostics == "74\n")
    }

    @Test func aFullDiskIsSeventyFour() throws {
        let outcome = try TraplineProcess.shell("$TRAPLINE --help > /dev/full")
        #expect(outcome.code == 74)
        let lines = outcome.diagnostics.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first == "trapline: cannot write standard output: no space left on device")
    }

    @Test func closedStandardStreamsDoNotCrash() throws {
        let outcome = try TraplineProcess.shell("$TRAPLINE --help <&- >&- 2>&-; echo $?")
        #expect(outcome.output == "74\n" || outcome.output == "0\n")
    }
}

/// Ctrl-C in the middle of things.
@Suite(.serialized) struct Interruptions {
    @Test func inTheMiddleOfARun() throws {
        let scratch = try ScratchFolder()
        _ = trapline(["new", "mine"], folder: scratch.path)
        let path = try scratch.file("loop.s", "        .machine mine\n        .entry start\nstart:  JMP start\n")
        let running = try RunningTrapline(["run", path, "--stats-file", scratch.path + "/stats.json"])
        running.waitUntilItListens()
        usleep(300_000)
        running.interrupt()
        let outcome = running.finish(limit: 20)
        #expect(outcome.code == 130)
        #expect(outcome.diagnostics.contains("interrupted after"))
        // The statistics up to then are whole; nothing temporary is left.
        #expect(try scratch.text("stats.json").contains("\"interrupted\""))
        #expect(scratch.names == ["loop.s", "mine.isa", "mine.s", "stats.json"])
    }

    /// The machine with the longest check, so that the interruption finds it at work on any host.
    @Test func inTheMiddleOfACheck() throws {
        let scratch = try ScratchFolder()
        let running = try RunningTrapline(["check", "m68000", "--certificates", scratch.path + "/certificates"])
        running.waitUntilItListens()
        running.interrupt()
        let outcome = running.finish(limit: 60)
        #expect(outcome.code == 130)
        #expect(outcome.output.hasPrefix("m68000: "))
        #expect(outcome.diagnostics.contains("interrupted"))
        #expect(scratch.names == [])
    }
}
