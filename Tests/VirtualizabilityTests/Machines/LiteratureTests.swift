import Testing

@testable import Virtualizability

/// What the literature says of machines that the library describes. These are facts about the machines and not about
/// this program; the checker has to find them by itself.
@Suite("What the literature says")
struct LiteratureTests: Literature {
    // MARK: Popek and Goldberg 1974

    @Test("The paper's machine: Theorem 1 holds, and every innocuous instruction's square commutes")
    func paper() async throws {
        let report = try await CheckedLibrary.report("third-generation")
        for reading in Reading.allCases {
            #expect(try await verdict("third-generation", .first, reading, .strict) == .holds)
        }
        let innocuous = report.instructions.filter { $0.classes.innocuous == .yes }
        #expect(innocuous.count > 10)
        for instruction in innocuous { #expect(instruction.direct.verdict == .holds, "\(instruction.name)") }
    }

    @Test("A supervisor call traps in both modes: neither privileged nor sensitive", arguments: [
        ("third-generation", "SVC"), ("pdp-10", "MUUO"), ("m68000", "TRAP"), ("system-360-67", "SVC"),
    ])
    func calls(_ machine: String, _ mnemonic: String) async throws {
        for classes in try await classes(machine, mnemonic) {
            #expect(classes.privileged == .no && classes.innocuous == .yes)
        }
    }

    @Test("An instruction that does nothing in user mode is not privileged, and refutes Theorem 1")
    func userNoOperation() async throws {
        let machine = "third-generation-user-nop"
        #expect(try await verdict(machine, .first, .paper, .strict) == .refuted)
        for classes in try await classes(machine, "LRBQ") {
            #expect(classes.privileged == .no && classes.control == .yes && classes.user == .no)
        }
    }

    @Test("Who can only shrink the bound can be monitored by reading R again, though Theorems 1 and 3 fail")
    func shrinkingBound() async throws {
        let machine = "third-generation-shrink-bound"
        #expect(try await verdict(machine, .first, .paper, .strict) == .refuted)
        #expect(try await verdict(machine, .third, .paper, .strict) == .refuted)
        let report = try await CheckedLibrary.report(machine)
        #expect(report.variants("SHB").map(\.direct.words) == ["holds rereading exception"])
        #expect(report.instructions.allSatisfy { $0.direct.verdict == .holds && $0.interpreter.verdict == .holds })
    }

    @Test("An unprivileged load-real-address: only an unmoved guest with its vectors elsewhere can be monitored")
    func loadRealAddress() async throws {
        for machine in ["third-generation-load-real-address", "third-generation-load-real-address-high"] {
            #expect(try await verdict(machine, .first, .paper, .strict) == .refuted)
            for classes in try await classes(machine, "LRA") {
                #expect(classes.location == .yes && classes.privileged == .no)
            }
            let report = try await CheckedLibrary.report(machine)
            #expect(report.variants("LRA").map(\.direct.words) == ["holds unmoved exception"])
            let monitor = report.monitors.first { $0.monitor == .vmm }
            #expect(monitor?.verdict == (machine.hasSuffix("high") ? .holds : .refuted))
        }
    }

    @Test("HALT is innocuous unless the processor is a resource")
    func processor() async throws {
        let machine = "third-generation-halt"
        for classes in try await classes(machine, "HALT") { #expect(classes.innocuous == .yes) }
        let report = try await CheckedLibrary.report(machine, processorIsResource: true)
        #expect(report.variants("HALT").map(\.classes.control) == [.yes])
        #expect(report.verdict(.first)?.verdict == .refuted)
    }

    @Test("A purely mode-sensitive instruction is not user-sensitive: only Theorem 3 holds")
    func modeOnly() async throws {
        let machine = "third-generation-mode-leak"
        for classes in try await classes(machine, "SMD") {
            #expect(classes.mode == .yes && classes.control == .no && classes.location == .no && classes.user == .no)
        }
        #expect(try await verdict(machine, .first, .paper) == .refuted)
        #expect(try await verdict(machine, .third, .paper) == .holds)
    }

    // MARK: PDP-10

    @Test("PDP-10: Theorem 1 refuted, Theorem 3 holds in the paper's reading and not in the extended one")
    func pdp10() async throws {
        for reading in Reading.allCases {
            for policy in PolicyChoice.allCases {
                #expect(try await verdict("pdp-10", .first, reading, policy) == .refuted)
            }
        }
        #expect(try await verdict("pdp-10", .third, .paper) == .holds)
        #expect(try await verdict("pdp-10", .third, .extended) == .refuted)
    }

    @Test("PDP-10: JRST 1 is supervisor-control-sensitive, neither user-sensitive nor privileged")
    func jrst1() async throws {
        for classes in try await classes("pdp-10", "JRST 1,ea") {
            #expect(classes.control == .yes && classes.user == .no && classes.privileged == .no)
        }
    }

    @Test("PDP-10: JRSTF is control-sensitive, JSP mode-sensitive, neither privileged")
    func savedFlags() async throws {
        for classes in try await classes("pdp-10", "JRST 2,ea") {
            #expect(classes.control == .yes && classes.privileged == .no)
        }
        for classes in try await classes("pdp-10", "JSP") {
            #expect(classes.mode == .yes && classes.control == .no && classes.privileged == .no)
        }
    }

    @Test("PDP-10: HALT, JEN and input-output trap in user mode if and only if the User-I/O flag is 0", arguments: [
        "JRST 4,ea", "JRST 12,ea", "DATAO APR,ea", "CONO PI,ea",
    ])
    func userInputOutput(_ name: String) async throws {
        for classes in try await classes("pdp-10", name) {
            #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes && classes.control == .yes)
        }
        let policy = try await CheckedLibrary.report("pdp-10").policy.first { $0.component == "uio" }
        #expect(policy?.handling == .own(0))
    }

    // MARK: Motorola

    @Test("68000: one critical instruction, MOVE from SR, mode- and resource-sensitive")
    func m68000() async throws {
        for reading in Reading.allCases { #expect(try await verdict("m68000", .first, reading) == .refuted) }
        #expect(try await verdict("m68000", .third, .paper) == .holds)
        #expect(try await verdict("m68000", .third, .extended) == .refuted)
        let report = try await CheckedLibrary.report("m68000")
        #expect(report.instructions.filter(\.isOffending).map(\.name) == ["MOVE.W sr,alterable"])
        let classes = try #require(report.instruction("MOVE.W sr,alterable")?.classes)
        #expect(classes.mode == .yes && classes.resources == ["imask", "trace"] && classes.privileged == .no)
    }

    @Test("68010: Theorem 1 holds")
    func m68010() async throws {
        for reading in Reading.allCases { #expect(try await verdict("m68010", .first, reading, .strict) == .holds) }
        for classes in try await classes("m68010", "MOVE.W ccr,alterable") {
            #expect(classes.innocuous == .yes && classes.privileged == .no)
        }
    }

    @Test("68010: of what both have, only MOVE from SR has another verdict than on the 68000")
    func revision() async throws {
        let newer = try await CheckedLibrary.report("m68010")
        let changed = try await CheckedLibrary.report("m68000").instructions.filter { old in
            guard let new = newer.instruction(old.name) else { return true }
            return new.verdict != old.verdict
        }
        #expect(changed.map(\.name) == ["MOVE.W sr,alterable"])
    }

    @Test(
        "68000 and 68010: what changes the system's half of the status register, the devices or USP is privileged",
        arguments: ["m68000", "m68010"])
    func supervisorInstructions(_ machine: String) async throws {
        for name in [
            "RTE", "STOP", "RESET", "MOVE.W source,sr", "MOVE.W #{value},sr", "ORI.W #{value},sr",
            "ANDI.W #{value},sr", "EORI.W #{value},sr", "MOVE.L {n:register a},usp", "MOVE.L usp,{n:register a}",
        ] {
            for classes in try await classes(machine, name) {
                #expect(classes.strictlyPrivileged == .yes, "\(name)")
            }
        }
    }

    // MARK: IBM, and a machine without modes

    @Test("System/360-67: Theorem 1 holds; LPSW is control-, load-real-address location-sensitive, both privileged")
    func system360() async throws {
        for reading in Reading.allCases { #expect(try await verdict("system-360-67", .first, reading) == .holds) }
        for classes in try await classes("system-360-67", "LPSW") {
            #expect(classes.strictlyPrivileged == .yes && classes.control == .yes)
        }
        for classes in try await classes("system-360-67", "LRA") {
            #expect(classes.strictlyPrivileged == .yes && classes.location == .yes)
        }
    }

    @Test("6502: the hypotheses are not met, and nothing is proved")
    func mos6502() async throws {
        let report = try await CheckedLibrary.report("mos-6502")
        #expect(report.notApplicable == "the machine has no user mode")
        #expect(report.theorems.count == 12)
        for theorem in report.theorems { #expect(theorem.verdict.word == "not applicable") }
    }
}
