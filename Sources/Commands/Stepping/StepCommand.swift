import ArgumentParser
import Classroom

struct StepCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Step through a guest, forward and back, by instruction and by trap.",
        discussion: """
            GUEST is what 'trapline run' takes. On a terminal the guest, its registers and storage are \
            on the screen, with every key that does something; '?' lists them. A trap opens into its \
            parts: what the processor does, the dispatcher, the interpreter routine line by line of \
            the ISA file, and the delivery into the guest's own vector.

            With --plain, or where standard input or output is no terminal, commands are read a line \
            at a time and answered in sentences:

              printf 'next\\ninto\\ninto\\nback 3\\n' | trapline step GUEST --monitor vmm --plain

            Everything that has been visited can be visited again at once; --memory bounds what is \
            kept for that.

            Exit codes:
              0    left, or the commands have ended
              64   usage                               70   internal
              65   bad guest or ISA                    74   input or output failed
              66   no such file                        130  interrupted
            """)

    @Argument(help: ArgumentHelp(
        "The guest: assembly source or image. Before it, monitors that are guest code.", valueName: "guest"))
    var guests: [String] = []

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Monitor") var monitor: MonitorOptions

    @Option(
        name: .long,
        help: ArgumentHelp("What the guest's console reads; without it you type it.", valueName: "file"))
    var input: String?

    @Flag(name: .long, help: "Commands and answers in lines, for pipes and screen readers.")
    var plain = false

    @Option(name: .long, help: ArgumentHelp("Bytes kept for going back; K, M and G.", valueName: "size"))
    var memory = "1G"
}

extension StepCommand {
    func perform(in context: Context) throws -> CommandStatus {
        if !machine.vm.isEmpty {
            throw Failure(.usage, "--vm: one guest is stepped at a time", remedy: "leave --vm out")
        }
        let limit = try StepCommand.bytes(memory)
        let session = try SteppingSession(self, memory: limit, in: context)
        if !plain, context.terminal.inputIsTerminal, context.terminal.outputIsTerminal,
            let terminal = StepperTerminal(session, in: context)
        {
            return try terminal.run()
        }
        return try PlainStepping(session, in: context).run()
    }

    /// `64M`.
    private static func bytes(_ text: String) throws -> Int {
        var digits = text[...]
        var shift = 0
        if let last = text.last?.uppercased(), let factor = ["K": 10, "M": 20, "G": 30][last] {
            digits = text.dropLast()
            shift = factor
        }
        guard let number = Int(digits), number > 0, number <= (1 << 40) >> shift, digits.first != "+" else {
            throw Failure(.usage, "--memory \(quoted(text)) is no size", remedy: "give bytes: --memory 256M")
        }
        return number << shift
    }
}
