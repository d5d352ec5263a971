/// The answer to a question. Undecided is an answer of its own, never folded into another.
public enum Verdict: Hashable, Sendable {
    case holds
    case refuted
    case undecided(String)
    /// The question does not apply to this machine, and why.
    case notApplicable(String)

    /// "holds", "refuted", "undecided", "not applicable".
    public var word: String {
        switch self {
        case .holds: "holds"
        case .refuted: "refuted"
        case .undecided: "undecided"
        case .notApplicable: "not applicable"
        }
    }

    /// Why there is no yes or no; nil where there is.
    public var reason: String? {
        switch self {
        case .holds, .refuted: nil
        case .undecided(let reason), .notApplicable(let reason): reason
        }
    }

    /// Both must hold. A refutation counts even where the other is undecided.
    func and(_ other: Verdict) -> Verdict {
        switch (self, other) {
        case (.notApplicable, _), (.refuted, _): self
        case (_, .notApplicable), (_, .refuted): other
        case (.undecided, _): self
        default: other
        }
    }

    /// One of them must hold.
    func or(_ other: Verdict) -> Verdict {
        switch (self, other) {
        case (.holds, _): self
        case (_, .holds): other
        case (.undecided, _): self
        default: other
        }
    }
}

/// Yes, no, or not known: whether an instruction is in a class.
public enum Membership: Hashable, Sendable {
    case yes
    case no
    case unknown(String)

    /// "yes", "no", "?".
    public var word: String {
        switch self {
        case .yes: "yes"
        case .no: "no"
        case .unknown: "?"
        }
    }
}

public enum Theorem: Int, Hashable, Sendable, CaseIterable {
    /// A virtual machine monitor can be built.
    case first = 1
    /// The machine is recursively virtualisable.
    case second = 2
    /// A hybrid virtual machine monitor can be built.
    case third = 3
}
