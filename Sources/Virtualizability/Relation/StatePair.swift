import ISALanguage

/// Two related states in terms: S1, virtual, on a machine of `extent` cells, and S2, real, on one of `size` cells in
/// which the guest's lie from `origin` on.
struct StatePair {
    var virtual: SymbolicState
    var real: SymbolicState
    var origin: Term
    var extent: Term
    var size: Term
    /// What is known of them beyond how they are built.
    var assumptions: [Term]
}

/// The variables of two states, made once for a machine: every question begins with a copy of them.
struct StateVariables {
    let graph = TermGraph()
    /// Of either side, as if it had nothing to do with the other.
    let virtual: SymbolicState
    let real: SymbolicState
    /// By component: what both sides have in common where it is the same.
    let shared: [Term]

    init(_ description: MachineDescription) {
        virtual = StateVariables.state(description, "virtual.", graph)
        real = StateVariables.state(description, "real.", graph)
        shared = StateVariables.state(description, "", graph).scalars
    }

    /// A state of which nothing is known.
    private static func state(
        _ description: MachineDescription, _ prefix: String, _ graph: TermGraph
    ) -> SymbolicState {
        var state = SymbolicState(scalars: [], arrays: [], size: graph.bool(false))
        for component in description.state {
            let name = prefix + component.name
            if component.isArray || component.role == .storage {
                state.scalars.append(graph.bool(false))
                state.arrays.append(SymbolicArray(component, contents: .unknown(name)))
            } else {
                state.scalars.append(graph.variable(name, width: component.width))
                state.arrays.append(nil)
            }
        }
        return state
    }
}

/// Builds pairs of one machine.
struct PairBuilder {
    let machine: SymbolicMachine
    let kind: RelationKind
    let assumed: [ComponentAssumption]

    private var description: MachineDescription { machine.description }
    private var symbols: Symbols { machine.symbols }
    private var graph: TermGraph { machine.symbols.graph }

    /// Of variables that the machine's graph has been copied with.
    func build(of variables: StateVariables) -> StatePair {
        var assumptions: [Term] = []
        let place = place(&assumptions)
        var (virtual, real) = (variables.virtual, variables.real)
        virtual.size = kind.variesLocation ? place.extent : place.size
        real.size = place.size
        for id in description.components(.relocation) where virtual.arrays[id.index] == nil {
            symbols.relocation.insert(virtual[id])
        }
        for index in description.state.indices {
            let id = StateID(index)
            if description.state[index].role == .storage {
                share(storage: id, place, &virtual, &real)
            } else {
                relate(id, variables.shared[index], &virtual, &real, &assumptions)
            }
        }
        if description.mapIsShadow, kind.variesLocation {
            // What the tables' register holds is the monitor's; the mode is user by the monitor's own doing.
            real.isShadowed = true
            if kind.realIsUser { assumptions.append(machine.test(description.userMode, on: real)) }
        } else {
            if description.mapIsShadow, kind.realIsUser {
                assumptions.append(machine.test(description.userMode, on: real))
            }
            establish(place, virtual: virtual, real: &real)
        }
        narrow(virtual, real, &assumptions)
        return StatePair(
            virtual: virtual, real: real, origin: place.origin, extent: place.extent, size: place.size,
            assumptions: assumptions)
    }

    private struct Place {
        var origin: Term
        var extent: Term
        var size: Term
    }

    /// k, w and q: any that leave the guest a machine of its kind inside the real one.
    private func place(_ assumptions: inout [Term]) -> Place {
        guard let storage = description.storageID else {
            let zero = graph.constant(0, width: 1)
            return Place(origin: zero, extent: zero, size: zero)
        }
        let component = description.state[storage.index]
        let width = min(component.indexWidth + 1, 64)
        let size = graph.variable("size", width: width)
        let least = graph.constant(UInt64(component.minimumCount), width: width)
        assumptions.append(graph.ule(size, graph.constant(UInt64(component.count), width: width)))
        assumptions.append(graph.ule(least, size))
        guard kind.variesLocation else {
            return Place(origin: graph.constant(0, width: width), extent: size, size: size)
        }
        let origin = graph.variable("origin", width: width)
        let extent = graph.variable("extent", width: width)
        assumptions.append(graph.ule(least, extent))
        assumptions.append(graph.ule(extent, size))
        assumptions.append(graph.ule(origin, graph.sub(size, extent)))
        return Place(origin: origin, extent: extent, size: size)
    }

