import ArgumentParser
import ISALanguage
import Probing

struct ProbeCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Ask the host's processor whether it does what an ISA file says.",
        discussion: """
            Instructions with opcodes in the file are executed natively in user mode, each from random \
            states, in a child process whose system calls all become signals. Trap or no trap, its vector \
            and error code, values that the record gives, what is written and what that depends on are \
            compared with the file. See Docs/Probing.md.

            Needs Linux on x86-64, and seccomp.

            Exit codes:
              0    the host does what the file says
              1    they disagree
              3    nothing could be asked
              64   usage             70   internal
              65   bad ISA file      74   input or output failed
              66   no such file or mnemonic
              130  interrupted: what had been found by then is printed
            """)

    @Argument(help: ArgumentHelp("A path, or a name in ISA/.", valueName: "isa"))
    var machine = "x86-64"

    @Option(name: .long, help: ArgumentHelp("Where the random choices begin.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(name: .long, help: ArgumentHelp("How many instructions are executed, about.", valueName: "n"))
    var count = 200_000

    @Option(name: .long, help: ArgumentHelp("Only this instruction; may be repeated.", valueName: "mnemonic"))
    var only: [String] = []

    @Option(name: .long, help: "How the report is written to standard output.")
    var format: ProbeFormat = .text

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count is at least 1, not \(count).") }
    }
}

enum ProbeFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension ProbeCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let description = try loadMachine(machine, in: context)
        guard description.instructions.contains(where: { !$0.opcodes.isEmpty }) else {
            throw Failure(
                .undecided, "\(quoted(description.name)) has no instruction with an opcode",
                remedy: "probe a machine whose records have 'opcode' lines: x86-64")
        }
        guard description.state.first(where: { $0.role == .pc })?.width == 64 else {
            throw Failure(
                .undecided, "\(quoted(description.name)) is not about 64-bit mode, in which instructions are executed here",
                remedy: "probe a machine with a program counter of 64 bits: x86-64")
        }
        let names = try Set(only.flatMap { try variants($0, in: description).map(\.name) })
        let options = ProbeOptions(seed: seed, count: count, only: names)
        let report = try probe(description, options, in: context)
        switch format {
        case .text:
            let text = ProbeText(
                report: report, machine: description.name, palette: context.terminal.outputPalette)
            for line in text.lines() { try context.output.line(line) }
        case .json: try context.output.write(ProbeJSON(report: report, machine: description.name).text)
        }
        if report.wasInterrupted {
            try context.output.flush()
            throw Failure(
                .interrupted, "interrupted after \(report.executions) of \(count) executions",
                remedy: "what had been found by then is printed above")
        }
        guard report.encodings > 0 else {
            throw Failure(
                .undecided, "nothing of what was asked for can be probed",
                remedy: "the report says why, instruction by instruction")
        }
        return report.findings.isEmpty ? .holds : .refuted
    }

    private func probe(
        _ description: MachineDescription, _ options: ProbeOptions, in context: Context
    ) throws -> ProbeReport {
        let progress = ProgressLine(context)
        defer { progress.erase() }
        do {
            let prober = try Prober(description, options: options)
            return try prober.run { done in
                progress.show("\(description.name): \(done) of \(options.count) executions")
            } isCancelled: {
                context.interruption.isRequested
            }
        } catch let error as ProbeError {
            throw Failure(.undecided, "the host cannot be probed: \(error.cause)", remedy: error.remedy)
        }
    }

    private func variants(_ name: String, in description: MachineDescription) throws -> [Instruction] {
        let found = description.instructions.filter {
            $0.name == name || $0.mnemonic.lowercased() == name.lowercased()
        }
        if !found.isEmpty { return found }
        throw noInstruction(name, in: description)
    }
}
