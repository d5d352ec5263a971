import Testing

@testable import ISALanguage

/// The hard records do what the manuals say, on encodings that other assemblers made.
@Suite("Hard records at work")
struct HardRecordExecutionTests {
    @Test("68000: the source's extension comes first, and its increment is seen by the destination")
    func move68000() throws {
        var bench = try Bench("m68000-move")
        bench["a", 0] = 0x100
        bench.put([0x11, 0x22, 0x33, 0x44], at: 0x100)
        // MOVE.L (A0)+,(A0)+
        #expect(bench.run(0x20, 0xD8) == nil)
        #expect(bench[cells: 0x104, 4] == [0x11, 0x22, 0x33, 0x44])
        #expect(bench["a", 0] == 0x108)
        // MOVE.L #$92345678,$1000.W
        #expect(bench.run(0x21, 0xFC, 0x92, 0x34, 0x56, 0x78, 0x10, 0x00) == nil)
        #expect(bench[cells: 0x1000, 4] == [0x92, 0x34, 0x56, 0x78])
        #expect(bench["ccr"] == 0b01000)
        #expect(bench["pc"] == 8)
        // MOVE.L 4(PC,D1.W),D2: the displacement counts from the extension word. Not described: illegal.
        #expect(bench.run(0x24, 0x3B, 0x10, 0x04) == "illegal-instruction")
        // MOVE.L 6(PC),D2
        bench.put([0xCA, 0xFE, 0xBA, 0xBE], at: 0x208)
        #expect(bench.run(0x24, 0x3A, 0x00, 0x06, at: 0x200) == nil)
        #expect(bench["d", 2] == 0xCAFE_BABE)
    }

    @Test("68000: MOVE from SR shows the mode, RTE needs it")
    func status68000() throws {
        var bench = try Bench("m68000-move-from-sr")
        bench["s"] = 0
        bench["mask"] = 5
        bench["d", 3] = 0xFFFF_0000
        #expect(bench.run(0x40, 0xC3) == nil)
        #expect(bench["d", 3] == 0xFFFF_0500)
        bench["a", 0] = 0x101
        #expect(bench.run(0x40, 0xD0) == "address-error")

        var rte = try Bench("m68000-rte")
        rte["ssp"] = 0x100
        rte.put([0x00, 0x1F, 0x00, 0x00, 0x12, 0x34], at: 0x100)
        #expect(rte.run(0x4E, 0x73) == nil)
        #expect(rte["s"] == 0 && rte["ccr"] == 0x1F && rte["pc"] == 0x1234 && rte["ssp"] == 0x106)
        #expect(rte.run(0x4E, 0x73) == "privilege-violation")
    }

    @Test("S/360: MVC repeats what it has moved")
    func mvc() throws {
        var bench = try Bench("s360-lpsw-mvc")
        bench.put([0xC1, 0xC2, 0xC3, 0xC4], at: 0x64)
        // MVC 0x65(5),0x64: the classical way to fill.
        #expect(bench.run(0xD2, 0x04, 0x00, 0x65, 0x00, 0x64) == nil)
        #expect(bench[cells: 0x64, 7] == [0xC1, 0xC1, 0xC1, 0xC1, 0xC1, 0xC1, 0])
        bench["problem"] = 1
        #expect(bench.run(0x82, 0x00, 0x01, 0x00) == "privileged-operation")
        bench["problem"] = 0
        bench.put([0xFF, 0x31, 0x00, 0x02, 0x5F, 0x00, 0x12, 0x34], at: 0x100)
        #expect(bench.run(0x82, 0x00, 0x01, 0x00) == nil)
        #expect(bench["system-mask"] == 0xFF && bench["psw-key"] == 3 && bench["problem"] == 1)
        #expect(bench["cc"] == 1 && bench["program-mask"] == 15 && bench["ia"] == 0x1234)
    }

    @Test("S/370: a store needs the key")
    func keys() throws {
        var bench = try Bench("s370-storage-key")
        bench["psw-key"] = 0
        bench["r", 1] = 0x58
        bench["r", 2] = 0x1800
        // SSK 1,2
        #expect(bench.run(0x08, 0x12) == nil)
        #expect(bench["key", 3] == 0x2C)
        // ISK 4,2
        #expect(bench.run(0x09, 0x42) == nil)
        #expect(bench["r", 4] == 0x58)
        bench["problem"] = 1
        #expect(bench.run(0x09, 0x42) == "privileged-operation")
        // Fetch-protected, with another key in the PSW: the instruction itself cannot be fetched.
        bench["psw-key"] = 7
        #expect(bench.run(0x09, 0x42, at: 0x1800) == "protection")
    }

