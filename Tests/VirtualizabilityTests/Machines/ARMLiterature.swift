import Testing

@testable import Virtualizability

/// What the literature says of the ARM architectures.
@Suite("What the literature says of ARM")
struct ARMLiterature: Literature {
    // MARK: ARMv7-A

    @Test("ARMv7-A: Theorem 1 is refuted; Theorem 3 holds in the paper's reading and not in the extended one")
    func armv7Theorems() async throws {
        for reading in Reading.allCases {
            for policy in PolicyChoice.allCases {
                #expect(try await verdict("armv7-a", .first, reading, policy) == .refuted)
            }
        }
        #expect(try await verdict("armv7-a", .third, .paper) == .holds)
        #expect(try await verdict("armv7-a", .third, .extended) == .refuted)
    }

    @Test("ARMv7-A: the critical instructions, none of which traps in user mode", arguments: [
        "CPS", "MRS", "MSR cond cpsr,{fields},{n:register r}", "MSR cond spsr,{fields},{n:register r}", "RFE", "SRS",
        "LDM cond {p},{u},{w},{n:register r},{list},pc^", "LDM cond {p},{u},{n:register r},{list}^",
        "STM cond {p},{u},{n:register r},{list}^", "SUBS cond pc,lr,#{value},{turn:scaled 2}",
        "MOVS cond pc,{n:register r}", "ADCS pc,operand", "ADDS pc,operand", "ANDS pc,operand", "BICS pc,operand",
        "EORS pc,operand", "MVNS pc,operand", "ORRS pc,operand", "RSBS pc,operand", "RSCS pc,operand",
        "SBCS pc,operand", "LDRT", "LDRBT", "LDRHT", "LDRSBT", "LDRSHT", "STRT", "STRBT", "STRHT",
    ])
    func armv7Critical(_ name: String) async throws {
        for classes in try await classes("armv7-a", name) {
            #expect(classes.privileged == .no && classes.sensitive == .yes)
        }
    }

    @Test("ARMv7-A: MSR of the flags is innocuous, of the control field control-sensitive in supervisor mode only")
    func armv7StatusFields() async throws {
        for classes in try await classes("armv7-a", "MSR cond apsr,{fields},{n:register r}") {
            #expect(classes.innocuous == .yes)
        }
        for classes in try await classes("armv7-a", "MSR cond cpsr,{fields},{n:register r}") {
            #expect(classes.control == .yes && classes.user == .no && classes.privileged == .no)
        }
    }

    @Test("ARMv7-A: system control is privileged, a supervisor call is neither privileged nor sensitive")
    func armv7Coprocessor() async throws {
        for name in [
            "MCR.SCTLR", "MCR.TTBR0", "MCR.DACR", "MCR.CONTEXTIDR", "MRC.VBAR",
            "MCR p15,{o},{t:register r},{n},{k},{which}", "MRC p15,{o},{t:register r},{n},{k},{which}",
        ] {
            for classes in try await classes("armv7-a", name) {
                #expect(classes.strictlyPrivileged == .yes, "\(name)")
            }
        }
        for classes in try await classes("armv7-a", "SVC") {
            #expect(classes.privileged == .no && classes.innocuous == .yes)
        }
    }

    // MARK: AArch64

    @Test("AArch64: Theorem 1 is refuted; Theorem 3 holds in the paper's reading")
    func aarch64Theorems() async throws {
        for reading in Reading.allCases {
            #expect(try await verdict("aarch64", .first, reading, .strict) == .refuted)
            #expect(try await verdict("aarch64", .first, reading) == .refuted)
        }
        #expect(try await verdict("aarch64", .third, .paper) == .holds)
    }

    @Test("AArch64: unprivileged loads and stores are mode-sensitive and do not trap", arguments: [
        "LDTR", "LDTRB", "LDTRH", "LDTRSB", "LDTRSH", "LDTRSW", "STTR", "STTRB", "STTRH",
    ])
    func aarch64Unprivileged(_ name: String) async throws {
        for classes in try await classes("aarch64", name) {
            #expect(classes.mode == .yes && classes.privileged == .no)
        }
    }

    @Test("AArch64: CurrentEL, ERET and EL1's registers are undefined at EL0, and so privileged", arguments: [
        "MRS.CurrentEL", "ERET", "MRS.SPSel", "MSR.SCTLR", "MSR.TTBR0", "MSR.VBAR", "MRS.identification", "TLBI", "AT",
    ])
    func aarch64System(_ name: String) async throws {
        for classes in try await classes("aarch64", name) { #expect(classes.strictlyPrivileged == .yes) }
    }

    @Test("AArch64: access to DAIF is privileged if and only if SCTLR_EL1.UMA is 0", arguments: [
        "MRS.DAIF {t}", "MSR.DAIF {t}", "MSR daifset,#{value}", "MSR daifclr,#{value}",
    ])
    func aarch64Masks(_ name: String) async throws {
        for classes in try await classes("aarch64", name) {
            #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes)
        }
        let policy = try await CheckedLibrary.report("aarch64").policy.first { $0.component == "enables" }
        #expect(policy?.handling == .own(0))
    }

    @Test("AArch64 nesting: ERET and CurrentEL at EL1 are critical before FEAT_NV, and privileged or innocuous with it")
    func aarch64Nested() async throws {
        for name in ["ERET", "MRS.CurrentEL"] {
            for classes in try await classes("aarch64-nested", name) {
                #expect(classes.privileged == .no && classes.sensitive == .yes)
            }
        }
        #expect(try await verdict("aarch64-nested", .first, .extended) == .refuted)
        for classes in try await classes("aarch64-nested-nv", "ERET") {
            #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes)
        }
        for classes in try await classes("aarch64-nested-nv", "MRS.CurrentEL") { #expect(classes.innocuous == .yes) }
        #expect(try await verdict("aarch64-nested-nv", .first, .extended, .strict) == .refuted)
        #expect(try await verdict("aarch64-nested-nv", .first, .extended) == .holds)
    }

    @Test("AArch64 nesting: what belongs to EL2 traps to somebody else before FEAT_NV, unless the monitor relays it")
    func aarch64NestedAccesses() async throws {
        for name in ["MRS.EL2", "MSR.EL2", "SYS.EL2", "MSR.ELR_EL2"] {
            for classes in try await classes("aarch64-nested", name) {
                #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes)
            }
        }
        let relay = try await CheckedLibrary.report("aarch64-nested").policy.first { $0.component == "relay" }
        #expect(relay?.handling == .own(1))
    }
}
