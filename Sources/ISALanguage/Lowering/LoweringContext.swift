/// Where a core keeps what: the state's slots first, in the order of `StateShape`, then the
/// arguments and results of programs that have them, constants, and temporaries.
public struct SlotPlan: Sendable {
    public let stateCount: Int
    public var argumentBase: Int { stateCount }
    public var resultBase: Int { argumentBase + SlotPlan.argumentCount }
    public var constantBase: Int { resultBase + SlotPlan.resultCount }
    public var temporaryBase: Int { constantBase + SlotPlan.constantCount }
    public var slotCount: Int { temporaryBase + SlotPlan.temporaryCount }

    public static let argumentCount = 8
    public static let resultCount = 8
    public static let constantCount = 1024
    /// An instruction that needs more is not lowered: the core interprets it.
    public static let temporaryCount = 8192

    public init(stateCount: Int) { self.stateCount = stateCount }
}

/// What lowering needs to know of a machine besides the description: how large its storage is, which
/// components its blocks are specialised for, and which ones concern the core itself.
public struct LoweringContext {
    public let description: MachineDescription
    public let shape: StateShape
    public let plan: SlotPlan
    /// Cells of this machine's storage.
    public let storageCount: UInt64
    /// Slots whose values are part of a block's key: what address translation, fetching and the mode
    /// depend on. Within a block they are constants; an instruction that changes one ends its block.
    public let keySlots: [Int]
    /// Slots of components that count instructions, and so are brought up to date only between blocks.
    public let clockSlots: Set<Int>
    /// Conditions that the core looks at between instructions: interrupts, stopping, sleeping, strobes.
    public let attention: [AttentionCondition]
    /// A condition above reads storage or a clock, so that it can become true anywhere.
    public let needsEveryStep: Bool
    public let programCounterSlot: Int
    let slotWidths: [Int]

    public init(_ description: MachineDescription, shape: StateShape, storageCount: Int) {
        self.description = description
        self.shape = shape
        self.storageCount = UInt64(max(storageCount, 0))
        plan = SlotPlan(stateCount: shape.slotCount)
        programCounterSlot = shape.programCounter.flatMap { shape.slot($0, element: 0) } ?? 0
        var widths: [Int] = []
        for (index, component) in description.state.enumerated() {
            widths.append(contentsOf: repeatElement(component.width, count: shape.counts[index]))
        }
        slotWidths = widths
        keySlots = LoweringContext.keySlots(of: description, shape: shape)
        let clocks = description.state.indices.filter { description.state[$0].role == .time }
        clockSlots = Set(clocks.flatMap { index in
            (0..<shape.counts[index]).map { shape.firstSlot[index] + $0 }
        })
        attention = AttentionCondition.all(of: description, shape: shape)
        let clockSlots = self.clockSlots
        needsEveryStep = attention.contains { $0.readsStorage || !$0.slots.isDisjoint(with: clockSlots) }
    }

    /// Bits of a slot; arguments and results have all 64.
    func width(of slot: Int) -> Int { slotWidths.indices.contains(slot) ? slotWidths[slot] : 64 }

    /// The mode, the relocation, and whatever else fetching and the modes' conditions read.
    private static func keySlots(of description: MachineDescription, shape: StateShape) -> [Int] {
        var components = Set(description.state.indices.filter {
            let role = description.state[$0].role
            return (role == .mode || role == .relocation) && shape.counts[$0] == 1
        })
        for program in [description.fetch, description.userMode, description.supervisorMode].compactMap({ $0 }) {
            for case .read(let component) in program.operations { components.insert(component.index) }
        }
        return components.sorted().compactMap { index in
            let component = StateID(index)
            if component == shape.programCounter || description.state[index].role == .time { return nil }
            return shape.slot(component, element: 0)
        }
    }
}

/// One thing that the core looks at between instructions.
public struct AttentionCondition: Sendable {
    /// All of these must be 1 (a pending program and its mask), or not zero (a strobe).
    public let programs: [Program]
    /// Slots that the programs read.
    public let slots: Set<Int>
    public let readsStorage: Bool

    init(_ programs: [Program], shape: StateShape) {
        self.programs = programs
        var slots: Set<Int> = []
        var readsStorage = false
        for operation in programs.flatMap(\.operations) {
            switch operation {
            case .read(let component):
                if let slot = shape.slot(component, element: 0) { slots.insert(slot) }
            case .readElement(let component, _):
                let first = shape.firstSlot[component.index]
                slots.formUnion(first..<(first + shape.counts[component.index]))
            case .load: readsStorage = true
            default: break
            }
        }
        self.slots = slots
        self.readsStorage = readsStorage
    }

    static func all(of description: MachineDescription, shape: StateShape) -> [AttentionCondition] {
        var all = description.interrupts.map { AttentionCondition([$0.pending, $0.enabled], shape: shape) }
        for program in [description.halted, description.waiting].compactMap({ $0 }) {
            all.append(AttentionCondition([program], shape: shape))
        }
        for strobe in Set(description.devices.flatMap(\.strobes)).sorted() {
            var program = Program(argumentWidths: [])
            let width = description.state[strobe.index].width
            let value = program.append(.read(strobe), width: width)
            let zero = program.append(.constant(0), width: width)
            let isZero = program.append(.binary(.equal, value, zero), width: 1)
            program.results = [program.append(.unary(.not, isZero), width: 1)]
            all.append(AttentionCondition([program], shape: shape))
        }
        return all
    }
}
