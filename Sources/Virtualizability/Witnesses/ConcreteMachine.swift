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
    /// What is the same of every machine that a replay makes: large values, kept once.
    final class Parts {
        let description: MachineDescription
        let decoder: Decoder
        let programCounter: StateID?
        let addressMask: UInt64
        let shadow: ShadowMap?

        init(_ description: MachineDescription, _ decoder: Decoder) {
            self.description = description
            self.decoder = decoder
            programCounter = description.programCounter
            shadow = ShadowMap(description)
            addressMask = WordArithmetic.mask(programCounter.map { description.state[$0.index].width } ?? 64)
        }
    }

    let parts: Parts
    var evaluator: ConcreteEvaluator
    var parameters = EvaluationParameters()
    /// Executed in place of what stands at the program counter.
    var given: DecodedInstruction?

    /// - Parameter isShadowed: addresses go through the monitor's shadow tables.
    init(_ parts: Parts, functions: [FunctionPoint: UInt64], isShadowed: Bool = false) {
        self.parts = parts
        let declared = parts.description.functions
        evaluator = ConcreteEvaluator(parts.description) { id, arguments in
            let function = declared[id.index]
            let name = isShadowed && function.purpose != .computation ? ShadowMap.name(function.name) : function.name
            return functions[FunctionPoint(name: name, arguments: arguments)] ?? 0
        }
    }

    var description: MachineDescription { parts.description }

    /// The values of here, next and length for an instruction; the rest as it is.
    private func parameters(at here: UInt64, length: Int) -> EvaluationParameters {
        var found = parameters
        found.here = here
        found.length = UInt64(max(length, 0))
        found.next = (here &+ found.length &* UInt64(max(parts.description.addressesPerUnit, 0))) & parts.addressMask
        return found
    }

    /// Fetches, decodes and executes what stands at the program counter. Nil where that is not described at all.
    func execute(_ state: MachineState) -> ConcreteExecution? {
        guard let counter = parts.programCounter else { return nil }
        var state = state
        let here = state[counter]
        if let given { return execute(given, at: here, &state) }
        let mask = parts.addressMask
        let step = UInt64(max(parts.description.addressesPerUnit, 0))
        let result = parts.decoder.decode { unit in
            let outcome = evaluator.evaluate(
                parts.description.fetch, arguments: [(here &+ UInt64(unit) &* step) & mask], parameters: parameters,
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
        let outcome = evaluator.evaluate(
            parts.description.instructions[decoded.instruction].program, instruction: decoded,
            parameters: parameters(at: here, length: decoded.length), over: &state)
        if case .trap(let trap, let detail) = outcome {
            return ConcreteExecution(trap: trap, detail: detail, state: state, decoded: decoded)
        }
        return ConcreteExecution(trap: nil, state: state, decoded: decoded)
    }

    /// The state after delivery of the trap with which an execution ended; nil where delivery fails.
    func delivered(_ execution: ConcreteExecution, at here: UInt64) -> MachineState? {
        guard let trap = execution.trap else { return execution.state }
        let length = execution.decoded?.length ?? 1
        let next = parameters(at: here, length: length).next
        let resume = parts.description.traps[trap.index].resumesAfter ? next : here
        return deliver(trap, detail: execution.detail, resume: resume, here: here, on: execution.state)
    }

    func deliver(
        _ trap: TrapID, detail: UInt64, resume: UInt64, here: UInt64, on state: MachineState
    ) -> MachineState? {
        guard let delivery = parts.description.delivery else { return nil }
        var after = state
        let kind = parts.description.traps[trap.index]
        let outcome = evaluator.evaluate(
            delivery, arguments: [kind.code, detail, resume], parameters: parameters(at: here, length: 0), over: &after)
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
        !test(parts.description.halted, state) && !test(parts.description.waiting, state)
    }

    /// Clocks count one completed instruction.
    func ticked(_ state: MachineState) -> MachineState {
        var machine = ReferenceMachine(parts.decoder, state: state)
        machine.tick()
        return machine.state
    }
}
