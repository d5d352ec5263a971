import Testing

@testable import ISALanguage

/// A machine on the bench: components by name, programs as cells.
struct Bench {
    var machine: ReferenceMachine

    init(_ name: String, size: Int = 1 << 16) throws {
        machine = ReferenceMachine(try MachineLoader.load(name, from: HardRecordTests.loader), size: size)
        machine.trapDisposition = .exit
    }

    private func id(_ name: String) -> StateID {
        StateID(machine.description.state.firstIndex { $0.name == name } ?? 0)
    }

    /// A component, or an element of it.
    subscript(_ name: String, _ element: UInt64 = 0) -> UInt64 {
        get { machine.state.read(id(name), element: element) }
        set { machine.state.write(id(name), element: element, value: newValue) }
    }

    /// Cells of the storage from an address on.
    subscript(cells start: Int, _ count: Int) -> [UInt64] { Array(machine.state.cells[start..<(start + count)]) }

    mutating func put(_ cells: [UInt64], at start: Int) {
        for (offset, cell) in cells.enumerated() { machine.state.cells[start + offset] = cell }
    }

    /// Executes one instruction whose cells stand at the program counter, which starts at 0. Returns the
    /// name of the trap, or nil.
    mutating func run(_ cells: UInt64..., at start: Int = 0) -> String? {
        put(cells, at: start)
        if let pc = machine.description.state.first(where: { $0.role == .pc }) { self[pc.name] = UInt64(start) }
        switch machine.step() {
        case .completed: return nil
        case .trapped(let event, _, _, _): return machine.description.traps[event.kind.index].name
        case let other: return "\(other)"
        }
    }
}
