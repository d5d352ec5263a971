// Far jumps, calls and returns. Intel SDM volume 3, section 5.8; volume 2, CALL, JMP, RET.

extension X86Processor {
    /// A jump or a call to a selector and an offset.
    ///
    /// - Parameter size: bytes of the words that a call pushes.
    func farTransfer(_ selector: UInt16, _ offset: UInt64, size: Int, isCall: Bool) throws(GuestFault) {
        if mode.isReal {
            guard offset <= UInt64(state.pointee.segments[SegmentNumber.cs].limit) else { throw .protection() }
            if isCall { try pushReturn(size: size) }
            state.pointee.segments[SegmentNumber.cs] = realSegment(SegmentNumber.cs, selector)
            nextIP = offset
            return modeChanged()
        }
        guard !isNull(selector) else { throw .protection() }
        var found = try descriptor(selector)
        if !found.isSegment { return try transferThrough(&found, size: size, isCall: isCall) }
        let code = errorCode(selector)
        guard found.isCode else { throw .protection(code) }
        if found.isConforming {
            guard found.level <= control.cpl else { throw .protection(code) }
        } else {
            guard found.level == control.cpl, Int(selector & 3) <= control.cpl else { throw .protection(code) }
        }
        guard found.isPresent else { throw .notPresent(code) }
        try checkTarget(offset, found)
        try markAccessed(&found)
        if isCall { try pushReturn(size: size) }
        enterCode(selector, found, level: control.cpl, offset)
    }

    /// CS and the instruction pointer on the present stack.
    private func pushReturn(size: Int) throws(GuestFault) {
        var words = StackWords(size: size)
        words.add(UInt64(state.pointee.segments[SegmentNumber.cs].selector))
        words.add(nextIP)
        let place = presentStack
        setStackPointer(try push(&words, on: place), width: place.width)
    }

    /// Whether code may go on at an offset of a segment.
    private func checkTarget(_ offset: UInt64, _ code: Descriptor) throws(GuestFault) {
        if isLongMode, code.isLong {
            guard !code.isBig else { throw .protection(errorCode(code.selector)) }
            guard isCanonical(offset) else { throw .protection() }
        } else {
            guard offset <= UInt64(code.limit) else { throw .protection() }
        }
    }

    private func enterCode(_ selector: UInt16, _ code: Descriptor, level: Int, _ offset: UInt64) {
        state.pointee.segments[SegmentNumber.cs] = code.segment(selector & 0xFFFC | UInt16(level))
        control.cpl = level
        modeChanged()
        nextIP = offset
    }

    /// Call gates, task gates and task states.
    private func transferThrough(_ gate: inout Descriptor, size: Int, isCall: Bool) throws(GuestFault) {
        let code = errorCode(gate.selector)
        let requested = Int(gate.selector & 3)
        switch gate.type {
        case SystemType.callGate: try extend(&gate)
        case SystemType.callGate16 where !isLongMode: break
        case SystemType.task where !isLongMode, SystemType.task16 where !isLongMode, SystemType.taskGate where !isLongMode:
            guard gate.level >= control.cpl, gate.level >= requested else { throw .protection(code) }
            guard gate.isPresent else { throw .notPresent(code) }
            let selector = gate.type == SystemType.taskGate ? gate.gateSelector : gate.selector
            return try switchTask(selector, isCall ? .call : .jump)
        default: throw .protection(code)
        }
        guard gate.level >= control.cpl, gate.level >= requested else { throw .protection(code) }
        guard gate.isPresent else { throw .notPresent(code) }
        let selector = gate.gateSelector
        guard !isNull(selector) else { throw .protection() }
        var target = try descriptor(selector)
        guard target.isCode, target.level <= control.cpl else { throw .protection(errorCode(selector)) }
        if isLongMode, !target.isLong || target.isBig { throw .protection(errorCode(selector)) }
        guard target.isPresent else { throw .notPresent(errorCode(selector)) }
        let isInner = !target.isConforming && target.level < control.cpl
        // A jump stays at its level.
        if isInner, !isCall { throw .protection(errorCode(selector)) }
        try checkTarget(gate.gateOffset, target)
        guard isCall else {
            try markAccessed(&target)
            return enterCode(selector, target, level: control.cpl, gate.gateOffset)
        }
        let width = isLongMode ? 8 : gate.type & 8 != 0 ? 4 : 2
        var words = StackWords(size: width)
        var stack = presentStack
        if isInner {
            stack = try innerStack(target.level, external: 0)
            words.add(UInt64(state.pointee.segments[SegmentNumber.ss].selector))
            words.add(core[Register.sp])
            if !isLongMode {
                // The parameters keep their order: the last one lies highest.
                for index in stride(from: gate.gateCount - 1, through: 0, by: -1) {
                    words.add(try peek(UInt64(index * width), size: width))
                }
            }
        } else if isLongMode {
            stack.pointer = core[Register.sp]
            stack.width = 8
        }
        words.add(UInt64(state.pointee.segments[SegmentNumber.cs].selector))
        words.add(nextIP)
        let pointer = try push(&words, on: stack)
        try markAccessed(&target)
        take(stack, pointer: pointer)
        enterCode(selector, target, level: isInner ? target.level : control.cpl, gate.gateOffset)
    }

