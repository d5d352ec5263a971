import Testing

@testable import ISALanguage

/// Stepping the hand-built machine: execution, traps, interrupts, devices, stopping and faults.
struct ReferenceMachineTests {
    private func machine(_ cells: [UInt64], at start: Int = 16, size: Int = 64) -> ReferenceMachine {
        var machine = ReferenceMachine(FixtureMachine.make(), size: size)
        for (index, cell) in cells.enumerated() { machine.state.cells[start + index] = cell }
        machine.state[FixtureMachine.pc] = UInt64(start)
        return machine
    }

    @Test func executesAndAdvances() {
        var machine = machine([0x1404, 7, 0x1001, 0x4000])
        guard case .completed(let decoded, address: 16, devices: []) = machine.step() else {
            Issue.record("not completed")
            return
        }
        #expect(decoded.length == 2)
        #expect(machine.state[FixtureMachine.registers, 1] == 7)
        #expect(machine.state[FixtureMachine.pc] == 18)
        _ = machine.step()
        #expect(machine.state[FixtureMachine.registers, 0] == 7)
        _ = machine.step()
        #expect(machine.step() == .halted(status: 0))
        #expect(machine.completedInstructions == 3)
    }

    @Test func aCallResumesAfterAndAFaultAtItsInstruction() {
        var caller = machine([0x3123])
        let call = TrapEvent(kind: FixtureMachine.call, detail: 0x123, address: 16, resume: 17)
        guard case .trapped(let event, .some, delivered: true, devices: []) = caller.step() else {
            Issue.record("no trap")
            return
        }
        #expect(event == call)
        #expect(caller.state.cells[0] == 17)
        #expect(caller.state.cells[1] == 0x3123)
        #expect(caller.state[FixtureMachine.pc] == 2)
        #expect(caller.completedInstructions == 0)

        var faulty = machine([0x1008, 100])
        let before = faulty.state
        faulty.trapDisposition = .exit
        let violation = TrapEvent(kind: FixtureMachine.violation, detail: 100, address: 16, resume: 16)
        guard case .trapped(violation, .some, delivered: false, devices: []) = faulty.step() else {
            Issue.record("no trap")
            return
        }
        #expect(faulty.state == before)
    }

