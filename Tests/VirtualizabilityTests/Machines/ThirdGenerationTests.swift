import Testing

@testable import Virtualizability

@Suite("The conventional third generation machine")
struct ThirdGenerationTests {
    @Test("Theorems 1, 2 and 3 hold in both readings, strict and under the best policy")
    func theorems() async throws {
        let report = try await CheckedLibrary.report("third-generation")
        #expect(report.theorems.count == 12)
        for theorem in report.theorems { #expect(theorem.verdict == .holds, "\(theorem.identifier)") }
        #expect(report.notApplicable == nil)
        #expect(report.relocatesInAnyMode)
    }

    @Test("Every square commutes")
    func squares() async throws {
        let report = try await CheckedLibrary.report("third-generation")
        for instruction in report.instructions {
            #expect(instruction.direct.verdict == .holds, "\(instruction.name)")
            #expect(instruction.interpreter.verdict == .holds, "\(instruction.name)")
            #expect(!instruction.direct.isException)
        }
        #expect(report.interrupts.map(\.name) == ["interval-timer"])
        #expect(report.interrupts.allSatisfy { $0.square.verdict == .holds && $0.reachesMonitor.verdict == .holds })
        #expect(report.monitors.allSatisfy { $0.verdict == .holds && $0.conditions.isEmpty })
    }

    @Test("The file's claims agree with what is derived")
    func claims() async throws {
        let report = try await CheckedLibrary.report("third-generation")
        #expect(report.errors.isEmpty)
        #expect(report.timingSources == ["RTI {d:register r}"])
    }

    @Test("Classes of the instructions that the paper names")
    func classes() async throws {
        let report = try await CheckedLibrary.report("third-generation")
        let load = try #require(report.instructions.first { $0.mnemonic == "LPSW" }).classes
        #expect(load.privileged == .yes && load.strictlyPrivileged == .yes && load.control == .yes)
        let store = try #require(report.instructions.first { $0.mnemonic == "SPSW" }).classes
        #expect(store.privileged == .yes && store.control == .no && store.location == .yes)
        let call = try #require(report.instructions.first { $0.mnemonic == "SVC" }).classes
        #expect(call.privileged == .no && call.innocuous == .yes)
    }

    @Test("Every witness was confirmed by the reference evaluator, and is small")
    func witnesses() async throws {
        let report = try await CheckedLibrary.report("third-generation")
        let witnesses = report.instructions.flatMap(\.evidence).compactMap(\.witness)
        #expect(witnesses.count > 20)
        for witness in witnesses {
            #expect(!witness.units.isEmpty)
            #expect(witness.virtual.cells.count <= 2048)
            #expect(witness.virtual.cells.filter { $0 != 0 }.count <= 3, "\(witness.subject) \(witness.property)")
        }
    }
}
