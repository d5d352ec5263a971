// Traps, and what is known where one was not taken.

/// Something that an instruction does, in order.
enum Effect {
    /// Ends the instruction if every condition is 1.
    case trap(TrapID, when: [NodeID], detail: NodeID?)
}

extension ProgramLowering {
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
    mutating func refinedAddress(_ address: NodeID, guarded: NodeID?) -> (NodeID, known: Bool) {
        let count = graph.nodes.count
        let given = guarded.map { parts(of: $0) } ?? []
        let undo = assume(given)
        let refreshed = graph.refreshed(address)
        let known = graph.knowledge(refreshed).high < context.storageCount
        graph.retract(undo, since: count)
        return (refreshed, known)
    }
}