    /// The code segment that a return goes to. Its limit is looked at last, behind the stack: SDM 2, IRET and RET.
    func returnCode(_ selector: UInt16) throws(GuestFault) -> Descriptor {
        guard !isNull(selector) else { throw .protection() }
        let found = try descriptor(selector)
        let requested = Int(selector & 3)
        let code = errorCode(selector)
        guard found.isCode, requested >= control.cpl else { throw .protection(code) }
        guard found.isConforming ? found.level <= requested : found.level == requested else { throw .protection(code) }
        guard found.isPresent else { throw .notPresent(code) }
        if isLongMode, found.isLong, found.isBig { throw .protection(code) }
        return found
    }

    /// The stack segment that a return to `level` takes up; nil: none, which 64-bit code of inner levels may have.
    private func returnStack(_ selector: UInt16, level: Int, isLong: Bool) throws(GuestFault) -> Descriptor? {
        if isNull(selector) {
            guard isLong, level != 3, Int(selector & 3) == level else { throw .protection() }
            return nil
        }
        let found = try descriptor(selector)
        guard Int(selector & 3) == level, found.isWritableData, found.level == level else {
            throw .protection(errorCode(selector))
        }
        guard found.isPresent else { throw .stack(errorCode(selector)) }
        return found
    }

    /// Marks both segments of a return as accessed: nothing can be refused any more. Gives SS.
    private func take(
        _ stack: Descriptor?, _ selector: UInt16, _ code: inout Descriptor, level: Int
    ) throws(GuestFault) -> Segment {
        try markAccessed(&code)
        guard var stack else {
            return Segment(selector: selector, attributes: UInt16(level) << 5, limit: 0, base: 0, isUnusable: true)
        }
        try markAccessed(&stack)
        return stack.segment(selector)
    }

    /// RETF, RETF n.
    ///
    /// - Parameter released: bytes of parameters that are taken off, too.
    func farReturn(size: Int, released: UInt64) throws(GuestFault) {
        let word = UInt64(size)
        let offset = try peek(size: size)
        let selector = UInt16(truncatingIfNeeded: try peek(word, size: size))
        if mode.isReal {
            guard offset <= UInt64(state.pointee.segments[SegmentNumber.cs].limit) else { throw .protection() }
            stackPointer = stackPointer &+ 2 * word &+ released
            state.pointee.segments[SegmentNumber.cs] = realSegment(SegmentNumber.cs, selector)
            nextIP = offset
            return modeChanged()
        }
        var code = try returnCode(selector)
        let level = Int(selector & 3)
        if level == control.cpl {
            try checkTarget(offset, code)
            try markAccessed(&code)
            stackPointer = stackPointer &+ 2 * word &+ released
            return enterCode(selector, code, level: level, offset)
        }
        let outer = 2 * word &+ released
        let pointer = try peek(outer, size: size)
        let stackSelector = UInt16(truncatingIfNeeded: try peek(outer &+ word, size: size))
        let isLong = isLongMode && code.isLong
        let found = try returnStack(stackSelector, level: level, isLong: isLong)
        try checkTarget(offset, code)
        let stack = try take(found, stackSelector, &code, level: level)
        state.pointee.segments[SegmentNumber.ss] = stack
        enterCode(selector, code, level: level, offset)
        setStackPointer(pointer, width: isLong ? 8 : stack.isBig ? 4 : 2)
        stackPointer = stackPointer &+ released
        dropInnerSegments()
    }

    // MARK: - IRET

    func interruptReturn(size: Int) throws(GuestFault) {
        stepsNot = false
        if mode.isReal { return try realInterruptReturn(size: size) }
        if state.pointee.systemFlags & Flag.nt != 0 {
            if isLongMode { throw .protection() }
            return try returnToTask()
        }
        let word = UInt64(size)
        let offset = try peek(size: size)
        let selector = UInt16(truncatingIfNeeded: try peek(word, size: size))
        let image = try peek(2 * word, size: size)
        if size == 4, image & Flag.vm != 0, control.cpl == 0, !isLongMode {
            return try enterVirtual8086(offset, selector, image)
        }
        var code = try returnCode(selector)
        let level = Int(selector & 3)
        let isOuter = level != control.cpl
        // 64-bit mode takes the stack back always.
        if isOuter || mode.isLong64 {
            let pointer = try peek(3 * word, size: size)
            let stackSelector = UInt16(truncatingIfNeeded: try peek(4 * word, size: size))
            let isLong = isLongMode && code.isLong
            let found = try returnStack(stackSelector, level: level, isLong: isLong)
            try checkTarget(offset, code)
            let stack = try take(found, stackSelector, &code, level: level)
            nonMaskableBlocked = false
            takeFlags(image, size: size, returns: true)
            state.pointee.segments[SegmentNumber.ss] = stack
            enterCode(selector, code, level: level, offset)
            setStackPointer(pointer, width: isLong ? 8 : stack.isBig ? 4 : 2)
            if isOuter { dropInnerSegments() }
        } else {
            try checkTarget(offset, code)
            try markAccessed(&code)
            nonMaskableBlocked = false
            stackPointer = stackPointer &+ 3 * word
            takeFlags(image, size: size, returns: true)
            enterCode(selector, code, level: level, offset)
        }
    }

