// How one instruction becomes micro-ops: its traps in order, then its writes together, then where it goes on.

/// An instruction as it is to be written into a block.
struct InstructionPlan {
    var here: UInt64
    var next: UInt64
    /// Instructions of the block before this one.
    var completedBefore: Int
    var effects: [Effect]
    var writes: [Int: NodeID]
    var elementWrites: [ElementWrite]
    /// Done after those.
    var lateWrites: [Int: NodeID] = [:]
    var stores: [StoreWrite]
    /// The next program counter.
    var programCounter: NodeID
    /// One bit: the core must look around after this instruction.
    var attention: NodeID
    /// Cells and their guards that the instruction touches, where the core watches some.
    var watched: [(address: NodeID, guarded: NodeID?, isWrite: Bool)] = []
    /// The instruction ends in a trap for certain.
    var endsInTrap = false
}

/// What follows an instruction in its block.
enum Continuation {
    /// The next instruction stands behind this one.
    case fallsThrough
    /// The block is complete.
    case ends
}

extension InstructionEmitter {
    mutating func compose(_ plan: InstructionPlan, traps: [TrapKind]) -> Continuation {
        var plan = plan
        for index in plan.effects.indices { emitTrap(index, &plan, traps) }
        if plan.endsInTrap { return .ends }
        emitWatches(plan)
        let leaves = graph.constant(plan.attention) == 1
            || (graph.constant(plan.attention) != 0 && graph.constant(plan.programCounter) == nil)
        if leaves, graph.constant(plan.programCounter) == nil {
            plan.writes[context.programCounterSlot] = plan.programCounter
        }
        let noting = needsNoting(plan, leaves: leaves)
        if noting, graph.constant(plan.programCounter) == nil {
            plan.writes[context.programCounterSlot] = plan.programCounter
        }
        emitWrites(plan, leaves: leaves, noting: noting)
        return emitEnding(plan, leaves: leaves)
    }

    // MARK: traps

    private mutating func emitTrap(_ index: Int, _ plan: inout InstructionPlan, _ traps: [TrapKind]) {
        guard case .trap(let trap, let conditions, let detail) = plan.effects[index] else { return }
        let after = traps.indices.contains(trap.index) && traps[trap.index].resumesAfter
        let exit = BlockExit(
            reason: .trap(trap, detail: 0, slot: nil, resume: after ? plan.next : plan.here),
            completed: plan.completedBefore, address: plan.here)
        guard let first = conditions.first else {
            append(MicroOp(.skip), coldTo: exit, detail: detail)
            return
        }
        if conditions.count == 1 {
            if !fuseAccess(first, exit, detail, index, &plan) { skip(if: first, is: true, to: exit, detail: detail) }
            return
        }
        // All of several: their conjunction is not a node of the graph, for they have been refined.
        var conjunction = bit(conditions[0])
        for condition in conditions.dropFirst() {
            let both = temporary()
            let other = bit(condition)
            operations.append(MicroOp(.and, a: both, b: conjunction, c: other))
            conjunction = both
        }
        append(MicroOp(.skipIfNotEqualImmediate, b: conjunction, x: 0), coldTo: exit, detail: detail)
    }

    private mutating func bit(_ condition: NodeID) -> UInt32 {
        materialise([condition])
        return slot(condition)
    }

    // MARK: watched cells

    private mutating func emitWatches(_ plan: InstructionPlan) {
        for touch in plan.watched {
            materialise([touch.address] + (touch.guarded.map { [$0] } ?? []))
            var operation = MicroOp(.watch, y: context.storageCount)
            operation.b = slot(touch.address)
            operation.c = touch.guarded.map { slot($0) } ?? slot(holding: 1)
            let exit = BlockExit(
                reason: .watched(isWrite: touch.isWrite), completed: plan.completedBefore, address: plan.here)
            append(operation, coldTo: exit)
        }
    }

    // MARK: endings

