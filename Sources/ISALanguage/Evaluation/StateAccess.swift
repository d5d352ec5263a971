/// What a program can do to a machine's state, whatever that state is kept in: the reference
/// machine's arrays, a core's raw slots, or a virtual machine that a monitor keeps in two places.
public protocol StateAccess {
    /// The element's value, masked to the component's width. An element that does not exist reads as 0.
    func read(_ component: StateID, element: UInt64) -> UInt64
    /// An element that does not exist is not written.
    mutating func write(_ component: StateID, element: UInt64, value: UInt64)
    /// The cell with this real address; `nil` outside the storage.
    func load(_ storage: StateID, address: UInt64) -> UInt64?
    /// Returns false, and changes nothing, outside the storage.
    mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool
    /// The number of cells that this machine's storage has.
    func size(_ storage: StateID) -> UInt64
    /// Set, and never cleared, by an evaluation that loaded or stored outside the storage.
    var touchedOutside: Bool { get set }
}

/// Where each component lies in a flat array of slots: every element of every component that is not
/// storage, in the file's order. `Machine.StateLayout` has the same order and the same numbers.
public struct StateShape: Hashable, Sendable {
    public let widths: [Int]
    /// Elements; 0 for the storage.
    public let counts: [Int]
    public let firstSlot: [Int]
    public let slotCount: Int
    /// The slots' values in a fresh machine.
    public let initialSlots: [UInt64]
    public let storage: StateID?
    public let cellWidth: Int
    /// The program counter and its width; every checked machine has one.
    public let programCounter: StateID?

    public init(_ description: MachineDescription) {
        var firstSlot: [Int] = []
        var initial: [UInt64] = []
        var counts: [Int] = []
        for component in description.state {
            let count = component.role == .storage ? 0 : max(component.count, 0)
            firstSlot.append(initial.count)
            counts.append(count)
            let value = component.initialValue & ConcreteArithmetic.mask(component.width)
            initial.append(contentsOf: repeatElement(value, count: count))
        }
        widths = description.state.map(\.width)
        self.counts = counts
        self.firstSlot = firstSlot
        slotCount = initial.count
        initialSlots = initial
        storage = description.state.firstIndex { $0.role == .storage }.map(StateID.init)
        programCounter = description.state.firstIndex { $0.role == .pc }.map(StateID.init)
        cellWidth = storage.map { description.state[$0.index].width } ?? 64
    }

    /// The slot of an element, or nil if there is none.
    public func slot(_ component: StateID, element: UInt64) -> Int? {
        guard widths.indices.contains(component.index), element < UInt64(counts[component.index]) else { return nil }
        return firstSlot[component.index] + Int(element)
    }
}

/// A whole state of a machine, as a value.
public struct MachineState: StateAccess, Sendable {
    public let shape: StateShape
    /// Masked to the widths of their components.
    public var slots: [UInt64]
    /// The storage, masked to the width of a cell; its count is the machine's size.
    public var cells: [UInt64]
    public var touchedOutside = false

    /// The size that a machine gets if nobody asks for another: all that its addresses reach, but at
    /// most 2^20 cells.
    public static func usualSize(of description: MachineDescription) -> Int {
        guard let storage = description.state.first(where: { $0.role == .storage }) else { return 0 }
        return max(min(storage.count, 1 << 20), min(storage.minimumCount, 1 << 24))
    }

    /// A fresh machine: initial values, all cells 0. The size is cut to what the file declares.
    public init(_ description: MachineDescription, size: Int? = nil) {
        self.init(shape: StateShape(description), size: min(
            size ?? MachineState.usualSize(of: description),
            description.state.first { $0.role == .storage }?.count ?? 0))
    }

    public init(shape: StateShape, size: Int) {
        self.shape = shape
        slots = shape.initialSlots
        cells = Array(repeating: 0, count: max(size, 0))
    }

    public func read(_ component: StateID, element: UInt64 = 0) -> UInt64 {
        guard let slot = shape.slot(component, element: element) else { return 0 }
        return slots[slot]
    }

    public mutating func write(_ component: StateID, element: UInt64 = 0, value: UInt64) {
        guard let slot = shape.slot(component, element: element) else { return }
        slots[slot] = value & ConcreteArithmetic.mask(shape.widths[component.index])
    }

    public subscript(component: StateID, element: Int = 0) -> UInt64 {
        get { element < 0 ? 0 : read(component, element: UInt64(element)) }
        set { if element >= 0 { write(component, element: UInt64(element), value: newValue) } }
    }

    public func load(_ storage: StateID, address: UInt64) -> UInt64? {
        guard storage == shape.storage, address < UInt64(cells.count) else { return nil }
        return cells[Int(address)]
    }

    public mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool {
        guard storage == shape.storage, address < UInt64(cells.count) else { return false }
        cells[Int(address)] = value & ConcreteArithmetic.mask(shape.cellWidth)
        return true
    }

    public func size(_ storage: StateID) -> UInt64 { storage == shape.storage ? UInt64(cells.count) : 0 }
}

/// Two states are the same if their contents are; how they were reached (`touchedOutside`) does not count.
extension MachineState: Hashable {
    public static func == (a: MachineState, b: MachineState) -> Bool { a.slots == b.slots && a.cells == b.cells }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(slots)
        hasher.combine(cells)
    }
}
