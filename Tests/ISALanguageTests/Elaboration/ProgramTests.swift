import Testing

@testable import ISALanguage

/// What statements become. State: 0 pc, 1 user, 2 base, 3 r, 4 flags, 5 x, 6 on, 7 e.
@Suite("Statements become programs")
struct ProgramTests {
    @Test("The program counter becomes next where nothing else is said")
    func defaultProgramCounter() throws {
        let program = try TestMachine.program("nothing")
        #expect(program.dump == "%0:4 = next\n        s0 <- %0 if always\n")
    }

    @Test("A conditional jump is one selection")
    func conditionalJump() throws {
        let program = try TestMachine.program("if on\n  pc <- b")
        #expect(
            program.dump == """
                %0:4 = field 1
                %1:1 = read s6
                %2:4 = next
                %3:4 = %1 ? %0 : %2
                        s0 <- %3 if always

                """)
    }

    @Test("All statements read the state before the instruction")
    func parallel() throws {
        let program = try TestMachine.program("x <- flags", "flags <- x", "pc <- here")
        #expect(
            program.dump == """
                %0:8 = read s4
                %1:8 = read s5
                %2:4 = here
                        s5 <- %0 if always
                        s4 <- %1 if always
                        s0 <- %2 if always

                """)
    }

    @Test("A write to a part keeps the rest, of the old value or of an earlier write")
    func parts() throws {
        let old = try TestMachine.program("flags.low <- b", "pc <- b")
        #expect(
            old.dump == """
                %0:4 = field 1
                %1:8 = read s4
                %2:4 = extract %1 from 4
                %3:8 = concatenate %2 %0
                        s4 <- %3 if always
                        s0 <- %0 if always

                """)
        let earlier = try TestMachine.program("flags <- x", "flags.low <- b", "flags[7] <- on", "pc <- b")
        #expect(
            earlier.dump == """
                %0:4 = field 1
                %1:8 = read s5
                %2:1 = read s6
                %3:4 = extract %1 from 4
                %4:8 = concatenate %3 %0
                %5:7 = extract %4 from 0
                %6:8 = concatenate %2 %5
                        s4 <- %6 if always
                        s0 <- %0 if always

                """)
    }

    @Test("A conditional part is written only if its condition holds")
    func conditionalPart() throws {
        let program = try TestMachine.program("if on\n  flags.high <- b", "pc <- b")
        #expect(program.dump.contains("s4 <- %"))
        #expect(program.dump.contains("if %1\n") || program.dump.contains("if %2\n"))
    }

    @Test("Elements that may be one are merged where a part is written")
    func partOfElement() throws {
        let program = try TestMachine.program("r[0] <- x", "r[a][3..0] <- b", "pc <- b")
        // The second write keeps the upper half of what the first one wrote if a is 0.
        #expect(program.dump.contains("equal"))
        #expect(program.operations.filter { if case .writeElement = $0 { true } else { false } }.count == 2)
    }

    @Test("Accesses go through the translation, whose traps come at that point")
    func translation() throws {
        let program = try TestMachine.program("trap refused when on", "e[b] <- x", "pc <- b")
        #expect(
            program.dump == """
                %0:4 = field 1
                %1:1 = read s6
                        trap t0 when %1 detail always
                %3:1 = read s1
                        trap t1 when %3 detail %0
                %5:4 = read s2
                %6:4 = add %0 %5
                %7:8 = read s5
                        store s7[%6] <- %7 if always
                        s0 <- %0 if always

                """)
    }

    @Test("An access in a branch happens, and traps, only there")
    func guarded() throws {
        let program = try TestMachine.program("if on\n  e[b] <- x\nelse\n  x <- e[b]", "pc <- b")
        #expect(program.dump.contains("load s7[%"))
        for operation in program.operations {
            switch operation {
            case .load(_, _, let guarded): #expect(guarded != nil)
            case .store(_, _, _, let guarded): #expect(guarded != nil)
            case .trap(_, let when, _): #expect(program[when] == .binary(.and, ValueID(1), ValueID(2)))
            default: break
            }
        }
    }

    @Test("The same access twice is one load and one trap")
    func shared() throws {
        let program = try TestMachine.program("x <- e[b] + e[b]", "e[b] <- 0", "flags <- e[b]", "pc <- b")
        #expect(program.operations.filter { if case .load = $0 { true } else { false } }.count == 1)
        #expect(program.operations.filter { if case .trap = $0 { true } else { false } }.count == 1)
    }

    @Test("What every path has passed is not tried again in a branch")
    func passed() throws {
        let program = try TestMachine.program("e[b] <- x", "if on\n  e[b] <- flags", "pc <- b")
        #expect(program.operations.filter { if case .trap = $0 { true } else { false } }.count == 1)
        #expect(program.operations.filter { if case .store = $0 { true } else { false } }.count == 2)
    }

    @Test("e.real goes past the translation; e.as assumes other state")
    func otherAccesses() throws {
        let real = try TestMachine.program("x <- e.real[b]", "pc <- b")
        #expect(real.dump.contains("load s7[%0] if always"))
        let assumed = try TestMachine.program("e.as(user = 0)[b] <- x", "pc <- b")
        #expect(!assumed.operations.contains { if case .trap = $0 { true } else { false } })
        #expect(!assumed.operations.contains(.read(StateID(1))))
    }

    @Test("Rounds are written out, with constants")
    func rounds() throws {
        let program = try TestMachine.program("for i in 0..3\n  r[i] <- zext(i, 8)", "pc <- b")
        #expect(program.operations.filter { if case .writeElement = $0 { true } else { false } }.count == 4)
    }

    @Test("Functions with number parameters have the width that they are given")
    func widthParameters() throws {
        let declarations = """
            function low(w : number, value : 8) : w
              = if w = 8 then value else value[w - 1..0]
            """
        let program = try TestMachine.program(
            declarations: declarations, lines: ["flags.low <- low(4, x)", "r[0] <- low(8, x)", "pc <- b"])
        #expect(program.dump.contains("extract"))
    }

    @Test("Constants fold, and dead branches are left out")
    func folding() throws {
        let program = try TestMachine.program("if 1 = 2\n  x <- nonsense\nelse\n  x <- 3 * 4 + 1", "pc <- b")
        #expect(program.dump == "%0:4 = field 1\n%1:8 = 13\n        s5 <- %1 if always\n        s0 <- %0 if always\n")
    }

    @Test("The same again is the same, byte for byte")
    func deterministic() throws {
        let first = try MachineLoader.load("third-generation", from: Library.loader)
        let second = try MachineLoader.load("third-generation", from: Library.loader)
        #expect(first.instructions.map(\.program) == second.instructions.map(\.program))
        #expect(first.instructions.map(\.name) == second.instructions.map(\.name))
    }
}
