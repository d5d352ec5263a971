import ISALanguage
import Monitor
import Paravirt
import Virtualizability

/// Which monitor runs a guest, with what the verdict says that it needs.
struct MonitorSelection {
    var kind: MonitorKind
    /// How each control component is handled: the best policy, where one was searched for.
    var handlings: [StateID: Handling] = [:]
    /// For `patch` and `paravirt`: the instructions that would go wrong directly.
    var critical: Set<Int> = []
    var hypercalls: [UInt64: Hypercall] = [:]
    /// Why this one: for `--monitor auto`.
    var reason = ""
    /// What the verdict says against it; nil where it says nothing or was not asked.
    var objection: String?

    /// The strongest first. A guest must know of `paravirt`, so it is never chosen for it.
    private static let byStrength: [MonitorVerdict.Monitor] = [.vmm, .hvm, .patch, .interpret]

    /// Checks the machine where the choice depends on its verdict.
    init(_ choice: MonitorChoice, for description: MachineDescription, in context: Context) throws {
        kind = MonitorKind(rawValue: choice.rawValue) ?? .interpret
        guard description.depth == .complete else { return }
        switch choice {
        case .bare, .interpret: return
        // What these need, the file says; a policy is searched for only where it declares candidates.
        case .vmm, .hvm: guard description.state.contains(where: \.isPolicy) else { return }
        case .patch, .paravirt, .auto: break
        }
        let report = try MonitorSelection.report(on: description, in: context)
        if choice == .auto { choose(from: report) }
        handlings = Dictionary(
            report.policy.compactMap { entry in
                description.state.firstIndex { $0.name == entry.component }.map { (StateID($0), entry.handling) }
            }, uniquingKeysWith: { first, _ in first })
        let verdict = report.monitors.first { $0.monitor.rawValue == kind.rawValue }
        if let verdict, verdict.verdict != .holds { objection = "\(verdict.verdict.word): \(verdict.reason)" }
        guard kind == .patch || kind == .paravirt else { return }
        critical = Set(report.instructions.indices.filter { report.instructions[$0].direct.verdict != .holds })
        if kind == .paravirt {
            do {
                hypercalls = try HypercallTable(for: InstructionCatalogue(description), critical: critical).hypercalls
            } catch {
                throw Failure(monitor: error)
            }
        }
    }

    private static func report(on description: MachineDescription, in context: Context) throws -> MachineReport {
        var options = CheckerOptions()
        options.wantsClasses = false
        let progress = ProgressLine(context)
        defer { progress.erase() }
        let checker = Checker(description, options: options) { context.interruption.isRequested }
        let report = checker.check { progress.show("\(description.name): \($0.done) of \($0.total), \($0.subject)") }
        if report.wasInterrupted { throw Failure.interrupted }
        if let error = report.errors.first {
            throw Failure(.badInput,
                "\(error.location.file):\(error.location.line):\(error.location.column): \(error.cause)",
                remedy: error.remedy)
        }
        return report
    }

    private mutating func choose(from report: MachineReport) {
        if let why = report.notApplicable {
            kind = .interpret
            reason = "interpret, for the theorems do not apply: \(why)"
            return
        }
        let admitted = MonitorSelection.byStrength.compactMap { wanted in
            report.monitors.first { $0.monitor == wanted && $0.verdict == .holds }
        }
        kind = admitted.first.flatMap { MonitorKind(rawValue: $0.monitor.rawValue) } ?? .interpret
        reason = "\(kind.rawValue): \(admitted.first?.reason ?? "nothing stronger is admitted")"
        let passed = MonitorSelection.byStrength.prefix { $0.rawValue != kind.rawValue }
        for monitor in report.monitors where passed.contains(monitor.monitor) {
            reason += "; not \(monitor.monitor.rawValue): \(monitor.reason)"
        }
    }
}

extension Failure {
    /// Why a monitor cannot run this guest.
    init(monitor error: MonitorError) {
        self.init(.badInput, error.cause, remedy: error.remedy)
    }
}
