import Testing

@testable import Virtualizability

/// What the literature says of the IA-32, of x86-64 with and without help from hardware, and of the 8086. The checker
/// has to find it by itself.
@Suite("What the literature says of x86")
struct X86LiteratureTests: Literature {
    private func handling(_ machine: String, _ component: String) async throws -> PolicyEntry? {
        try await CheckedLibrary.report(machine).policy.first { $0.component == component }
    }

    // MARK: Robin and Irvine 2000

    private static let robinAndIrvine: Set<String> = [
        "SGDT rm", "SIDT rm", "SLDT rm", "SMSW rm", "PUSHF", "PUSHFD", "POPF", "POPFD",
        "LAR reg,rm", "LSL reg,rm", "VERR rm", "VERW rm", "STR rm", "MOV rm,sreg", "MOV sreg,rm",
        "PUSH es", "PUSH cs", "PUSH ss", "PUSH ds", "PUSH fs", "PUSH gs",
        "POP es", "POP ss", "POP ds", "POP fs", "POP gs",
        "LCALL rm", "LCALL to,target", "LJMP rm", "LJMP to,target", "RETF", "RETF n", "INT number", "INT3", "INTO",
    ]

    /// What does the same as those and is in other lists, or in none: see the page of findings.
    private static let alike: Set<String> = [
        "IRET", "IRETD", "LDS reg,rm", "LES reg,rm", "LSS reg,rm", "LFS reg,rm", "LGS reg,rm",
    ]

