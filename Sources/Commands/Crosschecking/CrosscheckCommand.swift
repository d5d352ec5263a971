import ArgumentParser
import Virtualizability

struct CrosscheckCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "crosscheck",
        abstract: "Compare a RISC-V machine with access tables of the RISC-V unified database.",
        discussion: """
            Reads every .yaml file below FOLDER that describes an instruction with an 'access' table, or a \
            control and status register with its 'priv_mode', and compares what it says of user mode with \
            what is derived from the ISA file: 'never' must never complete, 'always' and 'sometimes' must.

            A difference that is explained stands in 'crosscheck.txt' beside the machine's file: a line \
            'NAME: reason' each.

            Exit codes:
              0    no difference, or every difference is explained
              1    some difference is not explained
              3    nothing was compared
              64   usage             70   internal
              65   bad ISA file or table
              66   no such file      74   input or output failed
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("A folder with tables, or one table.", valueName: "folder"))
    var tables: String

    @Option(name: .long, help: ArgumentHelp("The machine: a path, or a name in ISA/.", valueName: "isa"))
    var isa = "riscv"

    @Option(name: .long, help: "How the comparison is written.")
    var format: CrosscheckFormat = .text

    @Flag(name: .long, help: "Show what agrees, too.")
    var all = false

    @OptionGroup var question: QuestionOptions
}

enum CrosscheckFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension CrosscheckCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let asked = try MachineQuestion(isa, options: question, in: context)
        let entries = try AccessTableFolder(path: tables).entries(in: context)
        let reasons = try ExplainedDifferences(beside: MachineCatalogue(context).path(for: isa))
        let described = DescribedAccess(asked.description)
        var variants: Set<String> = []
        for entry in entries { variants.formUnion(described.variants(of: entry)) }
        let report = try asked.wholeReport(of: variants, in: context)
        if let reason = report.notApplicable {
            throw Failure(.undecided, "\(report.name) has no user mode to compare: \(reason)",
                remedy: "name a machine with modes by --isa")
        }
        let rows = entries.map { described.compare($0, report, reasons) }
        switch format {
        case .text: try write(rows, report.name, in: context)
        case .json: try context.output.write(json(rows, report.name))
        }
        for name in reasons.names.subtracting(rows.filter { $0.outcome == .explained }.map(\.name)).sorted()
        where rows.contains(where: { $0.name == name }) {
            context.note("'\(name)' is explained in \(reasons.path), but there is no difference")
        }
        if rows.contains(where: { $0.outcome == .differs }) { return .refuted }
        return rows.contains { $0.outcome != .absent } ? .holds : .undecided
    }

    private func write(_ rows: [AccessComparison], _ machine: String, in context: Context) throws {
        let palette = context.terminal.outputPalette
        let count = { (outcome: AccessComparison.Outcome) in rows.count { $0.outcome == outcome } }
        let summary = "\(machine): \(rows.count) entries: \(count(.agrees)) agree, \(count(.differs)) differ, "
            + "\(count(.explained)) differ and are explained, \(count(.absent)) are not in the ISA file"
        try context.output.line(palette.paint(summary, count(.differs) == 0 ? .success : .failure))
        var table = TextTable(["", "entry", "the table", "the ISA file", ""])
        for row in rows where all || row.outcome != .agrees {
            table.append([row.outcome.rawValue, row.name, row.claimed, row.derived, row.reason])
        }
        for line in table.lines(palette: palette, indent: 2) { try context.output.line(line) }
    }

    private func json(_ rows: [AccessComparison], _ machine: String) -> String {
        JSONValue.object([
            ("schema", .string("trapline-crosscheck/1")), ("version", .string(traplineVersion)),
            ("machine", .string(machine)),
            ("rows", .array(rows.map { row in
                .object([
                    ("name", .string(row.name)), ("outcome", .string(row.outcome.rawValue)),
                    ("table", .string(row.claimed)), ("derived", .string(row.derived)),
                    ("variants", .strings(row.variants)), ("reason", .string(row.reason)),
                ])
            })),
        ]).pretty
    }
}
