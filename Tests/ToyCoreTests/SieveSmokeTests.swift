import ISALanguage
import Machine
import Testing

@testable import ToyCore

@Suite("The benchmark's program")
struct SieveSmokeTests {
    @Test("counts 1899 primes", arguments: EngineKind.working)
    func sieve(_ engine: EngineKind) throws {
        let description = try MachineLibrary.machine("pdp-10")
        let path = MachineLibrary.root + "/Lessons/guests/sieve-pdp10.s"
        let source = try MachineLibrary.text(path).replacing("rounds  = 1750", with: "rounds  = 1")
        let image = try Assembler(description).assemble(source, path: path)
        let size = MachineState.usualSize(of: description)
        var state = MachineState(description, size: size)
        image.load(into: &state)
        if let programCounter = state.shape.programCounter { state[programCounter] = image.entry }
        let storage = GuestStorage(count: size, cellWidth: state.shape.cellWidth)
        let processor = try ToyProcessor(description, storage: storage, engine: engine)
        processor.put(state, exits: false)
        #expect(processor.run(budget: 1_000_000) == .shutdown(status: 0))
        let accumulators = try #require(description.state.firstIndex { $0.name == "ac" })
        #expect(processor[accumulators, 3] == 1899)
        #expect(processor.completedInstructions == 126_221)
    }
}
