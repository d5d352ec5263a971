import ISALanguage

/// What must be true of the monitor's map for the theorems to speak about the machine at all: the hypotheses of a
/// conventional third generation machine, proved instead of believed.
struct MapQueries {
    let machine: SymbolicMachine
    let pair: StatePair

    private var graph: TermGraph { machine.symbols.graph }
    private var description: MachineDescription { machine.description }

    func pose(_ posed: inout PosedQuery) {
        switch posed.query.violation {
        case .mapMode:
            posed.assertions.append(graph.not(machine.test(description.userMode, on: pair.real)))
        case .mapTranslation:
            let (virtual, real) = fetches()
            posed.assertions += [real.done, graph.or(graph.not(virtual.done), unitsDiffer(virtual, real))]
        case .anyModeTranslation:
            let (virtual, real) = fetches()
            posed.assertions.append(
                graph.or(
                    graph.ne(virtual.done, real.done),
                    graph.and(graph.and(virtual.done, real.done), unitsDiffer(virtual, real))))
        case .bounds:
            let (_, real) = fetches()
            let refused = real.traps.filter { description.traps[$0.trap.index].isStorageTrap }
            posed.assertions.append(graph.disjunction(refused.map(\.condition)))
        case .vectorInside:
            poseVectorInside(&posed)
        case .translation:
            posed.assertions.append(graph.disjunction(kindsOfAccess.map(isMisplaced)))
        case .existence:
            posed.assertions.append(graph.disjunction(kindsOfAccess.map(isMissing)))
        default: posed.assertions.append(graph.bool(false))
        }
    }

    /// Both states fetch from any virtual address. The window's cells are an unknown function that both share, and
    /// cells outside another one, so equal units mean equal places in the window.
    private func fetches() -> (virtual: SymbolicOutcome, real: SymbolicOutcome) {
        let width = description.fetch.argumentWidths.first ?? 64
        let address = graph.variable("address", width: width)
        func fetch(_ state: SymbolicState) -> SymbolicOutcome {
            var evaluator = SymbolicEvaluator(description, state, machine.symbols)
            evaluator.arguments = [address]
            return evaluator.run(description.fetch)
        }
        return (fetch(pair.virtual), fetch(pair.real))
    }

    /// One for each way in which accesses are translated.
    private var kindsOfAccess: [Access] {
        guard description.translation.count == Access.allCases.count else { return Access.allCases }
        var seen: Set<Program> = []
        return Access.allCases.filter { seen.insert(description.translation[Int($0.rawValue)]).inserted }
    }

    /// The translation lemma does not hold of an access: the real side allows it, but the guest's own machine does not,
    /// or gives it another place or none.
    private func isMisplaced(_ access: Access) -> Term {
        guard let virtual = translated(access, pair.virtual), let real = translated(access, pair.real),
            let place = virtual.results.first, let found = real.results.first
        else { return graph.bool(true) }
        let moved = graph.add(place, graph.resized(pair.origin, graph.width(of: place)))
        let wrong = graph.disjunction([
            graph.not(virtual.done), graph.ne(found, moved), graph.not(machine.symbols.isInside(place, pair.extent)),
        ])
        return graph.and(real.done, wrong)
    }

    /// The same for the other lemma: the guest's machine gives a place that is none of its cells.
    private func isMissing(_ access: Access) -> Term {
        guard let virtual = translated(access, pair.virtual), let place = virtual.results.first else {
            return graph.bool(true)
        }
        return graph.and(virtual.done, graph.not(machine.symbols.isInside(place, pair.extent)))
    }

    private func translated(_ access: Access, _ state: SymbolicState) -> SymbolicOutcome? {
        guard description.translation.indices.contains(Int(access.rawValue)) else { return nil }
        let program = description.translation[Int(access.rawValue)]
        var evaluator = SymbolicEvaluator(description, state, machine.symbols)
        evaluator.arguments = [graph.variable("address.\(access)", width: program.argumentWidths.first ?? 64)]
        return evaluator.run(program)
    }

    private func unitsDiffer(_ a: SymbolicOutcome, _ b: SymbolicOutcome) -> Term {
        guard let left = a.results.first, let right = b.results.first else { return graph.bool(true) }
        return graph.ne(left, right)
    }

    /// Delivery changes a cell of a guest that lies at the beginning of storage, or depends on one.
    private func poseVectorInside(_ posed: inout PosedQuery) {
        // The monitor keeps at least as much storage behind the guest as the smallest machine has.
        let width = graph.width(of: pair.origin)
        let least = UInt64(description.storageID.map { description.state[$0.index].minimumCount } ?? 1)
        let place = graph.and(
            graph.eq(pair.origin, graph.constant(0, width: width)),
            graph.ule(graph.constant(least, width: width), graph.sub(pair.size, pair.extent)))
        var other = pair.real
        if let storage = description.storageID {
            let component = description.state[storage.index]
            other.arrays[storage.index] = SymbolicArray(
                component,
                contents: .window(
                    inside: "other.\(component.name)", outside: "real.\(component.name)", origin: pair.origin,
                    extent: pair.extent))
        }
        let detail = graph.variable("detail", width: 64)
        let resume = graph.variable("resume", width: 64)
        let comparison = StateComparison(machine: machine, kind: posed.query.kind)
        var wrong: [Term] = []
        for trap in description.traps.indices {
            let raised = SymbolicTrap(trap: TrapID(trap), condition: graph.bool(true), detail: detail)
            let first = machine.deliver(raised, resume: resume, here: resume, on: pair.real)
            let second = machine.deliver(raised, resume: resume, here: resume, on: other)
            let scalars = description.state.indices.map(StateID.init).filter {
                description.state[$0.index].role != .storage
            }
            wrong.append(graph.ne(first.done, second.done))
            wrong.append(contentsOf: scalars.map { comparison.differs($0, first.final, second.final) })
            wrong.append(windowChanged(pair.real, first.final))
        }
        posed.assertions += [place, graph.disjunction(wrong)]
    }

    private func windowChanged(_ before: SymbolicState, _ after: SymbolicState) -> Term {
        guard let storage = description.storageID, let then = after.arrays[storage.index],
            let given = before.arrays[storage.index], !then.writes.isEmpty
        else { return graph.bool(false) }
        let cell = machine.symbols.unnamed("cell", width: then.indexWidth)
        let isInside = graph.ult(graph.resized(cell, graph.width(of: pair.extent)), pair.extent)
        return graph.and(
            isInside, graph.ne(given.read(cell, in: machine.symbols), then.read(cell, in: machine.symbols)))
    }
}
