import ISALanguage
import Machine
import Testing

@testable import Monitor

/// Patching: critical instructions are found where control reaches them and nowhere else, and the guest
/// cannot tell.
@Suite struct PatchTests {
    /// The third generation machine with one instruction that shows the mode in both modes.
    static let machine: MachineDescription = {
        let loader = FileSourceLoader(folders: [Machines.folder])
        do {
            let base = try loader.loadMachine(named: "third-generation", relativeTo: nil)
            let text = """
                machine leaky "With an instruction that shows the mode"
                extends third-generation

                instruction "SMD {d:register r}"
                  encoding 0x53 d:4 _:36
                  r[d] <- zext(user, 48)

                """
            return try MachineLoader.load("leaky", from: OverlayLoader(text: text, base: base, files: loader))
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// One overlay as text, everything else from files.
    private struct OverlayLoader: SourceLoader {
        var text: String
        var base: LoadedSource
        var files: FileSourceLoader
        func load(path: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
            try files.load(path: path, relativeTo: origin)
        }
        func loadMachine(named name: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
            name == "leaky" ? LoadedSource(path: "leaky.isa", bytes: Array(text.utf8)) : base
        }
    }

    static let blueprint = Blueprint(of: machine)
    static let critical = Set(machine.instructions.indices.filter { machine.instructions[$0].mnemonic == "SMD" })

    static let prologue = """
                .machine third-generation
                .org 0
        old:    .word 0
        new:    .word trap<<31 | 0x8000
        cause:  .word 0, 0
                .org 16
                .entry start
        trap:   HALT r0

        """

    struct Outcome {
        var exit: Exit
        var guest: any Processor
        var level: VirtualMachine?

        func register(_ index: Int) -> UInt64 {
            guest[PatchTests.machine.state.firstIndex { $0.name == "r" } ?? 0, index]
        }
    }

    private func run(_ source: String, _ kind: MonitorKind, budget: UInt64 = 10_000) throws -> Outcome {
        let machine = PatchTests.machine
        let image = Guests.assemble(PatchTests.prologue + source, for: machine)
        var request = Allocator.Request(kind, extent: 512)
        request.critical = PatchTests.critical
        let real = ReferenceProcessor(machine, size: 512 + (kind == .bare ? 0 : Nest.reserved))
        let nest = try Nest(on: real, blueprint: PatchTests.blueprint, depth: 1, request: request)
        nest.processor.load(image, of: machine)
        return Outcome(exit: nest.processor.run(budget: budget), guest: nest.processor, level: nest.levels.first)
    }

    /// Runs a guest bare and patched and expects the same in every register and cell.
    private func expectSame(_ source: String) throws -> VirtualMachine {
        let bare = try run(source, .bare)
        let patched = try run(source, .patch)
        #expect(bare.exit == patched.exit)
        #expect(bare.exit != .budget)
        for register in 0..<16 { #expect(bare.register(register) == patched.register(register), "r\(register)") }
        for cell in 0..<512 { #expect(bare.guest.storage[cell] == patched.guest.storage[cell], "cell \(cell)") }
        #expect(bare.guest.completedInstructions == patched.guest.completedInstructions)
        return try #require(patched.level)
    }

    @Test func aCriticalInstructionShowsTheMonitorUnlessItIsPatched() throws {
        let source = "start: SMD r3\n HALT r3\n"
        #expect(try run(source, .bare).register(3) == 0)
        #expect(try run(source, .vmm).register(3) == 1)
        let level = try expectSame(source)
        #expect(level.statistics.patched == 1 && level.statistics.patchedSites >= 1)
    }

    @Test func codeRunsDirectlyOnceItHasBeenLookedAt() throws {
        let level = try expectSame("""
            start:  LA   r1,100
            loop:   SMD  r3
                    LA   r1,-1(r1)
                    LA   r2,1(r2)
                    JNZ  r1,loop
                    HALT r0
            """)
        #expect(level.statistics.patched >= 100)
        #expect(level.statistics.direct > 250)
    }

    @Test func theGuestReadsItsOwnCodeUnchanged() throws {
        let level = try expectSame("""
            start:  SMD  r3
                    LD   r4,start
                    LD   r5,again
            again:  SMD  r6
                    HALT r0
            """)
        #expect(level.statistics.exits[.storageAccess, default: 0] >= 1)
    }

    @Test func dataThatLooksCriticalStaysUntouched() throws {
        let machine = PatchTests.machine
        let source = """
            start:  LD   r4,data
                    SMD  r3
                    JMP  over
            data:   SMD  r5
            over:   ADD  r4,data
            spin:   JMP  spin
            """
        let image = Guests.assemble(PatchTests.prologue + source, for: machine)
        var request = Allocator.Request(.patch, extent: 512)
        request.critical = PatchTests.critical
        let real = ReferenceProcessor(machine, size: 512 + Nest.reserved)
        let nest = try Nest(on: real, blueprint: PatchTests.blueprint, depth: 1, request: request)
        nest.processor.load(image, of: machine)
        let data = try #require(image.symbols["data"])
        // Look at the real cells while the guest runs: at the exit for a watched cell, nothing is restored yet.
        let patcher = try #require(nest.levels[0].state.patcher)
        var seen: Set<UInt64> = []
        for _ in 0..<40 {
            _ = nest.processor.run(budget: 1)
            _ = patcher.prepare(at: nest.processor[0, 0], watching: [])
            seen.insert(real.storage[Int(data) + Nest.reserved])
            patcher.withdraw()
        }
        #expect(seen == [nest.processor.storage[Int(data)]])
    }

    @Test func codeThatTheGuestMakesIsPatchedBeforeItRuns() throws {
        _ = try expectSame("""
            start:  LA   r1,3
            again:  JMP  hole
            back:   LD   r4,smd
                    ST   r4,hole
                    LA   r1,-1(r1)
                    JNZ  r1,again
                    HALT r0
            smd:    SMD  r7
            hole:   LA   r7,5
                    LA   r8,1(r7)
                    JMP  back
            """)
    }

    @Test func codeChangedInAStraightRunIsSeen() throws {
        _ = try expectSame("""
            start:  LD   r4,smd
                    ST   r4,next
            next:   LA   r7,5
                    HALT r7
            smd:    SMD  r7
            """)
    }

    @Test func codeReachedThroughARegisterIsLookedAt() throws {
        let level = try expectSame("""
            start:  LA   r1,target
                    JSR  r6,0(r1)
                    JSR  r6,0(r1)
                    HALT r0
            target: SMD  r3
                    JMP  0(r6)
            """)
        #expect(level.statistics.patched >= 6)
    }

    /// The same virtual addresses mean other cells under another base: 19 to 21 are `SMD r5` under the one,
    /// and the cells from 83 on under the other.
    @Test func codeUnderAnotherTranslationIsOtherCode() throws {
        let level = try expectSame("""
            start:  LA   r2,3
            round:  LRB  second
                    SMD  r5
                    SMD  r5
                    SMD  r5
                    LA   r2,-1(r2)
                    JNZ  r2,round
                    HALT r2
                    .org 83
                    SMD  r6
                    SMD  r7
                    LRB  whole-64
                    .org 400
            whole:  .word 0x8000
            second: .word 64<<16 | 400
            """)
        #expect(level.statistics.patched == 6)
        #expect(level.statistics.trappedByKind.reduce(0, &+) >= 6)
    }
}
