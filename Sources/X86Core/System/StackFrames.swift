// Words that a transfer pushes. All of them are checked before the first is stored, so that a transfer that fails
// leaves everything as it was.

/// Where words are pushed: the present stack, or that of an inner level which is not in use yet.
struct StackPlace {
    var segment: Segment
    var pointer: UInt64
    /// Bytes of the stack pointer: 2, 4, 8.
    var width: Int
    /// By whose right.
    var level: Int
    /// The error code of a stack fault.
    var code: UInt32 = 0
}

/// Words to push, the first one first.
struct StackWords {
    private(set) var values: InlineArray<40, UInt64> = .init(repeating: 0)
    private(set) var count = 0
    /// Bytes of each.
    let size: Int

    init(size: Int) { self.size = size }

    mutating func add(_ value: UInt64) {
        values[count] = value
        count += 1
    }
}

extension X86Processor {
    /// The stack as it is.
    var presentStack: StackPlace {
        StackPlace(
            segment: state.pointee.segments[SegmentNumber.ss], pointer: stackPointer, width: Int(mode.stackSize),
            level: control.cpl)
    }

    /// Pushes, and gives the stack pointer afterwards. Nothing but storage changes.
    ///
    /// - Parameter words: as they are left; by reference, for they are large and are pushed at every exception.
    func push(_ words: inout StackWords, on place: StackPlace) throws(GuestFault) -> UInt64 {
        let size = UInt64(words.size)
        let total = size * UInt64(words.count)
        let top = cut(place.pointer &- total, to: place.width)
        if place.width == 8 {
            guard isCanonical(top), isCanonical(place.pointer &- 1) else { throw .stack(place.code) }
            if place.level < 3, state.pointee.systemFlags & Flag.ac == 0 || control.cr4 & CR4.smap == 0,
                let host = systemPlace(top, size: Int(total), isWrite: true)
            {
                for index in 0..<words.count {
                    Self.store(host + Int(total) - words.size * (index + 1), words.values[index], words.size)
                }
                return top
            }
        }
        let access = AccessKind(
            isWrite: true, isUser: place.level == 3,
            isOpen: place.level == 3 || state.pointee.systemFlags & Flag.ac != 0)
        for index in 0..<words.count {
            let address = try pushAddress(index, size: words.size, place)
            guard try readLinear(address, size: words.size, access, stack: true) != nil else { throw .alone }
        }
        for index in 0..<words.count {
            let address = try pushAddress(index, size: words.size, place)
            guard try writeLinear(address, words.values[index], size: words.size, access, stack: true) else { throw .alone }
        }
        return top
    }

    private func pushAddress(_ index: Int, size: Int, _ place: StackPlace) throws(GuestFault) -> UInt64 {
        let offset = cut(place.pointer &- UInt64(size) * UInt64(index + 1), to: place.width)
        if place.width == 8 { return offset }
        guard place.segment.admits(offset, size: UInt64(size)), !place.segment.isUnusable else {
            throw .stack(place.code)
        }
        return (place.segment.base &+ offset) & 0xFFFF_FFFF
    }

    @inline(__always) static func store(_ host: UnsafeMutableRawPointer, _ value: UInt64, _ size: Int) {
        switch size {
        case 8: host.storeBytes(of: value, as: UInt64.self)
        case 4: host.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
        default: host.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        }
    }

    /// The stack of an inner level, out of the task state segment. Intel SDM volume 3, section 8.2 and 8.7.
    func innerStack(_ level: Int, external: UInt32) throws(GuestFault) -> StackPlace {
        let task = control.tr
        let refusal = GuestFault.invalidTSS(errorCode(task.selector) | external)
        if isLongMode {
            let pointer = try longStack(at: 4 + 8 * UInt64(level), external: external)
            let segment = Segment(selector: UInt16(level), attributes: 0, limit: 0, base: 0, isUnusable: true)
            return StackPlace(segment: segment, pointer: pointer, width: 8, level: level, code: external)
        }
        let isWide = task.attributes & 8 != 0
        let offset = UInt64(level) * (isWide ? 8 : 4) + (isWide ? 4 : 2)
        guard offset + (isWide ? 5 : 3) <= UInt64(task.limit) else { throw refusal }
        let pointer = try tableRead(task.base &+ offset, size: isWide ? 4 : 2)
        let selector = UInt16(truncatingIfNeeded: try tableRead(task.base &+ offset &+ (isWide ? 4 : 2), size: 2))
        guard !isNull(selector) else { throw .invalidTSS(external) }
        var found = try descriptor(selector, vector: 10, external: external)
        guard Int(selector & 3) == level, found.level == level, found.isWritableData else {
            throw .invalidTSS(errorCode(selector) | external)
        }
        guard found.isPresent else { throw .stack(errorCode(selector) | external) }
        try markAccessed(&found)
        let segment = found.segment(selector)
        return StackPlace(
            segment: segment, pointer: pointer, width: segment.isBig ? 4 : 2, level: level,
            code: errorCode(selector) | external)
    }

    /// A stack pointer out of a task state segment of long mode.
    func longStack(at offset: UInt64, external: UInt32) throws(GuestFault) -> UInt64 {
        guard offset + 7 <= UInt64(control.tr.limit) else {
            throw .invalidTSS(errorCode(control.tr.selector) | external)
        }
        let pointer = try tableRead(control.tr.base &+ offset, size: 8)
        guard isCanonical(pointer) else { throw .stack(external) }
        return pointer
    }

    /// The stack pointer is `pointer` now, and SS what `place` says.
    func take(_ place: StackPlace, pointer: UInt64) {
        state.pointee.segments[SegmentNumber.ss] = place.segment
        setStackPointer(pointer, width: place.width)
    }

    func setStackPointer(_ pointer: UInt64, width: Int) {
        switch width {
        case 8: core[Register.sp] = pointer
        case 4: core.set(Register.sp, UInt32(truncatingIfNeeded: pointer))
        default: core.set(Register.sp, UInt16(truncatingIfNeeded: pointer))
        }
    }
}
