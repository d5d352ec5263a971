import ISALanguage

// The monitor's squares in numbers: the same programs that the monitor runs, run by the reference evaluator.

extension Replay {
    func squareFails(_ concrete: ConcreteCase) -> Bool {
        let virtualised = views.view(under: query.kind)
        let bare = machine(concrete)
        var monitor = ConcreteMachine(
            views.parts(under: query.kind), functions: concrete.functions)
        monitor.parameters.origin = concrete.origin
        monitor.parameters.extent = concrete.extent
        monitor.given = concrete.given
        let start = extended(concrete, virtualised)
        switch query.subject {
        case .instruction(let index):
            // Fetch belongs to the instruction: where it traps on both sides, the square is that of every instruction.
            guard let first = bare.execute(concrete.virtual), let second = monitor.execute(start),
                first.decoded?.instruction ?? index == index, second.decoded?.instruction ?? index == index
            else { return false }
            let here = description.programCounter.map { concrete.virtual[$0] } ?? 0
            guard var wanted = bare.delivered(first, at: here) else { return false }
            guard var found = monitor.delivered(second, at: here) else { return true }
            if first.isDone { wanted = bare.ticked(wanted) }
            if second.isDone { found = monitor.run(virtualised.tick, found) ?? found }
            return !matches(wanted, found, concrete, virtualised, monitor)
        case .interrupt(let line):
            return interruptFails(line, concrete, start, virtualised, bare, monitor)
        case .machine: return false
        }
    }

    private func extended(_ concrete: ConcreteCase, _ virtualised: VirtualisedMachine) -> MachineState {
        var state = MachineState(shape: StateShape(virtualised.machine), size: concrete.real.cells.count)
        state.cells = concrete.real.cells
        for index in description.state.indices where description.state[index].role != .storage {
            for element in elements(StateID(index)) {
                state.write(
                    StateID(index), element: element, value: concrete.real.read(StateID(index), element: element))
            }
        }
        for (original, saved) in virtualised.saved {
            for element in elements(original) {
                state.write(saved, element: element, value: concrete.virtual.read(original, element: element))
            }
        }
        return state
    }

    private func interruptFails(
        _ line: Int, _ concrete: ConcreteCase, _ start: MachineState, _ virtualised: VirtualisedMachine,
        _ bare: ConcreteMachine, _ monitor: ConcreteMachine
    ) -> Bool {
        func isDue(_ machine: ConcreteMachine, _ state: MachineState) -> Bool {
            let line = machine.description.interrupts[line]
            return machine.test(line.pending, state) && machine.test(line.enabled, state)
        }
        let due = isDue(bare, concrete.virtual)
        guard due == isDue(monitor, start) else { return true }
        guard due, let wanted = accept(line, bare, concrete.virtual) else { return false }
        guard let found = accept(line, monitor, start) else { return true }
        return !matches(wanted, found, concrete, virtualised, monitor)
    }

    private func accept(_ line: Int, _ machine: ConcreteMachine, _ state: MachineState) -> MachineState? {
        let interrupt = machine.description.interrupts[line]
        let here = description.programCounter.map { state[$0] } ?? 0
        var parameters = EvaluationParameters(here: here, length: 0, in: description)
        parameters.origin = machine.parameters.origin
        parameters.extent = machine.parameters.extent
        guard let acknowledged = machine.run(interrupt.acknowledge, state, parameters: parameters) else { return nil }
        return machine.deliver(interrupt.trap, detail: 0, resume: here, here: here, on: acknowledged)
    }

    /// Whether the monitor's state, once it has established the map again, is the image of the bare machine's.
    private func matches(
        _ wanted: MachineState, _ found: MachineState, _ concrete: ConcreteCase, _ virtualised: VirtualisedMachine,
        _ monitor: ConcreteMachine
    ) -> Bool {
        guard let found = monitor.run(virtualised.remap, found), let image = mapped(wanted, concrete, machine(concrete))
        else { return false }
        for index in description.state.indices where description.state[index].role != .storage {
            let id = StateID(index)
            guard let saved = virtualised.saved[id] else {
                guard same(id, wanted, found) else { return false }
                continue
            }
            guard elements(id).allSatisfy({ wanted.read(id, element: $0) == found.read(saved, element: $0) }) else {
                return false
            }
            switch description.state[index].role {
            case .mode, .relocation:
                guard same(id, description.mapIsShadow ? concrete.real : image, found) else { return false }
            case .control:
                let isMapped = description.map?.writes(id) ?? false
                guard same(id, isMapped ? image : concrete.real, found) else { return false }
            default: break
            }
        }
        return found.cells.holds(wanted.cells, at: concrete.window.lowerBound)
            && found.cells.agrees(with: concrete.real.cells, outside: concrete.window)
    }
}
