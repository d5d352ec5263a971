// Interrupts and exceptions on their way to a handler. Intel SDM volume 3, chapter 6; AMD APM volume 2, chapter 8.

/// What is delivered.
struct InterruptEvent {
    var vector: UInt8
    /// nil: none is pushed.
    var code: UInt32?
    /// INT n, INT3 and INTO: the gate's level counts.
    var isSoftware = false
    /// RFLAGS as they are saved.
    var flags: UInt64
    /// Where the handler returns to.
    var pointer: UInt64

    /// EXT: a fault on the way was not the program's own doing.
    var external: UInt32 { isSoftware ? 0 : 1 }
    /// The error code of an exception about the gate.
    var gateCode: UInt32 { UInt32(vector) << 3 | 2 | external }
}

extension X86Processor {
    /// Delivers `fault`; `instructionPointer` is what is saved. Where that fails in its turn, the next one is chosen as
    /// Intel SDM volume 3, table 6-5 says; a fault while a double fault is delivered shuts the processor down.
    func deliverFault() {
        guard var current = fault else { return }
        fault = nil
        var isBreakpoint = false
        for _ in 0..<8 where shutdown == nil {
            if current.vector == 14 { control.cr2 = current.detail }
            if current.vector == 1 {
                isBreakpoint = !current.isTrap && current.detail & 0xF != 0
                control.dr[6] = control.dr[6] & ~0xF | current.detail
                if current.detail & DR6.general != 0 { control.dr[7] &= ~DR7.general }
            }
            history.add(
                ExceptionHistory.Entry(
                    vector: current.vector, code: current.code, address: instructionPointer, detail: current.detail,
                    level: control.cpl, count: completed))
            if mayBeObserved {
                traceObserver?.delivers(
                    self, vector: current.vector, code: current.code, address: instructionPointer, isInterrupt: false)
            }
            // Where an instruction starts anew, its own breakpoint must not stop it again.
            let isMarked = isRepeating || !(current.isTrap || isBreakpoint || current.vector == 8)
            let marked = isMarked ? core.flags | Flag.rf : core.flags
            let event = InterruptEvent(
                vector: current.vector, code: control.cr0 & CR0.pe == 0 ? nil : current.code, flags: marked,
                pointer: instructionPointer)
            do {
                try deliver(event)
                return
            } catch {
                if current.vector == 8 {
                    if error.vector == 14 { control.cr2 = error.detail }
                    return shutDown(tripleFault(error))
                }
                // INT1 is an instruction still where its handler cannot be entered.
                if current.vector == 1, current.isTrap, current.detail == 0 { instructionPointer = currentIP }
                let isSecond = Self.contributes(error.vector) || error.vector == 14
                let isDouble =
                    Self.contributes(current.vector) && Self.contributes(error.vector) || current.vector == 14 && isSecond
                if isDouble {
                    if error.vector == 14 { control.cr2 = error.detail }
                    current = GuestFault(8, code: 0)
                } else {
                    current = error
                }
            }
        }
        if shutdown == nil { shutDown("exceptions follow each other without end while one is delivered") }
    }

    private static func contributes(_ vector: UInt8) -> Bool { vector == 0 || (vector >= 10 && vector <= 13) || vector == 21 }

    private func tripleFault(_ last: GuestFault) -> String {
        let code = last.code.map { " with error code 0x" + String($0, radix: 16) } ?? ""
        return "triple fault: exception \(last.vector)\(code) while a double fault was delivered, at 0x"
            + String(state.pointee.segments[SegmentNumber.cs].selector, radix: 16) + ":0x"
            + String(instructionPointer, radix: 16)
    }

    /// Delivers an interrupt that the controller, or who raised it, has been told of.
    func deliverInterrupt(_ vector: UInt8) {
        if mayBeObserved {
            traceObserver?.delivers(self, vector: vector, code: nil, address: instructionPointer, isInterrupt: true)
        }
        let marked = isRepeating ? core.flags | Flag.rf : core.flags
        let event = InterruptEvent(vector: vector, code: nil, flags: marked, pointer: instructionPointer)
        do {
            try deliver(event)
        } catch {
            fault = error
            deliverFault()
        }
    }

