import Testing

@testable import Commands

@Suite struct UsageErrors {
    @Test(arguments: [
        ["chek", "third-generation"], ["check"], ["check", "x", "--formt", "json"], ["check", "x", "--format", "yaml"],
        ["check", "x", "--theorem", "4"], ["check", "x", "--theorem", "one"], ["check", "x", "--reading", "1974"],
        ["check", "x", "--fail-on", "always"], ["classify"], ["explain", "x"], ["diff", "x"],
        ["check"], ["check", "x", "--all"], ["crosscheck"], ["witness", "x"],
        ["verify"], ["new"], ["new", "1st"], ["new", "a b"], ["new", "../a"], ["new", ""], ["asm"], ["disasm"],
        ["run", "x.s", "--monitor", "kvm"], ["run", "x.s", "--max-steps", "-1"], ["run", "x.s", "--seed", "x"],
        ["run", "x.s", "--trace-format", "xml"], ["doctor", "now"], ["--frobnicate"],
    ])
    func isSixtyFourWithCauseAndRemedy(arguments: [String]) {
        let outcome = trapline(arguments)
        #expect(outcome.status == .usage)
        #expect(outcome.status.code == 64)
        #expect(outcome.output.isEmpty)
        let lines = outcome.diagnostics.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("trapline: ") == true)
        #expect(lines.last?.hasPrefix("  remedy: ") == true)
    }

    @Test func aNearCommandIsSuggested() {
        #expect(trapline(["clasify", "x"]).diagnostics.contains("did you mean 'trapline classify'?"))
    }

    @Test func anUnknownCommandIsNamed() {
        let outcome = trapline(["frobnicate", "x", "--deep"])
        #expect(outcome.diagnostics.hasPrefix("trapline: no command 'frobnicate'\n"))
    }

    @Test func possibleValuesAreAList() {
        let outcome = trapline(["check", "x", "--format", "yaml"])
        #expect(outcome.diagnostics.contains(": text, json, sarif, junit, markdown, csv, html\n"))
    }

    @Test func aNearOptionIsSuggested() {
        #expect(trapline(["check", "x", "--certificate", "d"]).diagnostics.contains("'--certificates'"))
    }

    @Test func everyStatusHasItsNumber() {
        let numbers: [(CommandStatus, Int32)] = [
            (.holds, 0), (.refuted, 1), (.undecided, 3), (.usage, 64), (.badInput, 65), (.noInput, 66),
            (.internalFault, 70), (.inputOutput, 74), (.limit, 124), (.crashed, 125), (.interrupted, 130),
            (.guest(7), 7),
        ]
        for (status, number) in numbers {
            #expect(status.code == number)
        }
    }
}
