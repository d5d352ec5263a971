// Where a micro-op's own comparison fails: a page walk, a page's end, code that is written to, a device.

extension X86Processor {
    /// Whether a store of the running block may go there, or the instruction has to run by itself first.
    private enum Place {
        case storage(UnsafeMutableRawPointer)
        case device(UInt64)
    }

    var isUser: Bool { control.cpl == 3 }

    func access(isWrite: Bool) -> AccessKind {
        AccessKind(
            isWrite: isWrite, isUser: isUser, isOpen: isUser || state.pointee.systemFlags & Flag.ac != 0)
    }

    /// Loads into `scratch`. False: `fault` is set or the instruction must run alone.
    @inline(never) func slowLoad(_ o: Op, _ address: UInt64, size: Int, forWriting: Bool) -> Bool {
        do {
            guard let value = try readLinear(address, size: size, access(isWrite: forWriting), stack: o.at.pointee.usesStack)
            else { return leaves(.alone) }
            state.pointee.scratch = value
            return true
        } catch {
            return raises(error)
        }
    }

    @inline(never) func slowStore(_ o: Op, _ address: UInt64, _ value: UInt64, size: Int) -> Bool {
        do {
            guard try writeLinear(address, value, size: size, access(isWrite: true), stack: o.at.pointee.usesStack)
            else { return leaves(.alone) }
            return true
        } catch {
            return raises(error)
        }
    }

    func leaves(_ reason: LeaveReason) -> Bool {
        state.pointee.leaveReason = reason
        return false
    }

    @inline(never) func raises(_ fault: GuestFault) -> Bool {
        self.fault = fault
        return leaves(.exception)
    }

    /// - Returns: nil: a device is there and the running block has more instructions than this one.
    func readLinear(_ address: UInt64, size: Int, _ access: AccessKind, stack: Bool = false) throws(GuestFault) -> UInt64? {
        try checkLinear(address, size: size, access, stack: stack)
        if address & 0xFFF > UInt64(4096 - size) {
            // Both pages are looked at before anything is read.
            let first = Int(4096 - address & 0xFFF)
            let low = try place(address, first, access)
            let high = try place(truncated(address &+ UInt64(first)), size - first, access)
            // A store will follow: it must not be refused then.
            if access.isWrite, !maySingly(low, size: first) || !maySingly(high, size: size - first) { return nil }
            guard let lowValue = read(low, size: first), let highValue = read(high, size: size - first) else { return nil }
            return lowValue | highValue << UInt64(8 * first)
        }
        let place = try place(address, size, access)
        if access.isWrite, !maySingly(place, size: size) { return nil }
        return read(place, size: size)
    }

    /// - Returns: false: nothing is stored, the instruction must run in a block of its own.
    func writeLinear(
        _ address: UInt64, _ value: UInt64, size: Int, _ access: AccessKind, stack: Bool = false
    ) throws(GuestFault) -> Bool {
        try checkLinear(address, size: size, access, stack: stack)
        if address & 0xFFF > UInt64(4096 - size) {
            let first = Int(4096 - address & 0xFFF)
            let low = try place(address, first, access)
            let high = try place(truncated(address &+ UInt64(first)), size - first, access)
            guard maySingly(low, size: first), maySingly(high, size: size - first) else { return false }
            write(low, value, size: first)
            write(high, value >> UInt64(8 * first), size: size - first)
            return true
        }
        let place = try place(address, size, access)
        guard maySingly(place, size: size) else { return false }
        write(place, value, size: size)
        return true
    }

    /// Addresses wrap at 4 GiB outside 64-bit mode.
    @inline(__always) func truncated(_ address: UInt64) -> UInt64 { mode.isLong64 ? address : address & 0xFFFF_FFFF }

    private func checkLinear(_ address: UInt64, size: Int, _ access: AccessKind, stack: Bool) throws(GuestFault) {
        if mode.isLong64 {
            let last = address &+ UInt64(size - 1)
            if !isCanonical(address) || !isCanonical(last) { throw stack ? .stack() : .protection() }
        }
        if mode.checksAlignment, access.isUser, size > 1, address & UInt64(size - 1) != 0, size & (size - 1) == 0 {
            throw .alignment
        }
    }

