import ISALanguage
import Machine
import Monitor
import ToyCore
import Virtualizability

/// Runs a refuting guest program on the bare machine and under a monitor that lets the instruction
/// run directly, step by step, and finds where the two come apart.
struct DivergenceRun {
    let program: Virtualizability.GuestProgram
    let description: MachineDescription
    /// As the best policy has it.
    let handlings: [StateID: Handling]

    /// The first difference; nil if the runs agree.
    func divergence() throws -> LockStep.Divergence? {
        let bare = try machine(program.initial.cells.count)
        set(bare, to: program.initial)
        let real = try machine(Int(program.realSize))
        for index in description.state.indices where description.state[index].role == .control {
            for element in 0..<real.layout.components[index].count {
                real[index, element] = program.real.read(StateID(index), element: UInt64(element))
            }
        }
        let monitored: VirtualMachine
        do throws(MonitorError) {
            let blueprint = Blueprint(of: description, handlings: handlings)
            let allocator = Allocator(real, blueprint: blueprint, reserved: Int(program.origin))
            monitored = try allocator.makeMachine(Allocator.Request(.vmm, extent: program.initial.cells.count))
        } catch {
            throw Failure(monitor: error)
        }
        set(monitored, to: program.initial)
        let comparison = LockStep(bare: bare, monitored: monitored, described: description)
        if case .diverged(let divergence) = comparison.run(limit: UInt64(max(1, program.steps))) { return divergence }
        return nil
    }

    private func machine(_ cells: Int) throws -> ToyProcessor {
        let width = description.state.first { $0.role == .storage }?.width ?? 1
        do {
            return try ToyProcessor(description, storage: GuestStorage(count: cells, cellWidth: width))
        } catch let refusal as ToyProcessor.Refusal {
            throw Failure(.undecided, refusal.text, remedy: "only machines that are described completely can be run")
        }
    }

    private func set(_ processor: any Processor, to state: MachineState) {
        for (index, component) in description.state.enumerated() where component.role != .storage {
            for element in 0..<processor.layout.components[index].count {
                processor[index, element] = state.read(StateID(index), element: UInt64(element))
            }
        }
        for (address, cell) in state.cells.enumerated() where address < processor.storage.count {
            processor.storage[address] = cell
        }
        processor.storageChanged(0..<processor.storage.count)
    }
}
