import ISALanguage
import Testing

@testable import Virtualizability

/// One overlay of the third generation machine for each subtle point, and what the theory says of it.
@Suite("Overlays of the third generation machine")
struct OverlayTests {
    /// What is wrong with the one added instruction, and what holds nevertheless.
    struct Expectation: Sendable, CustomTestStringConvertible {
        var machine: String
        /// Mnemonics that keep Theorem 1 (extended, best policy) from holding.
        var offenders: [String] = []
        /// The same without a policy, where that is more.
        var strictly: [String] = []
        /// Theorem 3 in the paper's reading.
        var third = Verdict.holds
        /// The square of the last mnemonic, and in what manner.
        var square = Verdict.refuted
        var manner = SquareVerdict.Manner.plain
        var searched: [String] = []
        var testDescription: String { machine }
    }

    static let expectations = [
        Expectation(machine: "user-nop", offenders: ["LRBQ"]),
        Expectation(
            machine: "shrink-bound", offenders: ["SHB"], third: .refuted, square: .holds, manner: .rereading),
        Expectation(
            machine: "load-real-address", offenders: ["LRA"], third: .refuted, square: .holds, manner: .unmoved),
        Expectation(
            machine: "load-real-address-high", offenders: ["LRA"], third: .refuted, square: .holds, manner: .unmoved),
        Expectation(machine: "halt", strictly: ["HALT"], square: .holds, searched: ["stopped", "exit-code"]),
        Expectation(machine: "mode-leak", offenders: ["SMD"]),
        Expectation(
            machine: "policy-trap", strictly: ["SMD"], square: .holds, manner: .neverRuns, searched: ["guard"]),
        Expectation(machine: "policy-read", offenders: ["RDG"], strictly: ["SMD", "RDG"], searched: ["guard"]),
        Expectation(machine: "lost-trap", offenders: ["PRB"]),
        Expectation(machine: "joint", offenders: ["LMP"]),
        Expectation(machine: "store-outside", offenders: ["SVP"], third: .refuted, square: .holds, manner: .unmoved),
    ]

    @Test("Verdicts", arguments: expectations)
    func verdicts(_ expected: Expectation) throws {
        var options = CheckerOptions()
        options.wantsClasses = false
        options.wantsSquares = false
        let checker = try Checker(Library.machine("third-generation-\(expected.machine)"), options: options)
        let report = checker.check()
        let best = try #require(report.verdict(.first))
        #expect(best.verdict == (expected.offenders.isEmpty ? .holds : .refuted))
        #expect(mnemonics(best) == expected.offenders)
        let strict = try #require(report.verdict(.first, policy: .strict))
        #expect(mnemonics(strict) == (expected.strictly.isEmpty ? expected.offenders : expected.strictly))
        #expect(report.verdict(.third, reading: .paper)?.verdict == expected.third)
        #expect(report.policy.filter { $0.origin == .searched }.map(\.component) == expected.searched)
        for offender in best.offenders {
            #expect(offender.witness?.units.isEmpty == false, "\(offender.instruction)")
        }
        try squares(expected, checker)
    }

    private func mnemonics(_ verdict: TheoremVerdict) -> [String] {
        verdict.offenders.map { String($0.instruction.prefix { $0 != " " }) }
    }

    /// The square of the instruction that the overlay is about.
    private func squares(_ expected: Expectation, _ checker: Checker) throws {
        let name = expected.offenders.last ?? expected.strictly.last ?? ""
        let index = try #require(checker.description.instructions.firstIndex { $0.mnemonic == name })
        let square = checker.directSquare(index, meetsCondition: expected.offenders.isEmpty)
        #expect(square.verdict == expected.square)
        #expect(square.manner == expected.manner)
        #expect(square.isException == (square.verdict == .holds && !expected.offenders.isEmpty))
        if square.verdict == .refuted { #expect(square.witness != nil) }
    }

    @Test("HALT is a resource where the processor is one")
    func processorIsResource() throws {
        var options = CheckerOptions()
        options.wantsClasses = false
        options.wantsSquares = false
        options.processorIsResource = true
        let report = try Checker(Library.machine("third-generation-halt"), options: options).check()
        #expect(report.verdict(.first)?.verdict == .refuted)
        #expect(report.verdict(.first, reading: .paper)?.verdict == .holds)
    }

    @Test("A base that the user may write is mirrored")
    func userBase() throws {
        var options = CheckerOptions()
        options.wantsClasses = false
        options.wantsSquares = false
        let report = try Checker(Library.machine("third-generation-user-base"), options: options).check()
        #expect(report.verdict(.first)?.verdict == .holds)
        #expect(report.verdict(.first, policy: .strict)?.verdict == .refuted)
        #expect(report.policy.contains { $0.component == "segment" && $0.handling == .mirror })
    }

    @Test("Theorems do not apply to a machine without modes")
    func notApplicable() throws {
        let report = try Checker(Library.machine("mos-6502")).check()
        #expect(report.notApplicable == "the machine has no user mode")
        for theorem in report.theorems { #expect(theorem.verdict.word == "not applicable") }
    }
}
