import ArgumentParser
import Disassembly
import ISALanguage
import Virtualizability

struct CoverageCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Compare a machine's file with what Capstone knows of the architecture.",
        discussion: """
            Every mnemonic of Capstone's is described by the file, absent for a reason that the notes \
            beside the file give (capstone.txt), or printed as unclassified; none counts twice. For x86, \
            ARM and AArch64 Capstone's privilege group, found by decoding the file's own encodings, is \
            compared with the derived class; the notes say who is right where the two differ.

            Exit codes:
              0    nothing is unclassified, and every disagreement is explained
              1    something is unclassified or unexplained, or a note is stale
              3    Capstone does not know the machine
              64   usage             70   internal
              65   bad ISA file      74   input or output failed
              66   no such file
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("Machines: paths, or names in ISA/.", valueName: "isa"))
    var machines: [String]

    @Option(name: .long, help: "How the report is written to standard output.")
    var format: CoverageFormat = .text
}

enum CoverageFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension CoverageCommand {
    func perform(in context: Context) throws -> CommandStatus {
        var reports: [CoverageReport] = []
        var status = CommandStatus.holds
        for machine in distinct(machines) {
            let report = try CoverageReport(machine, in: context)
            switch report.isComplete {
            case false?: status = .refuted
            case nil where status == .holds: status = .undecided
            default: break
            }
            if format == .text {
                for line in report.lines(context.terminal.outputPalette) { try context.output.line(line) }
                try context.output.flush()
            }
            reports.append(report)
        }
        if format == .json {
            try context.output.write(JSONValue.object([
                ("schema", .string("trapline-coverage/1")), ("capstone", .string(Capstone.version)),
                ("machines", .array(reports.map(\.json))),
            ]).pretty)
        }
        return status
    }
}
