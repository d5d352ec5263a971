import Foundation
import Testing

@testable import Virtualizability

/// Each machine's check finds what `ISA/expected` says, no more and no less.
@Suite("Expected verdicts")
struct ExpectedVerdictsTests {
    @Test("Of every machine in ISA/", arguments: Library.names)
    func machine(_ name: String) async throws {
        let expected = try ExpectedVerdicts(machine: name)
        compare(try await CheckedLibrary.report(name), expected.plain)
        if let part = expected.withProcessor {
            compare(try await CheckedLibrary.report(name, processorIsResource: true), part)
        }
    }

    @Test("No file expects anything of a machine that is not there")
    func noneIsLeftOver() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: ExpectedVerdicts.folder)
        let machines = files.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }
        #expect(machines.sorted() == Library.names)
        #expect(machines.count >= 18)
    }

    @Test("The format is read strictly")
    func format() throws {
        for wrong in [
            "theorem 1: ", "theroem 1 paper best: holds", "variant X", "monitor vmm: holds\nmonitor vmm: holds",
        ] {
            #expect(throws: ExpectedVerdicts.Unreadable.self, "\(wrong)") { try ExpectedVerdicts(text: wrong) }
        }
        let read = try ExpectedVerdicts(text: "variant RTI {d:register r}: privileged timing-read\n-- a remark\n")
        #expect(read.plain.variants == ["RTI {d:register r}": ["privileged", "timing-read"]])
    }

    private func compare(_ report: MachineReport, _ expected: ExpectedVerdicts.Part) {
        #expect(report.errors.isEmpty)
        #expect((report.notApplicable != nil) == expected.isNotApplicable, "\(report.notApplicable ?? "")")
        guard !expected.isNotApplicable else {
            for theorem in report.theorems { #expect(theorem.verdict.word == "not applicable") }
            return
        }
        theorems(report, expected)
        for (kind, verdict) in expected.monitors {
            let found = report.monitors.first { $0.monitor.rawValue == kind }
            #expect(found?.verdict.word == verdict, "monitor \(kind): \(found?.reason ?? "no such monitor")")
        }
        for entry in report.policy where entry.origin == .searched || expected.policies[entry.component] != nil {
            #expect(expected.policies[entry.component] == entry.handling.text, "policy \(entry.component)")
        }
        variants(report, expected)
        witnesses(report)
    }

    private func theorems(_ report: MachineReport, _ expected: ExpectedVerdicts.Part) {
        // Theorem 2 is Theorem 1 and the monitor's own code, which has tests elsewhere.
        for theorem in report.theorems where theorem.theorem != .second {
            #expect(
                theorem.verdict.word == expected.theorems[theorem.words],
                "theorem \(theorem.words): \(theorem.verdict.reason ?? "") \(theorem.undecided)")
            let offenders = (expected.offenders[theorem.words] ?? []).flatMap { members($0, of: report) }
            guard theorem.reading == .extended || !offenders.isEmpty else { continue }
            #expect(theorem.offenders.map(\.instruction) == offenders, "theorem \(theorem.words)")
        }
    }

    /// `family x87` stands for every variant of that file.
    private func members(_ pattern: String, of report: MachineReport) -> [String] {
        guard pattern.hasPrefix("family ") else { return [pattern] }
        return report.instructions.filter { "family " + $0.family == pattern }.map(\.name)
    }

    private func variants(_ report: MachineReport, _ expected: ExpectedVerdicts.Part) {
        let names = Set(report.instructions.map(\.name))
        for pattern in Array(expected.variants.keys) + Array(expected.squares.keys) {
            #expect(names.contains(pattern), "there is no variant \(pattern)")
        }
        for instruction in report.instructions {
            let classes = expected.variants[instruction.name] ?? ["innocuous"]
            let found = instruction.classes.words
            #expect(
                found == classes,
                "\(instruction.name): \(found.subtracting(classes)) instead of \(classes.subtracting(found))")
            let square = instruction.direct
            if let words = expected.squares[instruction.name] {
                #expect(square.words == words, "the square of \(instruction.name)")
            } else {
                #expect(square.verdict == .holds && !square.isException, "the square of \(instruction.name)")
            }
        }
    }

    /// What refutes comes with a small pair of states.
    private func witnesses(_ report: MachineReport) {
        for offender in report.verdict(.first)?.offenders ?? [] {
            #expect(offender.witness?.decoded != nil, "\(offender.instruction)")
        }
        for instruction in report.instructions where instruction.direct.verdict == .refuted {
            #expect(instruction.direct.witness != nil, "\(instruction.name)")
        }
    }
}
