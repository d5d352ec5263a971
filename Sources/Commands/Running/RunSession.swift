import Classroom
import Devices
import Machine

/// A run of one or several guests, from the first instruction to the exit code.
struct RunSession {
    private let guests: [LoadedGuest]
    private let setup: MachineSetup
    private let plan: RunPlan
    private let reports: ReportOptions
    private let context: Context
    private let runs: [GuestRun]
    private let files: ReportFiles
    private let consoles: [ConsoleOutput]

    /// Instructions that a guest gets at a time where several share the machine.
    private static let slice: UInt64 = 1000

    init(
        _ guests: [LoadedGuest], setup: MachineSetup, plan: RunPlan, reports: ReportOptions, in context: Context
    ) throws {
        self.guests = guests
        self.setup = setup
        self.plan = plan
        self.reports = reports
        self.context = context
        let files = try ReportFiles(reports, in: context)
        self.files = files
        // The guest's own time: what the verdict took to find is none of it.
        let deadline = plan.timeout.map { monotonicSeconds() + $0 }
        let isShared = guests.count > 1
        let consoles = guests.indices.map { ConsoleOutput(context.output, guest: isShared ? $0 : nil) }
        self.consoles = consoles
        runs = try guests.indices.map { index in
            let description = guests[index].description
            let view = GuestView(setup.processors[index], of: description, symbols: guests[index].image.labels)
            let tracer = plan.trace.isEmpty ? nil : GuestTracer(
                TraceWriter(plan.trace, format: reports.traceFormat, sink: files.writeTrace),
                guest: isShared ? index : nil)
            // Several guests cannot read one keyboard: it belongs to the first.
            var input: any ByteSource = index == 0 ? context.input : StoredBytes([])
            var twin: BareTwin?
            if setup.twins.indices.contains(index) {
                let shared = SharedBytes(input)
                input = shared.leader
                twin = try BareTwin(
                    setup.twins[index], beside: view, input: shared.follower, predicted: setup.predicted)
            }
            let devices = try GuestBoard.make(
                for: description, of: view.processor.layout, input: input, output: consoles[index])
            return GuestRun(
                view, devices: devices, twin: twin, tracer: tracer, maxSteps: plan.maxSteps, deadline: deadline,
                interruption: context.interruption
            ) { line in
                // What the guest has printed so far comes first, where both go to one screen.
                try context.output.flush()
                try context.diagnostics.line((isShared ? "vm\(index): " : "") + line)
                try context.diagnostics.flush()
            }
        }
    }

    func run() throws -> CommandStatus {
        let endings = guests.count == 1 ? [try runs[0].run()] : try runTogether()
        for console in consoles { try console.flush() }
        var status = CommandStatus.holds
        for (index, ending) in endings.enumerated() {
            let own = try account(for: ending, guest: index)
            if status == .holds { status = own }
        }
        try writeStatistics(endings)
        try files.finishTrace()
        return status
    }

    /// The guests take turns; one that has ended leaves its time to the others.
    private func runTogether() throws -> [GuestRun.Ending] {
        var endings: [GuestRun.Ending?] = runs.map { _ in nil }
        while endings.contains(where: { $0 == nil }) {
            for index in runs.indices where endings[index] == nil {
                endings[index] = try runs[index].advance(by: RunSession.slice)
            }
        }
        return endings.compactMap { $0 }
    }

    private func account(for ending: GuestRun.Ending, guest: Int) throws -> CommandStatus {
        let name = guests.count > 1 ? "vm\(guest): " : ""
        let steps = setup.processors[guest].completedInstructions
        switch ending {
        case .status(let status): return status == 0 ? .holds : .guest(UInt8(truncatingIfNeeded: status))
        case .stepLimit:
            try context.diagnostics.line("trapline: \(name)stopped after \(steps) instructions: --max-steps")
            return .limit
        case .timeLimit:
            try context.diagnostics.line("trapline: \(name)stopped after \(steps) instructions: --timeout")
            return .limit
        case .interrupted:
            try context.diagnostics.line("trapline: \(name)interrupted after \(steps) instructions")
            return .interrupted
        case .crashed(let cause):
            let account = CrashAccount(cause: name + cause, view: runs[guest].view, history: runs[guest].history)
            try context.diagnostics.account(account.lines())
            try context.diagnostics.line("  remedy: run it with --trace traps,mode to see how it came there")
            return .crashed
        }
    }

    private func writeStatistics(_ endings: [GuestRun.Ending]) throws {
        guard reports.stats || files.takesStatistics || plan.cost != nil else { return }
        var documents: [JSONValue] = []
        for index in guests.indices {
            let statistics = RunStatistics(
                description: guests[index].description, processor: setup.processors[index],
                levels: setup.levels[index], history: runs[index].history, cost: plan.cost)
            if reports.stats || !files.takesStatistics {
                if guests.count > 1 { try context.diagnostics.line("vm\(index): \(guests[index].name)") }
                for line in statistics.lines() { try context.diagnostics.line(line) }
            }
            let (word, status) = RunSession.summary(of: endings[index])
            documents.append(statistics.json(guest: guests[index].name, ending: word, status: status))
        }
        try files.writeStatistics(
            .object([
                ("schema", .string(RunStatistics.schema)), ("seed", .unsigned(plan.seed)),
                ("guests", .array(documents)),
            ]))
    }

    private static func summary(of ending: GuestRun.Ending) -> (word: String, status: Int32) {
        switch ending {
        case .status(let status): return ("status", Int32(UInt8(truncatingIfNeeded: status)))
        case .stepLimit: return ("step-limit", CommandStatus.limit.code)
        case .timeLimit: return ("time-limit", CommandStatus.limit.code)
        case .interrupted: return ("interrupted", CommandStatus.interrupted.code)
        case .crashed: return ("crashed", CommandStatus.crashed.code)
        }
    }
}
