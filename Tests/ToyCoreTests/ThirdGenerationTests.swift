import ISALanguage
import Machine
import Testing

@testable import ToyCore

/// Programs of the third generation machine, in step with the reference machine.
enum Guest {
    static let description = Result { try MachineLibrary.machine("third-generation") }

    static func image(_ source: String) throws -> Image {
        try Assembler(description.get()).assemble(source)
    }

    /// A core and a reference machine with the same program.
    static func pair(
        _ source: String, size: Int = 512, engine: EngineKind = .best
    ) throws -> (ToyProcessor, ReferenceRunner, Image) {
        let description = try description.get()
        let image = try image(source)
        var state = MachineState(description, size: size)
        image.load(into: &state)
        if let programCounter = state.shape.programCounter { state[programCounter] = image.entry }
        let sampler = StateSampler(description, seed: 1, size: size)
        var reference = ReferenceRunner(sampler)
        reference.put(state, exits: false)
        let processor = try MachineLibrary.processor(sampler, engine: engine)
        processor.put(state, exits: false)
        return (processor, reference, image)
    }

    static func component(_ name: String) throws -> Int {
        try #require(description.get().state.firstIndex { $0.name == name })
    }
}

@Suite("Clocks, code that changes, stops")
struct ThirdGenerationTests {
    /// Counts in r1 until the interval timer has interrupted `ticks` times.
    static let clockProgram = """
                .machine third-generation
                .org 0
                .word 0
                .word tick<<31 | 0x8000
                .org 16
                .entry start
        start:  STI  period
                LPSW on
        loop:   LA   r1,1(r1)
                ADD  r2,one
                ST   r1,cell
                JMP  loop
        tick:   LA   r5,1(r5)
                LA   r6,0-4(r5)
                JZ   r6,stop
                STI  period
                LPSW on
        stop:   HALT r5
        one:    .word 1
        cell:   .word 0
        on:     .word 1<<46 | loop<<31 | 0x8000
        period: .word PERIOD
        """

    @Test("A timer that fires at every offset of a loop", arguments: EngineKind.working)
    func timers(_ engine: EngineKind) throws {
        for period in 1...40 {
            let source = ThirdGenerationTests.clockProgram.replacing("PERIOD", with: "\(period)")
            for slice in [UInt64(1), 3, 7, 10_000] {
                var (processor, reference, _) = try Guest.pair(source, engine: engine)
                while true {
                    let exit = processor.run(budget: slice)
                    #expect(exit == reference.run(budget: slice), "period \(period), slice \(slice)")
                    let difference = processor.difference(from: reference.machine.state)
                    #expect(difference == nil, "period \(period), slice \(slice)")
                    if case .budget = exit, difference == nil { continue }
                    #expect(exit == .shutdown(status: 4))
                    break
                }
            }
        }
    }

    @Test("A program that rewrites itself, behind and ahead of where it stands", arguments: EngineKind.working)
    func selfModifying(_ engine: EngineKind) throws {
        // The increment in `step` grows by one each time round; the store hits the block that runs it.
        let source = """
                    .machine third-generation
                    .org 16
                    .entry start
            start:  LA   r4,50
            loop:   LD   r2,step
                    LA   r2,1(r2)
                    ST   r2,step
            step:   LA   r1,0(r1)
                    LA   r4,0-1(r4)
                    JNZ  r4,loop
                    HALT r1
            """
        for slice in [UInt64(1), 2, 5, 1000] {
            var (processor, reference, _) = try Guest.pair(source, engine: engine)
            while true {
                let exit = processor.run(budget: slice)
                #expect(exit == reference.run(budget: slice))
                #expect(processor.difference(from: reference.machine.state) == nil)
                if case .budget = exit { continue }
                #expect(exit == .shutdown(status: 1275 & 0xFF))
                break
            }
        }
    }

