import ArgumentParser
import Virtualizability

struct CheckCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Decide Theorems 1, 2 and 3 for a machine, with the offending instructions and the remedy.",
        discussion: """
            Prints per machine the verdicts in the paper's and the extended reading, strict and under the \
            best policy; the squares of the monitor that would run; what offends, and where; what is \
            assumed; and the smallest remedy.

            The exit code answers for Theorem 1 under the best policy in the extended reading, unless \
            options choose otherwise (Theorem 3: the paper's reading). With several machines the worst \
            answer counts.

            Exit codes:
              0    the theorem holds
              1    it is refuted
              3    undecided, or it does not apply to the machine
              64   usage             70   internal
              65   bad ISA file      74   input or output failed
              66   no such file
              130  interrupted: what had been decided by then is printed
            """)

    @Argument(help: ArgumentHelp("Machines to check: paths, or names in ISA/.", valueName: "isa"))
    var machines: [String] = []

    @Flag(name: .long, help: "Check every machine of the library.")
    var all = false

    @Option(name: .long, help: ArgumentHelp("The theorem that gives the exit code: 1, 2 or 3.", valueName: "n"))
    var theorem = 1

    @Option(name: .long, help: "The reading that gives the exit code. (default: extended; paper for Theorem 3)")
    var reading: ReadingChoice?

    @OptionGroup var question: QuestionOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Write certificates that 'trapline verify' re-checks.", valueName: "dir"))
    var certificates: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Source or image of a monitor in the machine's own code, for Theorem 2.", valueName: "file"))
    var monitorCode: String?

    @Option(name: .long, help: "How the report is written to standard output.")
    var format: ReportFormat = .text

    @Flag(name: .long, help: "As text, print one line per machine.")
    var brief = false

    @Option(name: .long, help: "From which answer on the exit code is not 0.")
    var failOn: FailOnChoice = .undecided

    func validate() throws {
        guard (1...3).contains(theorem) else {
            throw ValidationError("--theorem is 1, 2 or 3, not \(theorem).")
        }
        guard all != !machines.isEmpty else {
            throw ValidationError(
                all ? "--all and the names of machines exclude one another." : "Name a machine, or say --all.")
        }
    }
}

extension CheckCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let answer = CheckAnswer(
            theorem: Theorem(rawValue: theorem) ?? .first, reading: reading.flatMap { Reading(rawValue: $0.rawValue) },
            strict: question.strict, failOn: failOn)
        // All files are read before the first long computation: a typing error in the last is said at once.
        let catalogue = MachineCatalogue(context)
        let names = all ? catalogue.libraryNames() : machines
        let paths = distinct(try names.map { try catalogue.path(for: $0) })
        var questions: [MachineQuestion] = []
        for path in paths {
            questions.append(try MachineQuestion(path, options: question, in: context))
        }
        if let monitorCode {
            for index in questions.indices {
                let footprint = try MonitorFootprint(monitorCode, machine: paths[index], in: context)
                questions[index].options.monitorFootprint = footprint.variants
            }
        }
        let certification = try certificates.map { try Certification(destination: $0, in: context) }
        var reports: [MachineReport] = []
        // An interrupted check says of its machine that nothing, or what, is decided.
        for question in questions where reports.isEmpty || !context.interruption.isRequested {
            let (report, checker) = question.check(in: context)
            reports.append(report)
            if format == .text { try write(report, question, answer, in: context) }
            try certification?.add(report, from: checker)
        }
        if format != .text { try context.output.write(document(reports, answer)) }
        if reports.count < questions.count || reports.contains(where: \.wasInterrupted) {
            try context.output.flush()
            throw Failure(.interrupted, "interrupted after \(reports.count) of \(counted(questions.count, "machine"))",
                remedy: "what had been decided by then is printed above")
        }
        try certification?.finish()
        return answer.status(reports)
    }

    private func write(
        _ report: MachineReport, _ question: MachineQuestion, _ answer: CheckAnswer, in context: Context
    ) throws {
        let text = TextReport(
            report: report, description: question.description, answer: answer,
            palette: context.terminal.outputPalette, columns: context.terminal.columns)
        let lines = brief && report.errors.isEmpty ? Array(text.lines().prefix(1)) : text.lines()
        for line in lines {
            try context.output.line(line)
        }
        if machines.count > 1 || all, !brief { try context.output.line() }
        try context.output.flush()
    }

    private func document(_ reports: [MachineReport], _ answer: CheckAnswer) -> String {
        switch format {
        case .text: return ""
        case .json: return JSONReport(reports: reports, answer: answer).text
        case .sarif: return SARIFReport(reports: reports, answer: answer).text
        case .junit: return JUnitReport(reports: reports, answer: answer).text
        case .markdown: return ProseReports(reports: reports, answer: answer).markdown
        case .csv: return ProseReports(reports: reports, answer: answer).csv
        case .html: return LibraryPage(reports: reports, answer: answer).text
        }
    }
}
