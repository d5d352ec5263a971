/// Makes a block: lowers instruction after instruction until one ends it.
public struct BlockBuilder {
    let context: LoweringContext
    let constants: ConstantPool
    /// Values of the slots that are part of the block's key.
    let key: [Int: UInt64]
    /// Watched cells are tested for, and so every access stands alone.
    let isWatching: Bool
    private var emitters: [(emitter: InstructionEmitter, base: Int)] = []
    private var operations: [MicroOp] = []
    private var exits: [BlockExit] = []
    public private(set) var instructionCount = 0
    /// The last instruction goes on behind the block: at this address.
    private var open: UInt64?

    public init(context: LoweringContext, constants: ConstantPool, key: [Int: UInt64], isWatching: Bool = false) {
        self.context = context
        self.constants = constants
        self.key = key
        self.isWatching = isWatching
        operations.append(MicroOp(.enter))
    }

    public enum Outcome: Sendable {
        /// The next instruction may be appended.
        case open
        /// The block is complete with this instruction.
        case complete
        /// Not appended: the instruction touches a clock, or what is looked at in every step, and needs
        /// a block of its own, with everything brought up to date before and after it.
        case needsOwnBlock
        /// Not appended: no micro-ops for it; the core interprets it.
        case unsupported
    }

    /// Appends one instruction. `alone`: it is the only one of its block, and the core looks around afterwards anyway.
    public mutating func append(_ decoded: DecodedInstruction, at here: UInt64, alone: Bool = false) -> Outcome {
        let instruction = context.description.instructions[decoded.instruction]
        let parameters = EvaluationParameters(here: here, length: decoded.length, in: context.description)
        var known = key
        known[context.programCounterSlot] = here
        var lowering = ProgramLowering(
            context: context, instruction: decoded, parameters: parameters, knownSlots: known)
        _ = instruction.program.interpret(by: &lowering)
        if lowering.isUnsupported { return .unsupported }
        if lowering.touchesClock, !alone { return .needsOwnBlock }
        let plan = self.plan(&lowering, parameters, alone: alone)
        var emitter = InstructionEmitter(context: context, constants: constants, graph: lowering.graph)
        let continuation = emitter.compose(plan, traps: context.description.traps)
        if emitter.isExhausted { return .unsupported }
        emitters.append((emitter, operations.count))
        operations += emitter.operations
        instructionCount += 1
        open = continuation == .fallsThrough ? parameters.next : nil
        return continuation == .fallsThrough ? .open : .complete
    }

    private func plan(
        _ lowering: inout ProgramLowering, _ parameters: EvaluationParameters, alone: Bool
    ) -> InstructionPlan {
        var attention = lowering.graph.constantNode(alone ? 1 : 0)
        var watched: [(address: NodeID, guarded: NodeID?, isWrite: Bool)] = []
        if !lowering.endsInTrap {
            if !alone { attention = lowering.attention() }
            if isWatching { watched = lowering.touchedCells() }
        }
        let programCounter = lowering.newValue(context.programCounterSlot)
        var writes = lowering.writes
        writes[context.programCounterSlot] = nil
        for (slot, value) in writes where lowering.isUnchanged(slot, value) { writes[slot] = nil }
        return InstructionPlan(
            here: parameters.here, next: parameters.next, completedBefore: instructionCount,
            effects: lowering.effects, writes: writes, elementWrites: lowering.elementWrites,
            lateWrites: lowering.lateWrites, stores: lowering.stores, programCounter: programCounter,
            attention: attention, watched: watched,
            endsInTrap: lowering.endsInTrap)
    }

    /// The finished block.
    public mutating func finish() -> LoweredBlock {
        if let open {
            // The next instruction belongs to another block.
            let exit = BlockExit(
                reason: .link(operation: operations.count, .x), completed: instructionCount, address: open)
            operations.append(MicroOp(.jump, d: 1))
            operations.append(MicroOp(.leave, a: UInt32(exits.count)))
            exits.append(exit)
        }
        for (emitter, base) in emitters { appendCold(emitter, base) }
        giveBack()
        operations[0].a = UInt32(instructionCount)
        if !joinHeadAndJump() {
            operations[0].d = UInt32(operations.count)
            operations.append(MicroOp(.leave, a: UInt32(exits.count)))
        }
        exits.append(BlockExit(reason: .budget, completed: 0, address: nil))
        return LoweredBlock(operations: operations, exits: exits, instructionCount: instructionCount)
    }

