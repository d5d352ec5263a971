import Devices
import ISALanguage
import Machine

/// A guest's devices, with what its instructions read of their ports.
struct GuestBoard {
    private let board: Board
    /// By index into the description's instructions: which ports its program reads.
    private let readers: [Set<Int>]

    init(
        _ description: MachineDescription, of layout: StateLayout, input: any ByteSource, output: any ByteSink
    ) throws {
        let bindings = description.devices.map { device in
            PortBinding(
                kind: device.kind, name: device.name, ports: device.ports.map { ($0.port, $0.component.index) },
                strobes: device.strobes.map(\.index))
        }
        do throws(Board.Mismatch) {
            board = try Board(
                layout, bindings: bindings, registry: DeviceRegistry { Console(input: input, output: output) })
        } catch {
            throw Failure(.badInput, "machine \(quoted(description.name)): \(error.text)",
                remedy: "correct the 'device' line in its ISA file")
        }
        let ports = Set(bindings.flatMap { $0.ports.map(\.component) })
        readers = description.instructions.map { instruction in
            Set(instruction.program.operations.compactMap { operation -> Int? in
                guard case .read(let component) = operation else { return nil }
                return ports.contains(component.index) ? component.index : nil
            })
        }
    }

    func start(_ processor: any Processor) throws { try board.start(processor) }

    func serve(_ device: Int, of processor: any Processor) throws { try board.serve(device, of: processor) }

    /// After a trap that has been delivered here, which may have asked for a device as an instruction does.
    func serveRaised(of processor: any Processor) throws { try board.serveRaised(of: processor) }

    /// Some port waits for its value: the guest has to be run in single steps, each settled before.
    var isOwing: Bool { board.isOwing }

    /// Before an instruction: waits for what it is about to read.
    func settle(_ instruction: Int?, of processor: any Processor) throws {
        guard let instruction, readers.indices.contains(instruction) else { return }
        try board.settle(readers[instruction], of: processor)
    }
}
