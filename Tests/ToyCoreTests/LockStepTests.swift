import ISALanguage
import Machine
import Testing

@testable import ToyCore

@Suite("Whole programs in lock-step with the reference machine")
struct LockStepTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var machine: String
        var engine: EngineKind
        var testDescription: String { "\(machine), \(engine)" }
    }

    static let cases: [Case] = MachineLibrary.complete.flatMap { machine in
        EngineKind.working.map { Case(machine: machine, engine: $0) }
    }

    /// Storage full of random instructions, which overwrite each other, trap, interrupt and jump about.
    @Test("Random programs in random slices", arguments: LockStepTests.cases)
    func random(_ test: Case) throws {
        var sampler = try MachineLibrary.sampler(test.machine, seed: 0xBADC_AB1E)
        var reference = ReferenceRunner(sampler)
        let processor = try MachineLibrary.processor(sampler, engine: test.engine)
        for number in 0..<Effort.programs(cells: sampler.size) {
            var state = sampler.runnableState()
            fill(&state, &sampler)
            reference.put(state, exits: number % 3 == 0)
            processor.put(state, exits: number % 3 == 0)
            guard follow(processor, &reference, &sampler) else { return }
        }
    }

    /// Most cells become instructions, so that execution goes on for a while wherever it lands.
    private func fill(_ state: inout MachineState, _ sampler: inout StateSampler) {
        var cell = 0
        while cell < state.cells.count {
            if sampler.generator.oneIn(8) {
                cell += 1
            } else if let decoded = sampler.instruction() {
                for unit in decoded.units where cell < state.cells.count {
                    state.cells[cell] = unit & ConcreteArithmetic.mask(state.shape.cellWidth)
                    cell += 1
                }
            } else {
                cell += 1
            }
        }
    }

    private func follow(
        _ processor: ToyProcessor, _ reference: inout ReferenceRunner, _ sampler: inout StateSampler
    ) -> Bool {
        for _ in 0..<24 {
            let budget = UInt64(sampler.generator.below(40))
            let start = reference.machine.completedInstructions
            guard let expected = reference.run(budget: budget) else { return true }
            let exit = processor.run(budget: budget)
            let difference = processor.difference(from: reference.machine.state)
            guard exit == expected, difference == nil,
                processor.completedInstructions == reference.machine.completedInstructions
            else {
                let counts = "\(processor.completedInstructions) of \(reference.machine.completedInstructions)"
                Issue.record(
                    "after \(start) + \(budget): \(exit), not \(expected); \(difference ?? "same state"); \(counts)")
                return false
            }
            guard goOn(after: exit, processor, &reference, &sampler) else { return true }
        }
        return true
    }

    /// What a host does about an exit, to both machines. False: there is nothing more to run.
    private func goOn(
        after exit: Exit, _ processor: ToyProcessor, _ reference: inout ReferenceRunner, _ sampler: inout StateSampler
    ) -> Bool {
        let description = sampler.description
        switch exit {
        case .budget: return true
        case .portAccess(let device):
            for strobe in description.devices[device].strobes {
                processor[strobe.index, 0] = 0
                reference.machine.state[strobe] = 0
            }
            return true
        case .trap(let trap):
            let event = TrapEvent(
                kind: TrapID(trap.kind), detail: trap.detail, address: trap.address, resume: trap.resume,
                interrupt: trap.interrupt)
            return processor.deliver(trap) == (reference.machine.deliver(event) == nil)
        default: return false
        }
    }
}

extension EngineKind {
    /// Those that this build can run: without tail calls the threaded one would overflow the stack.
    static var working: [EngineKind] {
        #if DEBUG
            [.switched]
        #else
            [.switched, .threaded]
        #endif
    }
}
