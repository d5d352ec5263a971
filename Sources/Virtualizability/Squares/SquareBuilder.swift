import ISALanguage

/// The squares of the monitor's own programs: routine(V, f S) = f(step S).
///
/// One side steps the bare machine and applies the map. The other runs what `virtualise` made of the same machine, on
/// the image of the state, exactly as the monitor runs it: the routine, delivery if it traps, the clock, the map.
struct SquareBuilder {
    let machine: SymbolicMachine
    let pair: StatePair
    let kind: RelationKind
    let catalogue: EncodingCatalogue
    private let virtualised: VirtualisedMachine
    /// The same symbols, over the state extended by V.
    private let monitor: SymbolicMachine

    init(
        machine: SymbolicMachine, pair: StatePair, kind: RelationKind, views: MonitorViews,
        catalogue: EncodingCatalogue
    ) {
        self.machine = machine
        self.pair = pair
        self.kind = kind
        self.catalogue = catalogue
        virtualised = views.view(under: kind)
        monitor = SymbolicMachine(description: virtualised.machine, symbols: machine.symbols)
    }

    private var graph: TermGraph { machine.symbols.graph }
    private var description: MachineDescription { machine.description }

    func pose(_ posed: inout PosedQuery) {
        switch (posed.query.subject, posed.query.violation) {
        case (.instruction(let index), _): poseInstruction(index, &posed)
        case (.interrupt(let line), .masked):
            // Whatever the guest believes: the real line is open, so a real interrupt always reaches the monitor.
            let enabled = machine.test(description.interrupts[line].enabled, on: pair.real)
            posed.assertions.append(graph.not(enabled))
        case (.interrupt(let line), _): poseInterrupt(line, &posed)
        default: posed.assertions.append(graph.bool(false))
        }
    }

    /// The real state with V: what the guest believes of mode, relocation, owned control and clocks.
    private func extended() -> SymbolicState {
        var state = pair.real
        // The monitor's programs walk the guest's own tables.
        state.isShadowed = false
        for index in description.state.count..<virtualised.machine.state.count {
            state.scalars.append(graph.bool(false))
            state.arrays.append(nil)
            guard let source = virtualised.saved.first(where: { $0.value.index == index })?.key else { continue }
            state.scalars[index] = pair.virtual.scalars[source.index]
            state.arrays[index] = pair.virtual.arrays[source.index]
        }
        return state
    }

    private func poseInstruction(_ index: Int, _ posed: inout PosedQuery) {
        let decoding = catalogue.decoding(of: index, in: posed.symbols)
        let bare = machine.step(index, decoding, on: pair.virtual)
        let start = extended()
        let routine = monitor.step(index, decoding, on: start, origin: pair.origin, extent: pair.extent)
        posed.decoding = decoding
        posed.isExact = decoding.isExact
        posed.assertions += [bare.holdsInstruction, routine.holdsInstruction]

        let (wanted, wantedFails) = machine.completed(bare, on: pair.virtual)
        let (found, foundFails) = monitor.completed(routine, on: start)
        let ticked = tick(wanted, where: bare.outcome.done)
        let counted = count(found, where: routine.outcome.done)
        commute(&posed, wanted: ticked, wantedFails, found: counted, foundFails)
    }

    /// Accepting an interrupt is a pseudo-instruction: acknowledge, then deliver.
    private func poseInterrupt(_ line: Int, _ posed: inout PosedQuery) {
        let bare = description.interrupts[line]
        let virtual = virtualised.machine.interrupts[line]
        let start = extended()
        let due = graph.and(
            machine.test(bare.pending, on: pair.virtual), machine.test(bare.enabled, on: pair.virtual))
        let seen = graph.and(
            test(virtual.pending, on: start), test(virtual.enabled, on: start))
        let (wanted, wantedFails) = accept(bare, by: machine, on: pair.virtual, origin: nil, extent: nil)
        let (found, foundFails) = accept(virtual, by: monitor, on: start, origin: pair.origin, extent: pair.extent)
        let mismatch = mismatch(wanted: wanted, found: mapAgain(found))
        posed.append(widened: [
            graph.or(
                graph.ne(due, seen),
                graph.conjunction([due, graph.not(wantedFails), graph.or(foundFails, mismatch)]))
        ])
    }

    private func test(_ program: Program, on state: SymbolicState) -> Term {
        var evaluator = SymbolicEvaluator(virtualised.machine, state, machine.symbols)
        evaluator.parameters = SymbolicParameters(origin: pair.origin, extent: pair.extent)
        return evaluator.run(program).results.first ?? graph.bool(false)
    }

    private func accept(
        _ line: InterruptLine, by machine: SymbolicMachine, on state: SymbolicState, origin: Term?, extent: Term?
    ) -> (after: SymbolicState, fails: Term) {
        let counter = machine.description.programCounter.map { state[$0] }
        var acknowledged = state
        var fails = graph.bool(false)
        if let acknowledge = line.acknowledge {
            var evaluator = SymbolicEvaluator(machine.description, state, machine.symbols)
            evaluator.parameters = SymbolicParameters(
                here: counter, next: counter, origin: origin, extent: extent)
            let outcome = evaluator.run(acknowledge)
            acknowledged = outcome.final
            fails = graph.not(outcome.done)
        }
        let raised = SymbolicTrap(trap: line.trap, condition: graph.bool(true), detail: nil)
        let delivered = machine.deliver(
            raised, resume: counter, here: counter, on: acknowledged, origin: origin, extent: extent)
        return (delivered.final, graph.or(fails, graph.not(delivered.done)))
    }

