/// Slots to be written, in an order in which none is overwritten before it has been read.
struct SlotWrites {
    struct Write {
        var slot: Int
        var value: NodeID
        /// How to compute it; nil where it is at hand from the start.
        var tile: Tile?
        /// State slots that computing it reads.
        var reads: [Int]
        var isVolatile: Bool
        var needsCopy = false
    }

    private var pending: [Write] = []
    /// How many readers that come later each slot has.
    private var readers: [Int: Int] = [:]
    /// Values to be computed before any slot is written.
    private(set) var needed: [NodeID]

    init(_ plan: InstructionPlan, later: [NodeID], _ emitter: InstructionEmitter) {
        let graph = emitter.graph
        let selector = emitter.selector
        // What a slot is to hold can be read from there afterwards.
        let written = Set(plan.writes.compactMap { slot, value in
            plan.elementWrites.contains { ($0.first..<($0.first + $0.count)).contains(slot) } ? nil : value
        })
        needed = later.filter { !written.contains($0) }
        for id in later { for slot in SlotWrites.leaves(id, emitter) { readers[slot, default: 0] += 1 } }
        let uses = SlotWrites.uses(plan, later, graph)
        for (slot, value) in plan.writes.sorted(by: { $0.key < $1.key }) {
            let isVolatile = plan.elementWrites.contains { ($0.first..<($0.first + $0.count)).contains(slot) }
            var write = Write(slot: slot, value: value, tile: nil, reads: [], isVolatile: isVolatile)
            if emitter.isAtHand(value) {
                write.reads = SlotWrites.leaves(value, emitter)
            } else {
                let accumulation = isVolatile ? nil : emitter.accumulation(value, into: slot, uses)
                let tile = accumulation ?? selector.table(value) ?? selector.tile(value)
                write.tile = tile
                needed += tile.operands
                write.reads = tile.operands.flatMap { SlotWrites.leaves($0, emitter) }
                if tile.operation.opcode == .element || tile.operation.opcode == .elementBounded
                    || tile.operation.opcode == .loadOverlaid
                {
                    // Reads some element of the file: of every slot of it.
                    let isOverlaid = tile.operation.opcode == .loadOverlaid
                    let first = isOverlaid ? Int(tile.operation.c & 0xFFFF) : Int(tile.operation.c)
                    let count = isOverlaid ? Int(tile.operation.c >> 16) : Int(tile.operation.x)
                    write.reads += first..<(first + count)
                }
            }
            pending.append(write)
            for read in write.reads { readers[read, default: 0] += 1 }
        }
    }

    /// The state slot that a node at hand would be read from.
    private static func leaves(_ id: NodeID, _ emitter: InstructionEmitter) -> [Int] {
        guard emitter.locations[id] == nil, case .slot(let slot) = emitter.graph[id] else { return [] }
        return [slot]
    }

    /// How often each value is used by the others and by the writes.
    private static func uses(_ plan: InstructionPlan, _ later: [NodeID], _ graph: ValueGraph) -> [NodeID: Int] {
        var uses: [NodeID: Int] = [:]
        let roots = Array(plan.writes.values) + later
        for root in roots { uses[root, default: 0] += 1 }
        for id in graph.reachable(from: roots) { graph[id].forEachOperand { uses[$0, default: 0] += 1 } }
        return uses
    }

    /// The next slot to write: one whose old value nobody else wants any more, or else with a copy made of it.
    mutating func next() -> Write? {
        guard !pending.isEmpty else { return nil }
        let free = pending.firstIndex { write in
            readers[write.slot, default: 0] == write.reads.count { $0 == write.slot }
        }
        var write = pending.remove(at: free ?? 0)
        write.needsCopy = free == nil
        if write.needsCopy { readers[write.slot] = write.reads.count { $0 == write.slot } }
        for read in write.reads { readers[read, default: 0] -= 1 }
        return write
    }
}