    @Test("The host changes code behind the core's back")
    func storageChanged() throws {
        let source = """
                    .machine third-generation
                    .org 16
                    .entry start
            start:  LA   r1,1(r1)
                    JMP  start
            other:  HALT r1
            """
        let (processor, _, image) = try Guest.pair(source)
        #expect(processor.run(budget: 1001) == .budget)
        let (start, other) = (Int(try #require(image.symbols["start"])), Int(try #require(image.symbols["other"])))
        processor.storage[start] = processor.storage[other]
        processor.storageChanged(start..<(start + 1))
        #expect(processor.run(budget: 1000) == .shutdown(status: 501 & 0xFF))
    }

    @Test("Breakpoints and watched cells stop before anything happens")
    func observation() throws {
        let source = """
                    .machine third-generation
                    .org 16
                    .entry start
            start:  LA   r1,7
                    ST   r1,cell
            then:   LD   r2,cell
                    HALT r2
            cell:   .word 3
            """
        let (processor, _, image) = try Guest.pair(source)
        let (then, cell) = (try #require(image.symbols["then"]), try #require(image.symbols["cell"]))
        processor.breakpoints = [then]
        #expect(processor.run(budget: 100) == .breakpoint(address: then))
        #expect(processor.storage[Int(cell)] == 7)
        processor.breakpoints = []
        processor.watchedCells = [cell]
        #expect(processor.run(budget: 100) == .storageAccess(address: cell, isWrite: false))
        #expect(processor[try Guest.component("r"), 2] == 0)
        processor.watchedCells = []
        #expect(processor.run(budget: 100) == .shutdown(status: 7))
        #expect(processor.completedInstructions == 4)

        let (writer, _, _) = try Guest.pair(source)
        writer.watchedCells = [cell]
        #expect(writer.run(budget: 100) == .storageAccess(address: cell, isWrite: true))
        #expect(writer.storage[Int(cell)] == 3)
        #expect(writer.completedInstructions == 1)
    }

    @Test("Traps exit where they are asked to, and can be delivered afterwards")
    func traps() throws {
        let source = """
                    .machine third-generation
                    .org 1
                    .word start<<31 | 0x8000
                    .org 16
                    .entry start
            start:  LA   r1,1(r1)
                    SVC  42
            """
        let (processor, _, image) = try Guest.pair(source)
        processor.trapDisposition = .exit
        guard case .trap(let trap) = processor.run(budget: 100) else {
            Issue.record("no trap")
            return
        }
        let kind = try Guest.description.get().traps.firstIndex { $0.isCall }
        #expect(trap.kind == kind)
        #expect(trap.detail == 42)
        #expect(trap.resume == trap.address + 1)
        #expect(processor.completedInstructions == 1)
        #expect(processor.deliver(trap))
        #expect(processor[try Guest.component("pc"), 0] == image.symbols["start"])
    }

    @Test("A machine that traps for ever does not hold its host")
    func trapLoop() throws {
        let (processor, _, _) = try Guest.pair("        .machine third-generation\n        .org 0\n        .word 0\n")
        guard case .fault(let cause) = processor.run(budget: 100) else {
            Issue.record("no fault")
            return
        }
        #expect(cause.contains("for ever"))
    }

    @Test("Instructions are counted by mode")
    func modes() throws {
        let source = """
                    .machine third-generation
                    .org 0
                    .word 0
                    .word back<<31 | 0x8000
                    .org 16
                    .entry start
            start:  LA   r1,1
                    LPSW user
            back:   HALT r1
            user:   .word 1<<47 | inside<<31 | 0x8000
            inside: LA   r1,1(r1)
                    LA   r1,1(r1)
                    LA   r1,1(r1)
                    SVC  0
            """
        let (processor, _, _) = try Guest.pair(source)
        #expect(processor.run(budget: 100) == .shutdown(status: 4))
        #expect(processor.instructionsByMode.user == 3)
        #expect(processor.instructionsByMode.supervisor == 3)
        #expect(processor.completedInstructions == 6)
    }
}
