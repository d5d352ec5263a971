// Writes. They are only collected here: an instruction's writes happen together, at its end.

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

extension ProgramLowering {
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