    @Test("IA-32: the critical set is Robin and Irvine's, and what does the same")
    func critical() async throws {
        #expect(try await Set(offenders("ia-32", .best)) == Self.robinAndIrvine.union(Self.alike))
        for reading in Reading.allCases { #expect(try await verdict("ia-32", .first, reading) == .refuted) }
    }

    @Test("IA-32: near transfers, and PUSH and POP of general registers, are innocuous", arguments: [
        "CALL offset", "CALL rm", "JMP offset", "JMP rm", "RET", "RET n", "PUSH reg", "POP reg", "PUSH rm", "POP rm",
    ])
    func nearTransfers(_ name: String) async throws {
        for classes in try await classes("ia-32", name) {
            #expect(classes.innocuous == .yes && classes.privileged == .no)
        }
    }

    @Test("IA-32: what shows the tables' registers is resource-sensitive in both modes", arguments: [
        "SGDT", "SIDT", "SLDT", "STR", "SMSW",
    ])
    func shownTables(_ mnemonic: String) async throws {
        for classes in try await classes("ia-32", mnemonic) {
            #expect(classes.resource == .yes && classes.user == .yes && classes.privileged == .no)
        }
    }

    @Test("IA-32: SIDT refutes Theorem 3 in the extended reading")
    func hybrid() async throws {
        let theorem = try await CheckedLibrary.report("ia-32").verdict(.third, reading: .extended, policy: .best)
        #expect(theorem?.verdict == .refuted)
        #expect(theorem?.offenders.map(\.instruction).contains("SIDT rm") == true)
    }

    @Test("IA-32 and x86-64: POPF is control-sensitive and unprivileged", arguments: ["ia-32", "x86-64"])
    func popf(_ machine: String) async throws {
        for classes in try await classes(machine, "POPF") {
            #expect(classes.control == .yes && classes.privileged == .no)
        }
    }

    @Test("CLI, STI and ports are privileged under IOPL = 0 with no port open only", arguments: ["ia-32", "x86-64"])
    func privilegeLevelOfPorts(_ machine: String) async throws {
        for mnemonic in ["CLI", "STI", "IN", "OUT", "INSB", "OUTSB"] {
            for classes in try await classes(machine, mnemonic) {
                #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes, "\(mnemonic)")
            }
        }
        #expect(try await handling(machine, "iopl")?.handling == .own(0))
        #expect(try await handling(machine, "open-ports")?.handling == .own(0))
    }

    @Test("What sets control state is privileged", arguments: ["ia-32", "x86-64"])
    func privileged(_ machine: String) async throws {
        for name in [
            "LGDT", "LIDT", "LLDT", "LTR", "LMSW", "HLT", "MOV cr,reg", "MOV reg,cr", "MOV dr,reg", "MOV reg,dr",
            "CLTS", "INVLPG", "INVD", "WBINVD", "RDMSR", "WRMSR",
        ] {
            for classes in try await classes(machine, name) { #expect(classes.strictlyPrivileged == .yes, "\(name)") }
        }
    }

    @Test("RDTSC reads a clock, and traps where TSD is on", arguments: ["ia-32", "x86-64"])
    func clock(_ machine: String) async throws {
        for classes in try await classes(machine, "RDTSC") {
            #expect(classes.timing == .yes && classes.strictlyPrivileged == .no && classes.privileged == .yes)
        }
        #expect(try await handling(machine, "tsd")?.handling == .own(1))
    }

    // MARK: x86-64

    @Test("x86-64: UMIP repairs SGDT, SIDT, SLDT, STR and SMSW, and the search finds it")
    func userModeInstructionPrevention() async throws {
        for mnemonic in ["SGDT", "SIDT", "SLDT", "STR", "SMSW"] {
            for classes in try await classes("x86-64", mnemonic) {
                #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes, "\(mnemonic)")
            }
        }
        let policy = try await handling("x86-64", "umip")
        #expect(policy?.handling == .own(1) && policy?.origin == .searched)
    }

    @Test("x86-64: with UMIP Theorem 1 is still refuted, by what PVM names", arguments: [
        "LAR reg,rm", "LSL reg,rm", "VERR rm", "VERW rm", "PUSHF", "PUSHFQ", "POPF", "POPFQ", "MOV rm,sreg",
        "INT number", "LCALL rm", "RETF", "XSAVE rm", "XRSTOR rm",
    ])
    func remaining(_ name: String) async throws {
        #expect(try await offenders("x86-64", .best).contains(name))
        for reading in Reading.allCases { #expect(try await verdict("x86-64", .first, reading) == .refuted) }
    }

    @Test("x86-64: CPUID shows CR4, and CPUID faulting makes it privileged")
    func cpuid() async throws {
        for classes in try await classes("x86-64", "CPUID") {
            #expect(classes.resource == .yes && classes.strictlyPrivileged == .no && classes.privileged == .yes)
        }
        #expect(try await handling("x86-64", "cpuid-faulting")?.handling == .own(1))
        for classes in try await classes("ia-32", "CPUID") { #expect(classes.innocuous == .yes) }
    }

    @Test("x86-64: RDPKRU and WRPKRU offend, unless CR4.PKE is off")
    func protectionKeys() async throws {
        for name in ["RDPKRU", "WRPKRU"] {
            #expect(try await offenders("x86-64", .strict).contains(name))
            #expect(try await !offenders("x86-64", .best).contains(name))
        }
        #expect(try await handling("x86-64", "pke")?.handling == .own(0))
    }

    @Test("x86-64: SYSCALL traps to who owns LSTAR: neither privileged nor sensitive")
    func systemCall() async throws {
        for classes in try await classes("x86-64", "SYSCALL") {
            #expect(classes.innocuous == .yes && classes.privileged == .no)
        }
    }

    @Test("x86-64 in hardware's guest mode: Theorem 1 holds, and CPUID, INVD and XSETBV are privileged")
    func hardwareAssisted() async throws {
        for reading in Reading.allCases { #expect(try await verdict("x86-64-guest", .first, reading) == .holds) }
        #expect(try await offenders("x86-64-guest", .best).isEmpty)
        for name in ["CPUID", "INVD", "HLT", "VMLAUNCH"] {
            for classes in try await classes("x86-64-guest", name) { #expect(classes.privileged == .yes, "\(name)") }
        }
    }

    @Test("8086: the hypotheses are not met")
    func realMode() async throws {
        let report = try await CheckedLibrary.report("i8086")
        #expect(report.notApplicable == "the machine has no user mode")
    }
}
