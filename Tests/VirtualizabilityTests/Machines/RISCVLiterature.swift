import Testing

@testable import Virtualizability

/// What is said of RISC-V, in its manual and about it, and what the checker has to find by itself.
@Suite("What the literature says of RISC-V")
struct RISCVLiterature: Literature {
    @Test(
        "Theorem 1 holds for a supervisor's and for machine mode's code in user mode",
        arguments: ["riscv", "riscv-m-in-u"])
    func deprivileged(_ machine: String) async throws {
        for reading in Reading.allCases {
            #expect(try await verdict(machine, .first, reading) == .holds)
            #expect(try await verdict(machine, .third, reading) == .holds)
        }
    }

    @Test("Accesses to the CSRs of supervisor and machine mode are privileged in user mode", arguments: [
        "CSR.sstatus", "CSR.stvec", "CSR.sepc", "CSR.scause", "CSR.satp", "CSR.stimecmp", "CSR.mstatus", "CSR.mtvec",
        "CSR.medeleg", "CSR.pmpaddr", "SRET", "MRET", "SFENCE.VMA", "SINVAL.VMA", "WFI",
    ])
    func privileged(_ name: String) async throws {
        for classes in try await classes("riscv", name) { #expect(classes.strictlyPrivileged == .yes) }
    }

    @Test("ECALL traps in every mode: neither privileged nor sensitive")
    func call() async throws {
        for classes in try await classes("riscv", "ECALL") {
            #expect(classes.privileged == .no && classes.innocuous == .yes)
        }
    }

    @Test("The counters are a source of time, and counteren makes them trap", arguments: [
        "CSR.cycle", "CSR.time", "CSR.instret",
    ])
    func counters(_ name: String) async throws {
        for classes in try await classes("riscv", name) {
            #expect(classes.timing == .yes && classes.sensitive == .no)
            #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes)
        }
    }

    @Test("A kernel left in supervisor mode: sstatus, stvec and sepc do not trap, and refute Theorem 1")
    func supervisorInSupervisorMode() async throws {
        for reading in Reading.allCases {
            #expect(try await verdict("riscv-s-in-s", .first, reading) == .refuted)
        }
        for name in ["CSR.sstatus", "CSR.sie", "CSR.stvec", "CSR.sepc", "CSR.scause"] {
            for classes in try await classes("riscv-s-in-s", name) {
                #expect(classes.privileged == .no && classes.sensitive == .yes, "\(name)")
            }
        }
    }

    @Test("A kernel left in supervisor mode: SRET traps by TSR; satp and the fences by TVM; WFI by TW")
    func trapBits() async throws {
        for name in ["SRET", "CSR.satp", "SFENCE.VMA", "SINVAL.VMA"] {
            for classes in try await classes("riscv-s-in-s", name) {
                #expect(classes.strictlyPrivileged == .no && classes.privileged == .yes, "\(name)")
            }
        }
        let policy = try await CheckedLibrary.report("riscv-s-in-s").policy
        for bit in ["tvm", "tw", "tsr"] {
            #expect(policy.first { $0.component == bit }?.handling == .own(1), "\(bit)")
        }
    }

    @Test("The hypervisor extension: the hypervisor's CSRs, fences and loads are privileged in a virtual mode")
    func hypervisor() async throws {
        for name in ["CSR.hstatus", "CSR.hgatp", "CSR.vsstatus", "CSR.vsatp", "HFENCE.GVMA", "HLV.W", "HSV.D"] {
            for classes in try await classes("riscv-h", name) {
                #expect(classes.strictlyPrivileged == .yes, "\(name)")
            }
        }
        for reading in Reading.allCases { #expect(try await verdict("riscv-h", .first, reading) == .holds) }
    }
}