    private func deliver(_ event: InterruptEvent) throws(GuestFault) {
        // Between two instructions: stores may hit code.
        let wasSingle = state.pointee.isSingle
        state.pointee.isSingle = true
        currentUnpaid = 0
        defer {
            state.pointee.isSingle = wasSingle
            contextChanged()
        }
        instructionPointer = try enterHandler(event)
        deliveries[Int(event.vector)] &+= 1
        isRepeating = false
        shadowEnd = .max
        isHalted = false
    }

    /// Enters a handler, and gives its address. Nothing is changed where that fails, but for A, D and accessed bits.
    func enterHandler(_ event: InterruptEvent) throws(GuestFault) -> UInt64 {
        if control.cr0 & CR0.pe == 0 { return try enterRealHandler(event) }
        if isLongMode { return try enterLongHandler(event) }
        return try enterProtectedHandler(event)
    }

    /// By the interrupt vector table. Intel SDM volume 3, section 20.1.4.
    private func enterRealHandler(_ event: InterruptEvent) throws(GuestFault) -> UInt64 {
        let place = UInt64(event.vector) * 4
        guard place + 3 <= UInt64(control.idtLimit) else { throw .protection() }
        let vector = try tableRead(control.idtBase &+ place, size: 4)
        var words = StackWords(size: 2)
        words.add(event.flags & 0xFFFF)
        words.add(UInt64(state.pointee.segments[SegmentNumber.cs].selector))
        words.add(event.pointer & 0xFFFF)
        let place2 = presentStack
        let pointer = try push(&words, on: place2)
        setStackPointer(pointer, width: place2.width)
        state.pointee.systemFlags &= ~(Flag.interrupt | Flag.tf | Flag.ac | Flag.rf)
        state.pointee.segments[SegmentNumber.cs] = realSegment(SegmentNumber.cs, UInt16(truncatingIfNeeded: vector >> 16))
        modeChanged()
        return vector & 0xFFFF
    }

    /// The code segment that a gate leads to, and the level that it has there.
    private func handlerCode(_ gate: Descriptor, _ event: InterruptEvent) throws(GuestFault) -> Descriptor {
        let selector = gate.gateSelector
        guard !isNull(selector) else { throw .protection(event.external) }
        let code = try descriptor(selector, external: event.external)
        guard code.isCode, code.level <= control.cpl else { throw .protection(errorCode(selector) | event.external) }
        if isLongMode, !code.isLong || code.isBig { throw .protection(errorCode(selector) | event.external) }
        guard code.isPresent else { throw .notPresent(errorCode(selector) | event.external) }
        return code
    }

    private func checkGate(_ gate: Descriptor, _ event: InterruptEvent) throws(GuestFault) {
        if event.isSoftware, gate.level < control.cpl { throw .protection(event.gateCode) }
        guard gate.isPresent else { throw .notPresent(event.gateCode) }
    }

    private func enterLongHandler(_ event: InterruptEvent) throws(GuestFault) -> UInt64 {
        let place = UInt64(event.vector) * 16
        guard place + 15 <= UInt64(control.idtLimit) else { throw .protection(event.gateCode) }
        var gate = Descriptor(raw: try tableRead(control.idtBase &+ place, size: 8), selector: 0)
        gate.high = try tableRead(control.idtBase &+ place &+ 8, size: 8) & 0xFFFF_FFFF
        guard !gate.isSegment, gate.type == SystemType.interruptGate || gate.type == SystemType.trapGate else {
            throw .protection(event.gateCode)
        }
        try checkGate(gate, event)
        var code = try handlerCode(gate, event)
        guard isCanonical(gate.gateOffset) else { throw .protection(event.external) }
        let level = code.isConforming ? control.cpl : code.level
        var stack: StackPlace
        if gate.gateStack != 0 {
            stack = presentStack
            stack.pointer = try longStack(at: 0x1C + 8 * UInt64(gate.gateStack), external: event.external)
        } else if level < control.cpl {
            stack = try innerStack(level, external: event.external)
        } else {
            stack = presentStack
            stack.pointer = core[Register.sp]
        }
        stack.pointer &= ~0xF
        stack.width = 8
        stack.code = event.external
        stack.level = level
        if level != control.cpl {
            stack.segment = Segment(
                selector: UInt16(level), attributes: UInt16(level) << 5, limit: 0, base: 0, isUnusable: true)
        }
        var words = StackWords(size: 8)
        words.add(UInt64(state.pointee.segments[SegmentNumber.ss].selector))
        words.add(core[Register.sp])
        addReturn(event, to: &words)
        let pointer = try push(&words, on: stack)
        try markAccessed(&code)
        take(stack, pointer: pointer)
        finishEntry(gate, code, level)
        return gate.gateOffset
    }

