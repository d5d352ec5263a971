import ArgumentParser

struct DiffCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Tell what a revision of a machine fixes, breaks, adds and removes.",
        discussion: """
            Exit codes:
              0    nothing broke
              1    something broke: a theorem that held is refuted, or an instruction newly offends
              3    something that was decided is undecided now
              64   usage             70   internal
              65   bad ISA file      74   input or output failed
              66   no such file
              130  interrupted
            """)

    @Argument(help: ArgumentHelp("The machine before: a path, or a name in ISA/.", valueName: "old-isa"))
    var old: String

    @Argument(help: ArgumentHelp("The machine after.", valueName: "new-isa"))
    var new: String

    @Option(
        name: .long,
        help: "How the difference is written: text, json, or sarif with a baselineState for every result.")
    var format: DifferenceFormat = .text

    @OptionGroup var question: QuestionOptions
}

enum DifferenceFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, sarif
}

extension DiffCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let before = try MachineQuestion(old, options: question, in: context)
        let after = try MachineQuestion(new, options: question, in: context)
        let difference = MachineDifference(
            old: try before.wholeReport(in: context), new: try after.wholeReport(in: context))
        for (argument, report) in [(old, difference.old), (new, difference.new)] where !report.errors.isEmpty {
            throw Failure(.badInput, "\(argument): \(counted(report.errors.count, "error")) in the ISA file",
                remedy: "see 'trapline check \(argument)'")
        }
        let report = DifferenceReport(
            difference: difference, names: (old, new), answer: CheckAnswer(theorem: .first, strict: question.strict))
        switch format {
        case .text: try write(difference, in: context)
        case .json: try context.output.write(report.json)
        case .sarif: try context.output.write(report.sarif)
        }
        return difference.status
    }

    private func write(_ difference: MachineDifference, in context: Context) throws {
        let palette = context.terminal.outputPalette
        var table = TextTable(["", "", ""])
        for change in difference.changes { table.append([change.kind.rawValue, change.subject, change.detail]) }
        let kinds = difference.changes.map(\.kind)
        let count = { (kind: MachineDifference.Change.Kind) in kinds.count { $0 == kind } }
        // Two revisions may have one name.
        let isOneName = difference.old.name == difference.new.name
        let names = isOneName ? [old, new] : [difference.old.name, difference.new.name]
        let summary = "\(names[0]) -> \(names[1]): \(count(.broken)) broken, "
            + "\(count(.fixed)) fixed, \(count(.added)) added, \(count(.removed)) removed, \(count(.changed)) changed"
        let emphasis: Emphasis = difference.status == .holds ? .success : .failure
        try context.output.line(palette.paint(summary, emphasis))
        for (line, kind) in zip(table.lines(indent: 2), kinds) {
            try context.output.line(kind == .broken ? palette.paint(line, .failure) : line)
        }
    }
}
