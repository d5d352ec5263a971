import ISALanguage
import Testing

@testable import ToyCore

/// What the lowering makes of typical code. These are what the speed rests on.
@Suite("Blocks are as short as they should be")
struct BlockListingTests {
    /// Names of the micro-ops on the straight line of the block at a symbol.
    private func straightLine(_ machine: String, _ source: String, at symbol: String) throws -> [String] {
        let description = try MachineLibrary.machine(machine)
        let image = try Assembler(description).assemble(source)
        var state = MachineState(description)
        image.load(into: &state)
        let processor = try MachineLibrary.processor(StateSampler(description, seed: 1, size: state.cells.count))
        processor.put(state, exits: false)
        let lines = processor.dump(at: try #require(image.symbols[symbol])).split(separator: "\n").dropFirst()
        let names = lines.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
        // What follows the jump at its end is cold.
        return Array(names.prefix((names.firstIndex(of: "jump") ?? 0) + 1))
    }

    @Test("Third generation: one micro-op an instruction, bound checks included")
    func thirdGeneration() throws {
        let source = """
                    .machine third-generation
                    .org 16
            loop:   ADD  r1,4(r2)
                    ST   r1,8(r2)
                    LA   r2,1(r2)
                    LA   r3,0-9(r2)
                    JNZ  r3,loop
                    JMP  loop
            """
        let names = try straightLine("third-generation", source, at: "loop")
        #expect(names == [
            "enter", "addCellChecked", "storeChecked", "addImmediate", "addImmediate",
            "turnIfNotEqualImmediate", "jump",
        ])
    }

    @Test("PDP-10: an indexed store that may hit an accumulator is one micro-op, a sum with its flags another")
    func pdp10() throws {
        let source = """
                    .machine pdp-10
                    .org 100
            loop:   SETZM 0,flags(5)
                    ADD  5,4
                    CAIGE 5,1000
                    JRST loop
                    JRST 4,0
            flags:  .word 0
            """
        let names = try straightLine("pdp-10", source, at: "loop")
        #expect(names == [
            "enter", "storeOverlaid", "addFlagging", "turnIfNotLessSignedImmediate", "jump",
        ])
    }
}
