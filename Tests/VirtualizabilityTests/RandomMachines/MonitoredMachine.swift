import ISALanguage

@testable import Virtualizability

/// A machine and its monitor in numbers: the concrete evaluator and the programs that `virtualise` makes, no terms and
/// no solver. The definitions of Docs/Theory.md stand here a second time, word by word, and share nothing with those
/// that the checker uses but the language.
struct MonitoredMachine {
    let description: MachineDescription
    let virtualised: VirtualisedMachine
    private let decoder: Decoder
    private let monitorDecoder: Decoder
    private let evaluator: ConcreteEvaluator
    let ids: [StateID]

    init(_ description: MachineDescription, policy: [StateID: Handling]) {
        self.description = description
        virtualised = description.virtualise(handlings: policy)
        decoder = Decoder(description)
        monitorDecoder = Decoder(virtualised.machine)
        evaluator = ConcreteEvaluator(virtualised.machine)
        ids = description.state.indices.map(StateID.init).filter { description.state[$0.index].role != .storage }
    }

    /// How one instruction ended, before any delivery.
    struct Execution {
        /// Nil where fetching trapped.
        var decoded: DecodedInstruction?
        /// Nil where it completed.
        var trap: TrapID?
        var detail: UInt64 = 0
        /// After a trap: as before.
        var state: MachineState

        var isDone: Bool { trap == nil }
    }

    /// The instruction at the program counter; nil where no instruction is encoded so.
    func execute(_ state: MachineState, place: Placement? = nil) -> Execution? {
        let machine = place == nil ? description : virtualised.machine
        let decoder = place == nil ? decoder : monitorDecoder
        guard let counter = state.shape.programCounter else { return nil }
        let here = state[counter]
        let addresses = WordArithmetic.mask(state.shape.widths[counter.index])
        var state = state
        let found = decoder.decode { unit in
            let arguments = [(here &+ UInt64(unit)) & addresses]
            let parameters = self.parameters(here: 0, length: 0, place)
            switch evaluator.evaluate(machine.fetch, arguments: arguments, parameters: parameters, over: &state) {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let trap, let detail): return .trap(trap, detail: detail)
            }
        }
        switch found {
        case .undefined: return nil
        case .fetchTrap(let trap, let detail, _): return Execution(trap: trap, detail: detail, state: state)
        case .instruction(let decoded):
            let program = machine.instructions[decoded.instruction].program
            let parameters = parameters(here: here, length: decoded.length, place)
            switch evaluator.evaluate(program, instruction: decoded, parameters: parameters, over: &state) {
            case .done: return Execution(decoded: decoded, state: state)
            case .trap(let trap, let detail):
                return Execution(decoded: decoded, trap: trap, detail: detail, state: state)
            }
        }
    }

    /// Instruction, then delivery or a tick of the clock; nil where a machine cannot go on.
    func step(_ state: MachineState, place: Placement? = nil) -> (decoded: DecodedInstruction?, after: MachineState)? {
        guard let execution = execute(state, place: place), let counter = state.shape.programCounter else { return nil }
        let here = state[counter]
        if let trap = execution.trap {
            let length = execution.decoded?.length ?? 1
            let next = parameters(here: here, length: length, nil).next
            let resume = description.traps[trap.index].resumesAfter ? next : here
            return deliver(trap, detail: execution.detail, resume: resume, on: execution.state, place).map {
                (execution.decoded, $0)
            }
        }
        var after = execution.state
        if place != nil {
            _ = evaluator.evaluate(virtualised.tick, over: &after)
        } else {
            var machine = ReferenceMachine(decoder, state: after)
            machine.tick()
            after = machine.state
        }
        return (execution.decoded, after)
    }

    private func deliver(
        _ trap: TrapID, detail: UInt64, resume: UInt64, on state: MachineState, _ place: Placement?
    ) -> MachineState? {
        let machine = place == nil ? description : virtualised.machine
        guard let delivery = machine.delivery, let counter = state.shape.programCounter else { return nil }
        var after = state
        after.touchedOutside = false
        let outcome = evaluator.evaluate(
            delivery, arguments: [machine.traps[trap.index].code, detail, resume],
            parameters: parameters(here: state[counter], length: 0, place), over: &after)
        guard case .done = outcome, !after.touchedOutside else { return nil }
        return after
    }

    /// Accepting an interrupt; nil where it is not due.
    func accept(_ line: Int, _ state: MachineState, place: Placement? = nil) -> (isDue: Bool, after: MachineState?) {
        let machine = place == nil ? description : virtualised.machine
        let interrupt = machine.interrupts[line]
        var state = state
        guard evaluator.test(interrupt.pending, over: &state), evaluator.test(interrupt.enabled, over: &state),
            let counter = state.shape.programCounter
        else { return (false, nil) }
        let here = state[counter]
        if let acknowledge = interrupt.acknowledge {
            let parameters = parameters(here: here, length: 0, place)
            guard case .done = evaluator.evaluate(acknowledge, parameters: parameters, over: &state) else {
                return (true, nil)
            }
        }
        return (true, deliver(interrupt.trap, detail: 0, resume: here, on: state, place))
    }

    // MARK: The map

    /// f(S): S in the frame of a real machine, which gives the cells outside the window and what the monitor keeps in
    /// components that it holds at any value. The state has V behind the machine's own components.
    func image(of state: MachineState, in frame: MachineState, _ place: Placement) -> MachineState {
        var image = frame
        image.cells.replaceSubrange(place.origin..<place.origin + state.cells.count, with: state.cells)
        for id in ids {
            let home = virtualised.home(of: id)
            for element in 0..<UInt64(state.shape.counts[id.index]) {
                image.write(home, element: element, value: state.read(id, element: element))
                if home != id, case .own(let value)? = virtualised.handlings[id] {
                    image.write(id, element: element, value: value)
                }
            }
        }
        return mapped(withClocks(image), virtualised.map, place)
    }

    func remapped(_ state: MachineState, _ place: Placement) -> MachineState {
        mapped(withClocks(state), virtualised.remap, place)
    }

    /// The real clock follows the guest's.
    private func withClocks(_ state: MachineState) -> MachineState {
        var state = state
        for clock in virtualised.clocks { state[clock.real] = state[clock.saved] }
        return state
    }

    private func mapped(_ state: MachineState, _ map: Program?, _ place: Placement) -> MachineState {
        guard let map else { return state }
        var state = state
        _ = evaluator.evaluate(map, parameters: parameters(here: 0, length: 0, place), over: &state)
        return state
    }

    /// A real machine without a guest: all zero, with room for V.
    func emptyFrame(size: Int) -> MachineState { MachineState(shape: StateShape(virtualised.machine), size: size) }

    func isSupervisor(_ state: MachineState) -> Bool {
        var state = state
        return evaluator.test(description.supervisorMode, over: &state)
    }

    private func parameters(here: UInt64, length: Int, _ place: Placement?) -> EvaluationParameters {
        var parameters = EvaluationParameters(here: here, length: length, in: description)
        if let place {
            parameters.origin = UInt64(place.origin)
            parameters.extent = UInt64(place.extent)
        }
        return parameters
    }
}

/// Where a guest lies in a real machine.
struct Placement: Hashable {
    var origin: Int
    var extent: Int
    var size: Int
}