    @Test("PDP-10: indirection goes on while the words say so, to eight levels")
    func indirect() throws {
        var bench = try Bench("pdp10-indirect")
        let move = UInt64(0o200) << 27 | 3 << 23
        bench.put([1 << 22 | 0o200], at: 0o100)
        bench.put([1 << 18 | 0o300], at: 0o200)
        bench["ac", 1] = 0o5
        bench.put([0o777], at: 0o305)
        #expect(bench.run(move | 1 << 22 | 0o100, at: 0o20) == nil)
        #expect(bench["ac", 3] == 0o777)
        bench.put([1 << 22 | 0o100], at: 0o200)
        #expect(bench.run(move | 1 << 22 | 0o100, at: 0o20) == "indirection")
    }

    @Test("PDP-10: BLT is its own successor until the last word")
    func blt() throws {
        var bench = try Bench("pdp10-blt")
        bench.put([1, 2, 3], at: 0o100)
        bench["ac", 5] = 0o100 << 18 | 0o200
        let blt = UInt64(0o251) << 27 | 5 << 23 | 0o202
        #expect(bench.run(blt, at: 0o20) == nil)
        #expect(bench["pc"] == 0o20 && bench["ac", 5] == 0o101 << 18 | 0o201)
        #expect(bench.run(blt, at: 0o20) == nil)
        #expect(bench.run(blt, at: 0o20) == nil)
        #expect(bench["pc"] == 0o21 && bench[cells: 0o200, 4] == [1, 2, 3, 0])
    }

    @Test("PDP-10: JRST's variants")
    func jrst() throws {
        var bench = try Bench("pdp10-jrst")
        let jrst = UInt64(0o254) << 27
        #expect(bench.run(jrst | 1 << 23 | 0o40) == nil)
        #expect(bench["user"] == 1 && bench["pc"] == 0o40)
        #expect(bench.run(jrst | 4 << 23 | 0o40) == "monitor-call")
        #expect(bench.run(jrst | 10 << 23 | 0o40) == "monitor-call")
        bench["ac", 2] = 0o100
        bench["user-io"] = 1
        #expect(bench.run(jrst | 2 << 23 | 2 << 18) == nil)
        #expect(bench["user"] == 1 && bench["user-io"] == 0 && bench["pc"] == 0o100)
    }

    @Test("PDP-11: MFPI reads the previous mode's space")
    func mfpi() throws {
        var bench = try Bench("pdp11-mfpi")
        bench["page-length", 0] = 127
        bench["page-length", 24] = 127
        bench["page", 24] = 0x10
        bench["previous"] = 3
        bench["stack", 0] = 0x100
        bench.put([0xCD, 0xAB], at: 0x414)
        // MFPI 0x14: relative to the word behind the displacement.
        #expect(bench.run(0x77, 0x0D, 0x10, 0x00) == nil)
        #expect(bench[cells: 0xFE, 2] == [0xCD, 0xAB])
        #expect(bench["stack", 0] == 0xFE && bench["cc"] == 0b1000)
        bench["page-length", 24] = 0
        bench["r", 1] = 0x80
        #expect(bench.run(0x49, 0x0D) == "memory-management")
    }

    @Test("VAX: a relative operand counts from its own end")
    func vax() throws {
        var bench = try Bench("vax-operand")
        bench.put([1, 2, 3, 0x84], at: 0x26)
        #expect(bench.run(0xD0, 0xEF, 0x20, 0, 0, 0, 0xEF, 0x30, 0, 0, 0) == nil)
        #expect(bench[cells: 0x3B, 4] == [1, 2, 3, 0x84])
        #expect(bench["cc"] == 0b1000 && bench["pc"] == 11)
        // MOVL S^#5,L^(pc): one unit less before it.
        #expect(bench.run(0xD0, 0x05, 0xEF, 0x30, 0, 0, 0) == nil)
        #expect(bench[cells: 0x37, 4] == [5, 0, 0, 0])
        // MOVL (R1)+[R2],R3
        bench["r", 1] = 0x40
        bench["r", 2] = 2
        bench.put([9, 0, 0, 0], at: 0x48)
        #expect(bench.run(0xD0, 0x42, 0x81, 0x53) == nil)
        #expect(bench["r", 3] == 9 && bench["r", 1] == 0x44 && bench["pc"] == 4)
    }

    @Test("VAX: MOVPSL shows the mode, REI never raises it")
    func movpsl() throws {
        var bench = try Bench("vax-movpsl")
        bench["cur"] = 3
        bench["prv"] = 3
        #expect(bench.run(0xDC, 0x51) == nil)
        #expect(bench["r", 1] == 0x03C0_0000)
        bench["stack", 3] = 0x100
        #expect(bench.run(0x02) == "reserved-operand")
        #expect(bench.run(0xBC, 7, 0) == "change-mode")
    }

