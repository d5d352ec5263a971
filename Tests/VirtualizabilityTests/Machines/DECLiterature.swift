import Testing

@testable import Virtualizability

/// What the literature says of DEC's machines after the PDP-10, of the Itanium, and of the small machines without
/// modes. The checker has to find it by itself.
@Suite("What the literature says of DEC's machines, the Itanium and the Z80")
struct DECLiteratureTests: Literature {
    // MARK: PDP-11/45

    @Test("PDP-11/45: MFPI and MTPI are mode-sensitive and not privileged, and Theorem 1 is refuted", arguments: [
        "MFPI src", "MFPD src", "MTPI dst", "MTPD dst",
    ])
    func previousSpace(_ name: String) async throws {
        for classes in try await classes("pdp-11-45", name) {
            #expect(classes.mode == .yes && classes.privileged == .no)
        }
        for reading in Reading.allCases { #expect(try await verdict("pdp-11-45", .first, reading) == .refuted) }
    }

    @Test("PDP-11/45: RESET and SPL do nothing in user mode, so they are not privileged", arguments: [
        "RESET", "SPL {level}",
    ])
    func userNoOperations(_ name: String) async throws {
        for classes in try await classes("pdp-11-45", name) {
            #expect(classes.privileged == .no && classes.control == .yes && classes.user == .no)
        }
    }

    @Test("PDP-11/45: HALT traps in user mode, alone among its system instructions")
    func halt() async throws {
        let report = try await CheckedLibrary.report("pdp-11-45")
        let privileged = report.instructions.filter { $0.classes.strictlyPrivileged == .yes }.map(\.name)
        #expect(privileged == ["HALT"])
    }

    @Test("PDP-11/45: Theorem 3 holds in the paper's reading")
    func pdp11Hybrid() async throws {
        #expect(try await verdict("pdp-11-45", .third, .paper) == .holds)
    }

    // MARK: VAX

    @Test("VAX: MOVPSL, PROBER, PROBEW and REI are sensitive and not privileged", arguments: [
        "MOVPSL", "PROBER", "PROBEW", "REI",
    ])
    func vaxCritical(_ mnemonic: String) async throws {
        for classes in try await classes("vax", mnemonic) {
            #expect(classes.sensitive == .yes && classes.privileged == .no)
        }
        for reading in Reading.allCases { #expect(try await verdict("vax", .first, reading) == .refuted) }
    }

    @Test("VAX: what the kernel alone may do is privileged, also where it may be in a virtual machine", arguments: [
        "vax", "vax-ring-compression", "vax-modified",
    ])
    func vaxPrivileged(_ machine: String) async throws {
        for mnemonic in ["HALT", "LDPCTX", "SVPCTX", "MTPR", "MFPR"] {
            for classes in try await classes(machine, mnemonic) { #expect(classes.strictlyPrivileged == .yes) }
        }
    }

    @Test("VAX: CHMx is sensitive under ring compression, but for CHMK, which reaches the monitor")
    func changeMode() async throws {
        for mnemonic in ["CHME", "CHMS", "CHMU"] {
            for classes in try await classes("vax-ring-compression", mnemonic) {
                #expect(classes.sensitive == .yes && classes.privileged == .no)
            }
        }
        for mnemonic in ["CHMK", "CHME", "CHMS"] {
            for classes in try await classes("vax", mnemonic) { #expect(classes.innocuous == .yes) }
        }
        for classes in try await classes("vax-ring-compression", "CHMK") { #expect(classes.innocuous == .yes) }
    }

    @Test("VAX: the program's own half of the PSL is its own: BISPSW and BICPSW are innocuous", arguments: [
        "vax", "vax-modified",
    ])
    func programStatus(_ machine: String) async throws {
        for mnemonic in ["BISPSW", "BICPSW"] {
            for classes in try await classes(machine, mnemonic) { #expect(classes.innocuous == .yes) }
        }
    }

    @Test("VAX with PSL<VM>: Theorem 1 holds, and Theorem 2")
    func vaxModified() async throws {
        for reading in Reading.allCases {
            #expect(try await verdict("vax-modified", .first, reading, .strict) == .holds)
            #expect(try await verdict("vax-modified", .second, reading) == .holds)
        }
        for mnemonic in ["MOVPSL", "PROBER", "PROBEW", "REI"] {
            for classes in try await classes("vax-modified", mnemonic) { #expect(classes.strictlyPrivileged == .yes) }
        }
    }

    // MARK: Alpha

    @Test("Alpha: Theorem 1 holds in the paper's reading; every privileged PALcode call is privileged")
    func alpha() async throws {
        for policy in PolicyChoice.allCases {
            #expect(try await verdict("alpha", .first, .paper, policy) == .holds)
            #expect(try await verdict("alpha", .third, .paper, policy) == .holds)
        }
        for call in ["halt", "swpctx", "swpipl", "wrent", "wrvptptr", "rti", "retsys", "rdps", "wrkgp", "wrusp"] {
            for classes in try await classes("alpha", "CALL_PAL \(call)") {
                #expect(classes.strictlyPrivileged == .yes, "\(call)")
            }
        }
        for mnemonic in ["HW_MFPR", "HW_MTPR", "HW_LD", "HW_ST", "HW_REI", "AMASK", "IMPLVER"] {
            for classes in try await classes("alpha", mnemonic) {
                #expect(classes.privileged == .no && classes.innocuous == .yes, "\(mnemonic)")
            }
        }
        for classes in try await classes("alpha", "RPCC") { #expect(classes.timing == .yes) }
    }

    @Test("Alpha: in the extended reading four instructions stand in the way, the flag of RS and RC first")
    func alphaExtended() async throws {
        let critical = try await offenders("alpha", .best)
        #expect(critical == ["CALL_PAL urti", "CALL_PAL clrfen", "RC {a:register r}", "RS {a:register r}"])
    }

    // MARK: Itanium

    @Test("Itanium: thash, ttag, cover, fc and moves from cpuid and pmd are critical", arguments: [
        "thash", "ttag", "cover", "fc", "mov.from.cpuid", "mov.from.pmd",
    ])
    func itanium(_ mnemonic: String) async throws {
        for classes in try await classes("itanium", mnemonic) {
            #expect(classes.sensitive == .yes && classes.privileged == .no)
        }
        for reading in Reading.allCases { #expect(try await verdict("itanium", .first, reading) == .refuted) }
    }

    @Test("Itanium: so are moves from kernel registers, unless the monitor gives the guest its own")
    func kernelRegisters() async throws {
        #expect(try await offenders("itanium", .strict).contains("mov.from.ar.k"))
        #expect(try await !offenders("itanium", .best).contains("mov.from.ar.k"))
        let policy = try await CheckedLibrary.report("itanium").policy.first { $0.component == "kr" }
        #expect(policy?.handling == .mirror)
    }

    @Test("Itanium: the interval counter traps in user mode if and only if the monitor makes it secure")
    func intervalCounter() async throws {
        for classes in try await classes("itanium", "mov.from.ar.itc") {
            #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes && classes.timing == .yes)
        }
    }

    // MARK: Machines without modes

    @Test("Z80: the hypotheses are not met, and nothing is proved")
    func z80() async throws {
        let report = try await CheckedLibrary.report("z80")
        #expect(report.notApplicable == "the machine has no user mode")
        for theorem in report.theorems { #expect(theorem.verdict.word == "not applicable") }
    }
}
