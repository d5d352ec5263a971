import ISALanguage
import Machine

/// The paper's v_i, one routine per instruction: the virtualised program of that instruction, run over the
/// processor below and the saved state V. Nothing here knows a particular machine, nor which of its
/// instructions are privileged; what a routine does is what the machine's file says, put through
/// `virtualise`.
final class InterpreterRoutines {
    let virtualised: VirtualisedMachine
    let decoder: Decoder
    let evaluator: ConcreteEvaluator
    let state: GuestState
    private let parameters: EvaluationParameters
    private let programCounter: StateID
    private let programCounterMask: UInt64
    private let addressStep: UInt64
    /// Interrupts whose conditions ask registers too: what any instruction writes may let one through.
    private let gatedLines: [Int]
    /// What units mean that settle it alone, whatever follows them: decoding costs more than the routine.
    private var knownUnits: [UInt64: DecodedInstruction] = [:]

    private static let knownLimit = 1 << 12

    /// What came of interpreting one instruction.
    enum Result {
        /// Completed, with the devices whose strobes are now raised.
        case completed(instruction: Int, devices: [Int])
        /// It trapped; nothing of it is done and nothing has been delivered.
        case trapped(Trap)
        /// It would touch a watched cell; nothing of it is done.
        case watched(address: UInt64, isWrite: Bool)
        /// The guest's machine cannot go on.
        case fault(FaultCause)
    }

    init(_ blueprint: Blueprint, over state: GuestState, map: VirtualMachineMap) throws(MonitorError) {
        let virtualised = blueprint.virtualised
        guard let counter = virtualised.original.state.firstIndex(where: { $0.role == .pc }) else {
            throw MonitorError(
                "machine '\(virtualised.original.name)' has no program counter",
                remedy: "declare one: pc NAME : WIDTH")
        }
        self.virtualised = virtualised
        self.state = state
        decoder = blueprint.decoder
        evaluator = ConcreteEvaluator(virtualised.machine)
        parameters = map.parameters
        programCounter = StateID(counter)
        programCounterMask = ConcreteArithmetic.mask(virtualised.original.state[counter].width)
        addressStep = UInt64(max(virtualised.original.addressesPerUnit, 0))
        let original = virtualised.original
        gatedLines = original.interrupts.indices.filter { line in
            [original.interrupts[line].pending, original.interrupts[line].enabled].contains { condition in
                CodePatcher.componentsRead(by: condition).contains { original.state[$0.index].role == .register }
            }
        }
    }

    private var machine: MachineDescription { virtualised.machine }

    /// The guest's program counter: the real one, as P is the same on both sides.
    var here: UInt64 { state.read(programCounter, element: 0) }

    // MARK: One instruction

    /// Interprets the instruction at the program counter.
    /// - Parameter watched: cells of the machine below before whose touching to stop.
    func interpret(watching watched: Set<UInt64>) -> Result {
        let here = here
        switch decode(at: here) {
        case .instruction(let decoded):
            return perform(decoded, at: here, length: decoded.length, watching: watched)
        case .fetchTrap(let kind, let detail, let units):
            return .trapped(trap(kind, detail: detail, at: here, length: units.count + 1))
        case .undefined(let units):
            guard let kind = machine.undefinedTrap else {
                return .fault(.undefinedEncoding(address: here, units: units))
            }
            return .trapped(trap(kind, detail: 0, at: here, length: max(units.count, 1)))
        }
    }

    /// Runs the routine of a decoded instruction as if it stood at `here` and were `length` units long.
    func perform(
        _ decoded: DecodedInstruction, at here: UInt64, length: Int, watching watched: Set<UInt64> = []
    ) -> Result {
        let program = machine.instructions[decoded.instruction].program
        if !watched.isEmpty, let (address, isWrite) = touched(by: program, decoded, at: here, length, of: watched) {
            return .watched(address: address, isWrite: isWrite)
        }
        switch evaluate(program, decoded, at: here, length: length) {
        case .done:
            _ = evaluate(virtualised.tick)
            return .completed(instruction: decoded.instruction, devices: raisedDevices())
        case .trap(let kind, let detail):
            return .trapped(trap(kind, detail: detail, at: here, length: length))
        }
    }

