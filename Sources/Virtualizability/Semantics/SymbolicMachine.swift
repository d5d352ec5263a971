import ISALanguage

/// Runs one instruction of a machine on a symbolic state: fetch, program, and what delivery makes of a trap.
struct SymbolicMachine {
    let description: MachineDescription
    let symbols: Symbols

    /// What executing an instruction comes to, and what must be true for the state to hold that instruction at its
    /// program counter.
    struct Step {
        var outcome: SymbolicOutcome
        /// Every unit that can be fetched is the decoding's.
        var holdsInstruction: Term
        var parameters: SymbolicParameters
    }

    private var graph: TermGraph { symbols.graph }

    /// Fetch belongs to the instruction: its traps come first. Origin and extent are for programs that a monitor
    /// runs.
    func step(
        _ instruction: Int, _ decoding: SymbolicDecoding, on state: SymbolicState, origin: Term? = nil,
        extent: Term? = nil
    ) -> Step {
        var (traps, alive, holds) = fetch(decoding, on: state, origin: origin, extent: extent)
        let parameters = parameters(of: decoding, on: state, origin: origin, extent: extent)
        var evaluator = SymbolicEvaluator(description, state, symbols)
        evaluator.decoding = decoding
        evaluator.parameters = parameters
        var outcome = evaluator.run(description.instructions[instruction].program, where: alive)
        traps.append(contentsOf: outcome.traps)
        outcome.traps = traps
        holds = graph.and(holds, decoding.matches)
        alive = outcome.done
        return Step(outcome: outcome, holdsInstruction: holds, parameters: parameters)
    }

    /// Fetches all units of the instruction: the traps on the way, that none came, and that the units are those of
    /// the decoding.
    func fetch(
        _ decoding: SymbolicDecoding, on state: SymbolicState, origin: Term? = nil, extent: Term? = nil
    ) -> (traps: [SymbolicTrap], alive: Term, holds: Term) {
        var traps: [SymbolicTrap] = []
        var alive = graph.bool(true)
        var holds = graph.bool(true)
        for unit in decoding.units.indices {
            let needed = graph.and(alive, decoding.needs(unit, graph))
            var evaluator = SymbolicEvaluator(description, state, symbols)
            evaluator.arguments = [address(ofUnit: unit, on: state)]
            evaluator.parameters = SymbolicParameters(origin: origin, extent: extent)
            let outcome = evaluator.run(description.fetch, where: needed)
            traps.append(contentsOf: outcome.traps)
            alive = graph.and(alive, graph.not(outcome.trapped(graph)))
            let found = outcome.results.first.map { graph.resized($0, description.unitWidth) }
            if let found {
                holds = graph.and(holds, graph.implies(outcome.done, graph.eq(found, decoding.units[unit])))
            }
        }
        return (traps, alive, holds)
    }

    private func address(ofUnit unit: Int, on state: SymbolicState) -> Term {
        guard let counter = description.programCounter else { return graph.bool(false) }
        let pc = state[counter]
        let offset = UInt64(unit) &* UInt64(max(description.addressesPerUnit, 0))
        return graph.add(pc, graph.constant(offset, width: graph.width(of: pc)))
    }

    func parameters(
        of decoding: SymbolicDecoding?, on state: SymbolicState, origin: Term?, extent: Term?
    ) -> SymbolicParameters {
        var parameters = SymbolicParameters(origin: origin, extent: extent)
        guard let counter = description.programCounter else { return parameters }
        let pc = state[counter]
        let width = graph.width(of: pc)
        func chosen(_ value: (Int) -> UInt64, _ width: Int) -> Term {
            guard let lengths = decoding?.lengths, let last = lengths.last else {
                return graph.constant(0, width: width)
            }
            var term = graph.constant(value(last.units), width: width)
            for length in lengths.dropLast().reversed() {
                term = graph.ite(length.condition, graph.constant(value(length.units), width: width), term)
            }
            return term
        }
        let step = UInt64(max(description.addressesPerUnit, 0))
        parameters.here = pc
        parameters.length = chosen({ UInt64($0) }, 64)
        parameters.next = graph.add(pc, chosen({ UInt64($0) &* step }, width))
        return parameters
    }

    /// One bit over a state: a mode, a mask. False where the machine does not say.
    func test(_ program: Program?, on state: SymbolicState) -> Term {
        guard let program else { return graph.bool(false) }
        var evaluator = SymbolicEvaluator(description, state, symbols)
        return evaluator.run(program).results.first ?? graph.bool(false)
    }

