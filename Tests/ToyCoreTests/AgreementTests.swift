import ISALanguage
import Machine
import Testing

@testable import ToyCore

@Suite("Micro-ops do what the file says")
struct AgreementTests {
    @Test("Every instruction and form, on random states", arguments: MachineLibrary.complete)
    func instructions(_ name: String) throws {
        var sampler = try MachineLibrary.sampler(name, seed: 0x51C0_FFEE)
        let description = sampler.description
        var reference = ReferenceRunner(sampler)
        let processor = try MachineLibrary.processor(sampler)
        let variants = description.instructions.indices.flatMap { index in
            combinations(description.instructions[index]).map { (index, $0) }
        }
        // Large machines have more variants than there is time for: every so-maniest then.
        let stride = max(1, variants.count / Effort.states)
        for position in Swift.stride(from: 0, to: variants.count, by: stride) {
            let (index, forms) = variants[position]
            for number in 0..<max(1, Effort.states * stride / variants.count) {
                guard agrees(processor, &reference, &sampler, index, forms, exits: number % 2 == 0) else { return }
            }
        }
    }

    /// Every choice of one form an operand, as far as there are not too many.
    private func combinations(_ instruction: Instruction) -> [[Int]?] {
        var all: [[Int]] = [[]]
        for operand in instruction.operands {
            all = all.flatMap { prefix in operand.forms.indices.map { prefix + [$0] } }
            if all.count > 200 { return Array(repeating: nil, count: 200) }
        }
        return all
    }

    /// One instruction on one state; false, with an issue recorded, if core and reference differ.
    private func agrees(
        _ processor: ToyProcessor, _ reference: inout ReferenceRunner, _ sampler: inout StateSampler, _ index: Int,
        _ forms: [Int]?, exits: Bool
    ) -> Bool {
        guard let decoded = sampler.instruction(index, forms: forms) else { return true }
        var state = sampler.runnableState()
        _ = sampler.place(decoded.units, in: &state)
        reference.put(state, exits: exits)
        processor.put(state, exits: exits)
        guard let expected = reference.run(budget: 1) else { return true }
        let exit = processor.run(budget: 1)
        let difference = processor.difference(from: reference.machine.state)
        if exit == expected, difference == nil { return true }
        let pattern = sampler.description.instructions[index].name
        Issue.record("\(pattern) \(decoded): \(exit), not \(expected); \(difference ?? "same state")")
        return false
    }
}
