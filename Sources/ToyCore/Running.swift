import ISALanguage
import Machine

// The run loop: look around, run blocks until something asks for attention, repeat. Its order is the
// reference machine's: stopped, interrupts, asleep, then the instruction.

/// Why blocks stopped running.
private enum Stop {
    /// Look around and go on.
    case event
    /// The budget has fewer instructions left than the next block.
    case budget
    case trap(Trap)
    case fault(FaultCause)
    /// The next block needs everything up to date.
    case special(Block)
    case watched(UInt64, isWrite: Bool)
}

extension ToyProcessor {
    /// Deliveries without any completed instruction in between after which the machine is taken to
    /// trap for ever. No handler needs that many; a guest must not hold its host, though.
    static let deliveryLimit = 4096

    public func run(budget: UInt64) -> Exit {
        cache.dropStale()
        var left = budget
        let isObserved = !breakpoints.isEmpty || context.needsEveryStep
        while true {
            if let exit = lookAround(left) { return exit }
            // A strobe that the host has left raised is reported again after the next instruction or trap.
            let steps = isObserved || raisedDevice() != nil
            let blocks = currentContext()
            if steps, breakpoints.contains(programCounter) { return .breakpoint(address: programCounter) }
            let before = left
            var stop = steps || left < 4 ? step(&left, in: blocks) : runBlocks(&left, in: blocks)
            if case .special(let block) = stop { stop = runSpecial(block, &left, in: blocks) }
            if before != left { fruitlessDeliveries = 0 }
            switch stop {
            case .event, .budget, .special: break
            case .trap(let trap):
                if let exit = take(trap) { return exit }
            case .fault(let cause): return .fault(cause.text(in: description))
            case .watched(let address, let isWrite): return .storageAccess(address: address, isWrite: isWrite)
            }
            if before != left, let device = raisedDevice() { return .portAccess(device: device) }
        }
    }

    /// What must happen before the next instruction. Returns an exit if the host must know.
    private func lookAround(_ left: UInt64) -> Exit? {
        while true {
            if let attention {
                _ = attention.run()
                if attention.result == 0 { return left == 0 ? .budget : nil }
            }
            var state = self.state
            if let halted = description.halted, case .done(let results) = evaluator.evaluate(halted, over: &state),
                results.first == 1
            {
                return .shutdown(status: results.count > 1 ? results[1] : 0)
            }
            if left == 0 { return .budget }
            guard let line = acceptableInterrupt(&state) else {
                return evaluator.test(description.waiting, over: &state) ? .halt : nil
            }
            if let exit = accept(line) { return exit }
        }
    }

    private func acceptableInterrupt(_ state: inout SlotState) -> Int? {
        for (index, line) in description.interrupts.enumerated()
        where evaluator.test(line.pending, over: &state) && evaluator.test(line.enabled, over: &state) {
            return index
        }
        return nil
    }

    func raisedDevice() -> Int? {
        strobes.first { engine.slots[$0.slot] != 0 }?.device
    }

    // MARK: blocks

    /// Runs linked blocks for at most `left` instructions or until a clock expires.
    private func runBlocks(_ left: inout UInt64, in blocks: BlockContext) -> Stop {
        let chunk = chunkLength(left)
        guard chunk > 0 else { return step(&left, in: blocks) }
        var remaining = chunk
        let stop = follow(&remaining, in: blocks)
        account(UInt64(chunk - remaining), &left, in: blocks)
        if case .budget = stop, remaining > 0 { return step(&left, in: blocks) }
        return stop
    }

    /// Instructions until the budget ends or the first clock expires.
    private func chunkLength(_ left: UInt64) -> Int {
        var chunk = min(left, 1 << 40)
        for clock in clocks {
            let value = engine.slots[clock.slot]
            if value != 0 { chunk = min(chunk, value) }
        }
        return Int(chunk)
    }

    /// Brings clocks and counts up to date after some completed instructions.
    private func account(_ done: UInt64, _ left: inout UInt64, in blocks: BlockContext) {
        left &-= done
        completedInstructions &+= done
        blocks.completed &+= done
        if done > 0 { tick(done) }
    }

    /// No clock expires before the last of the instructions.
    private func tick(_ done: UInt64) {
        for clock in clocks {
            let value = engine.slots[clock.slot]
            guard value != 0 else { continue }
            engine.slots[clock.slot] = value &- done
            if value == done, let expires = clock.expires { engine.slots[expires] = 1 }
        }
    }