    private func commute(
        _ posed: inout PosedQuery, wanted: SymbolicState, _ wantedFails: Term, found: SymbolicState,
        _ foundFails: Term
    ) {
        // Where the bare machine cannot go on, there is nothing to be equal to.
        let mismatch = mismatch(wanted: wanted, found: mapAgain(found))
        posed.append(widened: [graph.not(wantedFails), graph.or(foundFails, mismatch)])
    }

    /// The monitor establishes the real mode and relocation from V.
    private func mapAgain(_ state: SymbolicState) -> SymbolicState {
        guard let remap = virtualised.remap else { return state }
        var evaluator = SymbolicEvaluator(virtualised.machine, state, machine.symbols)
        evaluator.parameters = SymbolicParameters(origin: pair.origin, extent: pair.extent)
        return evaluator.run(remap).final
    }

    /// Clocks count completed instructions down, and the step to zero raises what expires.
    private func tick(_ state: SymbolicState, where done: Term) -> SymbolicState {
        var after = state
        for id in description.components(.time) where after.arrays[id.index] == nil {
            // In the order of the monitor's own count, so that the two are the same term.
            let width = description.state[id.index].width
            let now = state[id]
            let one = graph.constant(1, width: width)
            let runs = graph.not(graph.eq(now, graph.constant(0, width: width)))
            after[id] = graph.ite(done, graph.ite(runs, graph.sub(now, one), now), now)
            if let expires = description.state[id.index].expires {
                let raised = graph.constant(1, width: description.state[expires.index].width)
                let before = after[expires]
                after[expires] = graph.ite(done, graph.ite(graph.eq(now, one), raised, before), before)
            }
        }
        return after
    }

    /// The monitor's count, over V.
    private func count(_ state: SymbolicState, where done: Term) -> SymbolicState {
        var evaluator = SymbolicEvaluator(virtualised.machine, state, machine.symbols)
        let counted = evaluator.run(virtualised.tick).final
        return monitor.choose(done, counted, otherwise: state, from: state)
    }

    /// One bit: the state that the monitor arrived at is not the image of the bare machine's.
    private func mismatch(wanted: SymbolicState, found: SymbolicState) -> Term {
        let comparison = StateComparison(machine: machine, kind: kind)
        var wrong: [Term] = []
        let image = PairBuilder(machine: machine, kind: kind, assumed: []).mapped(
            wanted, origin: pair.origin, extent: pair.extent)
        for index in description.state.indices where description.state[index].role != .storage {
            let id = StateID(index)
            guard let saved = virtualised.saved[id] else {
                wrong.append(comparison.differs(id, wanted, found))
                continue
            }
            wrong.append(savedDiffers(id, wanted, saved, found))
            switch description.state[index].role {
            case .mode, .relocation:
                // Shadow tables are no program of the file: what establishes them leaves these as they are.
                wrong.append(comparison.differs(id, description.mapIsShadow ? pair.real : image, found))
            case .control:
                // What the map sets follows the guest's state; everything else real stays the monitor's.
                let isMapped = description.map?.writes(id) ?? false
                wrong.append(comparison.differs(id, isMapped ? image : pair.real, found))
            default: break
            }
        }
        wrong.append(comparison.windowDiffers(wanted, found, in: pair))
        wrong.append(comparison.outsideChanged(pair.real, found, in: pair))
        return graph.disjunction(wrong)
    }

    private func savedDiffers(
        _ id: StateID, _ wanted: SymbolicState, _ saved: StateID, _ found: SymbolicState
    ) -> Term {
        guard let left = wanted.arrays[id.index], let right = found.arrays[saved.index] else {
            return graph.ne(wanted[id], found[saved])
        }
        return StateComparison(machine: machine, kind: kind).differs(
            left, right, named: description.state[id.index].name)
    }
}

/// A machine as the monitor sees it, made once for each policy.
final class MonitorViews {
    let description: MachineDescription
    let fault: SeededFault?
    private var made: [Policy: VirtualisedMachine] = [:]
    private var parts: [Policy: ConcreteMachine.Parts] = [:]

    init(_ description: MachineDescription, _ fault: SeededFault?) {
        self.description = description
        self.fault = fault
    }

    private func policy(of kind: RelationKind) -> Policy {
        if case .policy(let policy) = kind.control { return policy }
        return Policy()
    }

    func view(under kind: RelationKind) -> VirtualisedMachine {
        let policy = policy(of: kind)
        if let known = made[policy] { return known }
        let view = description.virtualise(handlings: policy.handlings, fault: fault)
        made[policy] = view
        return view
    }

    /// For replaying what the monitor runs. Encodings are the original's, but a decoder belongs to a description.
    func parts(under kind: RelationKind) -> ConcreteMachine.Parts {
        let policy = policy(of: kind)
        if let known = parts[policy] { return known }
        let machine = view(under: kind).machine
        let made = ConcreteMachine.Parts(machine, Decoder(machine))
        parts[policy] = made
        return made
    }
}
