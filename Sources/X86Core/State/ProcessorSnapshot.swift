import CHostArithmetic
import Machine

extension X86Processor {
    /// Everything that the guest can see or will come to see, between two steps; and what is known of its page tables,
    /// which decides when they are walked again. Decoded code is made anew.
    public func save(to snapshot: inout SnapshotWriter) {
        var state = ProcessorExchange(into: snapshot)
        // Nothing is refused on the way out.
        do { try exchange(&state) } catch {}
        snapshot = state.writer
        saveTranslations(to: &snapshot)
        saveHistory(to: &snapshot)
    }

    /// - Throws: `SnapshotError` where the bytes are no processor's. It is in no state to go on then.
    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        reset()
        var state = ProcessorExchange(from: snapshot)
        try exchange(&state)
        if let reader = state.reader { snapshot = reader }
        forgetAllBlocks()
        translations.flush()
        translationChanged()
        watchBreakpoints()
        modeChanged()
        try restoreTranslations(from: &snapshot)
        try restoreHistory(from: &snapshot)
        lookUp()
    }

    /// What the guest can see, into a hash.
    public func add(to hash: inout StateHash) {
        var state = ProcessorExchange(into: SnapshotWriter())
        do { try exchange(&state) } catch {}
        hash.add(state.writer.bytes)
    }

    /// All registers and flags, in one order for both directions.
    private func exchange(_ s: inout ProcessorExchange) throws(SnapshotError) {
        for number in UInt8(0)..<16 { try s.pass(&core.raw.assumingMemoryBound(to: UInt64.self)[Int(number)]) }
        try s.pass(&instructionPointer)
        // The flags as the guest reads them: how they are kept depends on what set them.
        var status = core.statusFlags
        try s.pass(&status)
        core.statusFlags = status & Flag.status
        try s.pass(&state.pointee.systemFlags)
        state.pointee.systemFlags &= Flag.system
        for number in 0..<6 { try s.pass(&state.pointee.segments[number]) }
        try exchangeControl(&s)
        try s.pass(&state.pointee.mxcsr)
        state.pointee.mxcsr &= MXCSR.present
        try exchangeVectors(&s)
        try exchangeX87(&s)
        try exchangeProgress(&s)
    }

    private func exchangeControl(_ s: inout ProcessorExchange) throws(SnapshotError) {
        try s.pass(&control.cr0)
        try s.pass(&control.cr2)
        try s.pass(&control.cr3)
        try s.pass(&control.cr4)
        try s.pass(&control.cr8)
        try s.pass(&control.efer)
        try s.pass(&control.xcr0)
        try s.pass(&control.gdtBase)
        try s.pass(&control.gdtLimit)
        try s.pass(&control.idtBase)
        try s.pass(&control.idtLimit)
        try s.pass(&control.ldtr)
        try s.pass(&control.tr)
        for number in 0..<8 { try s.pass(&control.dr[number]) }
        try s.pass(&control.star)
        try s.pass(&control.lstar)
        try s.pass(&control.cstar)
        try s.pass(&control.fmask)
        try s.pass(&control.kernelGSBase)
        try s.pass(&control.tscAux)
        try s.pass(&control.sysenterCS)
        try s.pass(&control.sysenterESP)
        try s.pass(&control.sysenterEIP)
        try s.pass(&control.tscOffset)
        try s.pass(&control.cpl)
        guard (0...3).contains(control.cpl) else { throw s.refusal("a processor at level \(control.cpl)") }
        try s.pass(&control.plainMSRs)
        for (number, value) in control.plainMSRs where !mayKeep(number, value) {
            throw s.refusal("a model-specific register 0x\(String(number, radix: 16)) that cannot have been written so")
        }
    }

    private func exchangeVectors(_ s: inout ProcessorExchange) throws(SnapshotError) {
        let words = vectorStorage.assumingMemoryBound(to: UInt64.self)
        for number in UInt8(0)..<16 {
            for half in [number, VectorRegister.upper(number)] {
                for index in 0..<2 { try s.pass(&words[2 * Int(half) + index]) }
            }
        }
    }

    private func exchangeX87(_ s: inout ProcessorExchange) throws(SnapshotError) {
        for number in 0..<8 {
            try s.pass(&x87.registers[number].significand)
            try s.pass(&x87.registers[number].signExponent)
        }
        try s.pass(&x87.control)
        try s.pass(&x87.status)
        try s.pass(&x87.used)
        try s.pass(&x87.lastInstruction)
        try s.pass(&x87.lastOperand)
        try s.pass(&x87.lastOpcode)
    }

    private func exchangeProgress(_ s: inout ProcessorExchange) throws(SnapshotError) {
        try s.pass(&completed)
        try s.pass(&timeOffset)
        for vector in 0..<256 { try s.pass(&deliveries[vector]) }
        try s.pass(&random)
        try s.pass(&isHalted)
        try s.pass(&isWaitingForStartUp)
        // A shadow that has gone by is none, wherever it was.
        var end = hasShadow ? shadowEnd : .max
        try s.pass(&end)
        shadowEnd = end
        var isStack = hasShadow && shadowIsStack
        try s.pass(&isStack)
        shadowIsStack = isStack
        try s.pass(&isRepeating)
        try s.pass(&isTaskFault)
        var pending = fault ?? GuestFault(0)
        try s.pass(&pending)
        fault = isTaskFault ? pending : nil
        try s.pass(&faultsCPUID)
        try s.pass(&largeRegions)
        try s.pass(&nonMaskablePending)
        try s.pass(&nonMaskableBlocked)
        try s.pass(&debugPending)
        var reason = Array((shutdown ?? "").utf8)
        try s.pass(&reason, limit: 1000)
        shutdown = reason.isEmpty ? nil : String(decoding: reason, as: UTF8.self)
        guard completed < 1 << 62 else { throw s.refusal("a count of \(completed) steps") }
    }

    // MARK: - What is known of the page tables

    private func saveTranslations(to snapshot: inout SnapshotWriter) {
        for right in [TranslationBuffer.Right.supervisor, .supervisorOpen, .user] {
            let set = translations.set(right)
            let used = (0..<TranslationBuffer.size).filter { set[$0].readTag != TranslationEntry.none($0) }
            snapshot.put(UInt64(used.count))
            for index in used {
                snapshot.put(set[index].readTag)
                snapshot.put(set[index].page)
            }
        }
        let fetches = fetched.current
        snapshot.put(UInt64(fetches.count))
        for entry in fetches {
            snapshot.put(entry.key)
            snapshot.put(entry.real)
        }
    }

    private func restoreTranslations(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        for right in [TranslationBuffer.Right.supervisor, .supervisorOpen, .user] {
            for _ in 0..<(try count(&snapshot, most: UInt64(TranslationBuffer.size))) {
                let page = try snapshot.take(UInt64.self) & ~0xFFF
                let found = try snapshot.take(UInt64.self)
                guard let host = memory.pointer(found & ~0xFFF) else {
                    throw SnapshotError("a page that the storage does not have", at: snapshot.offset)
                }
                let entry = translations.set(right) + TranslationBuffer.index(page)
                entry.pointee.readTag = page
                entry.pointee.addend = UInt64(UInt(bitPattern: host)) &- page
                entry.pointee.page = found
                translations.note(entry)
            }
        }
        for _ in 0..<(try count(&snapshot, most: 1 << 24)) {
            let key = try snapshot.take(UInt64.self)
            let real = try snapshot.take(UInt64.self)
            guard real & 0xFFC == 0, real >> 52 == 0 else {
                throw SnapshotError("code in a page that there cannot be", at: snapshot.offset)
            }
            let entry = FetchTranslations.Entry(key: key, real: real)
            fetched.keep(key & ~0xFFF, key & 1 != 0, entry.page, isGlobal: entry.isGlobal, isLarge: entry.isLarge)
        }
    }

    private func count(_ snapshot: inout SnapshotReader, most: UInt64) throws(SnapshotError) -> UInt64 {
        let count = try snapshot.take(UInt64.self)
        guard count <= most else { throw SnapshotError("\(count) pages where \(most) are the most", at: snapshot.offset) }
        return count
    }

    // MARK: - For accounts of crashes

    private func saveHistory(to snapshot: inout SnapshotWriter) {
        snapshot.put(UInt64(history.entries.count))
        for entry in history.entries {
            snapshot.put(entry.vector)
            snapshot.put(UInt64(entry.code.map { UInt64($0) | 1 << 32 } ?? 0))
            snapshot.put(entry.address)
            snapshot.put(entry.detail)
            snapshot.put(UInt8(entry.level))
            snapshot.put(entry.count)
        }
    }

    private func restoreHistory(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        history = ExceptionHistory()
        for _ in 0..<(try count(&snapshot, most: 16)) {
            let vector = try snapshot.take(UInt8.self)
            let code = try snapshot.take(UInt64.self)
            history.add(
                ExceptionHistory.Entry(
                    vector: vector, code: code >> 32 == 0 ? nil : UInt32(truncatingIfNeeded: code),
                    address: try snapshot.take(), detail: try snapshot.take(), level: Int(try snapshot.take(UInt8.self)),
                    count: try snapshot.take()))
        }
    }
}

