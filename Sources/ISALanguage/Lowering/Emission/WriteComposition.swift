// The writes of an instruction. They happen together: what one overwrites, another may still have to read.

extension InstructionEmitter {
    /// True if stores only note that they hit decoded code, for the block to be left at the instruction's end.
    func needsNoting(_ plan: InstructionPlan, leaves: Bool) -> Bool {
        guard let store = plan.stores.first else { return false }
        if overlaidStore(plan) != nil, graph.constant(plan.programCounter) != nil, !leaves { return false }
        return plan.stores.count > 1 || leaves || graph.constant(plan.programCounter) == nil
            || store.guarded != nil || graph.knowledge(store.address).high >= context.storageCount
    }

    /// Registers that lie over the first cells: one write that goes to either.
    func overlaidStore(_ plan: InstructionPlan) -> (RegisterOverlay, AddressTile)? {
        guard plan.stores.count == 1, plan.elementWrites.count == 1 else { return nil }
        let (store, element) = (plan.stores[0], plan.elementWrites[0])
        guard let inside = element.guarded, let outside = store.guarded, graph.isNegation(outside, of: inside),
            store.value == element.value, store.isKnown,
            let file = RegisterOverlay(inside, element.index, element.first, element.count, selector),
            let access = file.access(to: store.address, selector)
        else { return nil }
        return (file, access)
    }

    /// Values that must be at hand when the slots have been written.
    private func operandsAfterWrites(_ plan: InstructionPlan, leaves: Bool, noting: Bool) -> [NodeID] {
        var operands = plan.lateWrites.sorted { $0.key < $1.key }.map(\.value)
        if !noting, let (_, access) = overlaidStore(plan) {
            operands += [access.base, plan.stores[0].value]
        } else {
            for write in plan.elementWrites {
                operands += [write.index, write.value] + (write.guarded.map { [$0] } ?? [])
            }
            for store in plan.stores {
                let address = noting || graph.constant(store.address) != nil
                    ? store.address : selector.address(store.address).base
                operands += [address, store.value] + (store.guarded.map { [$0] } ?? [])
            }
        }
        if !leaves {
            if graph.constant(plan.attention) == nil { operands += selector.condition(plan.attention).operands }
            if let branch = branch(plan.programCounter) {
                operands += branch.tile.operands
            } else {
                operands.append(plan.programCounter)
            }
        }
        return operands
    }

    mutating func emitWrites(_ plan: InstructionPlan, leaves: Bool, noting: Bool) {
        let overlaid = overlaidStore(plan)
        let later = operandsAfterWrites(plan, leaves: leaves, noting: noting)
        var roots = SlotWrites(plan, later: later, self)
        materialise(roots.needed)
        // A write to either register or cell reads what it needs itself.
        let own = noting ? [] : overlaid.map { [$0.1.base, plan.stores[0].value] } ?? []
        protect(later.filter { !own.contains($0) }, from: plan.elementWrites)
        while let write = roots.next() {
            if write.needsCopy {
                let copy = temporary()
                operations.append(MicroOp(.move, a: copy, b: UInt32(write.slot)))
                copies[write.slot] = copy
            }
            emit(write)
        }
        fuseFlags(keeping: later)
        if !noting, let (file, access) = overlaid {
            var operation = MicroOp(
                .storeOverlaid, c: file.packed, x: access.displacement, y: access.mask, z: access.offset)
            operation.a = slot(plan.stores[0].value)
            operation.b = slot(access.base)
            append(operation, coldTo: codeChanged(plan))
            emitLateWrites(plan)
            return
        }
        emit(plan.elementWrites)
        emitStores(plan, noting: noting)
        emitLateWrites(plan)
        if noting, !leaves { append(MicroOp(.leaveIfNoted), coldTo: codeChanged(plan)) }
    }

    /// What must be written last is so on the way out of a store, too.
    private mutating func emitLateWrites(_ plan: InstructionPlan) {
        guard !plan.lateWrites.isEmpty else { return }
        let start = operations.count
        for (slot, value) in plan.lateWrites.sorted(by: { $0.key < $1.key }) {
            if let number = graph.constant(value) {
                operations.append(MicroOp(.constant, a: UInt32(slot), x: number))
            } else {
                operations.append(MicroOp(.move, a: UInt32(slot), b: self.slot(value)))
            }
        }
        for index in cold.indices where cold[index].exit.reason == .codeChanged {
            cold[index].rest = start..<operations.count
        }
    }

    private mutating func emit(_ write: SlotWrites.Write) {
        let destination = UInt32(write.slot)
        if isAtHand(write.value) {
            if let value = graph.constant(write.value) {
                operations.append(MicroOp(.constant, a: destination, x: value))
            } else {
                operations.append(MicroOp(.move, a: destination, b: slot(write.value)))
            }
            return
        }
        guard let tile = write.tile else { return }
        emit(write.value, tile, into: destination)
        // The register file may be written once more, at an element that is not known yet.
        if write.isVolatile { locations[write.value] = nil }
    }

    /// Old values that a write to an element not known before could overwrite.
    private mutating func protect(_ later: [NodeID], from writes: [ElementWrite]) {
        for write in writes {
            for id in later {
                guard locations[id] == nil, case .slot(let slot) = graph[id], copies[slot] == nil,
                    (write.first..<(write.first + write.count)).contains(slot)
                else { continue }
                let copy = temporary()
                operations.append(MicroOp(.move, a: copy, b: UInt32(slot)))
                copies[slot] = copy
            }
        }
    }

    private mutating func emit(_ writes: [ElementWrite]) {
        for write in writes {
            var operation = MicroOp(.setElement, a: UInt32(write.first), x: UInt64(write.count))
            operation.b = slot(write.index)
            operation.c = slot(write.value)
            operation.d = write.guarded.map { slot($0) } ?? slot(holding: 1)
            operations.append(operation)
        }
    }

    private func codeChanged(_ plan: InstructionPlan) -> BlockExit {
        BlockExit(
            reason: .codeChanged, completed: plan.completedBefore + 1, address: graph.constant(plan.programCounter))
    }

    private mutating func emitStores(_ plan: InstructionPlan, noting: Bool) {
        for store in plan.stores {
            if noting {
                var operation = MicroOp(.storeNoting, x: context.storageCount)
                operation.a = slot(store.value)
                operation.b = slot(store.address)
                operation.c = store.guarded.map { slot($0) } ?? slot(holding: 1)
                operations.append(operation)
            } else if let cell = graph.constant(store.address) {
                append(MicroOp(.storeConstant, a: slot(store.value), x: cell), coldTo: codeChanged(plan))
            } else {
                let address = selector.address(store.address)
                var operation = MicroOp(.store, x: address.displacement, y: address.mask, z: address.offset)
                operation.a = slot(store.value)
                operation.b = slot(address.base)
                append(operation, coldTo: codeChanged(plan))
            }
        }
    }
}
