#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ISALanguage
import Machine
import Testing

@testable import ToyCore

/// The figure that is promised: the core is at least five times as fast as the reference evaluator. (It is some
/// hundreds of times as fast; a test must not fail because the host is busy.)
@Suite("Speed", .enabled(if: EngineKind.best == .threaded, "debug builds are not measured"))
struct SpeedTests {
    @Test("At least five times the reference evaluator, on the sieve")
    func againstReference() throws {
        let description = try MachineLibrary.machine("pdp-10")
        let path = MachineLibrary.root + "/Lessons/guests/sieve-pdp10.s"
        let image = try Assembler(description).assemble(try MachineLibrary.text(path), path: path)
        var state = MachineState(description)
        image.load(into: &state)
        if let programCounter = state.shape.programCounter { state[programCounter] = image.entry }

        var reference = ReferenceMachine(Decoder(description), state: state)
        let referenceStart = SpeedTests.seconds
        while reference.completedInstructions < 20_000 { _ = reference.step() }
        let referenceRate = 20_000 / (SpeedTests.seconds - referenceStart)

        let storage = GuestStorage(count: state.cells.count, cellWidth: state.shape.cellWidth)
        let processor = try ToyProcessor(description, storage: storage)
        processor.put(state, exits: false)
        let start = SpeedTests.seconds
        #expect(processor.run(budget: 20_000_000) == .budget)
        let rate = 20_000_000 / max(SpeedTests.seconds - start, 1e-6)
        #expect(rate >= 5 * referenceRate, "\(Int(rate)) against \(Int(referenceRate)) instructions a second")
    }

    /// Of processor time, this thread's.
    private static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
