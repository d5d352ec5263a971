import ISALanguage
import Machine

/// Runs any complete machine from its description, as `ReferenceMachine` would, but decoded once into
/// blocks of micro-ops.
public final class ToyProcessor: Processor {
    public let description: MachineDescription
    public let layout: StateLayout
    public let storage: GuestStorage
    public var trapDisposition = TrapDisposition.deliver
    public var completedInstructions: UInt64 = 0
    public var breakpoints: Set<UInt64> = []
    public var watchedCells: Set<UInt64> = [] {
        didSet { markWatched(old: oldValue) }
    }

    let context: LoweringContext
    let shape: StateShape
    let decoder: Decoder
    let evaluator: ConcreteEvaluator
    let engine: Engine
    let constants: ConstantPool
    let cache: BlockCache
    /// True (in the first result slot) if anything asks for the core's attention.
    let attention: Snippet?
    let delivery: Snippet?
    /// Clocks with what each sets when it expires.
    let clocks: [(slot: Int, expires: Int?)]
    /// Slots that are not zero while a device wants service, with the device's index.
    let strobes: [(slot: Int, device: Int)]
    /// Traps delivered since an instruction last completed.
    var fruitlessDeliveries = 0
    private let allocation: UnsafeMutablePointer<UInt64>
    private let notes: UnsafeMutablePointer<UInt64>

    /// Why a description cannot be run.
    public struct Refusal: Error, Hashable, Sendable {
        /// One line for people.
        public let text: String
    }

    /// - Parameters:
    ///   - storage: its cells are the machine's; nil: storage of the file's greatest size, but no more
    ///     than `MachineState.usualSize`.
    ///   - engine: for tests that hold one against the other.
    /// - Throws: `Refusal` if the description is not complete, or does not fit the storage.
    public init(_ description: MachineDescription, storage: GuestStorage, engine kind: EngineKind = .best) throws {
        try ToyProcessor.admit(description, storage)
        self.description = description
        self.storage = storage
        let shape = StateShape(description)
        self.shape = shape
        layout = StateLayout(components: description.state.enumerated().map { index, component in
            StateLayout.Component(name: component.name, width: component.width, count: shape.counts[index])
        })
        context = LoweringContext(description, shape: shape, storageCount: storage.count)
        decoder = Decoder(description)
        evaluator = ConcreteEvaluator(description)
        constants = ConstantPool(plan: context.plan)

        let words = EngineWord.count + context.plan.slotCount
        allocation = .allocate(capacity: words)
        allocation.initialize(repeating: 0, count: words)
        let marks = Marks.allocate(capacity: max(storage.count, 1))
        marks.initialize(repeating: 0, count: max(storage.count, 1))
        // Room for the greatest number of stores that one program has.
        let programs = description.instructions.map(\.program) + [description.delivery].compactMap { $0 }
        let stores = programs.map { program in
            program.operations.count { if case .store = $0 { true } else { false } }
        }.max() ?? 0
        notes = .allocate(capacity: stores + 1)
        let slots = allocation + EngineWord.count
        slots[EngineWord.notes] = UInt64(UInt(bitPattern: notes))
        engine = Engine(kind: kind, slots: slots, cells: storage.cells, marks: marks, size: UInt64(storage.count))
        cache = BlockCache(engine: engine)

        attention = Snippet(anyOf: context, constants, engine)
        if let program = description.delivery {
            delivery = Snippet(program, context, constants, engine)
        } else {
            delivery = nil
        }
        clocks = ToyProcessor.clocks(of: description, shape)
        strobes = description.devices.enumerated().flatMap { index, device in
            device.strobes.compactMap { shape.slot($0, element: 0).map { ($0, index) } }
        }
        for (slot, value) in shape.initialSlots.enumerated() { slots[slot] = value }
        copyConstants()
    }

    deinit {
        engine.marks.deallocate()
        notes.deallocate()
        allocation.deallocate()
    }

    private static func admit(_ description: MachineDescription, _ storage: GuestStorage) throws {
        if description.depth != .complete {
            throw Refusal(text: "machine \(description.name) is described at system depth: it cannot be run")
        }
        if !description.functions.isEmpty {
            throw Refusal(text: "machine \(description.name) applies functions that have no body: it cannot be run")
        }
        guard description.state.contains(where: { $0.role == .pc }),
            let cells = description.state.first(where: { $0.role == .storage })
        else { throw Refusal(text: "machine \(description.name) has no program counter or no storage") }
        if storage.cellWidth != cells.width {
            let widths = "\(cells.width) bits, not \(storage.cellWidth)"
            throw Refusal(text: "machine \(description.name) has cells of \(widths)")
        }
        if storage.count > cells.count || storage.count < min(cells.minimumCount, cells.count) {
            let counts = "\(cells.minimumCount) to \(cells.count) cells, not \(storage.count)"
            throw Refusal(text: "machine \(description.name) has \(counts)")
        }
    }

    private static func clocks(
        of description: MachineDescription, _ shape: StateShape
    ) -> [(slot: Int, expires: Int?)] {
        description.state.indices.compactMap { index in
            guard description.state[index].role == .time, let slot = shape.slot(StateID(index), element: 0) else {
                return nil
            }
            return (slot, description.state[index].expires.flatMap { shape.slot($0, element: 0) })
        }
    }

    // MARK: state

    /// An element that does not exist reads as 0, and is not written.
    public subscript(component: Int, element: Int) -> UInt64 {
        get {
            guard element >= 0, let slot = shape.slot(StateID(component), element: UInt64(element)) else { return 0 }
            return engine.slots[slot]
        }
        set {
            guard element >= 0, let slot = shape.slot(StateID(component), element: UInt64(element)) else { return }
            engine.slots[slot] = newValue & ConcreteArithmetic.mask(shape.widths[component])
        }
    }

    var programCounter: UInt64 {
        get { engine.slots[context.programCounterSlot] }
        set { engine.slots[context.programCounterSlot] = newValue }
    }

    var state: SlotState { SlotState(shape: shape, engine: engine) }

    public func storageChanged(_ cells: Range<Int>) {
        let marks = engine.marks
        for cell in cells.clamped(to: 0..<storage.count) where marks[cell] & CellMark.code != 0 {
            cache.invalidate(cell: cell)
        }
    }

    /// Instructions completed by this core itself, by mode. Counting costs nothing: a change of mode
    /// leaves the loop anyway.
    public var instructionsByMode: ModeCounts { cache.counts }

    private func markWatched(old: Set<UInt64>) {
        for cell in old where cell < engine.size { engine.marks[Int(cell)] &= ~CellMark.watched }
        for cell in watchedCells where cell < engine.size { engine.marks[Int(cell)] |= CellMark.watched }
    }

    /// Numbers that blocks made since the last time need in slots.
    func copyConstants() {
        let base = engine.slots + context.plan.constantBase
        let values = constants.values
        for index in values.indices { base[index] = values[index] }
    }
}
