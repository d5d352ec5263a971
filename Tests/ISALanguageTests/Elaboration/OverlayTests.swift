import Testing

@testable import ISALanguage

@Suite("Overlays")
struct OverlayTests {
    static let base =
        TestMachine.header + """
            function twice(v : 8) : 8
              = v + v

            instruction "T a,b"
              encoding 0b11 a:2 b:4
              claims   innocuous
              x <- twice(r[a])

            instructions
              UP 0   DOWN 1
            as "OP {a:register r}"
              encoding 0b01 a:2 OP:4
              r[a] <- case OP
                UP   : r[a] + 1
                DOWN : r[a] - 1
            """

    static func load(_ overlay: String) throws -> MachineDescription {
        let files = ["base.isa": base, "over.isa": "machine over \"Over\"\nextends base\n" + overlay]
        return try MachineLoader.load("over", from: MapLoader(files))
    }

    @Test("Everything is inherited")
    func inherits() throws {
        let machine = try OverlayTests.load("")
        #expect(machine.name == "over")
        #expect(machine.ancestors == ["test"])
        #expect(machine.instructions.map(\.name) == ["T a,b", "UP {a:register r}", "DOWN {a:register r}"])
        #expect(machine.instructions.map(\.family) == ["base", "base", "base"])
    }

    @Test("An inherited instruction uses the function that replaces its own")
    func replacedFunction() throws {
        let machine = try OverlayTests.load("replace function twice(v : 8) : 8\n  = v << 1\n")
        #expect(machine.instructions[0].program.dump.contains("shiftLeft"))
    }

    @Test("An instruction of a group can be replaced or removed alone, with or without its notation")
    func ofGroup() throws {
        let removed = try OverlayTests.load("remove instruction \"UP {a:register r}\"\n")
        #expect(removed.instructions.map(\.mnemonic) == ["T", "DOWN"])
        let replaced = try OverlayTests.load("replace instruction \"UP a\"\n  encoding 0b01 a:2 0x0\n  on <- 1\n")
        #expect(replaced.instructions.map(\.mnemonic) == ["T", "DOWN", "UP"])
        #expect(replaced.instructions[2].family == "base")
    }

    @Test("The base's claims can be dropped, and what comes after makes its own")
    func withoutClaims() throws {
        #expect(try OverlayTests.load("").instructions[0].claims.map(\.claim) == [.innocuous])
        let machine = try OverlayTests.load(
            """
            remove claims
            replace instruction "UP a"
              encoding 0b01 a:2 0x0
              claims   innocuous
              on <- 1
            """)
        #expect(machine.instructions.map { $0.claims.map(\.claim) } == [[], [], [.innocuous]])
    }

    @Test("State and traps can be added and replaced")
    func state() throws {
        let machine = try OverlayTests.load(
            """
            state
              replace register x : 8  initially 7
              control more : 3
            traps
              replace refused = 9
              new = 4
            """
        )
        #expect(machine.state.first { $0.name == "x" }?.initialValue == 7)
        #expect(machine.state.last?.name == "more")
        #expect(machine.traps.map(\.code) == [9, 2, 4])
    }

    @Test("An overlay of an overlay")
    func twice() throws {
        let files = [
            "base.isa": OverlayTests.base, "one.isa": "machine one \"1\"\nextends base\nremove instruction \"T a,b\"\n",
            "two.isa": "machine two \"2\"\nextends one\nremove instruction \"UP a\"\n",
        ]
        let machine = try MachineLoader.load("two", from: MapLoader(files))
        #expect(machine.ancestors == ["one", "test"])
        #expect(machine.instructions.map(\.mnemonic) == ["DOWN"])
    }

    @Test("A circle of files names both places")
    func circle() throws {
        let files = [
            "a.isa": "machine a \"A\"\nextends b\n", "b.isa": "machine b \"B\"\nextends c\n",
            "c.isa": "machine c \"C\"\nextends b\n",
        ]
        let error = #expect(throws: ISAError.self) { try MachineLoader.load("a", from: MapLoader(files)) }
        let first = try #require(error?.diagnostics.first)
        #expect(first.span?.location == SourceLocation(file: "c.isa", line: 2, column: 9))
        #expect(first.note?.span.location == SourceLocation(file: "b.isa", line: 2, column: 9))
    }
}
