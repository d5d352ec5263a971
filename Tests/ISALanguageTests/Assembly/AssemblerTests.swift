import Testing

@testable import ISALanguage

/// The assembler on the hand-built machine.
struct AssemblerTests {
    let assembler = Assembler(FixtureMachine.make())

    private func cells(_ source: String) throws -> [UInt64] {
        let image = try assembler.assemble(source, path: "t.s")
        #expect(image.segments.count <= 1)
        return image.segments.first?.cells ?? []
    }

    private func errors(_ source: String) -> [Diagnostic] {
        do throws(AssemblyError) {
            let image = try assembler.assemble(source, path: "t.s")
            Issue.record("assembled: \(image.segments)")
            return []
        } catch {
            return error.diagnostics
        }
    }

    @Test func instructionsOfEveryForm() throws {
        let source = """
            .machine fixture            -- and a comment
            start:  ADD r1, #-2         ; another
                    add SP,5 ( r2 )
                    ADD r0,@77
                    ADD r2,sp
            end:    HALT
            """
        #expect(try cells(source) == [0x1404, 0xFFFE, 0x1C0A, 5, 0x1008, 77, 0x1803, 0x4000])
        let image = try assembler.assemble(source, path: "t.s")
        #expect(image.symbols == ["start": 0, "end": 7])
        #expect(image.lines == [0: 2, 2: 3, 4: 4, 6: 5, 7: 6])
        #expect(image.entry == 0)
        #expect(image.machine == "fixture")
    }

    @Test func expressionsAndDirectives() throws {
        let source = """
            base = 0x10
            .org base
            .entry go
                .word 1, -1, 0b101, 0o17, 'A', '\\n', (2 + 3) * 4 - 1, 1 << 4 | 6 & 3, ~0, - -5
            text: .ascii "hi;--", "\\x41"
                .asciz "z"
                .align 8
            here: .word ., . - here, last - here
                .space 2
                .long 0x12345678
                .byte 255
            go: BR go
            last:
            """
        let image = try assembler.assemble(source, path: "t.s")
        #expect(image.entry == image.symbols["go"])
        #expect(image.segments.count == 1)
        #expect(image.segments[0].address == 16)
        let expected: [UInt64] = [
            1, 0xFFFF, 5, 15, 65, 10, 19, 18, 0xFFFF, 5, 104, 105, 59, 45, 45, 65, 122, 0, 0, 0, 0, 0, 0, 0, 40, 1, 9,
            0, 0, 0x1234, 0x5678, 255, 0x23FF,
        ]
        #expect(image.segments[0].cells == expected)
    }

    @Test func relativeTargetsWrapRound() throws {
        #expect(try cells("BR .") == [0x23FF])
        #expect(try cells("BR 1023") == [0x23FE])
        #expect(try cells("BR 600") == [0x2000 | 599])
        let decoded = try #require(assembler.encoder.decoder.decode(units: [0x2257]).decoded)
        #expect(Disassembler(FixtureMachine.make()).text(decoded, at: 0) == "BR 600")
    }

    @Test func errorsCarryPlaceAndAdvice() throws {
        let found = errors(
            """
            loop: ADDD r1,#1
                  ADD r1,#40000
                  ADD r1,@lop
                  BR loop loop
                  .wrod 1
                  .word 99999
            loop: HALT
            """)
        #expect(found.count == 7)
        let byLine = Dictionary(grouping: found) { $0.span?.location.line ?? 0 }
        #expect(byLine[1]?.first?.suggestion == "ADD")
        #expect(byLine[1]?.first?.span?.location.column == 7)
        #expect(byLine[2]?.first?.message == "40000 does not fit into 'value' (-32768...32767)")
        #expect(byLine[3]?.first?.message == "symbol 'lop' is not defined")
        #expect(byLine[3]?.first?.suggestion == "loop")
        #expect(byLine[3]?.first?.span?.location.column == 15)
        #expect(byLine[4]?.first?.message == "this is too much for 'BR target'")
        #expect(byLine[5]?.first?.suggestion == ".word")
        #expect(byLine[6]?.first?.message == "99999 does not fit into 16 bits (-32768...65535)")
        #expect(byLine[7]?.first?.message == "symbol 'loop' is defined twice")
        #expect(byLine[7]?.first?.note?.span.location.line == 1)
        let rendered = try #require(byLine[2]?.first?.rendered)
        #expect(rendered.contains("t.s:2:15: error: 40000 does not fit"))
        #expect(rendered.contains("|               ^~~~~"))
    }

    @Test(arguments: [
        ("a = b\nb = a + 1\n.word a", "depends on itself"), (".word 1/0", "division by zero"),
        (".org 2000", "no address of this machine"), (".org 1023\n.word 1,2", "beyond the 1024 cells"),
        (".space 5000", "cannot leave room"), (".align 0", "cannot align to 0"),
        ("x: .word 1\n.org 0\n.word 2", "twice"), ("SVC!2 1", "1 units long, not 2"),
        (".machine other\nHALT", "for machine 'other'"), ("HALT\n.machine fixture", "before everything else"),
        (".word 'ab'", "one ASCII character"), (".ascii \"abc", "not closed"), (".word (1", "bracket is not closed"),
        (".word 0x1FFFFFFFFFFFFFFFF", "more than 64 bits"), (".word 12a", "not a digit of base 10"),
        (".word 1 << 65", "shift by 65"), ("ADD r9,r1", "a register (r0...sp) is expected"), ("ADD", "register"),
        (".ascii \"\\q\"", "unknown escape"), ("SVC 5000", "does not fit into 'number' (-2048...4095)"),
    ])
    func wrongSourcesAreExplained(source: String, part: String) {
        let messages = errors(source).map(\.message)
        #expect(messages.contains { $0.contains(part) }, "\(messages)")
    }

