import Devices
import ISALanguage
import Machine

/// A guest's devices, with what its instructions read of their ports.
public struct GuestBoard {
    private let board: Board
    /// By index into the description's instructions: which ports its program reads.
    private let readers: [Set<Int>]

    /// - Throws: `Board.Mismatch` where the machine's `device` lines name something that there is not.
    public init(
        _ description: MachineDescription, of layout: StateLayout, input: any ByteSource, output: any ByteSink
    ) throws(Board.Mismatch) {
        let bindings = description.devices.map { device in
            PortBinding(
                kind: device.kind, name: device.name, ports: device.ports.map { ($0.port, $0.component.index) },
                strobes: device.strobes.map(\.index))
        }
        board = try Board(
            layout, bindings: bindings, registry: DeviceRegistry { Console(input: input, output: output) })
        let ports = Set(bindings.flatMap { $0.ports.map(\.component) })
        readers = description.instructions.map { instruction in
            Set(instruction.program.operations.compactMap { operation -> Int? in
                guard case .read(let component) = operation else { return nil }
                return ports.contains(component.index) ? component.index : nil
            })
        }
    }

    public func start(_ processor: any Processor) throws { try board.start(processor) }

    public func serve(_ device: Int, of processor: any Processor) throws { try board.serve(device, of: processor) }

    /// After a trap that has been delivered here, which may have asked for a device as an instruction does.
    public func serveRaised(of processor: any Processor) throws { try board.serveRaised(of: processor) }

    /// Some port waits for its value: the guest has to be run in single steps, each settled before.
    public var isOwing: Bool { board.isOwing }

    /// Before an instruction: waits for what it is about to read.
    public func settle(_ instruction: Int?, of processor: any Processor) throws {
        guard let instruction, readers.indices.contains(instruction) else { return }
        try board.settle(readers[instruction], of: processor)
    }

    /// The instruction reads a port whose value is still to come.
    public func awaits(_ instruction: Int?) -> Bool {
        guard board.isOwing, let instruction, readers.indices.contains(instruction) else { return false }
        return !readers[instruction].isDisjoint(with: board.owedComponents)
    }

    public func save(to snapshot: inout SnapshotWriter) { board.save(to: &snapshot) }
    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        try board.restore(from: &snapshot)
    }
}
