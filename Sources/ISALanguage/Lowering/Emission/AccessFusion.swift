// Micro-ops that do in one step what an instruction typically does to storage: check an address and
// load from it, or add a cell to a register.

extension InstructionEmitter {
    /// A register that takes up a cell: S[slot] = (S[slot] op cell) & mask.
    func accumulation(_ value: NodeID, into slot: Int, _ uses: [NodeID: Int]) -> Tile? {
        guard let (operation, load, mask) = accumulated(value, into: slot, uses),
            case .load(let address, nil, let known) = graph[load]
        else { return nil }
        if let cell = graph.constant(address), cell < context.storageCount {
            return Tile(MicroOp(InstructionEmitter.constantCell[operation] ?? .addConstantCell, x: cell, y: mask))
        }
        guard known else { return nil }
        let tile = selector.address(address)
        // One mask serves address and sum.
        guard tile.mask == mask || tile.mask == .max, tile.mask == mask || tile.displacement == 0 else { return nil }
        guard tile.mask == mask || graph.knowledge(tile.base).possible & ~mask == 0 else { return nil }
        return Tile(
            MicroOp(InstructionEmitter.cell[operation] ?? .addCell, x: tile.displacement, y: mask, z: tile.offset),
            b: tile.base)
    }

    private static let constantCell: [NodeOperator: Opcode] = [
        .add: .addConstantCell, .subtract: .subtractConstantCell, .and: .andConstantCell, .or: .orConstantCell,
        .xor: .xorConstantCell,
    ]
    private static let cell: [NodeOperator: Opcode] = [
        .add: .addCell, .subtract: .subtractCell, .and: .andCell, .or: .orCell, .xor: .xorCell,
    ]
    private static let cellChecked: [NodeOperator: Opcode] = [
        .add: .addCellChecked, .subtract: .subtractCellChecked, .and: .andCellChecked, .or: .orCellChecked,
        .xor: .xorCellChecked,
    ]

    /// The operator, the load and the mask of `(old op load) & mask`, where nothing else wants the load.
    private func accumulated(
        _ value: NodeID, into slot: Int, _ uses: [NodeID: Int]
    ) -> (NodeOperator, load: NodeID, mask: UInt64)? {
        var inner = value
        var mask = UInt64.max
        if let masked = graph.maskOperand(value) { (inner, mask) = masked }
        guard !isAtHand(inner), case .binary(let operation, let a, let b) = graph[inner],
            InstructionEmitter.cell[operation] != nil
        else { return nil }
        let isOld = { (id: NodeID) in graph[id] == .slot(slot) && locations[id] == nil && copies[slot] == nil }
        let isLoad = { (id: NodeID) in
            if case .load(_, nil, _) = graph[id] { return locations[id] == nil && uses[id] == 1 }
            return false
        }
        if inner != value, uses[inner] != 1 { return nil }
        if mask == .max, operation != .subtract, operation != .add {
            // Bitwise: the operands' own width is the mask.
            mask = ConcreteArithmetic.mask(max(context.width(of: slot), context.shape.cellWidth))
        }
        if isOld(a), isLoad(b) { return (operation, b, mask) }
        if operation != .subtract, isOld(b), isLoad(a) { return (operation, a, mask) }
        return nil
    }

    /// Tries to do a bound check together with the access that it guards.
    mutating func fuseAccess(
        _ condition: NodeID, _ exit: BlockExit, _ detail: NodeID?, _ index: Int, _ plan: inout InstructionPlan
    ) -> Bool {
        guard plan.watched.isEmpty else { return false }
        let test = selector.condition(condition)
        guard test.comparison == .less, test.isNegated, test.right == nil, test.immediate <= UInt64(UInt32.max),
            test.immediate > 0
        else { return false }
        let check = BoundCheck(
            address: selector.displaced(test.left), limit: test.immediate, exit: exit, detail: detail)
        let isLast = index == plan.effects.count - 1
        return (isLast && fuseStore(check, &plan)) || fuseLoad(check, isLast: isLast, index, &plan)
    }

    /// An address that must be below a limit.
    struct BoundCheck {
        var address: AddressTile
        var limit: UInt64
        var exit: BlockExit
        var detail: NodeID?
    }

    /// How far behind the checked address the accessed one lies, if it is the same otherwise and the
    /// check alone keeps it inside the storage.
    private func offset(_ accessed: NodeID, from check: BoundCheck) -> UInt64? {
        let tile = selector.address(accessed)
        guard tile.base == check.address.base, tile.mask == check.address.mask else { return nil }
        if tile.mask != .max, tile.displacement != check.address.displacement { return nil }
        let offset = tile.mask == .max ? tile.offset &- check.address.displacement : tile.offset
        let (last, overflow) = (check.limit &- 1).addingReportingOverflow(offset)
        return overflow || last >= context.storageCount ? nil : offset
    }

