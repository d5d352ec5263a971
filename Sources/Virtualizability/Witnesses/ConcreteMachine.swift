import ISALanguage

/// How executing an instruction ended, in numbers.
struct ConcreteExecution {
    var trap: TrapID?
    var detail: UInt64 = 0
    /// After a trap: unchanged.
    var state: MachineState
    /// Nil where fetching trapped.
    var decoded: DecodedInstruction?

    var isDone: Bool { trap == nil }
}

/// Executes one instruction of a machine with the reference evaluator: what every witness is replayed by.
struct ConcreteMachine {
    let description: MachineDescription
    let decoder: Decoder
    var evaluator: ConcreteEvaluator
    var parameters = EvaluationParameters()
    /// Executed in place of what stands at the program counter.
    var given: DecodedInstruction?

    /// - Parameter isShadowed: addresses go through the monitor's shadow tables.
    init(
        _ description: MachineDescription, _ decoder: Decoder, functions: [FunctionPoint: UInt64],
        isShadowed: Bool = false
    ) {
        self.description = description
        self.decoder = decoder
        evaluator = ConcreteEvaluator(description) { id, arguments in
            let function = description.functions[id.index]
            let name = isShadowed && function.purpose != .computation ? ShadowMap.name(function.name) : function.name
            return functions[FunctionPoint(name: name, arguments: arguments)] ?? 0
        }
    }

    /// Fetches, decodes and executes what stands at the program counter. Nil where that is not described at all.
    func execute(_ state: MachineState) -> ConcreteExecution? {
        guard let counter = description.programCounter else { return nil }
        var state = state
        let here = state[counter]
        if let given { return execute(given, at: here, &state) }
        let mask = WordArithmetic.mask(description.state[counter.index].width)
        let step = UInt64(max(description.addressesPerUnit, 0))
        let result = decoder.decode { unit in
            let outcome = evaluator.evaluate(
                description.fetch, arguments: [(here &+ UInt64(unit) &* step) & mask], parameters: parameters,
                over: &state)
            switch outcome {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let trap, let detail): return .trap(trap, detail: detail)
            }
        }
        switch result {
        case .undefined: return nil
        case .fetchTrap(let trap, let detail, _):
            return ConcreteExecution(trap: trap, detail: detail, state: state, decoded: nil)
        case .instruction(let decoded): return execute(decoded, at: here, &state)
        }
    }

    private func execute(
        _ decoded: DecodedInstruction, at here: UInt64, _ state: inout MachineState
    ) -> ConcreteExecution {
        var parameters = EvaluationParameters(here: here, length: decoded.length, in: description)
        parameters.origin = self.parameters.origin
        parameters.extent = self.parameters.extent
        let outcome = evaluator.evaluate(
            description.instructions[decoded.instruction].program, instruction: decoded, parameters: parameters,
            over: &state)
        if case .trap(let trap, let detail) = outcome {
            return ConcreteExecution(trap: trap, detail: detail, state: state, decoded: decoded)
        }
        return ConcreteExecution(trap: nil, state: state, decoded: decoded)
    }

    /// The state after delivery of the trap with which an execution ended; nil where delivery fails.
    func delivered(_ execution: ConcreteExecution, at here: UInt64) -> MachineState? {
        guard let trap = execution.trap else { return execution.state }
        let length = execution.decoded?.length ?? 1
        let next = EvaluationParameters(here: here, length: length, in: description).next
        let resume = description.traps[trap.index].resumesAfter ? next : here
        return deliver(trap, detail: execution.detail, resume: resume, here: here, on: execution.state)
    }

    func deliver(
        _ trap: TrapID, detail: UInt64, resume: UInt64, here: UInt64, on state: MachineState
    ) -> MachineState? {
        guard let delivery = description.delivery else { return nil }
        var after = state
        var parameters = EvaluationParameters(here: here, length: 0, in: description)
        parameters.origin = self.parameters.origin
        parameters.extent = self.parameters.extent
        let kind = description.traps[trap.index]
        let outcome = evaluator.evaluate(
            delivery, arguments: [kind.code, detail, resume], parameters: parameters, over: &after)
        if case .trap = outcome { return nil }
        return after
    }

    func test(_ program: Program?, _ state: MachineState) -> Bool {
        guard let program else { return false }
        var state = state
        return evaluator.evaluate(program, parameters: parameters, over: &state).value == 1
    }

    /// Runs a program for its writes; nil if it trapped.
    func run(_ program: Program?, _ state: MachineState, parameters: EvaluationParameters? = nil) -> MachineState? {
        guard let program else { return state }
        var after = state
        let outcome = evaluator.evaluate(program, parameters: parameters ?? self.parameters, over: &after)
        if case .trap = outcome { return nil }
        return after
    }

    /// It executes instructions: it has neither stopped nor gone to sleep.
    func runs(_ state: MachineState) -> Bool {
        !test(description.halted, state) && !test(description.waiting, state)
    }

    /// Clocks count one completed instruction.
    func ticked(_ state: MachineState) -> MachineState {
        var machine = ReferenceMachine(decoder, state: state)
        machine.tick()
        return machine.state
    }
}