    private func follow(_ remaining: inout Int, in blocks: BlockContext) -> Stop {
        var next: Block
        switch enter(blocks) {
        case .block(let block): next = block
        case .stop(let stop): return stop
        }
        while true {
            remaining = engine.run(next.head, budget: remaining)
            guard let last = Block.owner(of: engine.left) else { return .event }
            let exit = last.exits[engine.left.a]
            if case .budget = exit.reason {
                programCounter = last.address
                return .budget
            }
            remaining &+= last.instructionCount - exit.completed
            if let address = exit.address { programCounter = address }
            switch exit.reason {
            case .link, .indirect: break
            default: return stop(exit)
            }
            // What comes next must not even be fetched: an interrupt may come first.
            if remaining == 0 { return .budget }
            switch enter(blocks) {
            case .block(let block): next = block
            case .stop(let stop): return stop
            }
            if case .link(let operation, let operand) = exit.reason {
                last.link(operation, operand, to: next)
            } else {
                blocks.publish(next)
            }
        }
    }

    private enum Entry {
        case block(Block)
        case stop(Stop)
    }

    /// The block at the program counter, if other blocks may go straight to it.
    private func enter(_ blocks: BlockContext) -> Entry {
        switch code(at: programCounter, in: blocks) {
        case .block(let block): return block.isLinkable ? .block(block) : .stop(.special(block))
        case .trap(let trap, let detail, let resume): return .stop(.trap(self.trap(trap, detail, resume)))
        case .fault(let cause): return .stop(.fault(cause))
        }
    }

    private func trap(_ trap: TrapID, _ detail: UInt64, _ resume: UInt64) -> Trap {
        Trap(kind: trap.index, detail: detail, address: programCounter, resume: resume)
    }

    private func stop(_ exit: BlockExit) -> Stop {
        dropNotedCode()
        switch exit.reason {
        case .trap(let trap, let detail, let slot, let resume):
            return .trap(self.trap(trap, slot.map { engine.slots[$0] } ?? detail, resume))
        case .watched(let isWrite): return .watched(engine.slots[EngineWord.watched], isWrite: isWrite)
        case .budget, .link, .indirect, .event, .codeChanged: return .event
        }
    }

    func dropNotedCode() {
        let count = Int(engine.slots[EngineWord.noteCount])
        engine.slots[EngineWord.noteCount] = 0
        guard let notes = UnsafePointer<UInt64>(bitPattern: UInt(engine.slots[EngineWord.notes])) else { return }
        for index in 0..<count { cache.invalidate(cell: Int(notes[index])) }
    }

    // MARK: single instructions

    /// One instruction, with everything up to date before and after it.
    private func step(_ left: inout UInt64, in blocks: BlockContext) -> Stop {
        switch singleCode(at: programCounter, in: blocks) {
        case .block(let block): return runSpecial(block, &left, in: blocks)
        case .trap(let trap, let detail, let resume): return .trap(self.trap(trap, detail, resume))
        case .fault(let cause): return .fault(cause)
        }
    }

    private func runSpecial(_ block: Block, _ left: inout UInt64, in blocks: BlockContext) -> Stop {
        if case .interpreted(let decoded) = block.kind { return interpret(decoded, &left, in: blocks) }
        _ = engine.run(block.head, budget: 1)
        let exit = block.exits[engine.left.a]
        if let address = exit.address { programCounter = address }
        if exit.completed > 0 { account(1, &left, in: blocks) }
        return stop(exit)
    }

    /// One instruction by the reference semantics, where it has no micro-ops.
    private func interpret(_ decoded: DecodedInstruction, _ left: inout UInt64, in blocks: BlockContext) -> Stop {
        let here = programCounter
        let program = description.instructions[decoded.instruction].program
        let parameters = EvaluationParameters(here: here, length: decoded.length, in: description)
        if !watchedCells.isEmpty {
            var dry = SlotState(shape: shape, engine: engine, isDry: true)
            _ = evaluator.evaluate(program, instruction: decoded, parameters: parameters, over: &dry)
            if let cell = dry.loadedCells.first(where: { watchedCells.contains(UInt64($0)) }) {
                return .watched(UInt64(cell), isWrite: false)
            }
            if let cell = dry.stored.first(where: { watchedCells.contains(UInt64($0)) }) {
                return .watched(UInt64(cell), isWrite: true)
            }
        }
        var state = self.state
        switch evaluator.evaluate(program, instruction: decoded, parameters: parameters, over: &state) {
        case .done:
            account(1, &left, in: blocks)
            for cell in state.stored where engine.marks[cell] & CellMark.code != 0 { cache.invalidate(cell: cell) }
            return .event
        case .trap(let trap, let detail):
            let after = description.traps.indices.contains(trap.index) && description.traps[trap.index].resumesAfter
            return .trap(self.trap(trap, detail, after ? parameters.next : here))
        }
    }
}