    /// What a turn in the middle of the block does not execute was taken from the budget at its head.
    private mutating func giveBack() {
        for (emitter, base) in emitters {
            for turn in emitter.turns {
                guard let exit = exits.firstIndex(where: { $0.reason == .link(operation: base + turn, .x) }) else {
                    continue
                }
                operations[base + turn].y = UInt64(instructionCount - exits[exit].completed)
                // On the way out it has been given back already.
                exits[exit].completed = instructionCount
            }
        }
    }

    /// A block that is nothing but a jump needs one micro-op only.
    private mutating func joinHeadAndJump() -> Bool {
        guard operations.count == 3, operations[1].opcode == .jump, exits.count == 1 else { return false }
        exits[0].reason = .link(operation: 0, .x)
        operations = [
            MicroOp(.enterAndJump, a: UInt32(instructionCount), d: 1), MicroOp(.leave, a: 0), MicroOp(.leave, a: 1),
        ]
        return true
    }

    private mutating func appendCold(_ emitter: InstructionEmitter, _ base: Int) {
        var emitter = emitter
        let firstExit = exits.count
        let (code, entries) = emitter.coldCode(exits: &exits)
        for index in exits.indices.dropFirst(firstExit) {
            if case .link(let operation, let operand) = exits[index].reason {
                exits[index].reason = .link(operation: operation + base, operand)
            }
        }
        let start = operations.count
        operations += code
        for (from, to) in entries { operations[base + from].d = UInt32(start + to - (base + from)) }
    }
}

extension ProgramLowering {
    /// One bit over the old state: after this instruction the core has to look around.
    mutating func attention() -> NodeID {
        let keyChanges = context.keySlots.contains { slot in
            writes[slot].map { !isUnchanged(slot, $0) } ?? false
        }
        if keyChanges || touchesClock || !elementWrites.allSatisfy(isPlain) { return graph.constantNode(1) }
        let changed = Set(writes.keys.filter { !isUnchanged($0, writes[$0]!) })
        var attention = graph.constantNode(0)
        readsNewState = true
        defer { readsNewState = false }
        for condition in context.attention where !condition.slots.isDisjoint(with: changed) {
            var all = graph.constantNode(1)
            for program in condition.programs {
                guard let result = program.interpret(by: &self)?.first, !isUnsupported else {
                    return graph.constantNode(1)
                }
                all = graph.and(all, result)
            }
            attention = graph.or(attention, all)
        }
        return attention
    }

    /// A write to a register file in which the core sees nothing but registers.
    private func isPlain(_ write: ElementWrite) -> Bool {
        let slots = write.first..<(write.first + write.count)
        return !context.attention.contains { $0.slots.contains(where: slots.contains) }
            && !context.keySlots.contains(where: slots.contains)
    }

    /// Writing this value leaves the slot as it was.
    func isUnchanged(_ slot: Int, _ value: NodeID) -> Bool {
        if graph[value] == .slot(slot) { return true }
        guard let known = knownSlots[slot], let constant = graph.constant(value) else { return false }
        return known == constant
    }

    /// Every cell that the instruction reads or writes, with its guard.
    func touchedCells() -> [(address: NodeID, guarded: NodeID?, isWrite: Bool)] {
        var roots = Array(writes.values) + lateWrites.values
        for write in elementWrites { roots += [write.index, write.value] + (write.guarded.map { [$0] } ?? []) }
        for store in stores { roots += [store.address, store.value] + (store.guarded.map { [$0] } ?? []) }
        for case .trap(_, let conditions, _) in effects { roots += conditions }
        var touched: [(address: NodeID, guarded: NodeID?, isWrite: Bool)] = []
        for id in graph.reachable(from: roots) {
            if case .load(let address, let guarded, _) = graph[id] { touched.append((address, guarded, false)) }
        }
        return touched + stores.map { ($0.address, $0.guarded, true) }
    }
}
