import ArgumentParser

/// The version that `--version` and the reports print.
public let traplineVersion = "0.1.0"

/// A command that takes the world it works in as an argument, so that tests can call it.
protocol TraplineCommand: ParsableCommand {
    func perform(in context: Context) throws -> CommandStatus
}

/// The root of the command tree.
struct Trapline: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trapline",
        abstract: "Can this machine be virtualised, and why not? Ask its instruction set, then run the answer.",
        discussion: """
            A machine is described in one ISA file. Trapline derives from it what every instruction is \
            in the sense of Popek and Goldberg (1974), proves or refutes their three theorems, and \
            runs guests under a monitor built from the same file.

            An ISA argument is a path, or a name looked up in ISA/: of the current folder or one above \
            it, beside the executable, or in TRAPLINE_ISA.

            Examples:
              trapline check third-generation
              trapline explain pdp-10 JRST
              trapline run Lessons/guests/timesharing.s --monitor vmm --stats
            """,
        version: "trapline \(traplineVersion)",
        groupedSubcommands: [
            CommandGroup(
                name: "Checking a machine",
                subcommands: [
                    CheckCommand.self, ClassifyCommand.self, ExplainCommand.self, DiffCommand.self,
                    WitnessCommand.self, VerifyCommand.self, CrosscheckCommand.self, ProbeCommand.self,
                ]),
            CommandGroup(name: "Looking into programs", subcommands: [ScanCommand.self, CoverageCommand.self]),
            CommandGroup(
                name: "Running guests",
                subcommands: [RunCommand.self, StepCommand.self, FetchKernelCommand.self, AsmCommand.self, DisasmCommand.self]),
            CommandGroup(name: "Learning", subcommands: [LessonCommand.self]),
            CommandGroup(name: "Starting", subcommands: [NewCommand.self, DoctorCommand.self]),
        ])
}
