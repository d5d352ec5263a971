/// A machine that follows its file word by word: one step walks the programs of the description
/// over the whole state. It is slow and obviously right, and everything faster is tested against it.
///
/// The order within a step is part of the semantics:
/// 1. a machine that has stopped does nothing;
/// 2. the first interrupt line that is pending and enabled is accepted: its `accept` statements run, then
///    the trap is delivered;
/// 3. a sleeping machine does nothing;
/// 4. the instruction is fetched unit by unit, decoded and executed. If it completes, time components
///    count down. If it traps, nothing of it is done and the trap is delivered.
/// After a completed instruction and after a delivered trap, raised strobes are reported.
public struct ReferenceMachine {
    public enum TrapDisposition: Sendable {
        /// Delivered into the machine's own vector: the machine is bare.
        case deliver
        /// Handed to the caller: the machine runs a monitor's guest.
        case exit
    }

    public let decoder: Decoder
    public var description: MachineDescription { decoder.description }
    public var evaluator: ConcreteEvaluator
    public var state: MachineState
    public var trapDisposition = TrapDisposition.deliver
    /// Instructions completed: traps and accepted interrupts do not count.
    public var completedInstructions: UInt64 = 0
    private let programCounter: StateID?

    public init(_ decoder: Decoder, state: MachineState) {
        self.decoder = decoder
        self.state = state
        evaluator = ConcreteEvaluator(decoder.description)
        programCounter = state.shape.programCounter
    }

    /// A fresh machine with `size` cells (`MachineState.usualSize` if nil).
    public init(_ description: MachineDescription, size: Int? = nil) {
        self.init(Decoder(description), state: MachineState(description, size: size))
    }

    /// One step; see above.
    public mutating func step() -> StepResult {
        guard let programCounter else { return .fault(.noProgramCounter) }
        if let status = haltStatus() { return .halted(status: status) }
        if let line = acceptableInterrupt() { return accept(line) }
        if evaluator.test(description.waiting, over: &state) { return .waiting }
        let here = state[programCounter]
        switch decode(at: here) {
        case .instruction(let decoded):
            return execute(decoded, at: here)
        case .fetchTrap(let trap, let detail, let units):
            return take(event(trap, detail: detail, at: here, length: units.count + 1), decoded: nil)
        case .undefined(let units):
            guard let trap = description.undefinedTrap else {
                return .fault(.undefinedEncoding(address: here, units: units))
            }
            return take(event(trap, detail: 0, at: here, length: max(units.count, 1)), decoded: nil)
        }
    }

    /// Decodes the instruction at a virtual address, through the machine's own translation. Changes nothing.
    public mutating func decode(at address: UInt64) -> DecodeResult {
        let fetch = description.fetch
        let mask = ConcreteArithmetic.mask(programCounter.map { state.shape.widths[$0.index] } ?? 64)
        let step = UInt64(max(description.addressesPerUnit, 0))
        return decoder.decode { [evaluator] index in
            let at = (address &+ UInt64(index) &* step) & mask
            switch evaluator.evaluate(fetch, arguments: [at], over: &state) {
            case .done(let results): return .unit(results.first ?? 0)
            case .trap(let trap, let detail): return .trap(trap, detail: detail)
            }
        }
    }

    /// The exit status of a machine that has stopped for good, else nil.
    public mutating func haltStatus() -> UInt64? {
        guard let halted = description.halted, case .done(let results) = evaluator.evaluate(halted, over: &state),
            results.first == 1
        else { return nil }
        return results.count > 1 ? results[1] : 0
    }

    /// The first line that is pending and let through by its mask.
    public mutating func acceptableInterrupt() -> Int? {
        description.interrupts.indices.first { line in
            evaluator.test(description.interrupts[line].pending, over: &state)
                && evaluator.test(description.interrupts[line].enabled, over: &state)
        }
    }

    /// The devices one of whose strobes is raised.
    public func raisedDevices() -> [Int] {
        description.devices.indices.filter { device in
            description.devices[device].strobes.contains { state[$0] != 0 }
        }
    }

    /// Executes one decoded instruction at an address, with what follows its completion.
    public mutating func execute(_ decoded: DecodedInstruction, at here: UInt64) -> StepResult {
        let instruction = description.instructions[decoded.instruction]
        let parameters = EvaluationParameters(here: here, length: decoded.length, in: description)
        switch evaluator.evaluate(instruction.program, instruction: decoded, parameters: parameters, over: &state) {
        case .done:
            completedInstructions &+= 1
            tick()
            return .completed(decoded, address: here, devices: raisedDevices())
        case .trap(let trap, let detail):
            return take(event(trap, detail: detail, at: here, length: decoded.length), decoded: decoded)
        }
    }

    /// Runs the delivery program on the state in which the trap happened. Returns why it failed, or nil.
    public mutating func deliver(_ event: TrapEvent) -> FaultCause? {
        guard let delivery = description.delivery else { return .noDelivery(event) }
        let code = description.traps.indices.contains(event.kind.index) ? description.traps[event.kind.index].code : 0
        let before = state.touchedOutside
        state.touchedOutside = false
        let outcome = evaluator.evaluate(
            delivery, arguments: [code, event.detail, event.resume],
            parameters: EvaluationParameters(here: event.address, length: 0, in: description), over: &state)
        let outside = state.touchedOutside
        state.touchedOutside = before || outside
        if case .trap(let second, let detail) = outcome {
            return .deliveryTrapped(event, with: second, detail: detail)
        }
        return outside ? .deliveryOutsideStorage(event) : nil
    }

    /// Time components count completed instructions down; one that reaches zero says so.
    public mutating func tick() {
        for (index, component) in description.state.enumerated() where component.role == .time {
            let timer = StateID(index)
            guard state[timer] != 0 else { continue }
            state[timer] = state[timer] &- 1
            if state[timer] == 0, let expired = component.expires { state[expired] = 1 }
        }
    }

    private mutating func accept(_ line: Int) -> StepResult {
        let interrupt = description.interrupts[line]
        let here = programCounter.map { state[$0] } ?? 0
        if let acknowledge = interrupt.acknowledge {
            let parameters = EvaluationParameters(here: here, length: 0, in: description)
            if case .trap(let trap, _) = evaluator.evaluate(acknowledge, parameters: parameters, over: &state) {
                return .fault(.acknowledgeTrapped(interrupt: line, with: trap))
            }
        }
        let event = TrapEvent(kind: interrupt.trap, detail: 0, address: here, resume: here, interrupt: line)
        return take(event, decoded: nil)
    }

    private func event(_ trap: TrapID, detail: UInt64, at here: UInt64, length: Int) -> TrapEvent {
        let parameters = EvaluationParameters(here: here, length: length, in: description)
        let after = description.traps.indices.contains(trap.index) && description.traps[trap.index].resumesAfter
        return TrapEvent(kind: trap, detail: detail, address: here, resume: after ? parameters.next : here)
    }

    private mutating func take(_ event: TrapEvent, decoded: DecodedInstruction?) -> StepResult {
        guard trapDisposition == .deliver else { return .trapped(event, decoded, delivered: false) }
        if let cause = deliver(event) { return .fault(cause) }
        return .trapped(event, decoded, delivered: true, devices: raisedDevices())
    }
}
