import ISALanguage

/// One theorem's answer, in one reading, with or without a policy.
public struct TheoremVerdict: Sendable {
    public var theorem: Theorem
    public var reading: Reading
    public var policy: PolicyChoice
    public var verdict: Verdict
    /// The variants that do not meet the condition, in the file's order, with what shows it.
    public var offenders: [Offender]
    /// Variants whose condition is not decided.
    public var undecided: [String]
    public var notes: [String]

    /// "theorem-1/extended/best": the name in the certificates.
    public var identifier: String {
        "theorem-\(theorem.rawValue)/\(reading.rawValue)/\(policy.rawValue)"
    }
}

public struct Offender: Sendable {
    public var instruction: String
    public var location: SourceLocation
    /// "control", "behaviour", "lost-trap": what is wrong with it.
    public var violation: String
    public var summary: String
    public var witness: Witness?
}

/// Whether a kind of monitor may run guests of this machine.
public struct MonitorVerdict: Sendable {
    public enum Monitor: String, Hashable, Sendable, CaseIterable {
        case bare, vmm, hvm, patch, paravirt, interpret
    }
    public var monitor: Monitor
    public var verdict: Verdict
    /// What it must do beyond the default for the verdict to hold: "reads R again at each trap".
    public var conditions: [String]
    public var reason: String

    public init(monitor: Monitor, verdict: Verdict, conditions: [String], reason: String) {
        self.monitor = monitor
        self.verdict = verdict
        self.conditions = conditions
        self.reason = reason
    }
}

/// What would make a refuted theorem hold.
public struct Remedy: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// These variants would have to trap in user mode. No smaller set does.
        case trap
        /// The monitor must keep these components fixed.
        case policy
    }
    public var kind: Kind
    public var theorem: Theorem
    public var reading: Reading
    /// Without a policy, or beyond the best one.
    public var choice: PolicyChoice
    public var items: [String]
    public var text: String
}