/// Goes once over a processor's state, for saving and for restoring alike.
struct ProcessorExchange {
    private(set) var writer: SnapshotWriter
    private(set) var reader: SnapshotReader?

    init(into writer: SnapshotWriter) { self.writer = writer }

    init(from reader: SnapshotReader) {
        writer = SnapshotWriter()
        self.reader = reader
    }

    mutating func pass<Number: FixedWidthInteger>(_ number: inout Number) throws(SnapshotError) {
        guard reader != nil else { return writer.put(number) }
        number = try reader?.take(Number.self) ?? 0
    }

    mutating func pass(_ flag: inout Bool) throws(SnapshotError) {
        guard reader != nil else { return writer.put(flag) }
        flag = try reader?.takeFlag() ?? false
    }

    mutating func pass(_ bytes: inout [UInt8], limit: Int) throws(SnapshotError) {
        guard reader != nil else { return writer.put(bytes) }
        bytes = try reader?.takeBlock() ?? []
        if bytes.count > limit { throw refusal("\(bytes.count) bytes where \(limit) are the most") }
    }

    mutating func pass(_ segment: inout Segment) throws(SnapshotError) {
        try pass(&segment.selector)
        try pass(&segment.attributes)
        try pass(&segment.limit)
        try pass(&segment.base)
        try pass(&segment.isUnusable)
    }

    mutating func pass(_ fault: inout GuestFault) throws(SnapshotError) {
        try pass(&fault.vector)
        var hasCode = fault.code != nil
        var code = fault.code ?? 0
        try pass(&hasCode)
        try pass(&code)
        fault.code = hasCode ? code : nil
        try pass(&fault.detail)
        try pass(&fault.isTrap)
    }

    /// By number.
    mutating func pass(_ registers: inout [UInt32: UInt64]) throws(SnapshotError) {
        var count = UInt64(registers.count)
        try pass(&count)
        if count > 256 { throw refusal("\(count) model-specific registers") }
        if reader == nil {
            for (number, value) in registers.sorted(by: { $0.key < $1.key }) {
                writer.put(number)
                writer.put(value)
            }
            return
        }
        registers.removeAll(keepingCapacity: true)
        for _ in 0..<count {
            var (number, value) = (UInt32(0), UInt64(0))
            try pass(&number)
            try pass(&value)
            registers[number] = value
        }
    }

    func refusal(_ text: String) -> SnapshotError { SnapshotError("\(text), which there cannot be", at: reader?.offset ?? 0) }
}