    @Test func undefinedEncodingsAndFetchesTrap() {
        var undefined = machine([0xF000])
        #expect(
            undefined.step()
                == .trapped(
                    TrapEvent(kind: FixtureMachine.illegal, detail: 0, address: 16, resume: 16), nil, delivered: true))
        var beyond = machine([], size: 64)
        beyond.state.cells[63] = 0x1404
        beyond.state[FixtureMachine.pc] = 63
        #expect(
            beyond.step()
                == .trapped(
                    TrapEvent(kind: FixtureMachine.violation, detail: 64, address: 63, resume: 63), nil,
                    delivered: true))
    }

    @Test func theTimerCountsCompletedInstructionsAndInterrupts() {
        // STI 3 counts itself; a supervisor call in between does not count.
        var machine = machine([0x5003, 0x1000, 0x1000, 0x1000])
        machine.state.cells[2] = 0x1000
        _ = machine.step()
        #expect(machine.state[FixtureMachine.timer] == 2)
        _ = machine.step()
        _ = machine.step()
        #expect(machine.state[FixtureMachine.timer] == 0)
        #expect(machine.state[FixtureMachine.pending] == 1)
        let event = TrapEvent(kind: FixtureMachine.clock, detail: 0, address: 19, resume: 19, interrupt: 0)
        #expect(machine.step() == .trapped(event, nil, delivered: true))
        #expect(machine.state[FixtureMachine.pending] == 0)
        #expect(machine.state.cells[0] == 19)
        #expect(machine.completedInstructions == 3)
    }

    @Test func aMaskedInterruptWaits() {
        var machine = machine([0x1000])
        machine.state[FixtureMachine.pending] = 1
        guard case .completed = machine.step() else {
            Issue.record("interrupted")
            return
        }
    }

    @Test func strobesAreReported() {
        var machine = machine([0x6400])
        machine.state[FixtureMachine.registers, 1] = 0x141
        guard case .completed(_, address: 16, devices: [0]) = machine.step() else {
            Issue.record("no strobe")
            return
        }
        #expect(machine.state[FixtureMachine.out] == 0x41)
    }

    @Test func faultsHaveACause() {
        var description = FixtureMachine.make()
        description.delivery = nil
        var bare = ReferenceMachine(description, size: 64)
        bare.state.cells[0] = 0x3001
        let event = TrapEvent(kind: FixtureMachine.call, detail: 1, address: 0, resume: 1)
        #expect(bare.step() == .fault(.noDelivery(event)))
        #expect(FaultCause.noDelivery(event).text(in: description) == "call at 0x0, and the machine delivers no traps")

        // Delivery stores into cells 0 and 1; this machine has only one.
        var small = ReferenceMachine(FixtureMachine.make(), size: 1)
        small.state.cells[0] = 0x3001
        #expect(small.step() == .fault(.deliveryOutsideStorage(event)))

        description.undefinedTrap = nil
        var undefined = ReferenceMachine(description, size: 16)
        #expect(undefined.step() == .fault(.undefinedEncoding(address: 0, units: [0])))
    }

    @Test func outsideStorageIsHarmlessAndNoticed() {
        var program = Program(argumentWidths: [])
        let address = program.append(.constant(900), width: 10)
        let cell = program.append(.load(FixtureMachine.storage, address: address, guarded: nil), width: 16)
        program.results = [cell]
        program.append(.store(FixtureMachine.storage, address: address, value: cell, guarded: nil), width: 0)
        var state = MachineState(FixtureMachine.make(), size: 16)
        let before = state
        let evaluator = ConcreteEvaluator(FixtureMachine.make())
        #expect(evaluator.evaluate(program, over: &state) == .done(results: [0]))
        #expect(state.touchedOutside)
        #expect(state == before)
    }

    @Test func guardsHoldAccessesBack() {
        var program = Program(argumentWidths: [1])
        let guarded = program.append(.argument(0), width: 1)
        let address = program.append(.constant(3), width: 10)
        let value = program.append(.constant(5), width: 16)
        program.results = [program.append(.load(FixtureMachine.storage, address: address, guarded: guarded), width: 16)]
        program.append(.store(FixtureMachine.storage, address: address, value: value, guarded: guarded), width: 0)
        var state = MachineState(FixtureMachine.make(), size: 16)
        state.cells[3] = 9
        let evaluator = ConcreteEvaluator(FixtureMachine.make())
        #expect(evaluator.evaluate(program, arguments: [0], over: &state) == .done(results: [0]))
        #expect(state.cells[3] == 9)
        #expect(evaluator.evaluate(program, arguments: [1], over: &state) == .done(results: [9]))
        #expect(state.cells[3] == 5)
    }

    @Test func uninterpretedFunctionsAreFunctions() {
        var description = FixtureMachine.make()
        description.functions = [
            UninterpretedFunction(name: "f", argumentWidths: [8, 8], resultWidth: 12),
            UninterpretedFunction(name: "g", argumentWidths: [8, 8], resultWidth: 12),
        ]
        var program = Program(argumentWidths: [8, 8])
        let a = program.append(.argument(0), width: 8)
        let b = program.append(.argument(1), width: 8)
        program.results = [
            program.append(.apply(FunctionID(0), [a, b]), width: 12),
            program.append(.apply(FunctionID(1), [a, b]), width: 12),
        ]
        var state = MachineState(description, size: 16)
        var evaluator = ConcreteEvaluator(description)
        let once = evaluator.evaluate(program, arguments: [1, 2], over: &state)
        #expect(once == evaluator.evaluate(program, arguments: [1, 2], over: &state))
        #expect(once != evaluator.evaluate(program, arguments: [2, 1], over: &state))
        guard case .done(let results) = once else { return }
        #expect(results[0] != results[1])
        #expect(results.allSatisfy { $0 < 4096 })
        evaluator.meaning = { function, arguments in function.index == 0 ? arguments[0] + 1 : nil }
        guard case .done(let told) = evaluator.evaluate(program, arguments: [1, 2], over: &state) else { return }
        #expect(told == [2, results[1]])
    }

    @Test func samplesPlacedAtTheProgramCounterAreFetchedBack() {
        var sampler = StateSampler(FixtureMachine.make(), seed: 3, size: 64)
        var placed = 0
        for _ in 0..<500 {
            guard let decoded = sampler.instruction() else { continue }
            var state = sampler.runnableState()
            guard sampler.place(decoded.units, in: &state) else { continue }
            placed += 1
            var machine = ReferenceMachine(sampler.encoder.decoder, state: state)
            #expect(machine.decode(at: state[FixtureMachine.pc]) == .instruction(decoded))
        }
        #expect(placed > 50)
    }
}
