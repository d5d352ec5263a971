import ArgumentParser

struct DoctorCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell what this host offers, and what is missing.",
        discussion: """
            Exit codes:
              0    everything that Trapline needs is here
              1    something that it needs is missing; the remedy is printed
            """)

    func perform(in context: Context) throws -> CommandStatus {
        let findings = HostExamination(context).findings()
        let palette = context.terminal.outputPalette
        var table = TextTable(["", "", "", ""])
        for finding in findings {
            table.append([finding.state.mark, finding.subject, finding.found, finding.remedy])
        }
        for line in table.lines() {
            try context.output.line(line)
        }
        let missing = findings.filter { $0.state == .missing }.count
        try context.output.line("")
        if missing == 0 {
            try context.output.line(palette.paint("Trapline has all that it needs.", .success))
            return .holds
        }
        try context.output.line(palette.paint("Missing: \(missing).", .failure))
        return .refuted
    }
}
