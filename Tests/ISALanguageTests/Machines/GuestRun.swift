import Testing

@testable import ISALanguage

/// A program for one of the machines in `ISA/`, assembled and run on the reference machine, with a console.
struct GuestRun {
    var machine: ReferenceMachine
    var output = ""
    /// The last step's result.
    var result: StepResult = .waiting
    var image: Image

    init(_ source: String, input: String = "") throws {
        let name = try #require(Assembler.machineName(of: source))
        let description = try LoadedMachines.machine(name)
        image = try Assembler(description).assemble(source, path: "\(name).s")
        machine = ReferenceMachine(description)
        image.load(into: &machine.state)
        rest = Array(input.utf8)
        ports = Dictionary(description.devices.flatMap(\.ports).map { ($0.port, $0.component) }) { first, _ in first }
        feed()
    }

    /// What of the input has not been read.
    private var rest: [UInt8]
    private let ports: [String: StateID]

    /// Runs until the machine halts, a fault, or `limit` steps.
    mutating func run(limit: Int = 100_000) {
        for _ in 0..<limit {
            result = machine.step()
            serve()
            switch result {
            case .halted, .fault: return
            default: continue
            }
        }
    }

    private mutating func serve() {
        if let send = ports["send"], let out = ports["out"], machine.state[send] != 0 {
            output.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: machine.state[out])))
            machine.state[send] = 0
        }
        if let take = ports["take"], machine.state[take] != 0 {
            if !rest.isEmpty { rest.removeFirst() }
            machine.state[take] = 0
            feed()
        }
    }

    private mutating func feed() {
        guard let port = ports["in"] else { return }
        machine.state[port] = rest.first.map(UInt64.init) ?? ConcreteArithmetic.mask(machine.description.state[port.index].width)
    }

    /// A component by its name in the file.
    func value(_ name: String, _ element: Int = 0) throws -> UInt64 {
        let index = try #require(machine.description.state.firstIndex { $0.name == name })
        return machine.state[StateID(index), element]
    }

    /// A cell by its label.
    func cell(_ label: String) throws -> UInt64 {
        let address = try #require(image.symbols[label])
        return machine.state.cells[Int(address) / UnitLayout(machine.description).addressesPerCell]
    }

    var hasHalted: Bool { if case .halted = result { true } else { false } }
}
