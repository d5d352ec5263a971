/// Walks a program and makes a value graph of it, with fields, forms, addresses and the components of
/// the block's key as constants: partial evaluation. What it does with traps and with writes stands in files of
/// their own.
struct ProgramLowering: Interpretation {
    typealias Value = NodeID

    let context: LoweringContext
    let instruction: DecodedInstruction?
    let parameters: EvaluationParameters
    /// Slots whose value is known where this program runs.
    let knownSlots: [Int: UInt64]
    var graph: ValueGraph
    var effects: [Effect] = []
    /// The new value of each slot that is written for certain.
    var writes: [Int: NodeID] = [:]
    /// Writes to files in which some element is known only at run time, in order.
    var elementWrites: [ElementWrite] = []
    /// Writes that come after all those of `elementWrites` to the same file.
    var lateWrites: [Int: NodeID] = [:]
    var stores: [StoreWrite] = []
    /// Something that no micro-op does: the core interprets the instruction instead.
    var isUnsupported = false
    /// Reads or writes a clock.
    var touchesClock = false
    /// Some access may be to a cell that this machine does not have.
    var mayLeaveStorage = false
    /// A trap that is certain has ended the program.
    var endsInTrap = false
    /// Reads see the writes so far: for conditions on the state after the instruction.
    var readsNewState = false
    /// What is known since a trap was not taken: not all of these are 1.
    var refuted: [[NodeID]] = []

    init(
        context: LoweringContext, instruction: DecodedInstruction?,
        parameters: EvaluationParameters, knownSlots: [Int: UInt64]
    ) {
        self.context = context
        self.instruction = instruction
        self.parameters = parameters
        self.knownSlots = knownSlots
        graph = ValueGraph(
            slotWidths: context.slotWidths, cellWidth: context.shape.cellWidth, storageCount: context.storageCount)
    }

    // MARK: quantities

    mutating func constant(_ value: UInt64, width: Int) -> NodeID {
        graph.constantNode(value & ConcreteArithmetic.mask(width))
    }

    mutating func field(_ field: FieldID, width: Int) -> NodeID {
        guard let fields = instruction?.fields, fields.indices.contains(field.index) else {
            return graph.constantNode(0)
        }
        return constant(fields[field.index], width: width)
    }

    mutating func form(_ operand: OperandID, is form: Int) -> NodeID {
        guard let forms = instruction?.forms, forms.indices.contains(operand.index) else {
            return graph.constantNode(form == 0 ? 1 : 0)
        }
        return graph.constantNode(forms[operand.index] == form ? 1 : 0)
    }

    mutating func argument(_ index: Int, width: Int) -> NodeID {
        guard index < SlotPlan.argumentCount else {
            isUnsupported = true
            return graph.constantNode(0)
        }
        let slot = graph.intern(.slot(context.plan.argumentBase + index))
        return graph.mask(slot, width: width)
    }

    mutating func parameter(_ parameter: Parameter, width: Int) -> NodeID {
        switch parameter {
        case .size: return constant(context.storageCount, width: width)
        case .origin: return constant(parameters.origin, width: width)
        case .extent: return constant(parameters.extent, width: width)
        case .here: return constant(parameters.here, width: width)
        case .next: return constant(parameters.next, width: width)
        case .length: return constant(parameters.length, width: width)
        }
    }

    // MARK: reading

    mutating func read(_ component: StateID, width: Int) -> NodeID {
        guard let slot = context.shape.slot(component, element: 0) else { return graph.constantNode(0) }
        return graph.mask(oldValue(slot), width: width)
    }

    /// What a slot held before the program.
    mutating func oldValue(_ slot: Int) -> NodeID {
        if readsNewState, let written = writes[slot] { return written }
        if context.clockSlots.contains(slot) { touchesClock = true }
        if let value = knownSlots[slot] { return graph.constantNode(value) }
        return graph.intern(.slot(slot))
    }

    mutating func readElement(_ component: StateID, index: NodeID, width: Int) -> NodeID {
        let first = context.shape.firstSlot[component.index]
        let count = context.shape.counts[component.index]
        if let number = graph.constant(index) {
            if number >= UInt64(count) { return graph.constantNode(0) }
            return graph.mask(oldValue(first + Int(number)), width: width)
        }
        if context.clockSlots.contains(first) { touchesClock = true }
        if readsNewState, writes.keys.contains(where: { ($0 >= first) && $0 < first + count }) { isUnsupported = true }
        let element = graph.element(first: first, count: count, index: index)
        return graph.mask(element, width: width)
    }

    mutating func load(_ storage: StateID, address: NodeID, guarded: NodeID?, width: Int) -> NodeID {
        if let guarded, graph.knowledge(guarded).constant == 0 { return graph.constantNode(0) }
        let guarded = guarded.flatMap { graph.knowledge($0).constant == 1 ? nil : $0 }
        let (refined, known) = refinedAddress(address, guarded: guarded)
        if !known { mayLeaveStorage = true }
        if graph.knowledge(refined).low >= context.storageCount { return graph.constantNode(0) }
        let loaded = graph.intern(.load(address: refined, guarded: guarded, known: known))
        return graph.mask(loaded, width: width)
    }

    // MARK: computing

    mutating func unary(_ operation: UnaryOperator, _ a: NodeID, width: Int) -> NodeID {
        graph.unary(operation, a, width: width)
    }

    mutating func binary(
        _ operation: BinaryOperator, _ a: NodeID, _ b: NodeID, width: Int, operandWidth: Int, rightWidth: Int
    ) -> NodeID {
        graph.binary(operation, a, b, width: width, operandWidth: operandWidth, rightWidth: rightWidth)
    }

    mutating func select(_ condition: NodeID, then: NodeID, otherwise: NodeID, width: Int) -> NodeID {
        graph.select(condition, then, otherwise)
    }

    mutating func extract(_ a: NodeID, low: Int, width: Int) -> NodeID {
        let shifted = graph.shiftRight(a, low)
        return graph.mask(shifted, width: width)
    }

    mutating func zeroExtend(_ a: NodeID, from: Int, to: Int) -> NodeID { graph.mask(a, width: to) }

    mutating func signExtend(_ a: NodeID, from: Int, to: Int) -> NodeID {
        let extended = graph.signExtend(a, from: from)
        return graph.mask(extended, width: to)
    }

    mutating func apply(_ function: FunctionID, _ arguments: [NodeID], width: Int) -> NodeID {
        isUnsupported = true
        return graph.constantNode(0)
    }
}
