import ISALanguage
import Testing

@testable import Virtualizability

/// Each of the four corrections to the naive condition is needed: without it the condition holds for an instruction
/// under which a monitor is wrong.
@Suite("Corrections of the naive condition")
struct CorrectionTests {
    static let condition = Condition(theorem: .first, reading: .extended, policy: .best)

    /// The condition for the first added instruction as weakened, as it is, and its square.
    private func verdicts(
        _ body: [String], _ weaken: (inout CheckerOptions.Weakening) -> Void
    ) throws -> (weakened: Verdict, condition: Verdict, square: Verdict) {
        let description = try SmallMachine.load([body])
        let index = description.instructions.count - 1
        var options = CheckerOptions()
        weaken(&options.weakening)
        let weak = Checker(description, options: options)
        let whole = Checker(description)
        for checker in [weak, whole] {
            checker.conditions.context.relocatesInAnyMode = true
            let guardBit = try #require(description.state.firstIndex { $0.name == "guard" })
            checker.conditions.context.policy.handlings[StateID(guardBit)] = .own(1)
        }
        return (
            weak.conditions.verdict(index, weak.condition(.first, .extended, .best)),
            whole.conditions.verdict(index, Self.condition),
            whole.conditions.verdict(.instruction(index), Property(.direct, .best))
        )
    }

    @Test("Lost traps: an instruction that traps in supervisor mode only")
    func lostTraps() throws {
        let found = try verdicts(["trap service when user = 0", "r[d] <- 1"]) { $0.ignoresLostTraps = true }
        #expect(found.weakened == .holds)
        #expect(found.condition == .refuted)
        #expect(found.square == .refuted)
    }

    @Test("Joint variation: only two resources at once show")
    func jointVariation() throws {
        // The real side has key 0 and seg 0; a guest that has changed only one of them sees no difference.
        let found = try verdicts(["r[d] <- if key = 3 and seg = 1 then 1 else 0"]) { $0.variesOneAtATime = true }
        #expect(found.weakened == .holds)
        #expect(found.condition == .refuted)
        #expect(found.square == .refuted)
    }

    @Test("The policy holds on the real side only: reading a fixed bit")
    func policyOnTheRealSide() throws {
        let found = try verdicts(["r[d] <- zext(guard, 8)"]) { $0.policyOnBothSides = true }
        #expect(found.weakened == .holds)
        #expect(found.condition == .refuted)
        #expect(found.square == .refuted)
    }

    @Test("Cells outside the window: a store just below the place where the guest lies")
    func cellsOutside() throws {
        // With base 0 the bare machine stores nothing; the real one has another base, and stores into its monitor.
        let found = try verdicts(["if base != 0", "  e.real[base - 1] <- r[d]"]) { $0.ignoresCellsOutside = true }
        #expect(found.weakened == .holds)
        #expect(found.condition == .refuted)
        #expect(found.square == .refuted)
    }
}