    @Test func theMachineIsNamedInTheFirstLine() {
        #expect(Assembler.machineName(of: "-- a guest\n\n  .machine pdp-10 ; x\nHALT") == "pdp-10")
        #expect(Assembler.machineName(of: "HALT\n.machine pdp-10") == nil)
        #expect(Assembler.machineName(of: "") == nil)
    }

    /// Two's complement in fields that are wide enough for a number; a register, a trap number and a short count stay
    /// what they are.
    @Test func negativeNumbersInUnsignedFields() throws {
        let pdp10 = Assembler(try LoadedMachines.machine("pdp-10"))
        #expect(try pdp10.assemble("LSH 1,-11").segments[0].cells == pdp10.assemble("LSH 1,777767").segments[0].cells)
        #expect(throws: AssemblyError.self) { try pdp10.assemble("LSH 1,-400001") }
        let m68000 = Assembler(try LoadedMachines.machine("m68000"))
        for (negative, plain) in [
            ("ANDI.W #-0x8000,d0", "ANDI.W #0x8000,d0"), ("MOVE.W #~0,d0", "MOVE.W #0xFFFF,d0"),
            ("CMPI.B #-1,d0", "CMPI.B #255,d0"),
        ] {
            #expect(try m68000.assemble(negative).segments[0].cells == m68000.assemble(plain).segments[0].cells)
        }
        for wrong in ["TRAP #-1", "ADDQ.W #-1,d0", "ANDI.W #-0x8001,d0", "ANDI.W #0x10000,d0"] {
            #expect(throws: AssemblyError.self, "\(wrong)") { try m68000.assemble(wrong) }
        }
    }

    @Test func octalMachinesReadOctal() throws {
        var machine = FixtureMachine.make()
        machine.radix = 8
        let image = try Assembler(machine).assemble(".word 17, 10., 0x1F, 0b11, 9.")
        #expect(image.segments[0].cells == [15, 10, 31, 3, 9])
        #expect(throws: AssemblyError.self) { try Assembler(machine).assemble(".word 8") }
        #expect(Disassembler(machine).number(-64) == "-100")
        machine.radix = 16
        #expect(try Assembler(machine).assemble(".word 1F, 10., 0b1").segments[0].cells == [31, 10, 1])
        #expect(Disassembler(machine).number(16) == "0x10")
    }

    /// A two-word and a one-word branch with one notation: the length depends on a label behind it.
    @Test func lengthsSettle() throws {
        var machine = FixtureMachine.make()
        var long = machine.instructions[1]
        machine.instructions[1].fields[0].width = 4
        machine.instructions[1].encoding.groups[0].pieces = [
            .literal(2, width: 4), .literal(0, width: 8), .field(FieldID(0), high: 3, low: 0),
        ]
        long.name = "BR target, far"
        long.encoding = Encoding(groups: [
            PieceGroup(pieces: [.literal(0x21FF, width: 16)]),
            PieceGroup(pieces: [.any(width: 6), .field(FieldID(0), high: 9, low: 0)]),
        ])
        machine.instructions.append(long)
        let near = try Assembler(machine).assemble("a: BR b\n.space 6\nb: BR a")
        #expect(near.segments[0].cells == [0x2006, 0, 0, 0, 0, 0, 0, 0x2008])
        let far = try Assembler(machine).assemble("a: BR b\n.space 7\nb: HALT")
        #expect(far.symbols["b"] == 8)
        let farther = try Assembler(machine).assemble("a: BR b\n.space 8\nb: HALT")
        #expect(farther.segments[0].cells.prefix(2) == [0x21FF, 9])
        #expect(farther.symbols["b"] == 10)
        let forced = try Assembler(machine).assemble("a: BR!2 b\nb: HALT")
        #expect(forced.segments[0].cells == [0x21FF, 1, 0x4000])
        let decoded = try #require(Decoder(machine).decode(units: [0x21FF, 1]).decoded)
        #expect(Assembler(machine).statement(of: decoded, at: 0) == "BR!2 2")
    }

    /// `BR (x)` beside `BR x`: brackets that a template has are the template's.
    @Test func theMoreLiteralTemplateIsMeant() throws {
        var machine = FixtureMachine.make()
        var indirect = machine.instructions[2]
        indirect.name = "BR (number)"
        indirect.encoding.groups[0].pieces[0] = .literal(9, width: 4)
        indirect.assembly = AssemblyTemplate(
            mnemonic: "BR", parts: [.text("("), .field(FieldID(0), .unsigned), .text(")")])
        machine.instructions.append(indirect)
        let image = try Assembler(machine).assemble("BR (5)\nBR (5)+1\nBR 5")
        #expect(image.segments[0].cells == [0x9005, 0x2004, 0x2002])
    }

    @Test func everyEncodingComesBackFromItsText() throws {
        var sampler = StateSampler(FixtureMachine.make(), seed: 11)
        let disassembler = Disassembler(FixtureMachine.make())
        for round in 0..<400 {
            let sample = sampler.instruction(round % 6)
            let decoded = try #require(sample)
            let address = min(sampler.value(width: 10), 1000)
            let text = disassembler.text(decoded, at: address)
            let image = try assembler.assemble(".org \(address)\n" + text)
            #expect(image.segments[0].cells == (try sampler.encoder.encode(decoded)), "\(text)")
        }
    }
}

extension DecodeResult {
    var decoded: DecodedInstruction? {
        if case .instruction(let decoded) = self { return decoded }
        return nil
    }
}
