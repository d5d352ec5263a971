import Devices
import Images
import Machine
import WholeMachine
import X86Core

/// A run of a PC: from the boot plan to the exit code.
final class WholeMachineSession {
    private let request: WholeMachineRequest
    private let limits: LimitOptions
    private let reports: ReportOptions
    private let context: Context
    private let console: SerialConsole
    private var machine: PCMachine
    /// False: the run goes on from a snapshot, and no kernel is given. What is booted is not kept: a restart, which few
    /// guests ask for, reads the files again, and a kernel's 50 MB are the guest's alone while it runs.
    private let boots: Bool
    private let decoding: Decoding
    private let configuration: PCMachine.Configuration
    private let files: ReportFiles
    private let places: KernelPlaces
    private let input: MachineInput
    private var pacer = Pacer()
    /// Nil: nothing is traced.
    private let tracer: WholeMachineTracer?

    /// Nanoseconds of the guest's time between two looks at the outside world. They are taken at multiples of it, so
    /// that a file's bytes come at the same times whatever the run began with.
    private static let quantum: UInt64 = 1_000_000
    /// The longest that an idle guest keeps the host from looking at its clock and its signals, in seconds.
    private static let longestWait = 0.2

    init(
        _ request: WholeMachineRequest, machineFile: String?, decoding: Decoding, seed: UInt64,
        limits: LimitOptions, reports: ReportOptions, in context: Context
    ) throws {
        self.request = request
        self.limits = limits
        self.reports = reports
        self.context = context
        self.decoding = decoding
        console = SerialConsole(context.output)
        input = MachineInput(context.input, isTerminal: context.terminal.inputIsTerminal)
        let files = try ReportFiles(reports, in: context)
        self.files = files
        places = KernelPlaces(kernel: request.kernel, in: context)
        let subjects = try RunPlan.subjects(reports.trace)
        tracer = subjects.isEmpty ? nil : WholeMachineTracer(
            TraceWriter(subjects, format: reports.traceFormat, sink: files.writeTrace), places: places)
        var configuration = PCMachine.Configuration()
        if let machineFile { configuration.machineFile = machineFile }
        configuration.storage = request.storage
        configuration.processors = request.processors
        configuration.seed = seed
        configuration.date = request.date
        configuration.disks = try request.drives.map { try WholeMachineSession.disk($0, in: context) }
        self.configuration = configuration
        machine = try WholeMachineSession.machine(configuration, decoding, console)
        boots = request.kernel != nil || request.restore == nil
        // Files are complained of before a snapshot is read.
        let plan = boots ? try request.bootPlan(rsdp: machine.board.tables.base, in: context) : nil
        if let path = request.restore {
            try SnapshotFile.restore(machine, from: path, in: context)
        } else if let plan {
            context.note(plan.recognised)
            for remark in plan.remarks { context.note(remark) }
            machine.start(plan)
        }
    }

    private static func machine(
        _ configuration: PCMachine.Configuration, _ decoding: Decoding, _ console: SerialConsole
    ) throws -> PCMachine {
        do {
            return try PCMachine(configuration, decoding: decoding, serialOutput: console)
        } catch {
            throw Failure(.usage, "the host has no \(error.size >> 20) MiB for the guest's storage",
                remedy: "give less: -m 256M")
        }
    }

    private static func disk(_ drive: WholeMachineRequest.Drive, in context: Context) throws -> any BlockDevice {
        do {
            return try RawDiskFile(path: Path.join(context.folder, drive.path), isReadOnly: drive.isReadOnly)
        } catch {
            throw Failure(.noInput, "cannot use \(quoted(drive.path)) as a disk: \(error.text)",
                remedy: "give a raw image that can be read and written, or add readonly=on")
        }
    }

    // MARK: - Running

    func run() throws -> CommandStatus {
        tracer?.observe(machine)
        let terminal = input.isTerminal ? RawTerminal() : nil
        defer { if terminal != nil { RawTerminal.restore() } }
        let ending = try runToEnd()
        try console.flush()
        RawTerminal.restore()
        if let message = ending.message { try context.diagnostics.line("trapline: \(message)") }
        if let (processor, reason) = ending.crash { try writeAccount(processor, reason) }
        if let path = request.snapshot {
            if ending.goesOn {
                try SnapshotFile.write(machine, to: path, in: context)
            } else {
                try context.diagnostics.line("note: no snapshot is written: there is nothing to go on from")
            }
        }
        try writeStatistics(ending)
        if let failure = tracer?.failure { throw failure }
        try files.finishTrace()
        return ending.status
    }

