import Certificates
import ISALanguage

extension Checker {
    /// Proves again, with proofs, every claim that the check settled, hands each to the writer, and lists the verdicts
    /// that follow. To be called after `check`, and not where the theorems do not apply.
    ///
    /// `progress` gets the number of claims written; false ends the work.
    public func certify(
        into writer: CertificateWriter, progress: (_ written: Int) -> Bool = { _ in true }
    ) throws(CertificateError) -> MachineClaims {
        var obligations = Obligations(description: description, footprint: options.monitorFootprint)
        obligations.lemmas = obligations.possibleLemmas.filter { isProved(.machine, $0) }
        var subjects: [SubjectClaims] = []
        var written = 0
        for (name, subject) in obligations.subjects {
            var proved: [String] = []
            for property in obligations.properties(of: subject) where isProved(subject, property) {
                let claim = ClaimIdentifier(machine: description.name, subject: name, property: property.name)
                guard try write(claim, conditions.query(subject, property), to: writer) else { continue }
                proved.append(property.name)
                written += 1
                guard progress(written) else {
                    throw CertificateError(.interrupted, file: description.name, "interrupted after \(written) claims")
                }
            }
            subjects.append(SubjectClaims(name: name, proved: proved))
        }
        let assumptions = StatedAssumptions(policy: conditions.context.policy, options: options).lines(description)
        var claims = MachineClaims(name: description.name, subjects: subjects, verdicts: [])
        for obligation in obligations.all {
            var verdict = VerdictFormula(
                name: obligation.name, stated: .holds, assumptions: assumptions,
                requirements: obligations.requirements(obligation))
            if !claims.unmet(verdict).isEmpty { verdict.stated = stated(obligation, obligations) }
            claims.verdicts.append(verdict)
        }
        return claims
    }

    /// Of what the verdicts need, only that which the check asked for, and the shortest way to it.
    private func isProved(_ subject: Subject, _ property: Property) -> Bool {
        if case .none? = decider.known(conditions.query(subject, property)) { return true }
        return false
    }

    private func write(
        _ claim: ClaimIdentifier, _ query: Query, to writer: CertificateWriter
    ) throws(CertificateError) -> Bool {
        for manner in decider.manners(of: query) {
            let posed = decider.poser.pose(query, manner)
            guard case .unsatisfiable(let refutation) = posed.symbols.graph.decide(
                posed.assertions, limits: decider.limits, wantsProof: true), let proof = refutation.proof
            else { continue }
            try writer.add(claim, formula: refutation.formula, proof: proof, map: refutation.map)
            return true
        }
        return false
    }

    /// A verdict that does not follow: refuted if for some subject every alternative has a counterexample.
    private func stated(_ obligation: Obligation, _ obligations: Obligations) -> VerdictOutcome {
        for (_, subject) in obligations.subjects {
            let isRefuted = obligations.alternatives(obligation, subject).allSatisfy { alternative in
                alternative.contains { property in
                    if case .found? = decider.known(conditions.query(subject, property)) { return true }
                    return false
                }
            }
            if isRefuted { return .refuted }
        }
        return .undecided
    }

    /// How these machines give their claims again: `verify --isa`.
    public static func regeneration(of descriptions: [MachineDescription]) -> ClaimRegeneration {
        let regenerator = Regenerator(descriptions)
        return ClaimRegeneration(
            machines: { list throws(CertificateError) in try regenerator.machines(list) },
            instances: { claim throws(CertificateError) in regenerator.instances(claim) })
    }
}

/// Makes claims again from descriptions. What the list says about policy and assumptions is read first; a claim is
/// then one query, its formula what that query encodes to.
private final class Regenerator {
    private let descriptions: [String: MachineDescription]
    private var machines: [String: Regenerated] = [:]

    private struct Regenerated {
        var conditions: ConditionChecker
        var subjects: [String: Subject]
        var obligations: Obligations
    }

    init(_ descriptions: [MachineDescription]) {
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func machines(_ list: ClaimList) throws(CertificateError) -> [MachineClaims] {
        var found: [MachineClaims] = []
        for stated in list.machines {
            guard let description = descriptions[stated.name] else { continue }
            let lines = stated.verdicts.first?.assumptions ?? []
            guard let assumptions = StatedAssumptions(lines, description) else {
                throw CertificateError(
                    .differsFromDescription, file: ClaimList.fileName,
                    "the assumptions stated for '\(stated.name)' are not about this description")
            }
            let regenerated = regenerate(description, assumptions, stated)
            machines[stated.name] = regenerated
            found.append(outline(description, assumptions, regenerated.obligations))
        }
        return found
    }

    private func regenerate(
        _ description: MachineDescription, _ assumptions: StatedAssumptions, _ stated: MachineClaims
    ) -> Regenerated {
        let anyMode = Property(.anyModeTranslation, .strict).name
        let relocates = ShadowMap(description)?.isSameInEveryMode
            ?? stated.subjects.first { $0.name == "machine" }?.proved.contains(anyMode) ?? false
        let context = SettingContext(policy: assumptions.policy, relocatesInAnyMode: relocates)
        let flow = MachineFlow(description)
        let decider = Decider(QueryPoser(description, assumed: assumptions.given), flow, limits: SolverLimits())
        var obligations = Obligations(description: description, footprint: assumptions.footprint)
        let proved = stated.subjects.first { $0.name == "machine" }?.proved ?? []
        obligations.lemmas = obligations.possibleLemmas.filter { proved.contains($0.name) }
        return Regenerated(
            conditions: ConditionChecker(decider, flow, context),
            subjects: Dictionary(
                obligations.subjects.map { ($0.name, $0.subject) }, uniquingKeysWith: { first, _ in first }),
            obligations: obligations)
    }

    private func outline(
        _ description: MachineDescription, _ assumptions: StatedAssumptions, _ obligations: Obligations
    ) -> MachineClaims {
        let lines = assumptions.lines(description)
        return MachineClaims(
            name: description.name,
            subjects: obligations.subjects.map { name, subject in
                SubjectClaims(name: name, proved: obligations.properties(of: subject).map(\.name))
            },
            verdicts: obligations.all.map {
                VerdictFormula(
                    name: $0.name, stated: .undecided, assumptions: lines, requirements: obligations.requirements($0))
            })
    }

    /// In every manner and detail; in the lemma's manner only where the list has the lemma itself.
    func instances(_ claim: ClaimIdentifier) -> [() -> ClaimRegeneration.Instance?] {
        guard let machine = machines[claim.machine], let subject = machine.subjects[claim.subject],
            let property = Property(name: claim.property),
            machine.obligations.properties(of: subject).contains(property)
        else { return [] }
        let query = machine.conditions.query(subject, property)
        let poser = machine.conditions.decider.poser
        let lemma = machine.conditions.decider.lemma(for: query)
        let hasLemma = lemma == nil
            || machine.obligations.lemmas.contains { machine.conditions.query(.machine, $0) == lemma }
        return QueryPoser.Manner.allCases.filter { manner in
            poser.isPosed(query, manner) && (manner != .lemma || hasLemma)
        }.flatMap { manner in
            // Made once for all details, and only when it is asked for.
            let posing = Posing { poser.pose(query, manner) }
            return Detail.allCases.map { detail in
                {
                    posing.posed.symbols.graph.encode(posing.posed.assertions, detail)
                }
            }
        }
    }
}

/// A question in terms, made when it is first looked at.
private final class Posing {
    private let pose: () -> PosedQuery
    private(set) lazy var posed = pose()

    init(_ pose: @escaping () -> PosedQuery) { self.pose = pose }
}
