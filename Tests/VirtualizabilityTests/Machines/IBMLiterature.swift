import Testing

@testable import Virtualizability

/// What the literature says of IBM's machines after the System/360, and of PowerPC. The checker has to find it by
/// itself; where it finds more, that is said here and in Docs/Findings.md.
@Suite("What the literature says of the System/370, z/Architecture and PowerPC")
struct IBMLiteratureTests: Literature {
    // MARK: System/370

    @Test("System/370: Theorems 1 and 3 hold, and the paper's reading needs no policy for that")
    func system370() async throws {
        for theorem in [Theorem.first, .third] {
            for reading in Reading.allCases {
                #expect(try await verdict("system-370", theorem, reading) == .holds)
            }
            #expect(try await verdict("system-370", theorem, .paper, .strict) == .holds)
        }
    }

    @Test("System/370: MONITOR CALL alone asks for a policy, all monitor masks one")
    func monitorCall() async throws {
        #expect(try await offenders("system-370", .strict) == ["MC d1(b1),i2"])
        let policy = try await CheckedLibrary.report("system-370").policy.first { $0.component == "monitor-masks" }
        #expect(policy?.handling == .own(0xFFFF))
    }

    @Test("System/370: the control instructions are privileged", arguments: [
        "LPSW", "SSM", "STNSM", "STOSM", "LCTL", "STCTL", "LRA", "PTLB", "SSK", "ISK", "RRB", "SPKA", "IPK", "SCK",
        "SCKC", "STCKC", "SPT", "STPT", "STIDP", "DIAG", "SIO", "SIOF", "TIO", "CLRIO", "HIO", "HDV", "TCH", "STIDC",
    ])
    func privileged370(_ mnemonic: String) async throws {
        for classes in try await classes("system-370", mnemonic) { #expect(classes.strictlyPrivileged == .yes) }
    }

    @Test("STORE CLOCK is unprivileged and matters to time only", arguments: ["system-370", "z-architecture"])
    func storeClock(_ machine: String) async throws {
        for classes in try await classes(machine, "STCK") {
            #expect(classes.privileged == .no && classes.innocuous == .yes && classes.timing == .yes)
        }
    }

    // MARK: z/Architecture

    @Test("z/Architecture: EXTRACT PSW shows the state to problem programs, and Theorem 1 is refuted")
    func extractPSW() async throws {
        for classes in try await classes("z-architecture", "EPSW") {
            #expect(classes.mode == .yes && classes.privileged == .no)
        }
        for reading in Reading.allCases { #expect(try await verdict("z-architecture", .first, reading) == .refuted) }
    }

    @Test("z/Architecture: semi-privileged instructions do not offend where their authority is withheld", arguments: [
        "EPAR", "ESAR", "IAC", "IPK", "IVSK", "SPKA", "MVCP", "MVCS", "MVCK", "SAC", "SACF", "SSAR", "PC", "PT", "PR",
        "BAKR", "EREG", "ESTA", "MSTA", "BSA", "BSG", "MC",
    ])
    func semiPrivileged(_ mnemonic: String) async throws {
        let report = try await CheckedLibrary.report("z-architecture")
        let best = Set(try await offenders("z-architecture", .best))
        #expect(!report.variants(mnemonic).isEmpty)
        for instruction in report.variants(mnemonic) { #expect(!best.contains(instruction.name)) }
    }

    @Test("z/Architecture: control instructions are privileged, load real address location-sensitive")
    func privilegedZ() async throws {
        for classes in try await classes("z-architecture", "LRA") {
            #expect(classes.strictlyPrivileged == .yes && classes.location == .yes)
        }
        for mnemonic in ["SIE", "LPSWE", "LCTLG", "STCTG", "SIGP", "SSCH", "DIAG", "STIDP", "STSI"] {
            for classes in try await classes("z-architecture", mnemonic) { #expect(classes.strictlyPrivileged == .yes) }
        }
        for classes in try await classes("z-architecture", "STFLE") { #expect(classes.innocuous == .yes) }
    }

    // MARK: PowerPC

    @Test("PowerPC of 1997: Theorem 1 holds")
    func powerPCClassic() async throws {
        for reading in Reading.allCases {
            #expect(try await verdict("powerpc-classic", .first, reading) == .holds)
            #expect(try await verdict("powerpc-classic", .third, reading) == .holds)
        }
    }

    @Test("Power ISA 3.0B: CTRL and AMR refute what held")
    func power() async throws {
        #expect(try await verdict("powerpc", .first, .extended) == .refuted)
        #expect(try await offenders("powerpc", .best) == ["MFCTRL rt", "MFAMR rt", "MTAMR rs"])
    }

    @Test("Power ISA: MFMSR, MFPVR, other privileged registers, TLBIE and the returns are privileged", arguments: [
        "MFMSR", "MTMSR", "MTMSRD", "MFSPR", "MTSPR", "MFPVR", "TLBIE", "SLBMTE", "RFID", "HRFID", "STOP", "MSGSND",
    ])
    func privilegedPower(_ mnemonic: String) async throws {
        for machine in ["powerpc", "powerpc-classic"] {
            for classes in try await classes(machine, mnemonic) { #expect(classes.strictlyPrivileged == .yes) }
        }
    }

    @Test("Power ISA: the time base is everybody's, and matters to time only")
    func timeBase() async throws {
        for classes in try await classes("powerpc", "MFTB") {
            #expect(classes.privileged == .no && classes.innocuous == .yes && classes.timing == .yes)
        }
    }
}
