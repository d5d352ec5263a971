import ISALanguage

/// A core's slots and cells as the language's evaluator sees them.
struct SlotState: StateAccess {
    let shape: StateShape
    // Safety: both belong to the core that makes this value for one evaluation.
    let slots: Slots
    let cells: Cells
    let size: UInt64
    /// Nothing is written: the evaluation only finds out what would be touched.
    var isDry = false
    var touchedOutside = false
    /// Cells stored into, in order.
    var stored: [Int] = []
    private let records: Recorder

    /// `StateAccess` reads do not mutate, yet loads are to be recorded.
    private final class Recorder {
        var loaded: [Int] = []
    }

    init(shape: StateShape, engine: Engine, isDry: Bool = false) {
        self.shape = shape
        self.isDry = isDry
        slots = engine.slots
        cells = engine.cells
        size = engine.size
        records = Recorder()
    }

    var loadedCells: [Int] { records.loaded }

    func read(_ component: StateID, element: UInt64) -> UInt64 {
        shape.slot(component, element: element).map { slots[$0] } ?? 0
    }

    mutating func write(_ component: StateID, element: UInt64, value: UInt64) {
        guard !isDry, let slot = shape.slot(component, element: element) else { return }
        slots[slot] = value & ConcreteArithmetic.mask(shape.widths[component.index])
    }

    func load(_ storage: StateID, address: UInt64) -> UInt64? {
        guard address < size else { return nil }
        records.loaded.append(Int(address))
        return cells[Int(address)]
    }

    mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool {
        guard address < size else { return false }
        stored.append(Int(address))
        if !isDry { cells[Int(address)] = value & ConcreteArithmetic.mask(shape.cellWidth) }
        return true
    }

    func size(_ storage: StateID) -> UInt64 { size }
}
