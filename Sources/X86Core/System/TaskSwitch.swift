// Task switches by the processor, outside long mode. Intel SDM volume 3, section 8.3; tables 8-1 and 8-2.

/// Where the parts of a task state segment lie.
private struct TaskLayout {
    let isWide: Bool
    var pointer: UInt64 { isWide ? 0x20 : 0x0E }
    var registers: UInt64 { isWide ? 0x28 : 0x12 }
    var segments: UInt64 { isWide ? 0x48 : 0x22 }
    var local: UInt64 { isWide ? 0x60 : 0x2A }
    var word: Int { isWide ? 4 : 2 }
    var segmentCount: Int { isWide ? 6 : 4 }
    var lastByte: UInt32 { isWide ? 0x67 : 0x2B }
}

/// What a task state holds for the processor.
private struct TaskImage {
    /// The instruction pointer, the flags, and the general registers.
    var words: InlineArray<10, UInt64> = .init(repeating: 0)
    var selectors: InlineArray<6, UInt16> = .init(repeating: 0)
    var local: UInt16 = 0
    var root: UInt64 = 0
}

extension X86Processor {
    enum TaskCause { case jump, call, interrupt, back }

    /// JMP or CALL to a task state or through a task gate.
    func switchTask(_ selector: UInt16, _ cause: TaskCause) throws(GuestFault) {
        try switchTask(selector, cause, code: nil, external: 0, vector: 13)
    }

    /// IRET with NT set: to the task that the back link names.
    func returnToTask() throws(GuestFault) {
        let link = UInt16(truncatingIfNeeded: try tableRead(control.tr.base, size: 2))
        nonMaskableBlocked = false
        try switchTask(link, .back, code: nil, external: 0, vector: 10)
    }

    /// An interrupt through a task gate; gives the new task's instruction pointer.
    func enterTask(_ selector: UInt16, _ event: InterruptEvent) throws(GuestFault) -> UInt64 {
        nextIP = event.pointer
        try switchTask(
            selector, .interrupt, code: event.code, external: event.external, vector: 13, saved: event.flags)
        return nextIP
    }

    private func switchTask(
        _ selector: UInt16, _ cause: TaskCause, code: UInt32?, external: UInt32, vector: UInt8, saved: UInt64? = nil
    ) throws(GuestFault) {
        let refusal = GuestFault(vector, code: errorCode(selector) | external)
        guard !isNull(selector), selector & 4 == 0 else { throw refusal }
        var found = try descriptor(selector, vector: vector, external: external)
        let type = found.type & ~2
        let isBusy = found.type & 2 != 0
        guard !found.isSegment, type == SystemType.task || type == SystemType.task16, isBusy == (cause == .back) else {
            throw refusal
        }
        guard found.isPresent else { throw .notPresent(errorCode(selector) | external) }
        let new = TaskLayout(isWide: type == SystemType.task)
        guard found.limit >= new.lastByte else { throw .invalidTSS(errorCode(selector) | external) }
        // Everything of the new state is read, and every place of the old one probed, before anything changes.
        let base = found.base
        var task = try readTask(new, base)
        // Directory pointers that cannot be are refused as by MOV to CR3: the manual names no exception of its own.
        if control.cr0 & CR0.pg != 0, control.cr4 & CR4.pae != 0, new.isWide, task.root != control.cr3 {
            try checkDirectoryPointers(task.root)
        }
        let old = TaskLayout(isWide: control.tr.attributes & 8 != 0)
        for offset in stride(from: UInt64(0), to: UInt64(old.lastByte), by: old.word) {
            guard try readLinear((control.tr.base &+ offset) & 0xFFFF_FFFF, size: old.word, AccessKind(isWrite: true)) != nil
            else { throw .alone }
        }
        try saveTask(old, cause, saved ?? core.flags)
        // A back link may name the running task itself, which goes on with what has just been saved.
        if base == control.tr.base { task = try readTask(new, base) }
        if cause == .jump || cause == .back { try markBusy(control.tr.selector, false) }
        if cause == .call || cause == .interrupt { try tableWrite(base, UInt64(control.tr.selector), size: 2) }
        if cause != .back { try markBusy(selector, true) }
        found.raw |= 2 << 40
        control.tr = found.segment(selector)
        control.cr0 |= CR0.ts
        // From here on the new task runs: what fails now is its exception.
        if control.cr0 & CR0.pg != 0, new.isWide, task.root != control.cr3 {
            control.cr3 = task.root
            translations.flushLocal()
            localTranslationChanged()
        }
        let image = task.words[1]
        var flags = image & Flag.system
        if cause == .call || cause == .interrupt { flags |= Flag.nt }
        if !new.isWide { flags &= 0xFFFF }
        state.pointee.systemFlags = flags
        core.statusFlags = image
        for index in 0..<8 { core[UInt8(index)] = task.words[index + 2] | (new.isWide ? 0 : 0xFFFF_0000) }
        nextIP = task.words[0]
        // Local breakpoints are the old task's.
        control.dr[7] &= ~0x155
        if new.isWide, try tableRead(base &+ 0x64, size: 2) & 1 != 0 {
            debugPending |= DR6.task
            lookUp()
        }
        let failed = loadTaskSegments(task.selectors, task.local, external)
        modeChanged()
        lookUp()
        // The saved instruction pointer is the new task's first.
        if let failed {
            currentIP = nextIP
            fault = failed
            isTaskFault = true
            return
        }
        if let code { try push(UInt64(code), size: new.word) }
    }