    /// What virtual-8086 mode leaves on the handler's stack, and the handler finds empty.
    private static let leftByVirtual = [SegmentNumber.gs, SegmentNumber.fs, SegmentNumber.ds, SegmentNumber.es]

    private func enterProtectedHandler(_ event: InterruptEvent) throws(GuestFault) -> UInt64 {
        let place = UInt64(event.vector) * 8
        guard place + 7 <= UInt64(control.idtLimit) else { throw .protection(event.gateCode) }
        let gate = Descriptor(raw: try tableRead(control.idtBase &+ place, size: 8), selector: 0)
        guard !gate.isSegment else { throw .protection(event.gateCode) }
        switch gate.type {
        case SystemType.interruptGate, SystemType.trapGate, SystemType.interruptGate16, SystemType.trapGate16: break
        case SystemType.taskGate:
            try checkGate(gate, event)
            return try enterTask(gate.gateSelector, event)
        default: throw .protection(event.gateCode)
        }
        try checkGate(gate, event)
        var code = try handlerCode(gate, event)
        let isVirtual = mode.isVirtual8086
        let level = code.isConforming ? control.cpl : code.level
        // Virtual-8086 mode is left for level 0 only.
        if isVirtual, level != 0 { throw .protection(errorCode(gate.gateSelector) | event.external) }
        guard gate.gateOffset <= UInt64(code.limit) else { throw .protection(event.external) }
        var words = StackWords(size: gate.type & 8 != 0 ? 4 : 2)
        var stack = presentStack
        stack.code = event.external
        if level != control.cpl {
            stack = try innerStack(level, external: event.external)
            if isVirtual {
                for number in Self.leftByVirtual {
                    words.add(UInt64(state.pointee.segments[number].selector))
                }
            }
            words.add(UInt64(state.pointee.segments[SegmentNumber.ss].selector))
            words.add(core[Register.sp])
        }
        addReturn(event, to: &words)
        let pointer = try push(&words, on: stack)
        try markAccessed(&code)
        if isVirtual {
            for number in Self.leftByVirtual {
                state.pointee.segments[number] = Segment(
                    selector: 0, attributes: 0, limit: 0, base: 0, isUnusable: true)
            }
        }
        take(stack, pointer: pointer)
        finishEntry(gate, code, level)
        return gate.gateOffset
    }

    /// Where a handler returns to, and the error code.
    private func addReturn(_ event: InterruptEvent, to words: inout StackWords) {
        words.add(event.flags)
        words.add(UInt64(state.pointee.segments[SegmentNumber.cs].selector))
        words.add(event.pointer)
        if let number = event.code { words.add(UInt64(number)) }
    }

    private func finishEntry(_ gate: Descriptor, _ code: Descriptor, _ level: Int) {
        let selector = gate.gateSelector & 0xFFFC | UInt16(level)
        state.pointee.segments[SegmentNumber.cs] = code.segment(selector)
        state.pointee.systemFlags &= ~(Flag.tf | Flag.nt | Flag.vm | Flag.rf)
        // The odd types are trap gates.
        if gate.type & 1 == 0 { state.pointee.systemFlags &= ~Flag.interrupt }
        control.cpl = level
        modeChanged()
    }

    // MARK: - Instructions

    /// INT n, INT3 and INTO.
    func softwareInterrupt(_ vector: UInt8, _ i: DecodedInstruction) throws(GuestFault) {
        // The machine's file leaves virtual-8086 mode out: there INT n, and it alone, is refused below level 3.
        if mode.isVirtual8086, i.opcode == 0xCD, mode.iopl < 3 { throw .protection() }
        let event = InterruptEvent(vector: vector, code: nil, isSoftware: true, flags: core.flags, pointer: nextIP)
        nextIP = try enterHandler(event)
        stepsNot = true
    }
}