    /// Decodes at a virtual address, through the guest's own translation and out of its own storage.
    func decode(at address: UInt64) -> DecodeResult {
        let first = fetch(at: address & programCounterMask)
        if case .unit(let unit) = first, let known = knownUnits[unit] { return .instruction(known) }
        var isAlone = true
        let result = decoder.decode { index in
            if index == 0 { return first }
            isAlone = false
            return fetch(at: self.address(index, unitsAfter: address))
        }
        if isAlone, case .unit(let unit) = first, case .instruction(let decoded) = result {
            if knownUnits.count == InterpreterRoutines.knownLimit { knownUnits = [:] }
            knownUnits[unit] = decoded
        }
        return result
    }

    private func fetch(at address: UInt64) -> FetchedUnit {
        switch evaluate(machine.fetch, arguments: [address]) {
        case .done(let results): return .unit(results.first ?? 0)
        case .trap(let kind, let detail): return .trap(kind, detail: detail)
        }
    }

    /// The first watched cell that the program would touch, found by trying it with nothing written.
    private func touched(
        by program: Program, _ decoded: DecodedInstruction, at here: UInt64, _ length: Int, of watched: Set<UInt64>
    ) -> (address: UInt64, isWrite: Bool)? {
        state.trial = GuestState.Trial()
        defer { state.trial = nil }
        guard case .done = evaluate(program, decoded, at: here, length: length), let trial = state.trial else {
            return nil
        }
        if let load = trial.loads.first(where: watched.contains) { return (load, false) }
        return trial.stores.first(where: watched.contains).map { ($0, true) }
    }

    private func trap(_ kind: TrapID, detail: UInt64, at here: UInt64, length: Int) -> Trap {
        let after = machine.traps.indices.contains(kind.index) && machine.traps[kind.index].resumesAfter
        let next = EvaluationParameters(here: here, length: length, in: machine).next
        return Trap(kind: kind.index, detail: detail, address: here, resume: after ? next : here)
    }

    // MARK: Traps and interrupts of the guest

    /// Delivers a trap into the guest's own vector. Returns why that failed, or nil.
    func deliver(_ trap: Trap) -> FaultCause? {
        let event = TrapEvent(
            kind: TrapID(trap.kind), detail: trap.detail, address: trap.address, resume: trap.resume,
            interrupt: trap.interrupt)
        guard let delivery = machine.delivery, machine.traps.indices.contains(trap.kind) else {
            return .noDelivery(event)
        }
        let code = machine.traps[trap.kind].code
        switch evaluate(delivery, arguments: [code, trap.detail, trap.resume], at: trap.address) {
        case .trap(let second, let detail): return .deliveryTrapped(event, with: second, detail: detail)
        // The virtualised delivery's last result: it needed a cell that the guest does not have.
        case .done(let results): return results.last == 1 ? .deliveryOutsideStorage(event) : nil
        }
    }

    /// Accepts the first interrupt that the guest's own state lets through, up to its delivery.
    func acceptInterrupt() -> Result? {
        guard let line = machine.interrupts.indices.first(where: { line in
            holds(machine.interrupts[line].pending) && holds(machine.interrupts[line].enabled)
        }) else { return nil }
        let here = here
        let interrupt = machine.interrupts[line]
        if let acknowledge = interrupt.acknowledge,
            case .trap(let kind, _) = evaluate(acknowledge, at: here) {
            return .fault(.acknowledgeTrapped(interrupt: line, with: kind))
        }
        return .trapped(Trap(
            kind: interrupt.trap.index, detail: 0, address: here, resume: here, interrupt: line))
    }

