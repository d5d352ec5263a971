import Virtualizability

/// Which verdict gives the exit code of `check`, and what it is worth.
struct CheckAnswer {
    var theorem: Theorem
    var reading: Reading
    var policy: PolicyChoice
    var failOn: FailOnChoice

    init(theorem: Theorem = .first, reading: Reading? = nil, strict: Bool = false, failOn: FailOnChoice = .undecided) {
        self.theorem = theorem
        self.reading = reading ?? (theorem == .third ? .paper : .extended)
        policy = strict ? .strict : .best
        self.failOn = failOn
    }

    func verdict(_ report: MachineReport) -> Verdict {
        if let reason = report.notApplicable { return .notApplicable(reason) }
        return report.verdict(theorem, reading: reading, policy: policy)?.verdict
            ?? .undecided("the check ended before this question")
    }

    /// With several machines the worst answer counts; a refutation is worse than not knowing. A file
    /// with a wrong role or claim gives no verdict at all.
    func status(_ reports: [MachineReport]) -> CommandStatus {
        if reports.contains(where: \.wasInterrupted) { return .interrupted }
        if reports.contains(where: { !$0.errors.isEmpty }) { return .badInput }
        var worst = CommandStatus.holds
        for report in reports {
            switch verdict(report) {
            case .holds: break
            case .refuted: worst = .refuted
            case .undecided, .notApplicable: if worst == .holds { worst = .undecided }
            }
        }
        switch failOn {
        case .never: return .holds
        case .refuted: return worst == .undecided ? .holds : worst
        case .undecided: return worst
        }
    }
}

extension Theorem {
    var title: String { "Theorem \(rawValue)" }

    /// What it says of a machine for which it holds.
    var meaning: String {
        switch self {
        case .first: return "a virtual machine monitor can be built"
        case .second: return "the machine is recursively virtualisable"
        case .third: return "a hybrid monitor can be built"
        }
    }
}

extension Reading {
    var title: String { self == .paper ? "paper's reading" : "extended reading" }
}

extension PolicyChoice {
    var title: String { self == .strict ? "without a policy" : "best policy" }
}
