// Loads and stores of micro-ops. The fast path is one comparison; everything else, from a page walk to a device, is
// the processor's `slow` functions.

extension Core {
    /// The linear address that an operand names, for an access of so many bytes; nil: an exception.
    @inline(__always)
    func address(_ o: Op, size: UInt64, isWrite: Bool) -> UInt64? {
        let op = o.at
        let offset = offsetWithin(o)
        if _fastPath(op.pointee.addressing.isPlain) { return offset }
        return segmented(o, offset, size, isWrite)
    }

    /// The offset that an operand names, before it is cut to the width of addresses.
    @inline(__always)
    func offsetWithin(_ o: Op) -> UInt64 {
        let op = o.at
        let scaled = self[op.pointee.index] &<< op.pointee.addressing.scale
        return self[op.pointee.base] &+ scaled &+ UInt64(bitPattern: Int64(op.pointee.displacement))
    }

    /// The effective address alone: LEA.
    @inline(__always)
    func effectiveAddress(_ o: Op) -> UInt64 {
        let offset = offsetWithin(o)
        let addressing = o.at.pointee.addressing
        if _fastPath(addressing.rawValue & (Addressing.narrow32 | Addressing.narrow16) == 0) { return offset }
        return addressing.has(Addressing.narrow16) ? offset & 0xFFFF : offset & 0xFFFF_FFFF
    }

    /// What a segment makes of an offset.
    @inline(never)
    private func segmented(_ o: Op, _ offset: UInt64, _ size: UInt64, _ isWrite: Bool) -> UInt64? {
        let op = o.at
        let addressing = op.pointee.addressing
        let effective = effectiveAddress(o)
        // Only at the very end of the addresses does a flat segment refuse anything.
        if addressing.has(Addressing.flat), effective <= 0x1_0000_0000 &- size { return effective }
        if addressing.has(Addressing.checked) {
            return processor.checkedAddress(
                segment: Int(op.pointee.segment), offset: effective, size: size, isWrite: isWrite)
        }
        // A base may be added to what is cut.
        return addressing.has(Addressing.based) ? effective &+ state.pointee.segments[Int(op.pointee.segment)].base : effective
    }

    /// A value at a linear address; nil: an exception, or the instruction must run alone.
    ///
    /// - Parameter forWriting: a store there will not fail.
    @inline(__always)
    func load<Word: GuestWord>(_ o: Op, at address: UInt64, _ type: Word.Type, forWriting: Bool = false) -> Word? {
        let entry = state.pointee.translations + TranslationBuffer.index(address)
        let tag = forWriting ? entry.pointee.writeTag : entry.pointee.readTag
        if _fastPath(address ^ tag <= UInt64(4096 &- MemoryLayout<Word>.size)) {
            return hostPointer(address, entry).loadUnaligned(as: Word.self)
        }
        guard processor.slowLoad(o, address, size: MemoryLayout<Word>.size, forWriting: forWriting) else { return nil }
        return Word(truncatingIfNeeded: state.pointee.scratch)
    }

    /// False: an exception, or the instruction must run alone; nothing is stored.
    @inline(__always)
    func store<Word: GuestWord>(_ o: Op, at address: UInt64, _ value: Word) -> Bool {
        let entry = state.pointee.translations + TranslationBuffer.index(address)
        if _fastPath(address ^ entry.pointee.writeTag <= UInt64(4096 &- MemoryLayout<Word>.size)) {
            hostPointer(address, entry).storeBytes(of: value, as: Word.self)
            return true
        }
        return processor.slowStore(o, address, UInt64(truncatingIfNeeded: value), size: MemoryLayout<Word>.size)
    }

    @inline(__always)
    private func hostPointer(_ address: UInt64, _ entry: UnsafeMutablePointer<TranslationEntry>) -> UnsafeMutableRawPointer {
        // Safety: only pages of the guest's storage are entered, and the comparison keeps the access within one.
        UnsafeMutableRawPointer(bitPattern: UInt(address &+ entry.pointee.addend)).unsafelyUnwrapped
    }

    /// The host's address of `size` bytes within one page; nil: the slow way must be taken (no exception yet).
    @inline(__always)
    func direct(_ address: UInt64, size: Int, isWrite: Bool) -> UnsafeMutableRawPointer? {
        let entry = state.pointee.translations + TranslationBuffer.index(address)
        let tag = isWrite ? entry.pointee.writeTag : entry.pointee.readTag
        guard address ^ tag <= UInt64(4096 &- size) else { return nil }
        return hostPointer(address, entry)
    }

    /// Where a micro-op's operand is in the host's memory, if no more than one comparison is needed to know: a plain
    /// or a flat address, or one with FS's or GS's base, in a page that was entered. nil: the slow way must be taken (no exception yet).
    ///
    /// What a handler does with it must be all that it does: the slow way is a function by itself, which the handler
    /// jumps to, so that the fast one calls nothing and saves no register.
    @inline(__always)
    func quick(_ o: Op, size: Int, isWrite: Bool) -> UnsafeMutableRawPointer? {
        var address = offsetWithin(o)
        let addressing = o.at.pointee.addressing
        if !_fastPath(addressing.isPlain) {
            if addressing.isOnlyBased {
                // What a thread keeps for itself, and a kernel for each processor.
                address &+= state.pointee.segments[Int(o.at.pointee.segment)].base
            } else {
                guard addressing.has(Addressing.flat) else { return nil }
                address &= 0xFFFF_FFFF
            }
        }
        return quick(at: address, size: size, isWrite: isWrite)
    }

    @inline(__always)
    func quick(at address: UInt64, size: Int, isWrite: Bool) -> UnsafeMutableRawPointer? {
        let entry = state.pointee.translations + TranslationBuffer.index(address)
        let tag = isWrite ? entry.pointee.writeTag : entry.pointee.readTag
        guard _fastPath(address ^ tag <= UInt64(4096 &- size)) else { return nil }
        return hostPointer(address, entry)
    }
}
