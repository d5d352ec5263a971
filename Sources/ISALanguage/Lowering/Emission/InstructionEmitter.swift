/// Writes the micro-ops of one lowered instruction. Values are computed when something asks for them;
/// all traps come before all writes, so a trap leaves the state as it was.
struct InstructionEmitter {
    let context: LoweringContext
    let constants: ConstantPool
    let graph: ValueGraph
    var operations: [MicroOp] = []
    /// Slots that hold nodes, with the number of micro-ops there were when each was ready.
    var locations: [NodeID: (slot: UInt32, since: Int)] = [:]
    /// Copies of state slots that have been overwritten while their old value is still wanted.
    var copies: [Int: UInt32] = [:]
    /// Cold paths to be written later.
    var cold: [ColdPath] = []
    /// Micro-ops that leave the block in the middle and have to give instructions back.
    var turns: [Int] = []
    private var nextTemporary: Int
    /// The temporaries ran out.
    var isExhausted = false

    /// What happens off the straight line.
    struct ColdPath {
        /// Micro-ops of the straight line that are done on this way, too.
        var rest: Range<Int> = 0..<0
        /// The micro-op that goes there.
        var from: Int
        /// Reached through the second micro-op of the pair that `from` names: see `storeChecked`.
        var isSecond = false
        var exit: BlockExit
        /// Computed on the way.
        var detail: NodeID?
    }

    init(context: LoweringContext, constants: ConstantPool, graph: ValueGraph) {
        self.context = context
        self.constants = constants
        self.graph = graph
        nextTemporary = context.plan.temporaryBase
    }

    var selector: TileSelector { TileSelector(graph: graph) { locations[$0] != nil } }

    mutating func temporary() -> UInt32 {
        guard nextTemporary < context.plan.slotCount else {
            isExhausted = true
            return UInt32(context.plan.temporaryBase)
        }
        nextTemporary += 1
        return UInt32(nextTemporary - 1)
    }

    // MARK: values

    /// True if the node needs no micro-op: it stands in a slot, or is a number.
    func isAtHand(_ id: NodeID) -> Bool {
        if locations[id] != nil || graph.constant(id) != nil { return true }
        if case .slot = graph[id] { return true }
        return false
    }

    /// The slot that holds a node, which is at hand.
    mutating func slot(_ id: NodeID) -> UInt32 {
        if let location = locations[id] { return location.slot }
        switch graph[id] {
        case .slot(let slot): return copies[slot] ?? UInt32(slot)
        case .constant(let value): return slot(holding: value)
        default:
            materialise([id])
            return locations[id]?.slot ?? 0
        }
    }

    mutating func slot(holding value: UInt64) -> UInt32 {
        if let pooled = constants.slot(for: value) { return pooled }
        let temporary = temporary()
        operations.append(MicroOp(.constant, a: temporary, x: value))
        return temporary
    }

    /// Computes these nodes, and what they need, into temporaries.
    mutating func materialise(_ roots: [NodeID]) {
        let (order, tiles) = plan(roots)
        for id in order where locations[id] == nil {
            if let tile = tiles[id] { emit(id, tile, into: temporary()) }
        }
    }

    /// What must be computed for these nodes, in order, and by which tiles.
    func plan(_ roots: [NodeID]) -> (order: [NodeID], tiles: [NodeID: Tile]) {
        var tiles: [NodeID: Tile] = [:]
        var wanted = Set(roots.filter { !isAtHand($0) })
        var current: NodeID?
        // What another tile wants as a whole need not be computed as part of this one.
        let selector = TileSelector(graph: graph) { locations[$0] != nil || (wanted.contains($0) && $0 != current) }
        // From the last value back: what a tile reads is wanted in its turn.
        for id in graph.reachable(from: roots).reversed() where wanted.contains(id) {
            current = id
            let tile = selector.tile(id)
            tiles[id] = tile
            for operand in tile.operands where !isAtHand(operand) { wanted.insert(operand) }
        }
        return (wanted.sorted(), tiles)
    }

    /// Computes a node, whose operands are at hand, into a slot.
    mutating func emit(_ id: NodeID, _ tile: Tile, into destination: UInt32) {
        var operation = tile.operation
        operation.a = destination
        fill(&operation, tile)
        operations.append(operation)
        locations[id] = (destination, operations.count)
    }

    private mutating func fill(_ operation: inout MicroOp, _ tile: Tile) {
        if let b = tile.b { operation.b = slot(b) }
        if let c = tile.c { operation.c = slot(c) }
        if let d = tile.d { operation.d = slot(d) }
        // An access without a condition still names one.
        if operation.opcode == .loadBounded, tile.c == nil { operation.c = slot(holding: 1) }
    }

    // MARK: conditions

    /// To the cold path if the bit has this value.
    mutating func skip(if condition: NodeID, is value: Bool, to exit: BlockExit, detail: NodeID? = nil) {
        var tile = selector.condition(condition)
        if !value { tile.isNegated.toggle() }
        materialise(tile.operands)
        let isImmediate = tile.right == nil
        let opcode: Opcode
        switch (tile.comparison, tile.isNegated) {
        case (.equal, false): opcode = isImmediate ? .skipIfEqualImmediate : .skipIfEqual
        case (.equal, true): opcode = isImmediate ? .skipIfNotEqualImmediate : .skipIfNotEqual
        case (.less, false): opcode = isImmediate ? .skipIfLessImmediate : .skipIfLess
        case (.less, true): opcode = isImmediate ? .skipIfNotLessImmediate : .skipIfNotLess
        case (.lessSigned, false): opcode = isImmediate ? .skipIfLessSignedImmediate : .skipIfLessSigned
        case (.lessSigned, true): opcode = isImmediate ? .skipIfNotLessSignedImmediate : .skipIfNotLessSigned
        }
        var operation = MicroOp(opcode, a: tile.shift, x: tile.immediate)
        operation.b = slot(tile.left)
        if let right = tile.right { operation.c = slot(right) }
        append(operation, coldTo: exit, detail: detail)
    }

    /// A micro-op with a cold path.
    mutating func append(_ operation: MicroOp, coldTo exit: BlockExit, detail: NodeID? = nil) {
        cold.append(ColdPath(from: operations.count, exit: exit, detail: detail))
        operations.append(operation)
    }

    // MARK: cold paths

    /// The cold paths' micro-ops, to stand anywhere behind the straight line, and where in them each
    /// of the straight line's micro-ops has its own. `exits` grows by theirs.
    mutating func coldCode(exits: inout [BlockExit]) -> (operations: [MicroOp], entries: [(from: Int, to: Int)]) {
        let (hotOperations, hotLocations) = (operations, locations)
        var entries: [(from: Int, to: Int)] = []
        operations = []
        copies = [:]
        for path in cold {
            // Only what was ready when the path was taken is ready on it.
            locations = hotLocations.filter { $0.value.since <= path.from }
            if !path.isSecond { entries.append((path.from, operations.count)) }
            var exit = path.exit
            if let detail = path.detail, case .trap(let trap, _, _, let resume) = exit.reason {
                if let value = graph.constant(detail) {
                    exit.reason = .trap(trap, detail: value, slot: nil, resume: resume)
                } else {
                    materialise([detail])
                    exit.reason = .trap(trap, detail: 0, slot: Int(slot(detail)), resume: resume)
                }
            }
            operations += hotOperations[path.rest]
            operations.append(MicroOp(.leave, a: UInt32(exits.count)))
            exits.append(exit)
        }
        let code = operations
        (operations, locations) = (hotOperations, hotLocations)
        return (code, entries)
    }
}
