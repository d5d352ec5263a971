import Devices
import Images
import Machine
import WholeMachine
import X86Core

/// A run of a PC: from the boot plan to the exit code.
final class WholeMachineSession {
    private let request: WholeMachineRequest
    private let limits: LimitOptions
    private let context: Context
    private let console: SerialConsole
    private var machine: PCMachine
    private let plan: BootPlan
    private let decoding: Decoding
    private let configuration: PCMachine.Configuration
    private var keys: ConsoleKeys
    private var inputEnded = false

    /// Nanoseconds of the guest's time between two looks at the outside world.
    private static let quantum: UInt64 = 1_000_000

    init(
        _ request: WholeMachineRequest, decoding: Decoding, seed: UInt64, limits: LimitOptions, in context: Context
    ) throws {
        self.request = request
        self.limits = limits
        self.context = context
        self.decoding = decoding
        console = SerialConsole(context.output)
        keys = ConsoleKeys(hasCommands: context.terminal.inputIsTerminal)
        var configuration = PCMachine.Configuration()
        configuration.storage = request.storage
        configuration.processors = request.processors
        configuration.seed = seed
        configuration.date = request.date
        configuration.disks = try request.drives.map { try WholeMachineSession.disk($0, in: context) }
        self.configuration = configuration
        machine = try WholeMachineSession.machine(configuration, decoding, console)
        plan = try request.bootPlan(rsdp: machine.board.tables.base, in: context)
        context.note(plan.recognised)
        for remark in plan.remarks { context.note(remark) }
        machine.start(plan)
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

    func run() throws -> CommandStatus {
        let terminal = keys.hasCommands ? RawTerminal() : nil
        defer { if terminal != nil { RawTerminal.restore() } }
        let deadline = limits.timeout.map { monotonicSeconds() + $0 }
        while true {
            guard try takeInput() else { return try leave("left by Ctrl-A x", .holds) }
            if context.interruption.isRequested { return try leave("interrupted", .interrupted) }
            if let deadline, monotonicSeconds() >= deadline { return try leave("stopped: --timeout", .limit) }
            var end = machine.time.now + WholeMachineSession.quantum
            if let most = limits.maxSteps {
                let done = machine.completed
                if done >= most { return try leave("stopped: --max-steps", .limit) }
                end = min(end, machine.time.now + (most - done))
            }
            switch machine.run(until: end) {
            case .limit, .asked: break
            case .asleep: if try !waitForInput(deadline) { return try leave("the guest waits for something that cannot come", .limit) }
            case .poweredOff:
                try console.flush()
                return .holds
            case .reset:
                if request.noReboot {
                    try console.flush()
                    return .holds
                }
                machine = try WholeMachineSession.machine(configuration, decoding, console)
                machine.start(plan)
            case .exited(let status):
                try console.flush()
                return status == 0 ? .holds : .guest(UInt8(truncatingIfNeeded: status))
            case .crashed(let processor, let reason): return try crash(processor, reason)
            }
            if console.hasPanicked { return try crash(0, "its kernel panicked") }
        }
    }

    private func leave(_ reason: String, _ status: CommandStatus) throws -> CommandStatus {
        try console.flush()
        RawTerminal.restore()
        try context.diagnostics.line("trapline: \(reason) after \(machine.completed) instructions")
        return status
    }

    private func crash(_ processor: Int, _ reason: String) throws -> CommandStatus {
        try console.flush()
        RawTerminal.restore()
        let account = WholeMachineAccount(machine.processors[processor], reason: reason, image: request.kernel, in: context)
        for (number, line) in account.lines().enumerated() {
            try context.diagnostics.line(number == 0 ? "trapline: \(line)" : line)
        }
        return .crashed
    }

    // MARK: - Input

    /// Gives the guest what has been typed, as far as it takes it. False: the user wants to leave.
    private func takeInput() throws -> Bool {
        while !inputEnded, machine.board.serial.waitingCount < 16, context.input.isReady {
            guard let byte = context.input.next() else {
                inputEnded = true
                break
            }
            switch keys.take(byte) {
            case .byte(let byte): machine.board.serial.receive(byte)
            case .leave: return false
            case .help:
                try console.flush()
                for line in ConsoleKeys.help { try context.diagnostics.line(line) }
                try context.diagnostics.flush()
            case .nothing: break
            }
        }
        return true
    }

    /// The guest sleeps until somebody types. False: nobody will.
    private func waitForInput(_ deadline: Double?) throws -> Bool {
        if inputEnded { return false }
        try console.flush()
        while !context.input.isReady {
            if context.interruption.isRequested { return true }
            if let deadline, monotonicSeconds() >= deadline { return true }
            pause(seconds: 0.01)
        }
        return true
    }
}