    @Test("RISC-V: immediates in pieces, as assemblers make them")
    func riscvImmediates() throws {
        var bench = try Bench("riscv-branch")
        // beq x1,x2,+8; then with unequal registers
        #expect(bench.run(0x63, 0x84, 0x20, 0x00, at: 0x100) == nil)
        #expect(bench["pc"] == 0x108)
        bench["x", 1] = 1
        #expect(bench.run(0x63, 0x84, 0x20, 0x00, at: 0x100) == nil)
        #expect(bench["pc"] == 0x104)
        // jal x1,-4
        #expect(bench.run(0xEF, 0xF0, 0xDF, 0xFF, at: 0x100) == nil)
        #expect(bench["pc"] == 0xFC && bench["x", 1] == 0x104)
        // sb x2,-1(x1)
        bench["x", 2] = 0x1AB
        #expect(bench.run(0xA3, 0x8F, 0x20, 0xFE, at: 0x200) == nil)
        #expect(bench[cells: 0x103, 1] == [0xAB])
    }

    @Test("RISC-V: CSRs by number, SRET with TSR")
    func riscvPrivilege() throws {
        var bench = try Bench("riscv-csr")
        bench["x", 6] = 0xFFFF_FFFF
        // csrrw x5,mstatus,x6
        #expect(bench.run(0xF3, 0x12, 0x03, 0x30) == nil)
        #expect(bench["mstatus"] == 0x007E_19AA)
        bench["level"] = 1
        #expect(bench.run(0xF3, 0x12, 0x03, 0x30) == "illegal-instruction")
        // csrrw x5,satp,x6 under TVM
        #expect(bench.run(0xF3, 0x12, 0x03, 0x18) == "illegal-instruction")
        bench["mstatus"] = 0
        #expect(bench.run(0xF3, 0x12, 0x03, 0x18) == nil)
        var sret = try Bench("riscv-sret")
        sret["sepc"] = 0x80
        #expect(sret.run(0x73, 0x00, 0x20, 0x10) == nil)
        #expect(sret["level"] == 0 && sret["pc"] == 0x80 && sret["spie"] == 1)
        sret["level"] = 1
        sret["tsr"] = 1
        #expect(sret.run(0x73, 0x00, 0x20, 0x10) == "illegal-instruction")
    }

    @Test("ARM: LDM loads the list, with ^ the user's registers")
    func ldm() throws {
        var bench = try Bench("arm-ldm")
        bench["r", 0] = 0x100
        bench.put([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], at: 0x100)
        // ldmia r0,{r1,r3,r13}
        #expect(bench.run(0x0A, 0x20, 0x90, 0xE8) == nil)
        #expect(bench["r", 1] == 1 && bench["r", 3] == 2 && bench["banked-sp"] == 3 && bench["r", 13] == 0)
        // ldmia r0,{r1,r3,r13}^
        #expect(bench.run(0x0A, 0x20, 0xD0, 0xE8) == nil)
        #expect(bench["r", 13] == 3)
        // ldmneia with Z set: nothing happens
        bench["flags"] = 0b0100
        bench["r", 1] = 99
        #expect(bench.run(0x02, 0x00, 0x90, 0x18) == nil)
        #expect(bench["r", 1] == 99)
    }

    @Test("ARM: MSR CPSR_c does nothing in user mode, silently")
    func msr() throws {
        var bench = try Bench("arm-msr")
        bench["r", 1] = 0xF000_0010
        #expect(bench.run(0x01, 0xF0, 0x21, 0xE1) == nil)
        #expect(bench["mode"] == 0x10 && bench["flags"] == 0)
        bench["r", 1] = 0xF000_0013
        #expect(bench.run(0x01, 0xF0, 0x29, 0xE1) == nil)
        #expect(bench["mode"] == 0x10 && bench["flags"] == 0b11110)
    }

    @Test("x86: prefixes, REX, ModRM, SIB, displacements")
    func modrm() throws {
        var bench = try Bench("x86-modrm-sib")
        bench["gpr", 0] = 0x8877_6655_4433_2211
        bench["gpr", 3] = 0x1000
        bench["gpr", 1] = 4
        // mov [rbx+rcx*4+0x10],rax
        #expect(bench.run(0x48, 0x89, 0x44, 0x8B, 0x10) == nil)
        #expect(bench[cells: 0x1020, 8] == [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88])
        #expect(bench["rip"] == 5)
        // mov ecx,eax clears the upper half
        bench["gpr", 1] = .max
        #expect(bench.run(0x89, 0xC1) == nil)
        #expect(bench["gpr", 1] == 0x4433_2211)
        // mov fs:[rip+0x10],eax
        bench["fs"] = 0x2000
        #expect(bench.run(0x64, 0x89, 0x05, 0x10, 0, 0, 0) == nil)
        #expect(bench[cells: 0x2017, 5] == [0x11, 0x22, 0x33, 0x44, 0])
        // mov [rsp],r12
        bench["gpr", 4] = 0x3000
        bench["gpr", 12] = 0xAA
        #expect(bench.run(0x4C, 0x89, 0x24, 0x24) == nil)
        #expect(bench[cells: 0x3000, 2] == [0xAA, 0])
    }