    private mutating func fuseStore(_ check: BoundCheck, _ plan: inout InstructionPlan) -> Bool {
        let overlaid = overlaidStore(plan)
        guard plan.stores.count == 1, plan.writes.isEmpty, plan.lateWrites.isEmpty, graph.constant(plan.attention) == 0,
            overlaid != nil || (plan.elementWrites.isEmpty && plan.stores[0].guarded == nil),
            let next = graph.constant(plan.programCounter),
            let offset = offset(plan.stores[0].address, from: check)
        else { return false }
        if let (file, access) = overlaid {
            guard file.count <= check.limit, access.offset == offset, offset <= UInt64(UInt32.max) else { return false }
        }
        let value = plan.stores[0].value
        // What is stored must not itself need the check.
        let computed = graph.reachable(from: [value])
        if computed.contains(where: { isLoad($0) && locations[$0] == nil }) { return false }
        materialise([value, check.address.base])
        var operation = MicroOp(
            .storeChecked, c: UInt32(check.limit), x: check.address.displacement, y: check.address.mask, z: offset)
        if let (file, _) = overlaid {
            operation.code = UInt(Opcode.storeOverlaidChecked.rawValue)
            operation.c = file.packed
            operation.z = offset | check.limit << 32
        }
        operation.a = slot(value)
        operation.b = slot(check.address.base)
        let position = operations.count
        append(operation, coldTo: BlockExit(
            reason: .codeChanged, completed: plan.completedBefore + 1, address: next))
        cold.append(ColdPath(from: position, isSecond: true, exit: check.exit, detail: check.detail))
        plan.stores = []
        plan.elementWrites = []
        return true
    }

    private func isLoad(_ id: NodeID) -> Bool {
        if case .load = graph[id] { return true }
        return false
    }

    private mutating func fuseLoad(
        _ check: BoundCheck, isLast: Bool, _ index: Int, _ plan: inout InstructionPlan
    ) -> Bool {
        let roots = plan.valuesWanted(after: index)
        let wanted = graph.reachable(from: roots)
        guard let (load, fused) = fusible(wanted, check) else { return false }
        materialise([check.address.base])
        var operation = fused
        operation.b = slot(check.address.base)
        var uses: [NodeID: Int] = [:]
        for root in roots { uses[root, default: 0] += 1 }
        for id in wanted { graph[id].forEachOperand { uses[$0, default: 0] += 1 } }
        var result = load
        let isOverlaid = fused.opcode == .loadOverlaidChecked
        let target = isLast ? self.target(of: load, check, uses, roots, plan) : nil
        if let (slot, value, opcode) = target, opcode == nil || !isOverlaid {
            operation.a = UInt32(slot)
            if let opcode { operation.code = UInt(opcode.rawValue) }
            plan.writes[slot] = nil
            result = value
        } else {
            operation.a = temporary()
        }
        append(operation, coldTo: check.exit, detail: check.detail)
        locations[result] = (operation.a, operations.count)
        return true
    }

    /// A wanted value that the check can be done together with, and the micro-op that does both.
    private func fusible(_ wanted: [NodeID], _ check: BoundCheck) -> (NodeID, MicroOp)? {
        for id in wanted where locations[id] == nil {
            if case .load(let address, nil, true) = graph[id], let offset = offset(address, from: check) {
                return (id, MicroOp(
                    .loadChecked, c: UInt32(check.limit), x: check.address.displacement, y: check.address.mask,
                    z: offset))
            }
            guard case .select(let condition, let a, let b) = graph[id], case .load(let address, _, _) = graph[b],
                let offset = offset(address, from: check), offset <= UInt64(UInt32.max),
                let tile = selector.overlay(condition, a, b), tile.b == check.address.base,
                tile.operation.x == check.address.displacement, tile.operation.y == check.address.mask,
                UInt64(tile.operation.c >> 16) <= check.limit
            else { continue }
            var operation = tile.operation
            operation.code = UInt(Opcode.loadOverlaidChecked.rawValue)
            operation.z = offset | check.limit << 32
            return (id, operation)
        }
        return nil
    }

    /// The register that a checked load can go to at once, alone or accumulated, because nothing that
    /// comes after wants the register's old value.
    private func target(
        of load: NodeID, _ check: BoundCheck, _ uses: [NodeID: Int], _ roots: [NodeID], _ plan: InstructionPlan
    ) -> (slot: Int, value: NodeID, Opcode?)? {
        for (slot, value) in plan.writes.sorted(by: { $0.key < $1.key }) {
            guard !plan.elementWrites.contains(where: { ($0.first..<($0.first + $0.count)).contains(slot) }) else {
                continue
            }
            var opcode: Opcode?
            if value == load {
                guard uses[load] == 1 else { continue }
            } else {
                guard let (operation, loaded, mask) = accumulated(value, into: slot, uses), loaded == load,
                    mask == check.address.mask, uses[value] == 1
                else { continue }
                opcode = InstructionEmitter.cellChecked[operation]
            }
            let others = roots.filter { $0 != value }
            if !readsOld(slot, graph.reachable(from: others)) { return (slot, value, opcode) }
        }
        return nil
    }

    private func readsOld(_ slot: Int, _ values: [NodeID]) -> Bool {
        values.contains { id in
            switch graph[id] {
            case .slot(slot): return true
            case .element(let first, let count, _): return (first..<(first + count)).contains(slot)
            default: return false
            }
        }
    }
}

extension InstructionPlan {
    /// Values that something behind this effect wants.
    func valuesWanted(after index: Int) -> [NodeID] {
        var values = Array(writes.values) + lateWrites.values + [programCounter, attention]
        for case .trap(_, let conditions, _) in effects[(index + 1)...] { values += conditions }
        for write in elementWrites { values += [write.index, write.value] + (write.guarded.map { [$0] } ?? []) }
        for store in stores { values += [store.address, store.value] + (store.guarded.map { [$0] } ?? []) }
        return values
    }
}
