import ISALanguage

/// Everything that was found out about one machine. Every output format is rendered from this.
public struct MachineReport: Sendable {
    public var name: String
    public var title: String
    public var depth: Depth
    public var sources: [String]
    public var scope: [String]
    public var location: SourceLocation
    /// Why the theorems do not apply to the machine; nil where they do.
    public var notApplicable: String?
    /// What is wrong with the file: roles that disagree with the programs, claims that the derivation refutes.
    public var errors: [ReportedError]
    public var assumptions: [Assumption]
    /// The best policy that was found, component by component.
    public var policy: [PolicyEntry]
    /// Relocation is active in every mode, so that classes are the paper's own, with S2 in any mode.
    public var relocatesInAnyMode: Bool
    /// In the file's order.
    public var instructions: [InstructionReport]
    /// In the order of the mnemonics' first variants.
    public var mnemonics: [MnemonicReport]
    public var interrupts: [InterruptReport]
    /// Theorems 1, 2 and 3, each in both readings, strict and under the best policy.
    public var theorems: [TheoremVerdict]
    public var monitors: [MonitorVerdict]
    /// Instructions whose outcome depends on a clock: what Theorem 2 is about.
    public var timingSources: [String]
    public var remedies: [Remedy]
    /// One for each variant that makes a monitor wrong.
    public var guestPrograms: [GuestProgram]
    public var statistics: CheckStatistics
    /// The check was interrupted; what is not decided says so.
    public var wasInterrupted: Bool

    public func verdict(
        _ theorem: Theorem, reading: Reading = .extended, policy: PolicyChoice = .best
    ) -> TheoremVerdict? {
        theorems.first { $0.theorem == theorem && $0.reading == reading && $0.policy == policy }
    }

    /// By the assembly pattern that names the variant.
    public func instruction(_ name: String) -> InstructionReport? { instructions.first { $0.name == name } }
}

/// Something in the ISA file that cannot stand.
public struct ReportedError: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case role
        case claim
    }
    public var kind: Kind
    public var cause: String
    public var remedy: String
    /// The declaration or claim.
    public var location: SourceLocation
    /// The trap, write or instruction that contradicts it.
    public var contradiction: SourceLocation?
    public var witness: Witness?
}

/// What a verdict takes for granted.
public struct Assumption: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// A role that stands although the closure says otherwise, with the file's reason.
        case exemption
        /// `--assume`.
        case given
        /// Handlings: what the monitor keeps fixed, mirrored or saved.
        case policy
        /// Computation of which only arguments and results are known.
        case uninterpreted
        /// What was left out of consideration.
        case scope
    }
    public var kind: Kind
    public var text: String
}

/// How one control component is handled.
public struct PolicyEntry: Hashable, Sendable {
    public enum Origin: String, Hashable, Sendable {
        case declared
        /// Nothing is declared: owned by the monitor, with the value of a fresh machine.
        case usual = "default"
        case searched
    }
    public var component: String
    public var handling: Handling
    public var origin: Origin
    /// Variants for whose sake the search chose it.
    public var servesVariants: [String]
}

public struct CheckStatistics: Hashable, Sendable {
    public var queries = 0
    public var proved = 0
    public var witnessed = 0
    public var undecided = 0
    /// Queries that simplification alone answered.
    public var trivial = 0
}
