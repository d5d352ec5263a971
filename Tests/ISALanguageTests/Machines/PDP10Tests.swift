import Testing

@testable import ISALanguage

@Suite("The PDP-10 runs programs")
struct PDP10Tests {
    /// Runs lines from 100 on, ended by HALT, and gives the accumulators.
    private func accumulators(_ lines: String, flags: inout UInt64) throws -> [UInt64] {
        var run = try GuestRun("\t.machine pdp-10\n\t.org 0o100\n\t.entry start\nstart:\n\(lines)\n\tJRST 4,0\n")
        run.run(limit: 2000)
        #expect(run.hasHalted)
        flags = try run.value("flags")
        return try (0..<16).map { try run.value("ac", $0) }
    }

    private func accumulators(_ lines: String) throws -> [UInt64] {
        var flags: UInt64 = 0
        return try accumulators(lines, flags: &flags)
    }

    @Test("Encodings are those of the manual")
    func encodings() throws {
        let source = """
            \t.machine pdp-10
            \tMOVEI 1,2
            \tMOVE 17,@1234(5)
            \tPUSHJ 17,100
            \tJRST 4,0
            \tDATAO APR,100
            \tCONO PI,12000
            \tDATAO TTY,100
            \tHRLZI 2,777777
            \tTLNE 3,400000
            \tSOJG 4,100
            """
        let machine = try LoadedMachines.machine("pdp-10")
        let image = try Assembler(machine).assemble(source)
        #expect(
            image.segments.first?.cells == [
                0o201_040_000002, 0o200_765_001234, 0o260_740_000100, 0o254_200_000000, 0o700_140_000100,
                0o700_600_012000, 0o712_140_000100, 0o515_100_777777, 0o603_140_400000, 0o367_200_000100,
            ])
    }

    @Test("Primes below 1000, with subroutines, the stack and the console")
    func primes() throws {
        var run = try GuestRun(PDP10Tests.sieve)
        run.run(limit: 60_000)
        #expect(run.hasHalted)
        #expect(run.output == "168")
        #expect(try run.value("ac", 0o17) & 0o777777 == run.image.symbols["stk"])
    }

    static let sieve = """
                .machine pdp-10
                .org 0o100
                .entry start
        start:  MOVE    17,stack
                MOVEI   1,2
                SETZ    5,0
        outer:  SKIPE   0,table(1)
                JRST    next
                PUSHJ   17,strike
        next:   ADDI    1,1
                CAIGE   1,1000.
                JRST    outer
                MOVE    6,5
                PUSHJ   17,print
                JRST    4,start
        strike: ADDI    5,1
                MOVE    2,1
        loop:   ADD     2,1
                CAIL    2,1000.
                POPJ    17,0
                SETOM   0,table(2)
                JRST    loop
        print:  IDIVI   6,10.
                HRLM    7,0(17)
                SKIPE   0,6
                PUSHJ   17,print
                HLRZ    7,0(17)
                ADDI    7,60
                MOVEM   7,work
                DATAO   TTY,work
                POPJ    17,0
        work:   .word   0
        stack:  .word   -20 << 18. | stk
        stk:    .space  40
        table:  .space  1000.
        """

    @Test("Long products and quotients undo one another")
    func longArithmetic() throws {
        let ac = try accumulators(
            """
            \tMOVE 1,big
            \tMUL 1,negative
            \tMOVE 3,1
            \tMOVE 4,2
            \tDIV 3,negative
            \tMOVE 5,minus
            \tIDIVI 5,7
            \tMOVE 7,big
            \tIMULI 7,3
            \tJRST over
            big: .word 0o123456701234
            negative: .word -0o52525252525
            minus: .word -100.
            over: JFCL 0,0
            """)
        let big: Int64 = 0o123456701234
        let product = Int128(big) * -0o52525252525
        #expect(ac[1] == UInt64(truncatingIfNeeded: product >> 35) & 0o777777777777)
        #expect(ac[2] == UInt64(truncatingIfNeeded: product) & 0o377777777777 | 0o400000000000)
        #expect(ac[3] == UInt64(big))
        #expect(ac[4] == 0)
        #expect(ac[5] == 0o777777777762)
        #expect(ac[6] == 0o777777777776)
        #expect(ac[7] == UInt64(3 * big))
    }

    @Test("Overflow, carries, and division that cannot be")
    func flags() throws {
        var flags: UInt64 = 0
        _ = try accumulators("\tHRLOI 1,377777\n\tADDI 1,1", flags: &flags)
        #expect(flags == 0b1010000)
        _ = try accumulators("\tSETO 1,0\n\tADDI 1,1", flags: &flags)
        #expect(flags == 0b0110000)
        let ac = try accumulators("\tMOVEI 1,5\n\tIDIVI 1,0", flags: &flags)
        #expect(flags == 0b1000001)
        #expect(ac[1] == 5)
        _ = try accumulators("\tHRLZI 1,200000\n\tASH 1,1", flags: &flags)
        #expect(flags == 0b1000000)
    }

    @Test("Shifts over one word and two")
    func shifts() throws {
        let ac = try accumulators(
            """
            \tMOVEI 1,1
            \tROT 1,777777
            \tMOVEI 2,3
            \tLSHC 2,777777
            \tMOVEI 4,1
            \tSETZ 5,0
            \tROTC 4,107
            \tSETO 6,0
            \tASH 6,777773
            \tHRLZI 10,400
            \tJFFO 10,found
            \tJRST 4,0
            found: HLLOI 12,0
            \tLSH 12,3
            """)
        #expect(ac[1] == 0o400000000000)
        #expect(ac[2] == 1)
        #expect(ac[3] == 0o400000000000)
        #expect(ac[4] == 0)
        #expect(ac[5] == 0o400000000000)
        #expect(ac[6] == 0o777777777777)
        #expect(ac[0o11] == 9)
        #expect(ac[0o12] == 0o7777770)
    }

    @Test("Halves, bytes, tests, indirection and accumulators as cells")
    func data() throws {
        let ac = try accumulators(
            """
            \tMOVE 1,word
            \tHLRE 2,1
            \tHRROM 1,cell
            \tMOVE 3,cell
            \tMOVE 4,pointer
            \tMOVEM 4,work
            \tILDB 5,work
            \tILDB 6,work
            \tMOVEI 7,123
            \tDPB 7,pointer2
            \tMOVE 10,text
            \tMOVEI 13,cell2
            \tMOVE 11,@13
            \tMOVE 12,@indirect
            \tTRCE 12,700
            \tJRST over
            word: .word 0o400001 << 18. | cell2
            cell: .word 0
            cell2: .word 0o111
            pointer: .word 0o440700 << 18. | text
            pointer2: .word 0o000600 << 18. | text
            text: .word 0o101 << 29. | 0o102 << 22.
            indirect: .word 0o1 << 18. | 0
            work: .word 0
            over: JFCL 0,0
            """)
        #expect(ac[2] == 0o777777400001)
        #expect(ac[3] >> 18 == 0o777777)
        #expect(ac[5] == 0o101 && ac[6] == 0o102)
        #expect(ac[0o10] & 0o77 == 0o23)
        #expect(ac[0o11] == 0o111)
        #expect(ac[0o12] == 0o611)
    }

    @Test("User mode: relocation, protection, monitor calls and privileged instructions")
    func userMode() throws {
        var run = try GuestRun(PDP10Tests.kernel)
        run.run(limit: 4000)
        #expect(run.hasHalted)
        // MOVEI in the user's storage, then a call, HALT, DATAO and a store beyond the bound all come back.
        #expect(run.output == "CHDP")
        #expect(try run.cell("result") == 0o4321)
    }

    /// A program of one block at 2000. Each of its traps prints a letter and lets it go on.
    static let kernel = """
                .machine pdp-10
                .org 0o40
        muuo:   .word   0
                JSR     call
                .org 0o42
                JSR     violation
                .org 0o100
                .entry start
        start:  CONO    APR,1
                DATAO   APR,map
                JRST    2,@first
        map:    .word   0o002000        ; protection 0: one block, from 2000 on
        first:  .word   0o010000 << 18. | 20
        call:   .word   0
                LDB     1,code
                CAIN    1,47
                JRST    service
                MOVEI   2,'D'
                CAIE    1,254
                JRST    out
                MOVEI   2,'H'
                JRST    out
        service: MOVEI  2,'C'
        out:    MOVEM   2,letter
                DATAO   TTY,letter
                JRST    2,@call
        violation: .word 0
                MOVEI   2,'P'
                MOVEM   2,letter
                DATAO   TTY,letter
                JRST    4,0
        code:   .word   0o331100 << 18. | muuo
        letter: .word   0
                .org 0o2020
                MOVEI   3,4321
                MOVEM   3,100
                MUUO    7,0,0
                JRST    4,0
                DATAO   APR,30
                MOVEM   3,2000
                .org 0o2100
        result: .word   0
        """
}
