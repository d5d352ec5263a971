import ISALanguage
import Testing

@testable import Disassembly

@Suite struct NotesAndMnemonics {
    @Test func notesAreRead() throws {
        var notes = CapstoneNotes()
        try notes.read("""
            -- a comment
            name lcall = CALL

            none aaa : not in 64-bit mode   -- and a comment
            privilege IN al,{n} : file : IOPL 3 lets it run : always
            privilege X : Capstone : a mistake
            incomparable : user mode is another : here
            """)
        #expect(notes.names["lcall"]?.name == "CALL")
        #expect(notes.absence(of: "aaa") == "not in 64-bit mode")
        #expect(notes.disagreements["IN al,{n}"]?.right == .file)
        #expect(notes.disagreements["IN al,{n}"]?.reason == "IOPL 3 lets it run : always")
        #expect(notes.disagreements["X"]?.right == .capstone)
        #expect(notes.disagreements["X"]?.line == 6)
        #expect(notes.incomparability == "user mode is another : here")
    }

    @Test(arguments: ["name a b", "none aaa", "privilege X : somebody : why", "privilege X", "incomparable", "incomparable why", "word"])
    func mistakesAreToldWithTheirLine(line: String) {
        var notes = CapstoneNotes()
        #expect { try notes.read("\n" + line) } throws: { ($0 as? CapstoneNotes.Mistake)?.line == 2 }
    }

    @Test func everyMnemonicIsInOneList() throws {
        var description = MachineDescription(
            name: "m", title: "", location: SourceLocation(file: "", line: 1, column: 1))
        for name in ["ADD", "MOVE.W", "CALL"] {
            description.instructions.append(
                Instruction(name: name, mnemonic: name, location: description.location))
        }
        var notes = CapstoneNotes()
        try notes.read("name lcall = CALL\nnone aaa : gone\nnone add : wrong\nname nowhere = ADD\nname bbb = ZZZ")
        let coverage = MnemonicCoverage(
            of: ["add", "move", "lcall", "aaa", "bbb", "ccc"], in: description, notes: notes)
        #expect(coverage.described == ["add", "move", "lcall"])
        #expect(coverage.absent.map(\.mnemonic) == ["aaa"])
        #expect(coverage.unclassified == ["bbb", "ccc"])
        #expect(coverage.total == 6)
        #expect(coverage.stale == [
            "name bbb: the file has no ZZZ", "name nowhere: Capstone has no such mnemonic",
            "none add: the file describes it",
        ])
    }

    @Test func capstoneReadsBytes() throws {
        let target = try #require(CapstoneTarget(machine: "x86-64"))
        let capstone = try #require(Capstone(target))
        #expect(capstone.read([0x0F, 0x20, 0xC0]).map { ($0.mnemonic, $0.length, $0.isPrivileged) }.map { "\($0)" }
            == "(\"mov\", 3, true)")
        #expect(capstone.read([0x90])?.isPrivileged == false)
        #expect(capstone.read([0x06]) == nil)
        let mnemonics = capstone.mnemonics
        #expect(mnemonics.count > 1200)
        #expect(Set(mnemonics).count == mnemonics.count)
    }

    @Test func onlyKnownMachinesHaveATarget() {
        for name in ["x86-64", "ia-32", "armv7-a", "aarch64", "mips32", "powerpc", "sparc-v8", "z-architecture", "m68000"] {
            #expect(CapstoneTarget(machine: name).flatMap(Capstone.init) != nil, "\(name)")
        }
        #expect(CapstoneTarget(machine: "pdp-10") == nil)
    }
}