    @Test("x86: VEX, immediates by prefix, POPF by privilege")
    func otherX86() throws {
        var vex = try Bench("x86-vex")
        for index in 0..<4 {
            vex["lane", 4 + UInt64(index)] = UInt64(index)
            vex["lane", 8 + UInt64(index)] = 100
        }
        // vpaddq ymm0,ymm1,ymm2
        #expect(vex.run(0xC5, 0xF5, 0xD4, 0xC2) == nil)
        #expect((0..<4).map { vex["lane", $0] } == [100, 101, 102, 103])
        var add = try Bench("x86-immediate-size")
        add["gpr", 0] = 0x0001_FFFF
        #expect(add.run(0x66, 0x05, 0x01, 0x00) == nil)
        #expect(add["gpr", 0] == 0x0001_0000 && add["eip"] == 4)
        #expect(add.run(0x05, 0x01, 0x00, 0x00, 0x10) == nil)
        #expect(add["gpr", 0] == 0x1001_0001 && add["eip"] == 5)
        var popf = try Bench("x86-popf")
        popf["cpl"] = 3
        popf["rflags"] = 0x202
        popf["gpr", 4] = 0x100
        popf.put([0x00, 0x34], at: 0x100)
        #expect(popf.run(0x66, 0x9D) == nil)
        // Neither IF nor IOPL has changed, NT is not touched by 0x3400 & 0x4000.
        #expect(popf["rflags"] == 0x602 && popf["gpr", 4] == 0x102)
        popf["cpl"] = 0
        popf["gpr", 4] = 0x100
        #expect(popf.run(0x66, 0x9D) == nil)
        #expect(popf["rflags"] == 0x3402)
    }

    @Test("Z80, 6502, Itanium: prefixes, page zero, and 41 bits")
    func others() throws {
        var z80 = try Bench("z80-prefixed")
        z80["ix"] = 0x200
        z80["iy"] = 0x300
        #expect(z80.run(0xDD, 0x36, 0xFF, 0x42) == nil)
        #expect(z80[cells: 0x1FF, 1] == [0x42])
        z80.put([0x04], at: 0x301)
        #expect(z80.run(0xFD, 0xCB, 0x01, 0x56) == nil)
        #expect(z80["f"] & 0x40 == 0)
        #expect(z80.run(0x21, 0x34, 0x12) == nil)
        #expect(z80["hl"] == 0x1234 && z80["pc"] == 3)
        var mos = try Bench("mos6502-modes")
        mos["x"] = 2
        mos.put([0x34, 0x12], at: 0xFF)
        mos.put([0x12], at: 0x00)
        mos.put([0x99], at: 0x1234)
        #expect(mos.run(0xA1, 0xFD, at: 0x400) == nil)
        #expect(mos["a"] == 0x99 && mos["p"] & 0x80 != 0)
        var itanium = try Bench("itanium-slot")
        // addl r8=-2,r3
        itanium["gr", 3] = 10
        let fields: UInt64 = 1 << 36 | 0x1FF << 27 | 0x1F << 22 | 3 << 20 | 0x7E << 13 | 8 << 6
        #expect(itanium.run(9 << 37 | fields) == nil)
        #expect(itanium["gr", 8] == 8)
        itanium["cpl"] = 3
        #expect(itanium.run(1 << 37 | 0b101101 << 27) == "privileged-operation")
    }

    @Test("MIPS: segments decide before the TLB does")
    func mips() throws {
        var bench = try Bench("mips-kseg")
        bench["ksu"] = 1
        bench["tlb-valid", 2] = 3
        bench["tlb-virtual", 2] = 0
        bench["tlb-real", 2] = 0
        bench.put([0, 0, 0, 7], at: 0x100)
        // lw t0,0x100(zero)
        #expect(bench.run(0x8C, 0x08, 0x01, 0x00) == nil)
        #expect(bench["r", 8] == 7)
        // through kseg0: the user may not, the kernel may
        bench["r", 9] = 0x8000_0000
        #expect(bench.run(0x8D, 0x28, 0x01, 0x00) == "address-error")
        bench["exl"] = 1
        #expect(bench.run(0x8D, 0x28, 0x01, 0x00) == nil)
        bench["r", 9] = 0x0040_0000
        #expect(bench.run(0x8D, 0x28, 0x01, 0x00) == "tlb-miss")
    }
}
