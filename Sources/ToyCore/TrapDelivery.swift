import ISALanguage
import Machine

// Traps and interrupts: handed to the host, or delivered into the machine's own vector.

extension ToyProcessor {
    /// A trap of an instruction. Returns an exit if the host must know: the machine cannot go on, or its
    /// delivery raised a strobe. The next trap may use the same device, so service cannot wait for an
    /// instruction to complete.
    func take(_ trap: Trap) -> Exit? {
        guard trapDisposition == .deliver else { return .trap(trap) }
        fruitlessDeliveries += 1
        if fruitlessDeliveries > ToyProcessor.deliveryLimit {
            return .fault("traps follow each other for ever: \(name(trap)) at \(hexadecimal(trap.address))")
        }
        if let cause = deliverOrExplain(trap) { return .fault(cause.text(in: description)) }
        return raisedDevice().map { .portAccess(device: $0) }
    }

    /// Accepts an interrupt: acknowledged, then taken like a trap.
    func accept(_ line: Int) -> Exit? {
        let interrupt = description.interrupts[line]
        let here = programCounter
        if let acknowledge = interrupt.acknowledge {
            var state = self.state
            let parameters = EvaluationParameters(here: here, length: 0, in: description)
            let outcome = evaluator.evaluate(acknowledge, parameters: parameters, over: &state)
            for cell in state.stored where engine.marks[cell] & CellMark.code != 0 { cache.invalidate(cell: cell) }
            if case .trap(let trap, _) = outcome {
                return .fault(FaultCause.acknowledgeTrapped(interrupt: line, with: trap).text(in: description))
            }
        }
        return take(Trap(kind: interrupt.trap.index, detail: 0, address: here, resume: here, interrupt: line))
    }

    public func deliver(_ trap: Trap) -> Bool { deliverOrExplain(trap) == nil }

    /// Runs the delivery program on the state in which the trap happened. Returns why it failed, or nil.
    private func deliverOrExplain(_ trap: Trap) -> FaultCause? {
        let event = TrapEvent(
            kind: TrapID(trap.kind), detail: trap.detail, address: trap.address, resume: trap.resume,
            interrupt: trap.interrupt)
        guard let program = description.delivery else { return .noDelivery(event) }
        let code = description.traps.indices.contains(trap.kind) ? description.traps[trap.kind].code : 0
        let arguments = [code, trap.detail, trap.resume]
        if let delivery {
            let reason = delivery.run(arguments: arguments)
            dropNotedCode()
            if case .trap(let second, let detail, let slot, _) = reason {
                return .deliveryTrapped(event, with: second, detail: slot.map { engine.slots[$0] } ?? detail)
            }
            return nil
        }
        var state = self.state
        let parameters = EvaluationParameters(here: trap.address, length: 0, in: description)
        let outcome = evaluator.evaluate(program, arguments: arguments, parameters: parameters, over: &state)
        for cell in state.stored where engine.marks[cell] & CellMark.code != 0 { cache.invalidate(cell: cell) }
        if case .trap(let second, let detail) = outcome { return .deliveryTrapped(event, with: second, detail: detail) }
        return state.touchedOutside ? .deliveryOutsideStorage(event) : nil
    }

    private func name(_ trap: Trap) -> String {
        description.traps.indices.contains(trap.kind) ? description.traps[trap.kind].name : "trap \(trap.kind)"
    }

    private func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16, uppercase: true) }
}
