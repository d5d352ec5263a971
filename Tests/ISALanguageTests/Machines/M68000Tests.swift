import Testing

@testable import ISALanguage

@Suite("The MC68000 and the MC68010 run programs")
struct M68000Tests {
    /// Runs lines from 400 on; the board is switched off at the end.
    private func run(_ lines: String, on machine: String = "m68000") throws -> GuestRun {
        var run = try GuestRun(
            "\t.machine \(machine)\n\t.org 0x400\n\t.entry start\nstart: LEA 0x4000,sp\n\(lines)\n\tMOVE.W #0,0xFFFF0A\n")
        run.run(limit: 20_000)
        #expect(run.hasHalted)
        return run
    }

    @Test("Encodings are those of the manual")
    func encodings() throws {
        let source = """
            \t.machine m68000
            \tMOVE.L d0,-(sp)
            \tMOVE.W 4(a0,d1.w),d2
            \tADDQ.L #8,a3
            \tMOVE.W sr,d0
            \tANDI.W #0x0700,sr
            \tMOVE.L a1,usp
            \tRTE
            \tDBF d7,.
            \tLSL.W #4,d4
            \tMULU d1,d2
            \tCMPM.B (a0)+,(a1)+
            \tLINK a6,#-8
            \tMOVE.B #1,0x12345678
            \tBTST #3,(a0)
            """
        let machine = try LoadedMachines.machine("m68000")
        let image = try Assembler(machine).assemble(source)
        #expect(
            image.segments.first?.cells == [
                0x2F00, 0x3430, 0x1004, 0x508B, 0x40C0, 0x027C, 0x0700, 0x4E61, 0x4E73, 0x51CF, 0xFFFE, 0xE94C, 0xC4C1,
                0xB308, 0x4E56, 0xFFF8, 0x13FC, 0x0001, 0x1234, 0x5678, 0x0810, 0x0003,
            ])
    }

    @Test("Primes below 1000, with subroutines, the stack and the console")
    func primes() throws {
        let run = try run(
            """
            \tMOVEQ #2,d1
            \tMOVEQ #0,d5
            \tLEA table,a0
            outer: TST.B 0(a0,d1.w)
            \tBNE next
            \tBSR strike
            next: ADDQ.W #1,d1
            \tCMP.W #1000,d1
            \tBLT outer
            \tMOVE.L d5,d0
            \tBSR print
            \tBRA over
            strike: ADDQ.L #1,d5
            \tMOVE.W d1,d2
            loop: ADD.W d1,d2
            \tCMPI.W #1000,d2
            \tBGE back
            \tST 0(a0,d2.w)
            \tBRA loop
            back: RTS
            print: DIVU #10,d0
            \tSWAP d0
            \tMOVE.W d0,-(sp)
            \tCLR.W d0
            \tSWAP d0
            \tBEQ last
            \tBSR print
            last: MOVE.W (sp)+,d0
            \tADDI.W #0x30,d0
            \tMOVE.W d0,0xFFFF06
            \tRTS
            table: .space 600
            over: NOP
            """)
        #expect(run.output == "168")
        #expect(try run.value("a", 7) == 0x4000)
    }

    @Test("Arithmetic, shifts and condition codes")
    func arithmetic() throws {
        let run = try run(
            """
            \tMOVEQ #-7,d3
            \tMULS d3,d3
            \tDIVS #5,d3
            \tMOVE.L #0x12345678,d4
            \tROL.L #8,d4
            \tLSL.W #4,d4
            \tSWAP d4
            \tMOVE.W #-0x8000,d6
            \tADD.W d6,d6
            \tADDX.B d6,d6
            \tMOVEQ #-7,d2
            \tASR.L #1,d2
            \tMOVE.L #0x7FFFFFFF,d1
            \tADDQ.L #1,d1
            \tSVS d0
            \tMOVEQ #5,d5
            \tDIVU #0x10,d5
            \tMOVEQ #0,d7
            \tCMPI.W #1,d7
            \tSCS d7
            """)
        let d = try (0..<8).map { try run.value("d", $0) }
        #expect(d == [0xFF, 0x8000_0000, 0xFFFF_FFFC, 0x0004_0009, 0x8120_3456, 0x0005_0000, 0x0000_0001, 0xFF])
    }

    @Test("Addresses move as they should, several registers at a time too")
    func addresses() throws {
        let run = try run(
            """
            \tLEA text,a1
            \tLEA buffer,a2
            \tMOVE.L (a1)+,(a2)+
            \tMOVE.B (a1)+,(a2)+
            \tLEA buffer,a3
            \tMOVE.W (a3)+,(a3)+
            \tMOVEQ #1,d0
            \tMOVEQ #2,d1
            \tMOVEM.L #0xC040,-(sp)
            \tMOVEQ #0,d0
            \tMOVEQ #0,d1
            \tMOVEM.L (sp)+,#0x0203
            \tLINK a6,#-8
            \tMOVE.L d1,-4(a6)
            \tMOVE.L -4(a6),d7
            \tUNLK a6
            \tBRA over
            text: .word 0x4142, 0x4344, 0x4546
            buffer: .word 0, 0, 0
            over: NOP
            """)
        let buffer = try #require(run.image.symbols["buffer"])
        let cells = run.machine.state.cells[Int(buffer / 2)..<Int(buffer / 2) + 3]
        #expect(Array(cells) == [0x4142, 0x4142, 0x4500])
        #expect(try run.value("a", 1) == run.image.symbols["text"].map { $0 + 5 })
        #expect(try run.value("a", 3) == buffer + 4)
        #expect(try run.value("d", 0) == 1 && run.value("d", 7) == 2)
        #expect(try run.value("a", 7) == 0x4000)
    }

    /// Enters user mode at 8000, where a program of one block tries what only a supervisor may do. The
    /// supervisor prints the vector of each exception and goes on after the instruction.
    private func kernel(_ machine: String, frame: String) -> String {
        """
        \t.machine \(machine)
        \t.org 0x08
        \t.long bus
        \t.org 0x20
        \t.long denied
        \t.org 0x80
        \t.long call
        \t.org 0x400
        \t.entry start
        start: LEA 0x4000,sp
        \tMOVE.W #0x80,0xFFFF00
        \tMOVE.W #1,0xFFFF02
        \tLEA 0x100,a0
        \tMOVE.L a0,usp
        \(frame)
        \tMOVEQ #0,d0
        \tMOVE.L d0,-(sp)
        \tMOVE.W d0,-(sp)
        \tRTE
        denied: MOVE.W #'P',0xFFFF06
        \tADDQ.L #2,2(sp)
        \tRTE
        call: MOVE.W #'T',0xFFFF06
        \tRTE
        bus: MOVE.W #'B',0xFFFF06
        \tMOVE.W #3,0xFFFF0A
        \t.org 0x8000
        \tMOVE.W sr,d1
        \tRTE
        \tTRAP #0
        \tMOVE.L usp,a1
        \tMOVE.W d0,0x100
        """
    }

    @Test("User mode on the MC68000: MOVE from SR does not trap")
    func userMode() throws {
        var run = try GuestRun(kernel("m68000", frame: ""))
        run.run(limit: 2000)
        #expect(run.hasHalted)
        #expect(run.output == "PTPB")
        #expect(try run.value("d", 1) == 0)
        // A bus error's frame: fourteen bytes.
        #expect(try run.value("a", 7) == 0x4000 - 14)
    }

    @Test("User mode on the MC68010: it does")
    func userModeOn68010() throws {
        var run = try GuestRun(kernel("m68010", frame: "\tMOVEQ #0,d0\n\tMOVE.W d0,-(sp)"))
        run.run(limit: 2000)
        #expect(run.hasHalted)
        #expect(run.output == "PPTPB")
        #expect(try run.value("a", 7) == 0x4000 - 58)
    }

    @Test("A timer wakes a stopped processor")
    func timer() throws {
        var run = try GuestRun(
            """
            \t.machine m68000
            \t.org 0x78
            \t.long tick
            \t.org 0x400
            \t.entry start
            start: LEA 0x4000,sp
            \tMOVE.W #2,0xFFFF04
            \tNOP
            \tSTOP #0x2000
            \tMOVE.W #5,0xFFFF0A
            tick: MOVE.W sr,d3
            \tRTE
            """)
        run.run(limit: 100)
        #expect(run.result == .halted(status: 5))
        #expect(try run.value("d", 3) == 0x2600)
        #expect(try run.value("imask") == 0)
    }

    @Test("MOVES reaches the user's storage, MOVEC the vector base")
    func movesAndMovec() throws {
        let run = try run(
            """
            \tMOVE.W #0x80,0xFFFF00
            \tMOVE.W #1,0xFFFF02
            \tMOVEQ #1,d0
            \tMOVEC d0,#0
            \tMOVEC d0,#1
            \tMOVE.W #0x1234,0x8010
            \tMOVES.W 0x10,d1
            \tMOVES.B d0,0x10
            \tMOVE.W 0x8010,d2
            \tMOVE.W ccr,d3
            \tLEA 0x200,a0
            \tMOVEC a0,#0x801
            \tMOVEC #0x801,d4
            """, on: "m68010")
        #expect(try run.value("d", 1) == 0x1234)
        #expect(try run.value("d", 2) == 0x0134)
        #expect(try run.value("d", 4) == 0x200)
    }
}
