import Testing

@testable import ISALanguage

/// What must hold of every instruction of every machine in ISA/, executed on random states.
@Suite("Random states")
struct MachineExecutionTests {
    @Test(arguments: LoadedMachines.names)
    func statesStayWellFormedAndTrapsChangeNothing(name: String) throws {
        let machine = try LoadedMachines.machine(name)
        var sampler = StateSampler(machine, seed: 9)
        let evaluator = ConcreteEvaluator(machine)
        let programCounter = try #require(StateShape(machine).programCounter)
        for index in machine.instructions.indices where !machine.instructions[index].isListed {
            for _ in 0..<6 {
                let sample = sampler.instruction(index)
                let decoded = try #require(sample)
                var state = sampler.runnableState()
                let before = state
                let parameters = EvaluationParameters(here: state[programCounter], length: decoded.length, in: machine)
                let outcome = evaluator.evaluate(
                    machine.instructions[index].program, instruction: decoded, parameters: parameters, over: &state)
                if case .trap(let trap, let detail) = outcome {
                    #expect(state == before)
                    #expect(detail <= ConcreteArithmetic.mask(machine.traps[trap.index].detailWidth))
                }
                expectMasked(state, machine)
            }
        }
    }

    /// Runs each machine from random states; the same state runs the same way twice.
    @Test(arguments: LoadedMachines.names)
    func runsAreRepeatable(name: String) throws {
        let machine = try LoadedMachines.machine(name)
        var sampler = StateSampler(machine, seed: 21)
        for _ in 0..<10 {
            let start = sampler.runnableState()
            var first = ReferenceMachine(sampler.encoder.decoder, state: start)
            var second = first
            for _ in 0..<20 {
                let result = first.step()
                #expect(result == second.step())
                expectMasked(first.state, machine)
                if case .fault = result { break }
                if case .halted = result { break }
            }
            #expect(first.state == second.state)
            #expect(first.completedInstructions == second.completedInstructions)
        }
    }

    @Test(arguments: LoadedMachines.names)
    func instructionsPlacedAreFetched(name: String) throws {
        let machine = try LoadedMachines.machine(name)
        var sampler = StateSampler(machine, seed: 33)
        let programCounter = try #require(StateShape(machine).programCounter)
        var placed = 0
        for _ in 0..<300 {
            // All of its instructions may be listed.
            guard let decoded = sampler.instruction() else { break }
            var state = sampler.runnableState()
            guard sampler.place(decoded.units, in: &state) else { continue }
            placed += 1
            var reference = ReferenceMachine(sampler.encoder.decoder, state: state)
            #expect(reference.decode(at: state[programCounter]) == .instruction(decoded))
        }
        // A machine whose translation is uninterpreted fetches from addresses that no sampler can aim at.
        if machine.depth == .complete { #expect(placed > 20) }
    }

    private func expectMasked(_ state: MachineState, _ machine: MachineDescription) {
        for (index, component) in machine.state.enumerated() where component.role != .storage {
            for element in 0..<component.count {
                #expect(state[StateID(index), element] <= ConcreteArithmetic.mask(component.width), "\(component.name)")
            }
        }
        let mask = ConcreteArithmetic.mask(state.shape.cellWidth)
        #expect(state.cells.allSatisfy { $0 <= mask })
    }
}