    private func readTask(_ layout: TaskLayout, _ base: UInt64) throws(GuestFault) -> TaskImage {
        var task = TaskImage()
        for index in 0..<10 {
            task.words[index] = try tableRead(base &+ layout.pointer &+ UInt64(index * layout.word), size: layout.word)
        }
        for index in 0..<layout.segmentCount {
            let place = base &+ layout.segments &+ UInt64(index * layout.word)
            task.selectors[index] = UInt16(truncatingIfNeeded: try tableRead(place, size: 2))
        }
        task.local = UInt16(truncatingIfNeeded: try tableRead(base &+ layout.local, size: 2))
        task.root = layout.isWide ? try tableRead(base &+ 0x1C, size: 4) : control.cr3
        return task
    }

    private func saveTask(_ layout: TaskLayout, _ cause: TaskCause, _ flags: UInt64) throws(GuestFault) {
        let base = control.tr.base
        var flags = flags
        if cause == .back { flags &= ~Flag.nt }
        var place = base &+ layout.pointer
        func put(_ value: UInt64, size: Int) throws(GuestFault) {
            try tableWrite(place, value, size: size)
            place = place &+ UInt64(layout.word)
        }
        try put(nextIP, size: layout.word)
        try put(flags, size: layout.word)
        for number in UInt8(0)..<8 { try put(core[number], size: layout.word) }
        for number in 0..<layout.segmentCount {
            try put(UInt64(state.pointee.segments[number].selector), size: 2)
        }
    }

    private func markBusy(_ selector: UInt16, _ isBusy: Bool) throws(GuestFault) {
        let found = try descriptor(selector)
        let raw = isBusy ? found.raw | 2 << 40 : found.raw & ~(2 << 40)
        try tableWrite(found.address &+ 5, raw >> 40 & 0xFF, size: 1)
    }

    /// Loads the segments of a new task; what is wrong with one is the exception that is raised in it.
    private func loadTaskSegments(
        _ selectors: InlineArray<6, UInt16>, _ local: UInt16, _ external: UInt32
    ) -> GuestFault? {
        for number in 0..<6 {
            state.pointee.segments[number] = Segment(
                selector: selectors[number], attributes: 0, limit: 0, base: 0, isUnusable: true)
        }
        var hasStack = false
        do throws(GuestFault) {
            control.ldtr = Segment(selector: local, attributes: 0x82, limit: 0, base: 0, isUnusable: true)
            if !isNull(local) {
                let refusal = GuestFault.invalidTSS(errorCode(local) | external)
                guard local & 4 == 0 else { throw refusal }
                let table = try descriptor(local, vector: 10, external: external)
                guard !table.isSegment, table.type == SystemType.local, table.isPresent else { throw refusal }
                control.ldtr = table.segment(local)
            }
            // A task of virtual-8086 mode has a local table, which its handlers find, and segments that need none.
            if state.pointee.systemFlags & Flag.vm != 0 {
                control.cpl = 3
                modeChanged()
                for number in 0..<6 { state.pointee.segments[number] = realSegment(number, selectors[number]) }
                return nil
            }
            // The stack before the code: the order of table 8-1.
            let selector = selectors[SegmentNumber.cs]
            let level = Int(selector & 3)
            control.cpl = level
            modeChanged()
            try loadTaskSegment(SegmentNumber.ss, selectors[SegmentNumber.ss], external)
            hasStack = true
            let wrong = GuestFault.invalidTSS(errorCode(selector) | external)
            guard !isNull(selector) else { throw wrong }
            var code = try descriptor(selector, vector: 10, external: external)
            guard code.isCode, code.isConforming ? code.level <= level : code.level == level else { throw wrong }
            guard code.isPresent else { throw .notPresent(errorCode(selector) | external) }
            try markAccessed(&code)
            state.pointee.segments[SegmentNumber.cs] = code.segment(selector)
            modeChanged()
            for number in [SegmentNumber.es, SegmentNumber.ds, SegmentNumber.fs, SegmentNumber.gs] {
                try loadTaskSegment(number, selectors[number], external)
            }
            guard nextIP <= UInt64(code.limit) else { throw .protection(external) }
            return nil
        } catch {
            // A handler at level 0 needs a stack. Where the task's own is not there yet, it is the one for that level.
            if !hasStack {
                control.cpl = 3
                modeChanged()
            }
            return error
        }
    }

    /// Here a selector that is refused makes the task state invalid.
    private func loadTaskSegment(_ number: Int, _ selector: UInt16, _ external: UInt32) throws(GuestFault) {
        do throws(GuestFault) {
            try loadSegment(number, selector)
        } catch {
            guard let code = error.code, error.vector != 14 else { throw error }
            throw error.vector == 13
                ? .invalidTSS(errorCode(selector) | external) : GuestFault(error.vector, code: code | external)
        }
    }
}