    private mutating func emitEnding(_ plan: InstructionPlan, leaves: Bool) -> Continuation {
        let target = graph.constant(plan.programCounter)
        let event = BlockExit(reason: .event, completed: plan.completedBefore + 1, address: target)
        if leaves {
            append(MicroOp(.skip), coldTo: event)
            return .ends
        }
        if graph.constant(plan.attention) != 0 { skip(if: plan.attention, is: true, to: event) }
        if let target {
            if target == plan.next { return .fallsThrough }
            emitJump(to: target, plan)
            return .ends
        }
        if let branch = branch(plan.programCounter) { return emit(branch, plan) }
        let operation = MicroOp(
            .jumpIndirect, a: UInt32(context.programCounterSlot), b: slot(plan.programCounter))
        append(operation, coldTo: BlockExit(
            reason: .indirect, completed: plan.completedBefore + 1, address: nil))
        return .ends
    }

    mutating func emitJump(to target: UInt64, _ plan: InstructionPlan) {
        link(MicroOp(.jump), .x, to: target, plan)
    }

    /// A micro-op whose operand is to hold the address of another block.
    private mutating func link(
        _ operation: MicroOp, _ operand: LinkOperand, to target: UInt64, _ plan: InstructionPlan
    ) {
        let exit = BlockExit(
            reason: .link(operation: operations.count, operand), completed: plan.completedBefore + 1, address: target)
        append(operation, coldTo: exit)
    }

    /// A program counter that is one of two numbers.
    private mutating func emit(_ branch: Branch, _ plan: InstructionPlan) -> Continuation {
        var tile = branch.tile
        var (taken, other) = (branch.taken, branch.other)
        if taken == plan.next {
            tile.isNegated.toggle()
            swap(&taken, &other)
        }
        let staysOnLine = other == plan.next
        if tile.isNegated, !staysOnLine {
            tile.isNegated = false
            swap(&taken, &other)
        }
        var operation = MicroOp(tile.opcode(turns: staysOnLine), a: tile.shift, z: tile.immediate)
        operation.b = slot(tile.left)
        if let right = tile.right { operation.c = slot(right) }
        let index = operations.count
        link(operation, .x, to: taken, plan)
        if staysOnLine {
            turns.append(index)
            return .fallsThrough
        }
        cold.append(ColdPath(
            from: index, isSecond: true,
            exit: BlockExit(
                reason: .link(operation: index, .y), completed: plan.completedBefore + 1, address: other)))
        return .ends
    }

    struct Branch {
        var tile: ConditionTile
        var taken: UInt64
        var other: UInt64
    }

    func branch(_ programCounter: NodeID) -> Branch? {
        guard locations[programCounter] == nil, case .select(let condition, let a, let b) = graph[programCounter],
            let taken = graph.constant(a), let other = graph.constant(b)
        else { return nil }
        return Branch(tile: selector.condition(condition), taken: taken, other: other)
    }
}

extension ConditionTile {
    /// The micro-op that goes elsewhere if the condition holds: one that else goes straight on, or one
    /// (for a condition that is not negated) that ends the block.
    func opcode(turns: Bool) -> Opcode {
        let isImmediate = right == nil
        switch (comparison, isNegated, turns) {
        case (.equal, _, false): return isImmediate ? .branchIfEqualImmediate : .branchIfEqual
        case (.less, _, false): return isImmediate ? .branchIfLessImmediate : .branchIfLess
        case (.lessSigned, _, false): return isImmediate ? .branchIfLessSignedImmediate : .branchIfLessSigned
        case (.equal, false, true): return isImmediate ? .turnIfEqualImmediate : .turnIfEqual
        case (.equal, true, true): return isImmediate ? .turnIfNotEqualImmediate : .turnIfNotEqual
        case (.less, false, true): return isImmediate ? .turnIfLessImmediate : .turnIfLess
        case (.less, true, true): return isImmediate ? .turnIfNotLessImmediate : .turnIfNotLess
        case (.lessSigned, false, true): return isImmediate ? .turnIfLessSignedImmediate : .turnIfLessSigned
        case (.lessSigned, true, true): return isImmediate ? .turnIfNotLessSignedImmediate : .turnIfNotLessSigned
        }
    }
}