    private func share(
        storage id: StateID, _ place: Place, _ virtual: inout SymbolicState, _ real: inout SymbolicState
    ) {
        let component = description.state[id.index]
        virtual.arrays[id.index] = SymbolicArray(component, contents: .unknown(component.name))
        guard kind.variesLocation else {
            real.arrays[id.index] = virtual.arrays[id.index]
            return
        }
        let contents = SymbolicArray.Contents.window(
            inside: component.name, outside: "real.\(component.name)", origin: place.origin, extent: place.extent)
        real.arrays[id.index] = SymbolicArray(component, contents: contents)
    }

    /// Gives both sides their values of a component, as it is handled.
    private func relate(
        _ id: StateID, _ shared: Term, _ virtual: inout SymbolicState, _ real: inout SymbolicState,
        _ assumptions: inout [Term]
    ) {
        let component = description.state[id.index]
        switch kind.handling(of: id, in: description) {
        case .mirror, .constant:
            if component.isArray {
                let shared = SymbolicArray(component, contents: .unknown(component.name))
                virtual.arrays[id.index] = shared
                real.arrays[id.index] = shared
            } else {
                virtual[id] = shared
                real[id] = shared
            }
        case .ownAny:
            guard component.role == .control, kind.leaves(id) else { break }
            real.scalars[id.index] = virtual.scalars[id.index]
            real.arrays[id.index] = virtual.arrays[id.index]
        case .own(let value):
            if component.isArray {
                real.arrays[id.index] = SymbolicArray(component, contents: .value(value))
            } else {
                real[id] = graph.constant(value, width: component.width)
            }
            guard kind.pins(id) else { break }
            virtual.scalars[id.index] = real.scalars[id.index]
            virtual.arrays[id.index] = real.arrays[id.index]
        }
        for assumption in assumed where assumption.component == id && !component.isArray {
            let mask = graph.constant(assumption.mask, width: component.width)
            let value = graph.constant(assumption.value, width: component.width)
            assumptions.append(graph.eq(graph.and(real[id], mask), value))
        }
    }

    /// The real mode and relocation: what the monitor's map makes of the virtual ones.
    private func establish(_ place: Place, virtual: SymbolicState, real: inout SymbolicState) {
        let mapped = mapped(virtual, origin: place.origin, extent: place.extent)
        for index in description.state.indices {
            let id = StateID(index)
            switch description.state[index].role {
            case .mode:
                if kind.realIsUser, !description.mapIsShadow {
                    real[id] = mapped[id]
                } else if !kind.variesMode {
                    real[id] = virtual[id]
                }
            case .relocation where kind.handling(of: id, in: description) != .mirror:
                let source = kind.variesLocation ? mapped : virtual
                real.scalars[index] = source.scalars[index]
                real.arrays[index] = source.arrays[index]
            case .control where kind.realIsUser && kind.isOwned(id, in: description)
                    && description.map?.writes(id) == true:
                real.scalars[index] = mapped.scalars[index]
            default: break
            }
        }
    }

    /// The state after the monitor's map has run over the guest's.
    func mapped(_ virtual: SymbolicState, origin: Term, extent: Term) -> SymbolicState {
        guard let map = description.map else { return virtual }
        var evaluator = SymbolicEvaluator(description, virtual, symbols)
        evaluator.parameters = SymbolicParameters(origin: origin, extent: extent)
        return evaluator.run(map).final
    }

    private func narrow(_ virtual: SymbolicState, _ real: SymbolicState, _ assumptions: inout [Term]) {
        if kind.virtualIsUser { assumptions.append(machine.test(description.userMode, on: virtual)) }
        // The monitor never runs a guest that has stopped or sleeps, nor can it run while it sleeps itself.
        assumptions.append(machine.runs(virtual))
        assumptions.append(machine.runs(real))
        for index in description.state.indices {
            let id = StateID(index)
            let role = description.state[index].role
            // Most are the same term by now; not those that the map has set.
            guard role == .mode && !kind.variesMode || role == .control && kind.leaves(id) else { continue }
            if description.state[index].isArray {
                assumptions.append(sameArrays(virtual, real, id))
            } else {
                assumptions.append(graph.eq(virtual[id], real[id]))
            }
        }
    }

    /// Two register files agree at every index that they have; small enough to be written out.
    private func sameArrays(_ a: SymbolicState, _ b: SymbolicState, _ id: StateID) -> Term {
        guard let left = a.arrays[id.index], let right = b.arrays[id.index], left.contents != right.contents else {
            return graph.bool(true)
        }
        let count = min(description.state[id.index].count, 256)
        return graph.conjunction(
            (0..<count).map { element in
                let index = graph.constant(UInt64(element), width: left.indexWidth)
                return graph.eq(left.given(index, in: symbols), right.given(index, in: symbols))
            })
    }
}

extension Program {
    /// Whether a scalar component is written, perhaps under a guard.
    func writes(_ component: StateID) -> Bool {
        operations.contains { if case .write(component, _, _) = $0 { true } else { false } }
    }
}
