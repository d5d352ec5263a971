import Certificates
import ISALanguage
import Testing

@testable import Virtualizability

/// Lemmas about translation make proofs shorter, and must change no answer.
@Suite("Lemmas about translation")
struct LemmaTests {
    private static let properties = [
        Property(.sensitive, .open), Property(.control, .strict), Property(.behaviour, .best),
        Property(.lostTrap, .best), Property(.direct, .best), Property(.interpreter, .best),
        Property(.behaviour, .userPaper),
    ]

    /// Both answers to every question about every instruction; gives the number of questions that a lemma settled.
    private func compare(_ description: MachineDescription, _ text: String) -> Int {
        var without = CheckerOptions()
        without.usesLemmas = false
        let (checker, plain) = (Checker(description), Checker(description, options: without))
        var settled = 0
        for index in description.instructions.indices {
            for property in Self.properties {
                let query = checker.conditions.query(.instruction(index), property)
                let (short, long) = (checker.decider.answer(query).verdict, plain.decider.answer(query).verdict)
                #expect(!plain.decider.manners(of: query).contains(.lemma))
                if short == .holds, checker.decider.manners(of: query).contains(.lemma) { settled += 1 }
                // What the long way leaves open the short one may settle, and never the other way round.
                if case .undecided = long { continue }
                #expect(short == long, "\(property.name) of \(description.instructions[index].name)\n\(text)")
            }
        }
        return settled
    }

    @Test("Random machines get the same answers with and without")
    func randomMachines() {
        var settled = 0
        for seed in 0..<UInt64(RandomRun.count(60)) {
            guard let made = try? RandomRun.machine(seed, .tiny) else { continue }
            settled += compare(made.description, made.text)
        }
        #expect(settled > 100)
    }

    @Test("So do the overlays of the third generation machine, each with its flaw", arguments: [
        "third-generation-load-real-address", "third-generation-store-outside", "third-generation-shrink-bound",
        "third-generation-user-base", "third-generation-mode-leak",
    ])
    func overlays(name: String) throws {
        #expect(compare(try Library.machine(name), name) > 10)
    }

    /// Each line of the map or the translation wrong in one way. The lemma fails, and so does what rests on it.
    @Test("A map that lets the guest out of its window has no lemma", arguments: [
        ("base  <- origin + base", "base  <- base"),
        ("min(bound, extent - zext(base, 4))", "bound"),
        ("trap violation(a) when a >= zext(bound, 8)", "trap violation(a) when a > zext(bound, 8)"),
    ])
    func wrongMap(line: String, wrong: String) throws {
        let source = SmallMachine.source([])
        #expect(source.contains(line))
        let right = Checker(try MachineLoader.load(text: source))
        let checker = Checker(try MachineLoader.load(text: source.replacing(line, with: wrong)))
        let load = Property(.direct, .best)
        let query = checker.conditions.query(.instruction(0), load)
        #expect(right.decider.manners(of: query).contains(.lemma))
        #expect(!checker.decider.manners(of: query).contains(.lemma))
        #expect(checker.decider.answer(query).verdict == .refuted)
    }

    @Test("A claim that rests on a lemma is none of the description's without the lemma's own claim")
    func missingLemma() throws {
        let description = try SmallMachine.load([])
        let checker = Checker(description)
        _ = checker.check()
        let property = Property(.sensitive, .open)
        let query = checker.conditions.query(.instruction(0), property)
        let posed = checker.decider.poser.pose(query, .lemma)
        let formula = try #require(posed.symbols.graph.encode(posed.assertions)?.formula)
        let assumptions = StatedAssumptions(policy: checker.conditions.context.policy, options: checker.options)
        let claim = ClaimIdentifier(
            machine: description.name, subject: "instruction \(description.instructions[0].name)",
            property: property.name)
        for hasLemma in [true, false] {
            let lemmas = hasLemma ? [Property(.translation, .open).name] : []
            let anyMode = [Property(.anyModeTranslation, .strict).name]
            let stated = MachineClaims(
                name: description.name, subjects: [SubjectClaims(name: "machine", proved: anyMode + lemmas)],
                verdicts: [
                    VerdictFormula(
                        name: "theorem-1/extended/best", stated: .holds, assumptions: assumptions.lines(description),
                        requirements: [])
                ])
            let regeneration = Checker.regeneration(of: [description])
            _ = try regeneration.machines(ClaimList(machines: [stated], records: [:]))
            let spellings = try regeneration.instances(claim).map { $0()?.formula }
            #expect(spellings.contains(formula) == hasLemma)
        }
    }
}
