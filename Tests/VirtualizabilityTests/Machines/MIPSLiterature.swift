import Testing

@testable import Virtualizability

/// What is said of MIPS32: derived from its address map, and seen in KVM's relinked guests.
@Suite("What the literature says of MIPS32")
struct MIPSLiterature: Literature {
    @Test("Theorem 1 is refuted in the paper's reading, Theorem 3 holds")
    func theorems() async throws {
        #expect(try await verdict("mips32", .first, .paper) == .refuted)
        #expect(try await verdict("mips32", .third, .paper) == .holds)
    }

    @Test("Loads and stores are location-sensitive by kseg0 and kseg1, and their squares hold all the same", arguments: [
        "LW", "LB", "LWL", "LL", "SW", "SB", "SC",
    ])
    func windows(_ name: String) async throws {
        for classes in try await classes("mips32", name) {
            #expect(classes.location == .yes && classes.privileged == .no && classes.user == .no)
        }
        let report = try await CheckedLibrary.report("mips32")
        for variant in report.variants(name) { #expect(variant.direct.verdict == .holds) }
    }

    @Test("A guest that uses no window: Theorem 1 holds in both readings")
    func mapped() async throws {
        for reading in Reading.allCases { #expect(try await verdict("mips32-mapped", .first, reading) == .holds) }
    }

    @Test("Coprocessor 0 is privileged while CU0 is off", arguments: [
        "MFC0", "MTC0", "TLBWI", "TLBWR", "ERET", "DI", "EI", "WAIT", "CACHE",
    ])
    func coprocessor(_ name: String) async throws {
        for classes in try await classes("mips32", name) {
            #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes)
        }
    }
}
