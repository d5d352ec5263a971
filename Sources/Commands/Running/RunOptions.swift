import ArgumentParser

struct MachineOptions: ParsableArguments {
    @Option(name: .long, help: "The machine to run on, instead of the guest's own: a path, a name in ISA/, or pc.")
    var machine: String?

    @Option(name: .long, help: "The ISA file to take the machine's description from: a path, or a name in ISA/.")
    var isa: String?

    @Option(
        name: .customShort("m"),
        help: ArgumentHelp(
            "Cells of storage; K and M multiply by 2^10 and 2^20. For a PC bytes, with M and G. "
                + "(default: all that the machine can have; 512M)",
            valueName: "size"))
    var storage: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A further virtual machine's guest on the same real machine; may be repeated.",
            valueName: "file"))
    var vm: [String] = []

    @Option(name: .long, help: ArgumentHelp("Seed of everything random.", valueName: "n"))
    var seed: UInt64 = 0
}

enum MonitorChoice: String, ExpressibleByArgument, CaseIterable {
    case bare, vmm, hvm, patch, paravirt, interpret, auto
}

struct MonitorOptions: ParsableArguments {
    @Option(name: .long, help: "What the guest runs under.")
    var monitor: MonitorChoice = .bare

    @Option(
        name: .long,
        help: ArgumentHelp("How many monitors stand on one another. (default: 0 for bare, else 1)", valueName: "n"))
    var depth: Int?
}

struct LimitOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Stop after so many instructions of the guest.", valueName: "n"))
    var maxSteps: UInt64?

    @Option(name: .long, help: ArgumentHelp("Stop after the guest has run so many seconds.", valueName: "seconds"))
    var timeout: Double?
}

enum TraceSubject: String, CaseIterable {
    case traps, instructions, mode
}

enum TraceFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

struct ReportOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("What to trace: any of traps, instructions, mode, with commas.", valueName: "subjects"))
    var trace: String?

    @Option(name: .long, help: "Trace as text, or as one JSON object a line.")
    var traceFormat: TraceFormat = .text

    @Option(name: .long, help: ArgumentHelp("Where the trace goes. (default: standard error)", valueName: "file"))
    var traceFile: String?

    @Flag(name: .long, help: "At the end print what ran directly, trapped, was interpreted, was patched; for a PC, exceptions and interrupts.")
    var stats = false

    @Option(name: .long, help: ArgumentHelp("Write the same as JSON.", valueName: "file"))
    var statsFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Estimate the slowdown from cycles per direct instruction, per exit and per interpreted instruction.",
            valueName: "direct,exit,interpreted"))
    var cost: String?
}
