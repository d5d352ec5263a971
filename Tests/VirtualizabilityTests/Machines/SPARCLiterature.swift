import Testing

@testable import Virtualizability

/// What is said of SPARC, versions 8 and 9.
@Suite("What the literature says of SPARC")
struct SPARCLiterature: Literature {
    @Test("Version 8: Theorem 1 holds")
    func version8() async throws {
        for reading in Reading.allCases { #expect(try await verdict("sparc-v8", .first, reading) == .holds) }
    }

    @Test("Version 8: the state registers, RETT and other address spaces are privileged", arguments: [
        "RDPSR", "RDWIM", "RDTBR", "WRPSR", "WRWIM", "WRTBR", "RETT", "LDA", "STA", "SWAPA", "LDSTUBA",
    ])
    func privileged8(_ name: String) async throws {
        for classes in try await classes("sparc-v8", name) { #expect(classes.strictlyPrivileged == .yes) }
    }

    @Test("Version 9: SIR does nothing in user mode, unless SIR_enable is on")
    func reset() async throws {
        for classes in try await classes("sparc-v9", "SIR") {
            #expect(classes.strictlyPrivileged == .no)
        }
        let report = try await CheckedLibrary.report("sparc-v9")
        #expect(report.policy.first { $0.component == "sir-enable" }?.handling == .own(1))
        let strict = report.verdict(.first, reading: .extended, policy: .strict)
        #expect(strict?.verdict == .refuted && strict?.offenders.contains { $0.instruction == "SIR value" } == true)
    }

    @Test("Version 9: the privileged registers, DONE, RETRY, SAVED and RESTORED are privileged", arguments: [
        "RDPR", "WRPR", "DONE", "RETRY", "SAVED", "RESTORED",
    ])
    func privileged9(_ name: String) async throws {
        for classes in try await classes("sparc-v9", name) { #expect(classes.strictlyPrivileged == .yes) }
    }
}
