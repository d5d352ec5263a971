/// Random states and random instructions of a machine, for every test that compares two ways of
/// executing it. The same seed gives the same sequence. Values lean towards the corners where such
/// ways come apart: 0, all ones, the sign bit, small numbers, and whatever is near the storage's end.
public struct StateSampler {
    public let encoder: Encoder
    public var description: MachineDescription { encoder.decoder.description }
    /// The number of cells of the states it makes.
    public let size: Int
    public var generator: SplitMix64
    private let shape: StateShape

    /// - Parameter size: cells of the storage; by default small, so that accesses often miss it.
    public init(_ description: MachineDescription, seed: UInt64, size: Int? = nil) {
        encoder = Encoder(Decoder(description))
        generator = SplitMix64(seed: seed)
        shape = StateShape(description)
        let storage = description.state.first { $0.role == .storage }
        let greatest = storage?.count ?? 0
        let usual = max(storage?.minimumCount ?? 0, min(greatest, 1024))
        self.size = min(max(size ?? usual, 0), max(greatest, 0))
    }

    /// A number of `width` bits.
    public mutating func value(width: Int) -> UInt64 {
        let mask = ConcreteArithmetic.mask(width)
        let raw = generator.next()
        switch generator.below(12) {
        case 0: return 0
        case 1: return mask
        case 2: return (mask >> 1) &+ (raw & 1)
        case 3, 4: return raw & 15 & mask
        case 5: return (UInt64(size) &+ (raw & 7) &- 4) & mask
        case 6, 7: return size > 0 ? (raw % UInt64(size)) & mask : raw & mask
        case 8: return (0 &- (raw & 15)) & mask
        case 9: return (1 << (raw % UInt64(max(width, 1)))) & mask
        default: return raw & mask
        }
    }

    /// A state with every element of every component random, and as much of the storage as is
    /// affordable: all of it up to 4096 cells, else its ends and some cells between.
    public mutating func state() -> MachineState {
        var state = MachineState(shape: shape, size: size)
        for (index, component) in description.state.enumerated() where component.role != .constant {
            for element in 0..<UInt64(shape.counts[index]) {
                state.write(StateID(index), element: element, value: value(width: component.width))
            }
        }
        if size <= 4096 {
            for cell in state.cells.indices { state.cells[cell] = value(width: shape.cellWidth) }
        } else {
            for cell in 0..<256 {
                state.cells[cell] = value(width: shape.cellWidth)
                state.cells[size - 1 - cell] = value(width: shape.cellWidth)
                state.cells[generator.below(size)] = value(width: shape.cellWidth)
            }
        }
        return state
    }

    /// A state that is likelier to execute something: mode, relocation, control, time and what stops the
    /// machine keep their initial values with probability one half each, and the halt condition does not hold.
    public mutating func runnableState() -> MachineState {
        let fresh = MachineState(shape: shape, size: 0)
        let evaluator = ConcreteEvaluator(description)
        var state = self.state()
        for (index, component) in description.state.enumerated()
        where component.role != .register && component.role != .pc && generator.oneIn(2) {
            for element in 0..<UInt64(shape.counts[index]) {
                state.write(StateID(index), element: element, value: fresh.read(StateID(index), element: element))
            }
        }
        for (index, component) in description.state.enumerated() where component.role == .control {
            guard evaluator.test(description.halted, over: &state) || evaluator.test(description.waiting, over: &state)
            else { break }
            for element in 0..<UInt64(shape.counts[index]) {
                state.write(StateID(index), element: element, value: fresh.read(StateID(index), element: element))
            }
        }
        return state
    }

    /// A random instance of an instruction, encoded and decoded again; nil if no attempt met its
    /// conditions.
    /// - Parameter forms: the forms of its operands; random where nil.
    public mutating func instruction(_ index: Int, forms wanted: [Int]? = nil) -> DecodedInstruction? {
        guard description.instructions.indices.contains(index) else { return nil }
        let instruction = description.instructions[index]
        for _ in 0..<64 {
            let forms = wanted ?? instruction.operands.map { generator.below($0.forms.count) }
            let fields = instruction.fields.map { value(width: $0.width) }
            guard let units = try? encoder.encode(instruction: index, fields: fields, forms: forms),
                case .instruction(let decoded) = encoder.decoder.decode(units: units)
            else { continue }
            return decoded
        }
        return nil
    }

    /// A random instance of some instruction that has an encoding.
    public mutating func instruction() -> DecodedInstruction? {
        let encoded = description.instructions.indices.filter { !description.instructions[$0].isListed }
        return encoded.isEmpty ? nil : instruction(encoded[generator.below(encoded.count)])
    }

    /// Puts units where the machine will fetch them: at its program counter, through its translation.
    /// Returns false if one of them cannot be fetched there, or not so that it reads as it should.
    public mutating func place(_ units: [UInt64], in state: inout MachineState) -> Bool {
        guard let programCounter = shape.programCounter else { return false }
        let mask = ConcreteArithmetic.mask(shape.widths[programCounter.index])
        let evaluator = ConcreteEvaluator(description)
        for (index, unit) in units.enumerated() {
            let offset = UInt64(index) &* UInt64(max(description.addressesPerUnit, 0))
            let at = (state[programCounter] &+ offset) & mask
            guard put(unit, fetchedFrom: at, in: &state, evaluator) else { return false }
        }
        return true
    }

    private func put(
        _ unit: UInt64, fetchedFrom at: UInt64, in state: inout MachineState, _ evaluator: ConcreteEvaluator
    ) -> Bool {
        var recorder = LoadRecorder(base: state)
        guard case .done = evaluator.evaluate(description.fetch, arguments: [at], over: &recorder) else { return false }
        var cells: [UInt64] = []
        var left = description.unitWidth
        while left > 0 {
            left -= shape.cellWidth
            cells.append((unit >> UInt64(max(left, 0))) & ConcreteArithmetic.mask(shape.cellWidth))
        }
        // The loads that make up a unit come last; translation tables, if any, are read before them.
        let addresses = recorder.addresses.suffix(cells.count)
        guard addresses.count == cells.count else { return false }
        for order in [cells, cells.reversed()] {
            for (address, cell) in zip(addresses, order) where address < UInt64(state.cells.count) {
                state.cells[Int(address)] = cell
            }
            if evaluator.evaluate(description.fetch, arguments: [at], over: &state).value == unit { return true }
        }
        return false
    }
}

/// Reads from a state and remembers which cells were loaded; writes go nowhere.
private struct LoadRecorder: StateAccess {
    let base: MachineState
    final class Addresses { var list: [UInt64] = [] }
    private let loaded = Addresses()
    var touchedOutside = false

    init(base: MachineState) { self.base = base }

    var addresses: [UInt64] { loaded.list }
    func read(_ component: StateID, element: UInt64) -> UInt64 { base.read(component, element: element) }
    mutating func write(_ component: StateID, element: UInt64, value: UInt64) {}
    func load(_ storage: StateID, address: UInt64) -> UInt64? {
        loaded.list.append(address)
        return base.load(storage, address: address)
    }
    mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool { true }
    func size(_ storage: StateID) -> UInt64 { base.size(storage) }
}
