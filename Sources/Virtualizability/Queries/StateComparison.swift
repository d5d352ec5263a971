import ISALanguage

/// Compares states component by component.
struct StateComparison {
    let machine: SymbolicMachine
    let kind: RelationKind

    private var description: MachineDescription { machine.description }
    private var symbols: Symbols { machine.symbols }
    private var graph: TermGraph { machine.symbols.graph }

    /// One bit: a component differs between two states, at any element.
    func differs(_ id: StateID, _ a: SymbolicState, _ b: SymbolicState) -> Term {
        guard let left = a.arrays[id.index], let right = b.arrays[id.index] else { return graph.ne(a[id], b[id]) }
        return differs(left, right, named: description.state[id.index].name)
    }

    /// Arrays with the same contents differ where one of them was written, if anywhere.
    func differs(_ left: SymbolicArray, _ right: SymbolicArray, named name: String) -> Term {
        guard left.contents == right.contents else {
            let index = symbols.unnamed("element of \(name)", width: left.indexWidth)
            return graph.ne(left.read(index, in: symbols), right.read(index, in: symbols))
        }
        return graph.disjunction(
            writtenIndices(left, right).map { index in
                graph.ne(left.read(index, in: symbols), right.read(index, in: symbols))
            })
    }

    private func writtenIndices(_ left: SymbolicArray, _ right: SymbolicArray) -> [Term] {
        var found: [Term] = []
        for write in left.writes + right.writes {
            let index = symbols.representative(of: write.index)
            if !found.contains(index) { found.append(index) }
        }
        return found
    }

    /// One bit: user code sees a difference between the two, the guest's cells aside.
    func ordinaryDiffers(_ a: SymbolicState, _ b: SymbolicState) -> Term {
        graph.disjunction(
            description.state.indices.map(StateID.init).filter { kind.isOrdinary($0, in: description) }.map {
                differs($0, a, b)
            })
    }

    /// One bit: the monitor's components differ between two states of the same machine.
    func ownedDiffers(_ a: SymbolicState, _ b: SymbolicState) -> Term {
        graph.disjunction(
            description.state.indices.map(StateID.init).filter { kind.isOwned($0, in: description) }.map {
                differs($0, a, b)
            })
    }

    /// One bit: cell number j of the guest differs, for some j that either side has written.
    func windowDiffers(_ virtual: SymbolicState, _ real: SymbolicState, in pair: StatePair) -> Term {
        guard let storage = description.storageID, let left = virtual.arrays[storage.index],
            let right = real.arrays[storage.index]
        else { return graph.bool(false) }
        let origin = graph.resized(pair.origin, left.indexWidth)
        var cells: [Term] = []
        for index in left.writes.map(\.index) + right.writes.map({ graph.sub($0.index, origin) }) {
            let cell = symbols.representative(of: index)
            if !cells.contains(cell) { cells.append(cell) }
        }
        return graph.disjunction(
            cells.map { cell in
                let place = symbols.representative(of: graph.add(cell, origin))
                return graph.and(
                    symbols.isInside(cell, pair.extent),
                    graph.ne(left.read(cell, in: symbols), right.read(place, in: symbols)))
            })
    }

    /// One bit: a real cell that is not the guest's has changed.
    func outsideChanged(_ before: SymbolicState, _ after: SymbolicState, in pair: StatePair) -> Term {
        guard let storage = description.storageID, let then = after.arrays[storage.index],
            let given = before.arrays[storage.index], then.writes.count > given.writes.count
        else { return graph.bool(false) }
        let origin = graph.resized(pair.origin, then.indexWidth)
        let width = graph.width(of: pair.extent)
        return graph.disjunction(
            then.writes.dropFirst(given.writes.count).filter { !$0.isConfined }.map { write in
                let cell = symbols.representative(of: graph.sub(write.index, origin))
                let exists = symbols.less(graph.resized(write.index, width), pair.size)
                let changed = graph.ne(given.read(write.index, in: symbols), then.read(write.index, in: symbols))
                return graph.conjunction(
                    [write.condition, graph.not(symbols.isInside(cell, pair.extent)), exists, changed])
            })
    }

    /// One bit: two executions of one machine end differently, clocks aside.
    func outcomesDiffer(_ a: SymbolicOutcome, _ b: SymbolicOutcome) -> Term {
        let components = description.state.indices.map(StateID.init).filter {
            description.state[$0.index].role != .time
        }
        let states = graph.disjunction(components.map { differs($0, a.final, b.final) })
        return graph.or(graph.ne(a.done, b.done), graph.and(graph.and(a.done, b.done), states))
    }
}
