import ISALanguage

/// Under which circumstances a property is asked for. Together with the violation it names a claim.
enum Setting: String, CaseIterable {
    /// Everything free: no policy, and the real side in any mode where relocation is active in every mode.
    /// What holds here holds under every policy, in both readings and for all theorems.
    case open
    /// Theorem 1, extended, without a policy.
    case strict
    /// Theorem 1, extended, under the best policy.
    case best
    /// Theorem 1 in the paper's reading.
    case paper
    /// Theorem 3: both sides in user mode.
    case userStrict = "user-strict"
    case userBest = "user-best"
    case userPaper = "user-paper"
}

/// What fixes the meaning of settings for one machine.
struct SettingContext: Hashable {
    var policy: Policy
    /// Relocation is active in every mode, so that S2 may be in any, as in the paper's definitions.
    var relocatesInAnyMode: Bool
    /// Seen by tests only.
    var policyOnBothSides = false

    func kind(_ setting: Setting, support: Set<StateID>?) -> RelationKind {
        var kind: RelationKind
        switch setting {
        case .open:
            kind = RelationKind(control: .free)
            kind.realIsUser = !relocatesInAnyMode
        case .strict: kind = RelationKind(control: .free)
        case .best: kind = RelationKind(control: .policy(restricted(to: support)))
        case .paper:
            kind = RelationKind(control: .ordinary)
            kind.realIsUser = !relocatesInAnyMode
        case .userStrict:
            kind = RelationKind(control: .free)
            kind.virtualIsUser = true
        case .userBest:
            kind = RelationKind(control: .policy(restricted(to: support)))
            kind.virtualIsUser = true
        case .userPaper:
            // Mode sensitivity does not count: only the window's place may differ.
            kind = RelationKind(control: .ordinary)
            kind.virtualIsUser = true
            kind.variesMode = false
        }
        kind.policyOnBothSides = policyOnBothSides
        return kind
    }

    /// Components that a question cannot depend on are left out, so that policies which differ in these only give
    /// the same question.
    private func restricted(to support: Set<StateID>?) -> Policy {
        guard let support else { return policy }
        return Policy(policy.handlings.filter { support.contains($0.key) })
    }
}

/// The name of a claim about a subject: a violation that does not exist, and the setting.
struct Property: Hashable {
    var violation: Violation
    var setting: Setting

    init(_ violation: Violation, _ setting: Setting) {
        self.violation = violation
        self.setting = setting
    }

    var name: String { "\(violation.rawValue)/\(setting.rawValue)" }

    init?(name: String) {
        let parts = name.split(separator: "/").map(String.init)
        guard parts.count == 2, let violation = Violation(rawValue: parts[0]), let setting = Setting(rawValue: parts[1])
        else { return nil }
        self.init(violation, setting)
    }
}
