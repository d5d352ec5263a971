/// Everything that a set of verdicts rests on: which claims were proved, and how verdicts follow from claims.
public struct ClaimList: Equatable, Sendable {
    /// Sorted by name.
    public var machines: [MachineClaims]
    /// For each proved claim its number (1... in the names of its files) and what its files must be.
    public var records: [ClaimIdentifier: ClaimRecord]

    public init(machines: [MachineClaims], records: [ClaimIdentifier: ClaimRecord]) {
        self.machines = machines
        self.records = records
    }
}

public struct ClaimRecord: Equatable, Sendable {
    public var number: Int
    public var formula: SHA256.Digest
    public var map: SHA256.Digest

    public init(number: Int, formula: SHA256.Digest, map: SHA256.Digest) {
        self.number = number
        self.formula = formula
        self.map = map
    }

    public var formulaFile: String { "claim-\(number).cnf" }
    public var proofFile: String { "claim-\(number).drat" }
    public var mapFile: String { "claim-\(number).map" }
}

public struct MachineClaims: Equatable, Sendable {
    public var name: String
    /// Every subject that the verdicts quantify over, sorted by name, whether or not anything is proved about it.
    public var subjects: [SubjectClaims]
    public var verdicts: [VerdictFormula]

    public init(name: String, subjects: [SubjectClaims], verdicts: [VerdictFormula]) {
        self.name = name
        self.subjects = subjects
        self.verdicts = verdicts
    }
}

public struct SubjectClaims: Equatable, Sendable {
    public var name: String
    /// The properties proved of it, sorted: each one is a claim with formula, map and proof.
    public var proved: [String]

    public init(name: String, proved: [String]) {
        self.name = name
        self.proved = proved
    }
}

public enum VerdictOutcome: String, Equatable, Sendable, CaseIterable {
    case holds, refuted, undecided
}

/// One verdict and what it takes. It holds exactly when every requirement is met by proved claims.
public struct VerdictFormula: Equatable, Sendable {
    /// Which theorem, reading and policy, as in "theorem-1/extended/best".
    public var name: String
    public var stated: VerdictOutcome
    /// What is taken for granted: policy bits, exemptions from roles. For the reader; nothing is computed from it.
    public var assumptions: [String]
    /// One for each subject of the machine, in the same order.
    public var requirements: [Requirement]

    public init(name: String, stated: VerdictOutcome, assumptions: [String], requirements: [Requirement]) {
        self.name = name
        self.stated = stated
        self.assumptions = assumptions
        self.requirements = requirements
    }
}

/// What one verdict needs of one subject: all properties of at least one alternative.
///
/// No alternative at all can never be met; an alternative without properties always is.
public struct Requirement: Equatable, Sendable {
    public var subject: String
    public var alternatives: [[String]]

    public init(subject: String, alternatives: [[String]]) {
        self.subject = subject
        self.alternatives = alternatives
    }

    public func isMet(by proved: Set<String>) -> Bool {
        alternatives.contains { $0.allSatisfy(proved.contains) }
    }
}

extension MachineClaims {
    public var identifiers: [ClaimIdentifier] {
        subjects.flatMap { subject in
            subject.proved.map { ClaimIdentifier(machine: name, subject: subject.name, property: $0) }
        }
    }

    /// The requirements that the proved claims do not meet; the verdict follows from the claims when there are none.
    public func unmet(_ verdict: VerdictFormula) -> [Requirement] {
        var proved: [String: Set<String>] = [:]
        for subject in subjects { proved[subject.name] = Set(subject.proved) }
        return verdict.requirements.filter { !$0.isMet(by: proved[$0.subject] ?? []) }
    }
}
