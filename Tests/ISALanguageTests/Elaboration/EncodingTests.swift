import Testing

@testable import ISALanguage

@Suite("Encodings")
struct EncodingTests {
    @Test("The more specific encoding comes first, whatever the file's order")
    func specific() throws {
        let machine = try TestMachine.machine(
            """
            instruction "ANY b"
              encoding 0xA b:4
              nothing
            instruction "ONE"
              encoding 0xA1
              nothing
            instruction "LAST b"
              encoding 0xB b:4
              nothing
            """)
        #expect(machine.instructions.map(\.mnemonic) == ["ONE", "ANY", "LAST"])
    }

    @Test("A condition comes before none; conditions that exclude one another do not overlap")
    func conditions() throws {
        let machine = try TestMachine.machine(
            """
            instruction "REST b"
              encoding 0xA b:4
              nothing
            instruction "SMALL b"
              encoding 0xA b:4  where b < 3
              nothing
            instruction "LARGE b"
              encoding 0xA b:4  where b > 9
              nothing
            """)
        #expect(machine.instructions.map(\.mnemonic) == ["SMALL", "LARGE", "REST"])
    }

    /// Bits that an instruction's own pattern fixes.
    private func ownBits(_ instruction: Instruction) -> Int {
        instruction.encoding.groups.flatMap(\.pieces).reduce(0) { sum, piece in
            if case .literal(_, let width) = piece { sum + width } else { sum }
        }
    }

    @Test(
        "Of all instructions that fit, the one that fixes most is decoded", arguments: ["mos-6502", "third-generation"])
    func mostSpecific(_ name: String) throws {
        let machine = try MachineLoader.load(name, from: Library.loader)
        let decoder = Decoder(machine)
        let alone = machine.instructions.map { instruction in
            var single = machine
            single.instructions = [instruction]
            return Decoder(single)
        }
        var random = SplitMix64(seed: 3)
        let mask = ConcreteArithmetic.mask(machine.unitWidth)
        for _ in 0..<400 {
            let units = (0..<4).map { _ in random.next() & mask }
            let fitting = machine.instructions.indices.filter { alone[$0].decode(units: units).decoded != nil }
            let chosen = decoder.decode(units: units).decoded?.instruction
            let most = fitting.map { ownBits(machine.instructions[$0]) }.max()
            #expect(chosen.map { ownBits(machine.instructions[$0]) } == most)
        }
    }

    @Test("Fields with one name in two operands are two fields")
    func instances() throws {
        let machine = try TestMachine.machine(
            """
            operand place
              form near "{n}"   0b0 n:3
              form far  "@{n}"  0b1 _:3 | n:8
            function value(o : place) : 8
              = case o
                  near(n) : zext(n, 8)
                  far(n)  : n
            instruction "ADD src,dst"
              encoding src:place dst:place
              x <- value(src) + value(dst)
            """)
        let instruction = machine.instructions[0]
        #expect(instruction.fields.map(\.name) == ["src.near.n", "src.far.n", "dst.near.n", "dst.far.n"])
        #expect(instruction.operands.map(\.name) == ["src", "dst"])
    }

    @Test("The place behind an operand depends on the forms before it")
    func places() throws {
        let machine = try TestMachine.machine(
            """
            operand place
              form near "{n}"   0b0 n:3
              form far  "@{n}"  0b1 _:3 | n:8
            instruction "ADD src,dst"
              encoding src:place dst:place
              pc <- end-of(src)
            instruction "SUB src,dst"
              encoding 0x7 _:4 | src:place dst:place
              pc <- start-of(dst)
            """)
        #expect(
            machine.instructions.first { $0.mnemonic == "ADD" }?.program.dump == """
                %0:4 = 0
                %1:4 = 1
                %2:1 = operand 0 is form 0
                %3:4 = %2 ? %0 : %1
                %4:4 = here
                %5:4 = add %1 %3
                %6:4 = add %4 %5
                        s0 <- %6 if always

                """)
    }

    @Test("The bits of a field may stand anywhere, counted from either end")
    func split() throws {
        let low = try TestMachine.machine("instruction \"T a\"\n  encoding a[1..0] 0b11 a[5..2]\n  nothing\n")
        #expect(
            low.instructions[0].encoding.groups[0].pieces == [
                .field(FieldID(0), high: 1, low: 0), .literal(3, width: 2), .field(FieldID(0), high: 5, low: 2),
            ])
        let high = try MachineLoader.load(
            text: """
                machine test "From the left"
                bits msb-first
                unit 8
                state
                  pc pc : 4
                  storage e[16] : 8
                instruction "T a"
                  encoding a[4..5] 0b11 a[0..3]
                  nothing
                """)
        #expect(high.instructions[0].encoding == low.instructions[0].encoding)
    }

    @Test("Uninterpreted functions: one for each target of an abstract statement")
    func abstract() throws {
        let machine = try TestMachine.machine(
            """
            depth system
            instruction "T a,b"
              encoding 0b11 a:2 b:4
              abstract r[a], flags.low from r[b[1..0]], x
            """)
        #expect(machine.functions.map(\.name) == ["T a,b: r[a]", "T a,b: flags.low"])
        #expect(machine.functions.map(\.argumentWidths) == [[8, 8], [8, 8]])
        #expect(machine.functions.map(\.resultWidth) == [8, 4])
    }
}
