/// Something that an instruction does, in order.
enum Effect {
    /// Ends the instruction if every condition is 1.
    case trap(TrapID, when: [NodeID], detail: NodeID?)
}

/// A write to an element that is known only when the instruction runs.
struct ElementWrite {
    var first: Int
    var count: Int
    var index: NodeID
    var value: NodeID
    var guarded: NodeID?
}

struct StoreWrite {
    var address: NodeID
    var value: NodeID
    var guarded: NodeID?
    /// The cell exists wherever the guard is 1.
    var isKnown: Bool
}

/// Walks a program and makes a value graph of it, with fields, forms, addresses and the components of
/// the block's key as constants: partial evaluation.
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
    private var refuted: [[NodeID]] = []

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

    // MARK: traps

    mutating func trap(_ trap: TrapID, when condition: NodeID, detail: NodeID?) -> Bool {
        var conditions: [NodeID] = []
        var open = parts(of: condition)
        while !open.isEmpty {
            let part = open.removeFirst()
            // Only parts that stay may be assumed: two that imply each other must not both go.
            let refreshed = refresh(part, assuming: conditions + open)
            switch graph.knowledge(refreshed).constant {
            case 0: return false
            case 1: continue
            default: conditions.append(refreshed)
            }
        }
        effects.append(.trap(trap, when: conditions, detail: detail))
        if conditions.isEmpty {
            endsInTrap = true
            return true
        }
        if conditions.count == 1 {
            _ = graph.assume(conditions[0], is: false)
        } else {
            refuted.append(conditions)
        }
        return false
    }

    /// The conditions that must all be 1 for this one to be.
    private mutating func parts(of condition: NodeID) -> [NodeID] {
        var parts: [NodeID] = []
        var open = [condition]
        while let id = open.popLast() {
            if let (a, b) = bits(of: .and, id) {
                open += [b, a]
            } else if case .binary(.xor, let inner, let one) = graph[id], graph.constant(one) == 1,
                let (a, b) = bits(of: .or, inner)
            {
                // Neither of two.
                let second = graph.not(b)
                let first = graph.not(a)
                open += [second, first]
            } else if !parts.contains(id) {
                parts.append(id)
            }
        }
        return parts
    }

    /// The operands, if this is an operation on two single bits.
    private func bits(of operation: NodeOperator, _ id: NodeID) -> (NodeID, NodeID)? {
        guard case .binary(operation, let a, let b) = graph[id], graph.knowledge(a).high <= 1,
            graph.knowledge(b).high <= 1
        else { return nil }
        return (a, b)
    }

    /// Assumes that all of these hold, and what follows from the traps that were not taken.
    private mutating func assume(_ conditions: [NodeID]) -> [(NodeID, Knowledge)] {
        var undo: [(NodeID, Knowledge)] = []
        for condition in conditions { undo += graph.assume(condition, is: true) }
        for refutation in refuted {
            let open = refutation.filter { graph.knowledge($0).constant != 1 }
            if open.count == 1 { undo += graph.assume(open[0], is: false) }
        }
        return undo
    }

    /// A value in its simplest form where these conditions hold.
    private mutating func refresh(_ value: NodeID, assuming conditions: [NodeID]) -> NodeID {
        let count = graph.nodes.count
        let undo = assume(conditions)
        let refreshed = graph.refreshed(value)
        graph.retract(undo, since: count)
        return refreshed
    }

    /// An address in its simplest form where the access happens, and whether it then is in the storage.
    private mutating func refinedAddress(_ address: NodeID, guarded: NodeID?) -> (NodeID, known: Bool) {
        let count = graph.nodes.count
        let given = guarded.map { parts(of: $0) } ?? []
        let undo = assume(given)
        let refreshed = graph.refreshed(address)
        let known = graph.knowledge(refreshed).high < context.storageCount
        graph.retract(undo, since: count)
        return (refreshed, known)
    }

    // MARK: writing

    /// What a slot holds after the writes so far.
    mutating func newValue(_ slot: Int) -> NodeID { writes[slot] ?? oldValue(slot) }

    private mutating func write(slot: Int, _ value: NodeID, guarded: NodeID?) {
        if context.clockSlots.contains(slot) { touchesClock = true }
        let masked = graph.mask(value, width: context.width(of: slot))
        if let guarded {
            let old = newValue(slot)
            writes[slot] = graph.select(guarded, masked, old)
        } else {
            writes[slot] = masked
        }
    }

    mutating func write(_ component: StateID, value: NodeID, guarded: NodeID?) {
        guard let slot = context.shape.slot(component, element: 0) else { return }
        write(slot: slot, value, guarded: guarded)
    }

    mutating func writeElement(_ component: StateID, index: NodeID, value: NodeID, guarded: NodeID?) {
        let first = context.shape.firstSlot[component.index]
        let count = context.shape.counts[component.index]
        let isOrdered = elementWrites.contains { $0.first == first }
        if let number = graph.constant(index), !isOrdered {
            if number < UInt64(count) { write(slot: first + Int(number), value, guarded: guarded) }
            return
        }
        if context.clockSlots.contains(first) { touchesClock = true }
        // From the first such write on, the file's writes are done in their order.
        let masked = graph.mask(value, width: context.width(of: first))
        if let number = graph.constant(index), guarded == nil, number < UInt64(count) {
            lateWrites[first + Int(number)] = masked
            return
        }
        for slot in first..<(first + count) {
            guard let late = lateWrites.removeValue(forKey: slot) else { continue }
            let number = graph.constantNode(UInt64(slot - first))
            elementWrites.append(
                ElementWrite(first: first, count: count, index: number, value: late, guarded: nil))
        }
        elementWrites.append(
            ElementWrite(first: first, count: count, index: index, value: masked, guarded: guarded))
    }

    mutating func store(_ storage: StateID, address: NodeID, value: NodeID, guarded: NodeID?) {
        if let guarded, graph.knowledge(guarded).constant == 0 { return }
        let guarded = guarded.flatMap { graph.knowledge($0).constant == 1 ? nil : $0 }
        let (refined, known) = refinedAddress(address, guarded: guarded)
        if !known { mayLeaveStorage = true }
        let masked = graph.mask(value, width: context.shape.cellWidth)
        stores.append(StoreWrite(address: refined, value: masked, guarded: guarded, isKnown: known))
    }
}
