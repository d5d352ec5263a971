import ArgumentParser

/// What changes the question, for every command that asks the checker.
struct QuestionOptions: ParsableArguments {
    @Flag(name: .long, help: "Answer without any policy: the monitor may fix no control bit.")
    var strict = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Fix a machine constant or a policy bit; may be repeated.", valueName: "bit=v"))
    var assume: [String] = []

    @Flag(
        name: .long,
        help: "Count the processor itself as a resource, so that stopping it is control-sensitive.")
    var processorIsResource = false
}

/// Which reading of the definitions gives the exit code.
enum ReadingChoice: String, ExpressibleByArgument, CaseIterable {
    case paper, extended
}

enum FailOnChoice: String, ExpressibleByArgument, CaseIterable {
    case never, refuted, undecided
}

enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, sarif, junit, markdown, csv, html
}

enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, markdown, csv
}
