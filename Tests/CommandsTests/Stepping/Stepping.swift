import Testing

@testable import Classroom
@testable import Commands

@Suite struct Stepping {
    let scratch: ScratchFolder
    let timesharing = repositoryRoot + "/Lessons/guests/timesharing.s"

    init() throws { scratch = try ScratchFolder() }

    private func lines(_ commands: String, _ options: [String]) -> [String] {
        let outcome = trapline(["step", timesharing, "--plain"] + options, input: commands)
        #expect(outcome.status == .holds, "\(outcome.diagnostics)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test func aTrapIsOpenedInSentences() throws {
        let input = try scratch.file("input", "Hello\n")
        let lines = lines("next\ninto\ninto\ninto\nquit\nstep\n", ["--monitor", "vmm", "--input", input])
        #expect(lines.contains("step 5 was OUT r4 at 0x89"))
        #expect(lines.contains { $0.contains("hardware: the processor traps: privileged-instruction at 0x89") })
        #expect(lines.contains { $0.hasPrefix("3 of 6, routine, ") && $0.contains("trap privileged-instruction when user = 1") })
        #expect(!lines.contains { $0.hasPrefix("step 6") }, "nothing is done behind 'quit'")
    }

    @Test func goingBackSaysTheSameAsGoingForward() throws {
        let input = try scratch.file("input", "Hello\n")
        let options = ["--monitor", "vmm", "--depth", "2", "--input", input]
        let there = lines("go 213\n", options)
        let back = lines("go 3000\ngo 213\n", options)
        let answer = there.drop { !$0.hasPrefix("step 213") }
        #expect(answer.count > 10)
        #expect(Array(back.suffix(answer.count)) == Array(answer))
    }

    @Test func theFirstDifferenceIsFound() throws {
        let guest = repositoryRoot + "/Lessons/guests/kernel-pdp-10.s"
        let outcome = trapline(["step", guest, "--plain", "--monitor", "vmm", "--input", "/dev/null"], input: "diverge\n")
        #expect(outcome.status == .holds)
        #expect(outcome.diagnostics.contains("against the verdict"))
        #expect(outcome.output.contains("here the two come apart, by JRST 1"))
        #expect(outcome.output.contains("user is 1 bare and 0 under the monitor"))
    }

    @Test func nonsenseIsRefusedWithARemedy() {
        let lines = lines("stop\nbrek x\ngo there\nto a\nprint 99999999999\n", ["--input", "/dev/null"])
        #expect(lines.contains("there is no command 'stop': did you mean 'step'?"))
        #expect(lines.contains { $0.contains("did you mean 'break'?") })
        #expect(lines.contains("'there' is no step: give a number, +N or -N"))
        #expect(lines.contains("there is no mark 'a'"))
        #expect(lines.contains { $0.hasPrefix("'99999999999' is no cell") })
        #expect(trapline(["step", timesharing, "--memory", "lots"]).status == .usage)
        #expect(trapline(["step", "nowhere.s"]).status == .noInput)
        #expect(trapline(["step"]).status == .usage)
    }

    @Test func typingAndMemory() {
        let lines = lines("run\ntype abc\\n\nrun\nback\nmark a\nstep\nto a\n", ["--memory", "4M"])
        #expect(lines.contains { $0.contains("the guest waits for input") })
        #expect(lines.contains { $0.hasPrefix("typed 4 characters") })
        #expect(lines.contains { $0.hasPrefix("mark a at step") })
    }

    @Test(arguments: [(80, 24), (60, 20), (133, 50)])
    func theScreenFits(columns: Int, rows: Int) throws {
        var command = try StepCommand.parse([timesharing, "--monitor", "vmm", "--input", "/dev/null"])
        command.plain = true
        let session = try SteppingSession(command, memory: 1 << 26, in: testContext())
        for argument in ["0", "5", "213", "3000"] {
            _ = try session.stepper.perform(.go, argument)
            for pane in 0..<3 {
                let screen = StepperScreen(session: session, columns: columns, rows: rows, palette: .plain)
                let lines = screen.lines(bottom: ("a message", "keys"))
                #expect(lines.count == rows, "pane \(pane) at \(argument)")
                #expect(lines.allSatisfy { displayWidth($0) == columns })
                #expect(lines.contains { $0.hasPrefix("> ") })
                _ = try session.stepper.perform(.view)
            }
            _ = try session.stepper.perform(.into)
            let open = StepperScreen(session: session, columns: columns, rows: rows, palette: .plain)
            #expect(open.lines(bottom: ("", "")).count == rows)
        }
    }

    @Test(arguments: [
        ("s", "s"), ("\u{1B}[A", "up"), ("\u{1B}OC", "right"), ("\u{1B}[15~", "F5"), ("\u{1B}[21~", "F10"),
        ("\u{1B}[23;2~", "shift-F11"), ("\u{1B}[[A", "F1"), ("\u{1B}OP", "F1"), ("\u{1B}", "escape"), ("\r", "enter"),
        ("\t", "tab"), ("\u{3}", "ctrl-c"), ("ж", "ж"), ("\u{1B}[99~", "unknown"), ("\u{1B}[", "unknown"),
    ])
    func keysHaveNames(bytes: String, name: String) {
        let input = InputStream(bytes: Array(bytes.utf8))
        var left = bytes.utf8.count
        let reader = KeyReader(
            next: {
                left -= 1
                return input.next()
            }, follows: { left > 0 })
        #expect(reader.key() == name)
    }
}
