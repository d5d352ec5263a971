import ISALanguage
import Monitor
import Paravirt
import Virtualizability

/// Which monitor runs a guest, with what the verdict says that it needs.
struct MonitorSelection {
    var kind: MonitorKind
    /// How each control component is handled: the best policy, where one was searched for.
    var handlings: [StateID: Handling] = [:]
    /// The instructions that go wrong when they run directly.
    var critical: Set<Int> = []
    var hypercalls: [UInt64: Hypercall] = [:]
    /// What the paper's exceptions ask: the monitor reads R again at each trap; its guest lies at the beginning.
    var rereadsRelocation = false
    var placement = Nest.Placement.low
    /// Why this one: for `--monitor auto`.
    var reason = ""
    /// What the verdict says against it; nil where it says nothing or was not asked.
    var objection: String?

    /// It runs the guest although the verdict is against it.
    var isForced: Bool { objection != nil }

    /// The strongest first. A guest must know of `paravirt`, so it is never chosen for it.
    private static let byStrength: [MonitorKind] = [.vmm, .hvm, .patch, .interpret]

    /// Asks what the verdict on the machine is, where the monitor lets anything run directly.
    ///
    /// - Parameter guests: how many share the real machine.
    init(
        _ choice: MonitorChoice, for description: MachineDescription, guests: Int, in context: Context
    ) throws {
        kind = MonitorKind(rawValue: choice.rawValue) ?? .interpret
        guard description.depth == .complete, choice != .bare, choice != .interpret else { return }
        guard !description.mapIsShadow else {
            guard choice == .auto else { return }
            kind = .interpret
            reason = "interpret: \(Allocator.shadowCause(of: description))"
            return
        }
        let plan = try MonitorSelection.plan(for: description, guests: guests, in: context)
        handlings = plan.handlings
        rereadsRelocation = plan.direct.contains(.rightIfReread)
        // Only one guest of several can lie at the beginning of storage.
        let isUnmoved = guests == 1 && plan.mayBeUnmoved
        placement = isUnmoved ? .high : .low
        critical = plan.critical(rereads: true, isUnmoved: isUnmoved)
        let objections = Objections(plan, critical: critical, isUnmoved: isUnmoved, in: description)
        if choice == .auto { choose(by: objections) }
        objection = objections.against(kind)
        if kind == .hvm { critical = plan.critical(rereads: true, isUnmoved: isUnmoved, inUserMode: true) }
        guard kind == .paravirt else { return }
        // A guest is asked to do without what is known to be wrong: nobody could write one without all the rest.
        critical = critical.filter { plan.direct[$0].isRefuted }
        do throws(MonitorError) {
            hypercalls = try HypercallTable(for: InstructionCatalogue(description), critical: critical).hypercalls
        } catch {
            throw Failure(monitor: error)
        }
    }

    private static func plan(
        for description: MachineDescription, guests: Int, in context: Context
    ) throws -> MonitorPlan {
        var options = CheckerOptions()
        options.conflictLimit = 20_000
        // As soon as several guests share the processor, stopping it is nobody's own affair.
        options.processorIsResource = guests > 1
        let progress = ProgressLine(context)
        defer { progress.erase() }
        let checker = Checker(description, options: options) { context.interruption.isRequested }
        let plan = checker.monitorPlan {
            progress.show("\(description.name): \($0.done) of \($0.total), \($0.subject)")
        }
        if plan.wasInterrupted { throw Failure.interrupted }
        if let error = plan.errors.first {
            throw Failure(.badInput,
                "\(error.location.file):\(error.location.line):\(error.location.column): \(error.cause)",
                remedy: error.remedy)
        }
        return plan
    }

    private mutating func choose(by objections: Objections) {
        let chosen = MonitorSelection.byStrength.first { objections.against($0) == nil } ?? .interpret
        kind = chosen
        reason = "\(chosen.rawValue): \(objections.reason(for: chosen))"
        for passed in MonitorSelection.byStrength.prefix(while: { $0 != chosen }) {
            reason += "; not \(passed.rawValue): \(objections.against(passed) ?? "")"
        }
    }
}

/// What the verdict says against each monitor.
private struct Objections {
    private let plan: MonitorPlan
    private let description: MachineDescription
    private let critical: Set<Int>
    private let criticalInUserMode: Set<Int>

    init(_ plan: MonitorPlan, critical: Set<Int>, isUnmoved: Bool, in description: MachineDescription) {
        self.plan = plan
        self.description = description
        self.critical = critical
        criticalInUserMode = plan.critical(rereads: true, isUnmoved: isUnmoved, inUserMode: true)
    }

    /// Nil where it may run the guest.
    func against(_ kind: MonitorKind) -> String? {
        if kind == .bare || kind == .interpret { return nil }
        if let reason = plan.notApplicable { return "the theorems do not apply: \(reason)" }
        switch plan.surroundings {
        case .holds: break
        case .undecided(let reason), .notApplicable(let reason): return "undecided: \(reason)"
        case .refuted: return "refuted: the map does not keep the guest in user mode and in its window"
        }
        switch kind {
        case .vmm: return wrong(critical, in: plan.direct, "wrong for ")
        case .hvm: return wrong(criticalInUserMode, in: plan.directInUserMode, "wrong in virtual user mode for ")
        case .paravirt: return undecided(critical, in: plan.direct)
        case .bare, .patch, .interpret: return nil
        }
    }

    private func wrong(_ found: Set<Int>, in all: [MonitorPlan.DirectExecution], _ words: String) -> String? {
        let refuted = found.filter { all[$0].isRefuted }
        return refuted.isEmpty ? undecided(found, in: all) : "refuted: \(words)\(names(refuted))"
    }

    private func undecided(_ found: Set<Int>, in all: [MonitorPlan.DirectExecution]) -> String? {
        let unknown = found.filter { !all[$0].isRefuted }
        return unknown.isEmpty ? nil : "undecided for \(names(unknown))"
    }

    private func names(_ indices: Set<Int>) -> String {
        indices.sorted().map { description.instructions[$0].name }.joined(separator: ", ")
    }

    func reason(for kind: MonitorKind) -> String {
        switch kind {
        case .bare: "no monitor: the guest owns the machine"
        case .vmm: "what does not trap may run directly, every instruction of it"
        case .hvm: "what the guest runs in its user mode may run directly"
        case .patch: "replaces before they run: \(names(critical))"
        case .paravirt: "for guests that make hypercalls"
        case .interpret: "admissible on every machine"
        }
    }
}

extension Failure {
    /// Why a monitor cannot run this guest.
    init(monitor error: MonitorError) {
        self.init(.badInput, error.cause, remedy: error.remedy)
    }
}