    /// How a run ended.
    private struct Ending {
        /// For programs.
        var word: String
        var status: CommandStatus
        /// For people.
        var message: String?
        /// The guest could go on.
        var goesOn = false
        var crash: (processor: Int, reason: String)?
    }

    private func runToEnd() throws -> Ending {
        let deadline = limits.timeout.map { monotonicSeconds() + $0 }
        while true {
            // What a screen is drawn with ends in no line's end.
            try console.flush()
            if try !takeInput() { return left("left", "left by Ctrl-A x", .holds) }
            if context.interruption.isRequested { return left("interrupted", "interrupted", .interrupted) }
            if let deadline, monotonicSeconds() >= deadline { return left("time-limit", "stopped: --timeout", .limit) }
            var end = (machine.time.now / WholeMachineSession.quantum + 1) * WholeMachineSession.quantum
            if let most = limits.maxSteps {
                let done = machine.completed
                if done >= most { return left("step-limit", "stopped: --max-steps", .limit) }
                end = min(end, machine.time.now + (most - done))
            }
            machine.stopsWhenIdle = input.isLive
            switch machine.run(until: end) {
            case .limit, .asked: break
            case .idle(let moment): try idle(until: moment)
            case .asleep:
                let serial = machine.board.serial
                if !serial.isListening, serial.listensFrom != .max {
                    machine.pass(to: serial.listensFrom)
                } else if !input.mayWake(serial) {
                    return left("asleep", "the guest waits for something that cannot come", .limit)
                } else if input.isLive {
                    try idle(until: machine.time.now + 1_000_000_000)
                }
            case .poweredOff: return Ending(word: "powered-off", status: .holds)
            case .reset:
                guard !request.noReboot, boots else { return Ending(word: "reset", status: .holds) }
                machine = try WholeMachineSession.machine(configuration, decoding, console)
                tracer?.observe(machine)
                machine.start(try request.bootPlan(rsdp: machine.board.tables.base, in: context))
            case .exited(let status):
                return Ending(word: "exited", status: status == 0 ? .holds : .guest(UInt8(truncatingIfNeeded: status)))
            case .crashed(let processor, let reason):
                return Ending(word: "crashed", status: .crashed, crash: (processor, reason))
            }
            if console.hasPanicked { return Ending(word: "crashed", status: .crashed, crash: (0, "its kernel panicked")) }
        }
    }

    private func left(_ word: String, _ reason: String, _ status: CommandStatus) -> Ending {
        Ending(word: word, status: status, message: "\(reason) after \(machine.instructions) instructions", goesOn: true)
    }

    /// Nothing happens in the guest before `moment`, unless somebody types: the host waits with it.
    private func idle(until moment: UInt64) throws {
        try console.flush()
        let delay = pacer.delay(from: machine.time.now, to: moment)
        guard delay > 0 else { return machine.pass(to: moment) }
        input.wait(machine.board.serial, seconds: min(delay, WholeMachineSession.longestWait))
        machine.pass(to: min(moment, max(machine.time.now, pacer.time())))
    }

    /// False: the user wants to leave.
    private func takeInput() throws -> Bool {
        while true {
            switch input.give(to: machine) {
            case .nothing: return true
            case .leave: return false
            case .help: try tell(ConsoleKeys.help)
            case .snapshot:
                if let path = request.snapshot {
                    try SnapshotFile.write(machine, to: path, in: context)
                    try tell(["the machine is written to \(quoted(path))"])
                } else {
                    try tell(["no file is named for the machine: start it with --snapshot FILE"])
                }
            }
        }
    }

    private func tell(_ lines: [String]) throws {
        try console.flush()
        for line in lines { try context.diagnostics.line(line) }
        try context.diagnostics.flush()
    }

    // MARK: - Reports

    private func writeAccount(_ processor: Int, _ reason: String) throws {
        let account = WholeMachineAccount(machine.processors[processor], reason: reason, places: places)
        try context.diagnostics.account(account.lines())
    }

    private func writeStatistics(_ ending: Ending) throws {
        guard reports.stats || files.takesStatistics else { return }
        let statistics = WholeMachineStatistics(machine: machine)
        if reports.stats { for line in statistics.lines() { try context.diagnostics.line(line) } }
        if files.takesStatistics {
            try files.writeStatistics(
                statistics.json(seed: configuration.seed, ending: ending.word, status: ending.status.code))
        }
    }
}
