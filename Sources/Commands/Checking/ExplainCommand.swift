import ArgumentParser
import ISALanguage

struct ExplainCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain on one screen what an instruction is: definitions, witness states, source.",
        discussion: """
            Exit codes:
              0    every class is decided
              3    some class is undecided
              64   usage             70   internal
              65   bad ISA file      74   input or output failed
              66   no such file or mnemonic
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("A path, or a name in ISA/.", valueName: "isa"))
    var machine: String

    @Argument(help: "The instruction: a mnemonic, or a variant as the ISA file writes it.")
    var mnemonic: String

    @Flag(name: .long, help: "Print the whole page: encoding, operands, every definition, every witness.")
    var long = false

    @OptionGroup var question: QuestionOptions
}

extension ExplainCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let asked = try MachineQuestion(machine, options: question, in: context)
        let variants = try asked.variants(mnemonic)
        let report = try asked.wholeReport(of: Set(variants.map(\.name)), in: context)
        if let reason = report.notApplicable {
            try context.output.line("\(report.name): the theorems do not apply: \(reason)")
            for variant in variants {
                try context.output.line()
                try context.output.write(PrintedPage.text(variant, in: asked.description))
            }
            return .undecided
        }
        var isFirst = true
        for variant in variants {
            guard let found = report.instruction(variant.name) else { continue }
            if !isFirst { try context.output.line("\n" + String(repeating: "-", count: 40) + "\n") }
            isFirst = false
            let explanation = Explanation(
                instruction: found, record: variant, report: report, description: asked.description,
                palette: context.terminal.outputPalette, columns: context.terminal.columns)
            for line in long ? explanation.wholeText() : explanation.screen() {
                try context.output.line(line)
            }
        }
        return ClassRows(report: report, shown: Set(variants.map(\.name))).isDecided ? .holds : .undecided
    }
}
