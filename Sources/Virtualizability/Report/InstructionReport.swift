import ISALanguage

/// What was derived about one instruction variant.
public struct InstructionReport: Sendable {
    /// The assembly pattern, which names the variant.
    public var name: String
    public var mnemonic: String
    public var family: String
    public var location: SourceLocation
    public var sources: [String]
    public var notes: [String]
    public var classes: Classes
    /// By theorem, reading and policy: whether this variant meets the condition.
    public var conditions: [InstructionCondition]
    /// The monitor's squares for it, under the best policy.
    public var direct: SquareVerdict
    public var interpreter: SquareVerdict
    /// The evidence behind the classes: claims that were proved, and witnesses.
    public var evidence: [Evidence]
    /// It makes Theorem 1 fail in the extended reading, under the best policy.
    public var isOffending: Bool
    /// A short account: "privileged", "innocuous", "sensitive and unprivileged", ...
    public var verdict: String

    /// It may not run directly as a monitor runs guests by default: what `patch` replaces.
    public var isCritical: Bool {
        direct.verdict != .holds || direct.manner == .rereading || direct.manner == .unmoved
    }

    public func condition(
        _ theorem: Theorem, reading: Reading = .extended, policy: PolicyChoice = .best
    ) -> Verdict? {
        conditions.first { $0.theorem == theorem && $0.reading == reading && $0.policy == policy }?.verdict
    }
}

/// The columns of the table of classes. Sensitivity is as in the paper's definitions, S2 in any mode, with control
/// state handled as the best policy says; privilege is under that policy.
public struct Classes: Hashable, Sendable {
    public var privileged = Membership.no
    /// The same without any policy.
    public var strictlyPrivileged = Membership.no
    public var control = Membership.no
    public var location = Membership.no
    public var mode = Membership.no
    public var resource = Membership.no
    /// Behaviour-sensitive, though varying no single thing shows it.
    public var joint = Membership.no
    public var trap = Membership.no
    /// Sensitive with both states in user mode.
    public var user = Membership.no
    public var timing = Membership.no
    /// The components whose variation shows, where resource is yes.
    public var resources: [String] = []

    public init() {}

    public var behaviour: Membership { any([location, mode, resource, joint]) }
    public var sensitive: Membership { any([control, behaviour, trap]) }
    public var innocuous: Membership {
        switch sensitive {
        case .yes: .no
        case .no: .yes
        case .unknown(let reason): .unknown(reason)
        }
    }

    private func any(_ members: [Membership]) -> Membership {
        if members.contains(.yes) { return .yes }
        for case .unknown(let reason) in members { return .unknown(reason) }
        return .no
    }
}

public struct InstructionCondition: Hashable, Sendable {
    public var theorem: Theorem
    public var reading: Reading
    public var policy: PolicyChoice
    public var verdict: Verdict
}

/// What one statement about an instruction rests on.
public struct Evidence: Sendable {
    /// "sensitive/open": violation and setting. A proved claim has this name in the certificates too.
    public var property: String
    /// The violation cannot happen, does happen, or is not decided.
    public var outcome: Verdict
    public var witness: Witness?

    /// For tables: "claim sensitive/open", "witness control/best".
    public var identifier: String {
        switch outcome {
        case .holds: "claim \(property)"
        case .refuted: "witness \(property)"
        default: "undecided \(property)"
        }
    }
}

/// One mnemonic's variants taken together.
public struct MnemonicReport: Hashable, Sendable {
    public var mnemonic: String
    public var variants: [String]
    /// A class is yes if a variant has it; privileged, innocuous only if all have.
    public var classes: Classes
    public var isOffending: Bool
}

public struct InterruptReport: Sendable {
    public var name: String
    public var location: SourceLocation
    /// Accepting it commutes with the map.
    public var square: SquareVerdict
    /// Under the policy no guest masks it on the real machine.
    public var reachesMonitor: SquareVerdict
}

/// One commuting square.
public struct SquareVerdict: Sendable {
    public enum Manner: String, Hashable, Sendable {
        /// As the monitor runs by default.
        case plain
        /// It must read R again at each trap: the paper's second exception.
        case rereading
        /// The guest must lie at the beginning of storage, unmoved: the paper's first exception.
        case unmoved
        /// The instruction never completes under the monitor.
        case neverRuns = "never-runs"
    }
    public var verdict: Verdict
    public var manner: Manner
    /// It holds although Theorem 1's condition does not: one of the paper's exceptions.
    public var isException: Bool
    /// What refutes it; for an exception, what refutes it as the monitor runs by default.
    public var witness: Witness?
}
