import ArgumentParser

struct ClassifyCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Print the table of classes, one row per instruction variant.",
        discussion: """
            Columns: machine, mnemonic, variant, privileged, control, location, mode, resource, joint, \
            trap, user, timing, verdict, evidence.

            Exit codes:
              0    every row is decided
              3    some row is undecided
              64   usage             70   internal
              65   bad ISA file      74   input or output failed
              66   no such file or mnemonic
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("A path, or a name in ISA/.", valueName: "isa"))
    var machine: String

    @Argument(help: ArgumentHelp("Only these instructions.", valueName: "mnemonic"))
    var mnemonics: [String] = []

    @OptionGroup var question: QuestionOptions

    @Option(name: .long, help: "How the table is written to standard output.")
    var format: TableFormat = .text
}

extension ClassifyCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let asked = try MachineQuestion(machine, options: question, in: context)
        let shown = mnemonics.isEmpty ? nil : Set(try mnemonics.flatMap { try asked.variants($0).map(\.name) })
        let report = try asked.wholeReport(of: shown, in: context)
        let rows = ClassRows(report: report, shown: shown)
        try context.output.write(rows.text(format, palette: context.terminal.outputPalette))
        if let reason = report.notApplicable {
            throw Failure(.undecided, "\(report.name): the theorems do not apply: \(reason)",
                remedy: "the classes are those of Popek and Goldberg, who ask for two modes and a trap mechanism")
        }
        return rows.isDecided ? .holds : .undecided
    }
}