    @inline(__always) func isCanonical(_ address: UInt64) -> Bool {
        UInt64(bitPattern: Int64(bitPattern: address << 16) >> 16) == address
    }

    private func place(_ address: UInt64, _ size: Int, _ access: AccessKind) throws(GuestFault) -> Place {
        if watches { watch(address, size: size, access) }
        if let host = known(address, access) { return .storage(host) }
        let translation = try walk(address, access)
        guard let host = memory.pointer(translation.page) else { return .device(translation.page | address & 0xFFF) }
        enter(address, translation, host, access)
        return .storage(host + Int(address & 0xFFF))
    }

    private func entry(_ address: UInt64, _ access: AccessKind) -> UnsafeMutablePointer<TranslationEntry> {
        let right: TranslationBuffer.Right = access.isUser ? .user : access.isOpen ? .supervisorOpen : .supervisor
        return translations.set(right) + TranslationBuffer.index(address)
    }

    private func hasCode(_ page: UInt64) -> Bool { memory.offset(page).map { memory.codeLines[$0 >> 12] != 0 } ?? false }

    /// What the translation buffer has is used, and the tables are not walked again, whatever brought the access here:
    /// a walk sets bits in them, and must not depend on where decoded code lies.
    private func known(_ address: UInt64, _ access: AccessKind) -> UnsafeMutableRawPointer? {
        let entry = entry(address, access)
        let page = address & ~0xFFF
        guard entry.pointee.readTag == page, !access.isWrite || entry.pointee.page & TranslationEntry.writable != 0
        else { return nil }
        if access.isWrite, !hasCode(entry.pointee.page & ~0xFFF) { entry.pointee.writeTag = page }
        return UnsafeMutableRawPointer(bitPattern: UInt(address &+ entry.pointee.addend))
    }

    /// Keeps a translation for the next access.
    private func enter(_ address: UInt64, _ found: PageTranslation, _ host: UnsafeMutableRawPointer, _ access: AccessKind) {
        guard mode.right != .watched else { return }
        let entry = entry(address, access)
        let page = address & ~0xFFF
        let mayStore = found.isWritable && access.isWrite
        entry.pointee.readTag = page
        entry.pointee.writeTag =
            mayStore && !hasCode(found.page) ? page : TranslationEntry.none(TranslationBuffer.index(address))
        entry.pointee.addend = UInt64(UInt(bitPattern: host)) &- page
        entry.pointee.page =
            found.page | (found.isGlobal ? TranslationEntry.global : 0) | (found.isLarge ? TranslationEntry.large : 0)
            | (mayStore ? TranslationEntry.writable : 0)
        translations.note(entry)
        if found.isLarge { largeRegions |= TranslationBuffer.region(address) }
    }

    private func maySingly(_ place: Place, size: Int) -> Bool {
        if state.pointee.isSingle { return true }
        switch place {
        case .device: return false
        case .storage(let host): return !memory.hasCode(at: host - memory.bytes, size: size)
        }
    }

    private func read(_ place: Place, size: Int) -> UInt64? {
        switch place {
        case .storage(let host):
            var value: UInt64 = 0
            for index in 0..<size { value |= UInt64(host.load(fromByteOffset: index, as: UInt8.self)) << UInt64(8 * index) }
            return value
        case .device(let address):
            guard state.pointee.isSingle else { return nil }
            syncTime()
            return (try? withOwnArithmetic { () throws(GuestFault) in bus?.readDevice(address, width: size) }) ?? .max
        }
    }

    private func write(_ place: Place, _ value: UInt64, size: Int) {
        switch place {
        case .storage(let host):
            let offset = host - memory.bytes
            if memory.codeLines[offset >> 12] != 0 { memory.written(offset: offset, size: size) }
            for index in 0..<size {
                host.storeBytes(of: UInt8(truncatingIfNeeded: value >> UInt64(8 * index)), toByteOffset: index, as: UInt8.self)
            }
        case .device(let address):
            syncTime()
            try? withOwnArithmetic { () throws(GuestFault) in bus?.writeDevice(address, width: size, value: value) }
        }
    }
}
