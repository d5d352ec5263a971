import ISALanguage

/// One encoding executed on both states of a pair, and what can be wrong about it.
struct PairedExecution {
    let machine: SymbolicMachine
    let kind: RelationKind
    let pair: StatePair
    let virtual: SymbolicMachine.Step
    let real: SymbolicMachine.Step
    let countsCellsOutside: Bool

    private var graph: TermGraph { machine.symbols.graph }
    private var description: MachineDescription { machine.description }
    private var comparison: StateComparison { StateComparison(machine: machine, kind: kind) }

    /// What is asserted, beyond that both states hold the instruction.
    func assertions(_ violation: Violation) -> [Term] {
        switch violation {
        case .completes: [graph.or(real.outcome.done, escapes)]
        case .control: [graph.or(virtualControl, realControl)]
        case .behaviour: [virtual.outcome.done, real.outcome.done, outcomesDiffer]
        case .lostTrap: [real.outcome.done, graph.not(virtual.outcome.done)]
        case .sensitive:
            [
                graph.disjunction([
                    virtualControl, realControl,
                    graph.and(real.outcome.done, graph.or(graph.not(virtual.outcome.done), outcomesDiffer)),
                ])
            ]
        case .direct: [graph.or(directViolated(rereading: false), escapes)]
        case .directUnmoved:
            [
                graph.eq(pair.origin, graph.constant(0, width: graph.width(of: pair.origin))),
                graph.or(directViolated(rereading: false), escapes),
            ]
        case .directRereading: [isInDomain(pair.virtual), graph.or(directViolated(rereading: true), escapes)]
        case .privilege:
            [
                machine.test(description.supervisorMode, on: pair.virtual), virtual.outcome.done,
                real.outcome.trapped(graph),
            ]
        default: [graph.bool(false)]
        }
    }

    /// The real execution traps, but to somebody who is not the monitor.
    private var escapes: Term {
        graph.disjunction(
            real.outcome.traps.filter { !description.traps[$0.trap.index].reachesMonitor }.map(\.condition))
    }

    private var virtualControl: Term {
        graph.and(
            virtual.outcome.done,
            graph.or(comparison.ownedDiffers(pair.virtual, virtual.outcome.final), mapMoves))
    }

    /// What the map derives from the new virtual state is not what it derived from the old. Where nothing of V changes
    /// that takes a mirrored component on which the map depends: the guest changes it, and R' does not follow.
    private var mapMoves: Term {
        guard kind.mapReadsOrdinary(of: description) else { return graph.bool(false) }
        let builder = PairBuilder(machine: machine, kind: kind, assumed: [])
        let before = builder.mapped(pair.virtual, origin: pair.origin, extent: pair.extent)
        let after = builder.mapped(virtual.outcome.final, origin: pair.origin, extent: pair.extent)
        return graph.disjunction(
            kind.derived(of: description).map { comparison.differs($0, before, after) })
    }

    /// In the real machine cells outside the window are somebody else's. (The paper's second footnote.)
    private var realControl: Term {
        var changed = comparison.ownedDiffers(pair.real, real.outcome.final)
        if countsCellsOutside {
            changed = graph.or(changed, comparison.outsideChanged(pair.real, real.outcome.final, in: pair))
        }
        return graph.or(graph.and(real.outcome.done, changed), escapes)
    }

    private var outcomesDiffer: Term {
        graph.or(
            comparison.ordinaryDiffers(virtual.outcome.final, real.outcome.final),
            comparison.windowDiffers(virtual.outcome.final, real.outcome.final, in: pair))
    }

    /// S2 completes, but not in the image of what S1 becomes: V was not written, so nothing of it may have to change.
    private func directViolated(rereading: Bool) -> Term {
        let wrong = graph.disjunction([
            graph.not(virtual.outcome.done), outcomesDiffer,
            comparison.outsideChanged(pair.real, real.outcome.final, in: pair),
            savedIsStale(rereading: rereading),
        ])
        return graph.and(real.outcome.done, wrong)
    }

    private func savedIsStale(rereading: Bool) -> Term {
        guard rereading else {
            return graph.disjunction([
                comparison.ownedDiffers(pair.virtual, virtual.outcome.final),
                comparison.ownedDiffers(pair.real, real.outcome.final), mapMoves,
            ])
        }
        // The real relocation must be what the map makes of the new virtual one, which is still not cut.
        let after = virtual.outcome.final
        let mapped = PairBuilder(machine: machine, kind: kind, assumed: []).mapped(
            after, origin: pair.origin, extent: pair.extent)
        let owned = description.state.indices.map(StateID.init).filter { kind.isOwned($0, in: description) }
        return graph.disjunction(
            [graph.not(isInDomain(after))]
                + owned.map { id in
                    if description.state[id.index].role == .relocation {
                        return comparison.differs(id, mapped, real.outcome.final)
                    }
                    return graph.or(
                        comparison.differs(id, pair.virtual, after),
                        comparison.differs(id, pair.real, real.outcome.final))
                })
    }

    /// The map, with the guest at the very place where it believes to be, leaves R as it is: nothing is cut, so R can
    /// be read back from the real one.
    private func isInDomain(_ state: SymbolicState) -> Term {
        let width = graph.width(of: pair.origin)
        let mapped = PairBuilder(machine: machine, kind: kind, assumed: []).mapped(
            state, origin: graph.constant(0, width: width), extent: pair.extent)
        return graph.not(
            graph.disjunction(description.components(.relocation).map { comparison.differs($0, mapped, state) }))
    }
}
