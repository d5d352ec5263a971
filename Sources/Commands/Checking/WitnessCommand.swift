import ArgumentParser
import ISALanguage
import Monitor
import Virtualizability

struct WitnessCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Run the guest program that refutes the theorem, bare and under the monitor.",
        discussion: """
            Prints the program and the first point at which the two runs differ. Where the instruction \
            refutes nothing there is no such program, and the command says so.

            Exit codes:
              0    no divergence: nothing about this instruction refutes Theorem 1
              1    the runs differ, as printed
              3    undecided: a refutation is known, but no program of a few instructions shows it
              64   usage             70   internal
              65   bad ISA file      74   input or output failed
              66   no such file or mnemonic
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("A path, or a name in ISA/.", valueName: "isa"))
    var machine: String

    @Argument(help: "The instruction: a mnemonic, or a variant as the ISA file writes it.")
    var mnemonic: String

    @OptionGroup var question: QuestionOptions
}

extension WitnessCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let asked = try MachineQuestion(machine, options: question, in: context)
        let variants = try asked.variants(mnemonic)
        let report = try asked.wholeReport(of: Set(variants.map(\.name)), in: context)
        if let reason = report.notApplicable {
            try context.output.line("\(report.name): the theorems do not apply: \(reason)")
            return .undecided
        }
        var worst = CommandStatus.holds
        for variant in variants {
            guard let found = report.instruction(variant.name) else { continue }
            let status = try witness(found, report, asked.description, in: context)
            if status == .refuted || worst == .holds { worst = status }
        }
        return worst
    }

    private func witness(
        _ instruction: InstructionReport, _ report: MachineReport, _ description: MachineDescription,
        in context: Context
    ) throws -> CommandStatus {
        let output = context.output
        let title = "\(report.name): \(instruction.name)"
        guard let program = report.guestPrograms.first(where: { $0.instruction == instruction.name }) else {
            if instruction.direct.verdict == .holds {
                let why = instruction.isOffending
                    ? "it does not meet Theorem 1's condition, and yet its square holds"
                    : "\(instruction.verdict)"
                try output.line("\(title): no guest program diverges (\(why))")
                return .holds
            }
            let reason = instruction.direct.verdict.reason.map { ": \($0)" } ?? ""
            let square = instruction.direct.verdict.word
            try output.line("\(title): no program is known; the direct square is \(square)\(reason)")
            return .undecided
        }
        let handlings = Dictionary(
            report.policy.compactMap { entry in
                description.state.firstIndex { $0.name == entry.component }.map { (StateID($0), entry.handling) }
            }, uniquingKeysWith: { first, _ in first })
        try output.line(context.terminal.outputPalette.paint("\(title): \(program.summary)", .strong))
        for line in ProgramListing(program, of: description).lines() { try output.line(line) }
        let run = DivergenceRun(program: program, description: description, handlings: handlings)
        guard let divergence = try run.divergence() else {
            try output.line("the two runs agree for \(program.steps) steps: no divergence under this monitor")
            return .undecided
        }
        try output.line("run bare and under vmm, they first differ \(divergence.text(in: description))")
        return .refuted
    }
}
