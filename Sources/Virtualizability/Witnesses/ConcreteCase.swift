import ISALanguage

/// A pair of related states in numbers, and what else a question leaves open.
struct ConcreteCase {
    /// S1: a machine of `extent` cells.
    var virtual: MachineState
    /// S2: the guest's cells lie from `origin` on.
    var real: MachineState
    var origin: UInt64
    /// For questions about the clock: its other value, by component.
    var otherClocks: [StateID: UInt64] = [:]
    /// For questions about the map: the virtual address.
    var address: UInt64 = 0
    /// Of a listed instruction, which stands in no storage: the fields and forms that are executed.
    var given: DecodedInstruction?
    /// The uninterpreted functions' values, by name and arguments.
    var functions: [FunctionPoint: UInt64] = [:]

    var extent: UInt64 { UInt64(virtual.cells.count) }

    var window: Range<Int> { Int(origin)..<Int(origin) + virtual.cells.count }

    /// Gives the real machine's window the guest's cells.
    mutating func shareWindow() {
        guard !sharesWindow else { return }
        real.cells.replaceSubrange(window, with: virtual.cells)
    }

    var sharesWindow: Bool { real.cells.holds(virtual.cells, at: window.lowerBound) }
}

extension [UInt64] {
    /// Whether the other's elements stand here from an index on. Asked for every step of making an example small, of
    /// thousands of cells: the generic comparison of collections takes fifty times as long.
    func holds(_ other: [UInt64], at start: Int) -> Bool {
        guard start >= 0, start + other.count <= count else { return false }
        return withUnsafeBufferPointer { mine in
            // Both indices stay below the counts that were compared.
            other.withUnsafeBufferPointer { theirs in
                var difference: UInt64 = 0
                for index in theirs.indices { difference |= mine[start + index] ^ theirs[index] }
                return difference == 0
            }
        }
    }

    /// Whether both have the same elements outside a range of indices.
    func agrees(with other: [UInt64], outside range: Range<Int>) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBufferPointer { mine in
            other.withUnsafeBufferPointer { theirs in
                var difference: UInt64 = 0
                for index in 0..<Swift.min(range.lowerBound, mine.count) { difference |= mine[index] ^ theirs[index] }
                for index in Swift.min(range.upperBound, mine.count)..<mine.count {
                    difference |= mine[index] ^ theirs[index]
                }
                return difference == 0
            }
        }
    }
}

struct FunctionPoint: Hashable {
    var name: String
    var arguments: [UInt64]
}

extension PosedQuery {
    /// The numbers of a model; nil if its storage would be too large to hold.
    func concrete(_ model: Model, _ description: MachineDescription) -> ConcreteCase? {
        var reader = ModelReader(posed: self, description: description, values: model.evaluator(for: symbols.graph))
        guard var concrete = reader.read() else { return nil }
        for application in model.applications {
            let name = symbols.graph.functions[Int(application.function.index)].name
            concrete.functions[FunctionPoint(name: name, arguments: application.arguments)] = application.result
        }
        return concrete
    }

    /// One bit: every cell whose contents are asked for exists. Where it does not the circuit knows nothing of them, and
    /// the evaluator gives 0.
    func asksForCells(_ description: MachineDescription) -> Term {
        let graph = symbols.graph
        guard let storage = description.storageID else { return graph.bool(true) }
        let name = description.state[storage.index].name
        let bounds = [(name, pair.extent), ("real.\(name)", pair.size)]
        return graph.conjunction(
            bounds.flatMap { name, bound in
                (symbols.elements[name] ?? []).map {
                    graph.ult(graph.resized($0.index, graph.width(of: bound)), bound)
                }
            })
    }

    /// One bit: the storage is small enough for the states to be written out.
    func isSmall(_ cells: UInt64) -> Term {
        let width = symbols.graph.width(of: pair.size)
        return symbols.graph.ule(pair.size, symbols.graph.constant(cells, width: width))
    }
}

/// Turns terms into numbers, by a model.
private struct ModelReader {
    let posed: PosedQuery
    let description: MachineDescription
    var values: Evaluator

    /// No witness needs more cells; it bounds the memory that a model can make us take.
    static let cellLimit: UInt64 = 1 << 20

    mutating func read() -> ConcreteCase? {
        let size = values.value(of: posed.pair.size)
        let extent = values.value(of: posed.pair.extent)
        let origin = values.value(of: posed.pair.origin)
        guard size <= ModelReader.cellLimit, extent <= size, origin <= size - extent else { return nil }
        let shape = StateShape(description)
        var virtual = MachineState(shape: shape, size: Int(extent))
        var real = MachineState(shape: shape, size: Int(size))
        for index in description.state.indices where description.state[index].role != .storage {
            read(StateID(index), posed.pair.virtual, into: &virtual)
            read(StateID(index), posed.pair.real, into: &real)
        }
        readStorage(origin, &virtual, &real)
        var concrete = ConcreteCase(virtual: virtual, real: real, origin: origin)
        let graph = posed.symbols.graph
        for id in description.components(.time) where !description.state[id.index].isArray {
            let component = description.state[id.index]
            concrete.otherClocks[id] = values.value(
                of: graph.variable("other.\(component.name)", width: component.width))
        }
        concrete.address = values.value(
            of: graph.variable("address", width: description.fetch.argumentWidths.first ?? 64))
        concrete.given = given()
        return concrete
    }

    private mutating func given() -> DecodedInstruction? {
        guard case .instruction(let index) = posed.query.subject, description.instructions[index].isListed,
            let decoding = posed.decoding
        else { return nil }
        return DecodedInstruction(
            instruction: index, fields: decoding.fields.map { values.value(of: $0) },
            forms: decoding.forms.map { forms in forms.firstIndex { values.value(of: $0) == 1 } ?? 0 }, length: 1,
            units: [])
    }

    private mutating func read(_ id: StateID, _ state: SymbolicState, into concrete: inout MachineState) {
        guard let array = state.arrays[id.index] else {
            concrete.write(id, element: 0, value: values.value(of: state[id]))
            return
        }
        let count = description.state[id.index].count
        switch array.contents {
        case .value(let value):
            for element in 0..<count { concrete.write(id, element: UInt64(element), value: value) }
        case .unknown(let name):
            for element in 0..<count { concrete.write(id, element: UInt64(element), value: 0) }
            for (index, value) in posed.symbols.elements[name] ?? [] {
                concrete.write(id, element: values.value(of: index), value: values.value(of: value))
            }
        case .window: break
        }
    }

    private mutating func readStorage(_ origin: UInt64, _ virtual: inout MachineState, _ real: inout MachineState) {
        guard let storage = description.storageID else { return }
        let name = description.state[storage.index].name
        for (index, value) in posed.symbols.elements[name] ?? [] {
            let cell = values.value(of: index)
            guard cell < UInt64(virtual.cells.count) else { continue }
            let word = values.value(of: value)
            virtual.cells[Int(cell)] = word
            real.cells[Int(origin + cell)] = word
        }
        for (index, value) in posed.symbols.elements["real.\(name)"] ?? [] {
            let place = values.value(of: index)
            let isInside = place >= origin && place < origin + UInt64(virtual.cells.count)
            guard !isInside, place < UInt64(real.cells.count) else { continue }
            real.cells[Int(place)] = values.value(of: value)
        }
    }
}
