// What a segment allows, and how its register is loaded. Intel SDM volume 3, sections 5.3 to 5.6.

extension Segment {
    /// Whether an access of so many bytes stays within the limit.
    @inline(__always) func admits(_ offset: UInt64, size: UInt64) -> Bool {
        let last = offset &+ size &- 1
        // Expand-down data: what is above the limit is valid.
        if attributes & 0x1C == 0x14 {
            return offset > UInt64(limit) && last <= (isBig ? 0xFFFF_FFFF : 0xFFFF)
        }
        return last <= UInt64(limit)
    }
}

extension X86Processor {
    /// The linear address behind a segment's offset outside 64-bit mode; nil: refused, and the exception is raised.
    func checkedAddress(segment: Int, offset: UInt64, size: UInt64, isWrite: Bool) -> UInt64? {
        let register = state.pointee.segments[segment]
        var isAllowed = register.admits(offset, size: size)
        if mode.isProtected {
            if register.isUnusable { isAllowed = false }
            if isWrite {
                // Data, and writable.
                if register.attributes & 0xA != 2 { isAllowed = false }
            } else if register.attributes & 0xA == 8 {
                // Code that may only be executed.
                isAllowed = false
            }
        }
        guard isAllowed else {
            _ = raises(segment == SegmentNumber.ss ? .stack() : .protection())
            return nil
        }
        return (register.base &+ offset) & 0xFFFF_FFFF
    }

    /// Loads ES, SS, DS, FS or GS with all that the mode demands.
    func loadSegment(_ number: Int, _ selector: UInt16) throws(GuestFault) {
        // Whoever loads SS sees to what depends on the stack.
        defer { if number != SegmentNumber.ss { segmentLoaded() } }
        if mode.isReal {
            state.pointee.segments[number] = realSegment(number, selector)
            return
        }
        if isNull(selector) {
            // 64-bit code of the inner levels has no use for SS.
            if number == SegmentNumber.ss {
                guard mode.isLong64, control.cpl != 3, Int(selector & 3) == control.cpl else { throw .protection() }
            }
            state.pointee.segments[number] = Segment(
                selector: selector, attributes: UInt16(control.cpl) << 5, limit: 0, base: 0, isUnusable: true)
            return
        }
        var found = try descriptor(selector)
        let requested = Int(selector & 3)
        if number == SegmentNumber.ss {
            guard found.isWritableData, found.level == control.cpl, requested == control.cpl else {
                throw .protection(errorCode(selector))
            }
            guard found.isPresent else { throw .stack(errorCode(selector)) }
        } else {
            guard found.isReadable else { throw .protection(errorCode(selector)) }
            let isOpen = found.isCode && found.isConforming
            guard isOpen || (found.level >= requested && found.level >= control.cpl) else {
                throw .protection(errorCode(selector))
            }
            guard found.isPresent else { throw .notPresent(errorCode(selector)) }
        }
        try markAccessed(&found)
        state.pointee.segments[number] = found.segment(selector)
    }

    /// In real mode only selector and base change: what protected mode left of limit and rights stays. In virtual-8086
    /// mode a segment always has 64 KiB.
    func realSegment(_ number: Int, _ selector: UInt16) -> Segment {
        var segment = state.pointee.segments[number]
        segment.selector = selector
        segment.base = UInt64(selector) << 4
        segment.isUnusable = false
        if mode.isVirtual8086 {
            segment.limit = 0xFFFF
            segment.attributes = 0xF3
        }
        return segment
    }

    /// After a return to an outer level: what that level may not use is taken away.
    func dropInnerSegments() {
        for number in [SegmentNumber.es, SegmentNumber.ds, SegmentNumber.fs, SegmentNumber.gs] {
            let segment = state.pointee.segments[number]
            if segment.isUnusable || segment.privilege >= control.cpl { continue }
            if segment.attributes & 0x1C == 0x1C { continue }
            state.pointee.segments[number].selector = 0
            state.pointee.segments[number].isUnusable = true
            state.pointee.segments[number].attributes = UInt16(control.cpl) << 5
            if number < SegmentNumber.fs || !isLongMode { state.pointee.segments[number].base = 0 }
        }
        segmentLoaded()
    }

    /// What LAR, LSL, VERR and VERW may know of a selector; nil: nothing.
    func visibleDescriptor(_ selector: UInt16) throws(GuestFault) -> Descriptor? {
        guard !isNull(selector) else { return nil }
        let found: Descriptor
        do {
            found = try descriptor(selector)
        } catch {
            // Behind the table's end; a page fault stays one.
            if error.vector == 13 { return nil }
            throw error
        }
        if found.isCode, found.isConforming { return found }
        guard found.level >= control.cpl, found.level >= Int(selector & 3) else { return nil }
        return found
    }
}
