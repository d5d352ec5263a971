/// A program of the machine that is no instruction, as micro-ops: a condition, or trap delivery.
/// It takes its arguments from the argument slots and leaves its results in the result slots.
public struct LoweredSnippet: Sendable {
    public var operations: [MicroOp]
    public var exits: [BlockExit]
    public var resultCount: Int

    /// Nil if it cannot be lowered: the core interprets it then.
    public init?(_ program: Program, context: LoweringContext, constants: ConstantPool) {
        var lowering = ProgramLowering(
            context: context, instruction: nil, parameters: EvaluationParameters(), knownSlots: [:])
        let results = program.interpret(by: &lowering) ?? []
        // An access outside the storage would make delivery fail, which micro-ops do not notice.
        guard !lowering.isUnsupported, !lowering.mayLeaveStorage, results.count <= SlotPlan.resultCount,
            !program.operations.contains(where: SnippetBuilder.needsAddress)
        else { return nil }
        var writes = lowering.writes
        for (index, result) in results.enumerated() { writes[context.plan.resultBase + index] = result }
        for (slot, value) in writes where lowering.isUnchanged(slot, value) { writes[slot] = nil }
        let plan = InstructionPlan(
            here: 0, next: 0, completedBefore: 0, effects: lowering.effects, writes: writes,
            elementWrites: lowering.elementWrites, lateWrites: lowering.lateWrites, stores: lowering.stores,
            programCounter: lowering.graph.constantNode(0), attention: lowering.graph.constantNode(1),
            endsInTrap: lowering.endsInTrap)
        var emitter = InstructionEmitter(context: context, constants: constants, graph: lowering.graph)
        _ = emitter.compose(plan, traps: context.description.traps)
        if emitter.isExhausted { return nil }
        var exits: [BlockExit] = []
        let (code, entries) = emitter.coldCode(exits: &exits)
        var operations = emitter.operations
        for (from, to) in entries { operations[from].d = UInt32(operations.count + to - from) }
        operations += code
        self.operations = operations
        self.exits = exits
        resultCount = results.count
    }
}

private enum SnippetBuilder {
    /// `here`, `next` and `length` have no fixed value in a program that runs anywhere.
    static func needsAddress(_ operation: Operation) -> Bool {
        switch operation {
        case .parameter(.here), .parameter(.next), .parameter(.length): return true
        default: return false
        }
    }
}