    /// Whether a clock has run out for an interrupt that waits for registers: a string instruction that counts
    /// its steps lets none in before its last. The guest then runs a step at a time, to be interrupted where
    /// the bare machine is.
    var awaitsInterrupt: Bool {
        guard !gatedLines.isEmpty else { return false }
        let hasExpired = virtualised.clocks.contains { clock in
            machine.state[clock.saved.index].expires.map { state.read($0, element: 0) == 1 } ?? false
        }
        return hasExpired && gatedLines.contains { holds(machine.interrupts[$0].enabled) }
    }

    // MARK: What the guest's state says

    /// The exit status of a guest that has stopped for good.
    var haltStatus: UInt64? {
        guard let halted = machine.halted, case .done(let results) = evaluate(halted), results.first == 1 else {
            return nil
        }
        return results.count > 1 ? results[1] : 0
    }

    var isWaiting: Bool { machine.waiting.map(holds) ?? false }

    var isUserMode: Bool { machine.userMode.map(holds) ?? false }

    /// Devices one of whose strobes the guest has raised.
    func raisedDevices() -> [Int] {
        machine.devices.indices.filter { device in
            machine.devices[device].strobes.contains { state.read($0, element: 0) != 0 }
        }
    }

    // MARK: Evaluation

    private func holds(_ condition: Program) -> Bool { evaluate(condition).value == 1 }

    private func evaluate(
        _ program: Program, _ decoded: DecodedInstruction? = nil, arguments: [UInt64] = [], at here: UInt64 = 0,
        length: Int = 0
    ) -> Outcome {
        var parameters = parameters
        parameters.here = here
        parameters.length = UInt64(max(length, 0))
        parameters.next = (here &+ parameters.length &* addressStep) & programCounterMask
        var state = state
        return evaluator.evaluate(
            program, instruction: decoded, arguments: arguments, parameters: parameters, over: &state)
    }

    // MARK: What a fetch touches

    /// The cells from which the unit at a virtual address is fetched; nil if the fetch traps.
    func fetchedCells(at address: UInt64) -> FetchedCells? {
        state.trial = GuestState.Trial()
        let outcome = evaluate(machine.fetch, arguments: [address & programCounterMask])
        let loads = state.trial?.loads ?? []
        state.trial = nil
        guard let unit = outcome.value, let storage = machine.state.firstIndex(where: { $0.role == .storage }) else {
            return nil
        }
        var addresses: [UInt64] = []
        for load in loads where !addresses.contains(load) { addresses.append(load) }
        let contents = addresses.map { state.load(StateID(storage), address: $0) ?? 0 }
        return FetchedCells(addresses: addresses, contents: contents, unit: unit)
    }

    /// The unit that would be fetched at a virtual address if cells held other contents; nil if that traps.
    func refetch(at address: UInt64, cells: [UInt64], holding contents: [UInt64]) -> UInt64? {
        var altered = AlteredState(state: state)
        for (cell, content) in zip(cells, contents) { altered.cells[cell] = content }
        return evaluator.evaluate(
            machine.fetch, arguments: [address & programCounterMask], parameters: parameters, over: &altered).value
    }

    /// The virtual address of the unit `index` units after another.
    func address(_ index: Int, unitsAfter address: UInt64) -> UInt64 {
        (address &+ UInt64(index) &* addressStep) & programCounterMask
    }
}

/// The guest's state with other contents in some cells, for looking only.
private struct AlteredState: StateAccess {
    let state: GuestState
    var cells: [UInt64: UInt64] = [:]
    var touchedOutside = false

    init(state: GuestState) { self.state = state }

    func read(_ component: StateID, element: UInt64) -> UInt64 { state.read(component, element: element) }
    mutating func write(_ component: StateID, element: UInt64, value: UInt64) {}
    func load(_ storage: StateID, address: UInt64) -> UInt64? {
        cells[address] ?? state.load(storage, address: address)
    }
    mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool { true }
    func size(_ storage: StateID) -> UInt64 { state.size(storage) }
}
