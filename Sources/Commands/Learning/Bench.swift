import Classroom
import Devices
import ISALanguage
import Machine
import Monitor
import Virtualizability

/// Runs a student's guests and questions their machines, with the same parts as `run` and `check`.
struct Bench: LessonBench {
    /// Where files are looked for, in this order: the student's folder, the lesson's, that of all lessons.
    let folders: [String]
    let context: Context

    private func path(_ name: String) -> String {
        folders.map { Path.join($0, name) }.first { kind(ofPath: $0) != .nothing } ?? Path.join(folders[0], name)
    }

    func run(_ run: Lesson.Run) throws(WorkFailure) -> any RunFacts {
        try explaining { try FinishedRun(run, files: run.files.map(path), in: context) }
    }

    func machine(_ name: String) throws(WorkFailure) -> any MachineFacts {
        try explaining {
            let found = path(name)
            // A machine of the library goes by its name.
            let question = try MachineQuestion(
                kind(ofPath: found) == .nothing ? name : found, options: QuestionOptions.parse([]), in: context)
            return CheckedMachine(report: try question.wholeReport(in: context))
        }
    }

    private func explaining<Result>(_ body: () throws -> Result) throws(WorkFailure) -> Result {
        do {
            return try body()
        } catch {
            let failure = error as? Failure ?? Failure(.internalFault, "\(error)")
            let lines = failure.text(palette: .plain).split(separator: "\n").map(String.init)
            throw WorkFailure(lines)
        }
    }
}

/// A run that has ended.
private struct FinishedRun: RunFacts {
    let output: String
    let ending: String
    private let status: UInt64?
    private let view: GuestView
    private let levels: [VirtualMachine]
    private let traps: [Int: UInt64]

    /// Seconds for one run, whatever it does.
    private static let timeLimit = 20.0

    init(_ run: Lesson.Run, files: [String], in context: Context) throws {
        var machine = try MachineOptions.parse([])
        machine.seed = 0
        var monitor = try MonitorOptions.parse([])
        guard let choice = MonitorChoice(rawValue: run.monitor) else {
            throw Failure(.badInput, "there is no monitor \(quoted(run.monitor))", remedy: "correct the lesson's script")
        }
        monitor.monitor = choice
        monitor.depth = run.depth
        let plan = try RunPlan(guests: files, machine: machine, monitor: monitor, limits: nil)
        let guest = try LoadedGuest.stack(plan.guests[0], machine: nil, in: context)
        let selection = try MonitorSelection(choice, for: guest.description, guests: 1, in: context)
        let setup = try MachineSetup([guest], plan: plan, selection: selection)
        view = GuestView(setup.processors[0], of: guest.description, symbols: guest.image.labels)
        levels = setup.levels[0]
        let sink = CollectedOutput()
        let devices = try GuestBoard.make(
            for: guest.description, of: view.processor.layout, input: StoredBytes(Array(run.input.utf8)), output: sink)
        let running = GuestRun(
            view, devices: devices, twin: nil, tracer: nil, maxSteps: run.steps,
            deadline: monotonicSeconds() + FinishedRun.timeLimit, interruption: context.interruption) { _ in }
        let ended = try running.run()
        traps = running.history.counts
        output = String(decoding: sink.bytes, as: UTF8.self)
        switch ended {
        case .status(let status):
            self.status = status
            ending = "the guest has halted with status \(status)"
        case .interrupted: throw Failure.interrupted
        case .stepLimit, .timeLimit, .crashed:
            status = nil
            ending = FinishedRun.words(ended, limit: run.steps)
        }
    }

    private static func words(_ ending: GuestRun.Ending, limit: UInt64) -> String {
        switch ending {
        case .stepLimit: "the guest has not ended after \(limit) instructions"
        case .timeLimit: "the guest has not ended after \(Int(timeLimit)) seconds"
        case .crashed(let cause): "the guest crashed: \(cause)"
        case .status, .interrupted: ""
        }
    }

    func value(of quantity: Lesson.Quantity) -> UInt64? {
        switch quantity {
        case .status: return status
        case .instructions: return view.processor.completedInstructions
        case .register(let name): return register(name)
        case .cell(let name):
            guard let address = view.address(name), address < UInt64(view.processor.storage.count) else { return nil }
            return view.processor.storage[Int(address)]
        case .traps(let kind):
            return view.description.traps.firstIndex { $0.name == kind }.map { traps[$0] ?? 0 }
        case .count(let what):
            let counts = levels.last?.statistics
            switch what {
            case "interpreted": return counts?.interpreted ?? 0
            case "patched": return counts?.patched ?? 0
            case "trapped": return counts?.trapped ?? 0
            default: return counts?.direct ?? view.processor.completedInstructions
            }
        }
    }

    private func register(_ name: String) -> UInt64? {
        for (index, component) in view.description.state.enumerated() where component.role != .storage {
            for element in 0..<min(component.count, 256) where component.elementName(element) == name {
                return view.processor[index, element]
            }
        }
        return nil
    }
}

private final class CollectedOutput: ByteSink {
    private(set) var bytes: [UInt8] = []
    func put(_ byte: UInt8) { bytes.append(byte) }
    func flush() {}
}

/// A machine's report, as lessons ask it.
private struct CheckedMachine: MachineFacts {
    let report: MachineReport

    private static let columns: [(name: String, of: any KeyPath<Classes, Membership> & Sendable)] = [
        ("privileged", \.privileged), ("control-sensitive", \.control), ("location-sensitive", \.location),
        ("mode-sensitive", \.mode), ("resource-sensitive", \.resource), ("trap-sensitive", \.trap),
        ("user-sensitive", \.user), ("sensitive", \.sensitive), ("innocuous", \.innocuous),
    ]

    static var classNames: [String] { columns.map(\.name) }

    func theorem(_ number: Int) -> String {
        if report.notApplicable != nil { return "not applicable" }
        // As `check` answers: Theorem 3 in the paper's reading, the others in the extended one.
        let theorem = Theorem(rawValue: number) ?? .first
        return report.verdict(theorem, reading: theorem == .third ? .paper : .extended, policy: .best)?.verdict.word
            ?? "undecided"
    }

    func classes(of mnemonic: String) -> Set<String>? {
        let variants = report.instructions.filter { $0.mnemonic.lowercased() == mnemonic.lowercased() }
        guard !variants.isEmpty else { return nil }
        var classes: Set<String> = []
        for variant in variants {
            for column in Self.columns where variant.classes[keyPath: column.of] == .yes { classes.insert(column.name) }
        }
        return classes
    }
}