    /// The machine executes instructions: it has neither stopped nor gone to sleep.
    func runs(_ state: SymbolicState) -> Term {
        graph.not(graph.or(test(description.halted, on: state), test(description.waiting, on: state)))
    }

    /// The state after the instruction and, where it trapped, delivery; and where delivery itself traps, so that
    /// there is no state after it.
    func completed(
        _ step: Step, on state: SymbolicState
    ) -> (after: SymbolicState, fails: Term) {
        var after = graph.constantValue(of: step.outcome.done) == 0 ? state : step.outcome.final
        var fails = graph.bool(false)
        for trap in step.outcome.traps {
            let resume = description.traps[trap.trap.index].resumesAfter ? step.parameters.next : step.parameters.here
            let delivered = deliver(
                trap, resume: resume, here: step.parameters.here, on: state, origin: step.parameters.origin,
                extent: step.parameters.extent)
            fails = graph.or(fails, graph.and(trap.condition, graph.not(delivered.done)))
            after = choose(trap.condition, delivered.final, otherwise: after, from: state)
        }
        return (after, fails)
    }

    func deliver(
        _ trap: SymbolicTrap, resume: Term?, here: Term?, on state: SymbolicState, origin: Term? = nil,
        extent: Term? = nil
    ) -> SymbolicOutcome {
        var evaluator = SymbolicEvaluator(description, state, symbols)
        guard let delivery = description.delivery else {
            var outcome = evaluator.run(Program(argumentWidths: []))
            outcome.done = graph.bool(false)
            return outcome
        }
        let kind = description.traps[trap.trap.index]
        let detail = trap.detail ?? graph.constant(0, width: 64)
        evaluator.arguments = [
            graph.constant(kind.code, width: 64), detail, resume ?? graph.constant(0, width: 64),
        ]
        evaluator.parameters = SymbolicParameters(here: here, next: here, origin: origin, extent: extent)
        return evaluator.run(delivery, where: trap.condition)
    }

    /// One of two states that both came from `origin`: its arrays' writes are its own, under the condition.
    func choose(
        _ condition: Term, _ then: SymbolicState, otherwise: SymbolicState, from origin: SymbolicState
    ) -> SymbolicState {
        if graph.constantValue(of: condition) == 1 { return then }
        if graph.constantValue(of: condition) == 0 { return otherwise }
        var state = otherwise
        for index in state.scalars.indices where state.arrays[index] == nil {
            state.scalars[index] = graph.ite(condition, then.scalars[index], otherwise.scalars[index])
        }
        for index in state.arrays.indices {
            guard let base = origin.arrays[index], let taken = then.arrays[index], var kept = otherwise.arrays[index]
            else { continue }
            let common = base.writes.count
            kept.writes = Array(kept.writes.prefix(common))
                + merged(condition, taken.writes.dropFirst(common), kept.writes.dropFirst(common))
            state.arrays[index] = kept
        }
        return state
    }

    /// Two lists of writes of which only one is done. Writes to the same place become one, so that the list does not
    /// grow with every trap whose delivery writes the same cells; the order within each list is kept.
    private func merged(
        _ condition: Term, _ taken: ArraySlice<SymbolicArray.Write>, _ kept: ArraySlice<SymbolicArray.Write>
    ) -> [SymbolicArray.Write] {
        var result: [SymbolicArray.Write] = []
        var rest = kept[...]
        func skipped(_ write: SymbolicArray.Write) -> SymbolicArray.Write {
            var guarded = write
            guarded.condition = graph.and(write.condition, graph.not(condition))
            return guarded
        }
        for write in taken {
            guard let partner = rest.firstIndex(where: { $0.index == write.index }) else {
                var guarded = write
                guarded.condition = graph.and(write.condition, condition)
                result.append(guarded)
                continue
            }
            result += rest[..<partner].map(skipped)
            result.append(
                SymbolicArray.Write(
                    index: write.index, value: graph.ite(condition, write.value, rest[partner].value),
                    condition: graph.ite(condition, write.condition, rest[partner].condition),
                    isConfined: write.isConfined && rest[partner].isConfined))
            rest = rest[(partner + 1)...]
        }
        return result + rest.map(skipped)
    }
}