    private func realInterruptReturn(size: Int) throws(GuestFault) {
        // The machine's file leaves virtual-8086 mode out.
        if mode.isVirtual8086, mode.iopl < 3 { throw .protection() }
        let word = UInt64(size)
        let offset = try peek(size: size)
        let selector = UInt16(truncatingIfNeeded: try peek(word, size: size))
        let image = try peek(2 * word, size: size)
        guard offset <= UInt64(state.pointee.segments[SegmentNumber.cs].limit) else { throw .protection() }
        nonMaskableBlocked = false
        stackPointer = stackPointer &+ 3 * word
        takeFlags(image, size: size, returns: true)
        state.pointee.segments[SegmentNumber.cs] = realSegment(SegmentNumber.cs, selector)
        nextIP = offset
        modeChanged()
    }

    /// IRET at level 0 with VM set in the saved flags.
    private func enterVirtual8086(_ offset: UInt64, _ selector: UInt16, _ image: UInt64) throws(GuestFault) {
        let pointer = try peek(12, size: 4)
        var selectors: InlineArray<6, UInt16> = .init(repeating: 0)
        selectors[SegmentNumber.cs] = selector
        let order = [SegmentNumber.ss, SegmentNumber.es, SegmentNumber.ds, SegmentNumber.fs, SegmentNumber.gs]
        for (index, number) in order.enumerated() {
            selectors[number] = UInt16(truncatingIfNeeded: try peek(UInt64(16 + 4 * index), size: 4))
        }
        guard offset <= 0xFFFF else { throw .protection() }
        nonMaskableBlocked = false
        takeFlags(image, size: 4, returns: true)
        state.pointee.systemFlags |= Flag.vm
        control.cpl = 3
        modeChanged()
        for number in 0..<6 { state.pointee.segments[number] = realSegment(number, selectors[number]) }
        core.set(Register.sp, UInt32(truncatingIfNeeded: pointer))
        nextIP = offset
        modeChanged()
    }

    // MARK: - Flags

    /// What POPF and IRET take from an image of RFLAGS. Which bits, the level and IOPL say, and nothing traps: Intel
    /// SDM volume 2, POPF, table 4-16, and IRET.
    ///
    /// - Parameter returns: IRET, which takes RF as well.
    func takeFlags(_ image: UInt64, size: Int, returns: Bool) {
        var mask = Flag.tf | Flag.df | Flag.nt
        if size >= 4 { mask |= Flag.ac | Flag.id }
        // RF is only of use where instructions have breakpoints; the next instruction would clear it.
        if returns, size >= 4, watchesCode { mask |= Flag.rf }
        if control.cpl <= Int(mode.iopl) { mask |= Flag.interrupt }
        if control.cpl == 0 {
            mask |= Flag.iopl
            if returns, size >= 4 { mask |= Flag.vif | Flag.vip }
        }
        let old = state.pointee.systemFlags
        var new = old & ~mask | image & mask
        if !returns, size >= 4 {
            new &= ~Flag.rf
            if control.cpl == 0 { new &= ~(Flag.vif | Flag.vip) }
        }
        state.pointee.systemFlags = new
        core.statusFlags = image
        flagsChanged(from: old)
    }

    /// What depends on the system's flags follows them.
    func flagsChanged(from old: UInt64) {
        let new = state.pointee.systemFlags
        if (old ^ new) & (Flag.ac | Flag.iopl | Flag.vm) != 0 { modeChanged() }
        if new & (Flag.tf | Flag.rf) != 0 || (new & Flag.interrupt != 0 && interruptRequested) { lookUp() }
    }

    func pushFlags(size: Int) throws(GuestFault) {
        // The machine's file leaves virtual-8086 mode out.
        if mode.isVirtual8086, mode.iopl < 3 { throw .protection() }
        try push(core.flags & ~(Flag.vm | Flag.rf), size: size)
    }

    func popFlags(size: Int) throws(GuestFault) {
        if mode.isVirtual8086, mode.iopl < 3 { throw .protection() }
        takeFlags(try pop(size: size), size: size, returns: false)
    }
}
