// MOVS, STOS, LODS, SCAS and CMPS. The source is DS:SI, unless a prefix says another segment, the destination always
// ES:DI; DF says whether the addresses go up or down.

/// Where one operand of a string instruction is.
struct StringPointer {
    /// SI or DI.
    var register: UInt8
    var segment: Int
}

extension X86Processor {
    var goesDown: Bool { state.pointee.systemFlags & Flag.df != 0 }

    static let stringDestination = StringPointer(register: Register.di, segment: SegmentNumber.es)

    func stringSource(_ i: DecodedInstruction) -> StringPointer {
        StringPointer(register: Register.si, segment: Int(i.segmentPrefix ?? UInt8(SegmentNumber.ds)))
    }

    /// The linear address of an operand.
    func stringAddress(
        _ pointer: StringPointer, _ i: DecodedInstruction, size: Int, isWrite: Bool
    ) throws(GuestFault) -> UInt64 {
        try linearAddress(
            segment: pointer.segment, offset: core[pointer.register], addressSize: i.addressSize, size: size,
            isWrite: isWrite)
    }

    func readString(_ pointer: StringPointer, _ i: DecodedInstruction, size: Int) throws(GuestFault) -> UInt64 {
        let address = try stringAddress(pointer, i, size: size, isWrite: false)
        return try read(linear: address, size: size, stack: pointer.segment == SegmentNumber.ss)
    }

    /// By so many elements.
    func advance(_ pointer: StringPointer, _ i: DecodedInstruction, size: Int, by count: Int64 = 1) {
        let distance = count * Int64(goesDown ? -size : size)
        let offset = core[pointer.register] &+ UInt64(bitPattern: distance)
        setGeneral(pointer.register, cut(offset, to: i.addressSize), size: i.addressSize, i)
    }

    /// How many elements, at most `most`, lie in one page from a pointer upwards, and where the first one is in the
    /// host's memory; nil: it must be found out one by one.
    func stringRun(
        _ pointer: StringPointer, _ i: DecodedInstruction, size: Int, isWrite: Bool, most: Int64
    ) -> (host: UnsafeMutableRawPointer, count: Int64)? {
        let offset = cut(core[pointer.register], to: i.addressSize)
        var linear = offset
        if mode.isLong64 {
            if pointer.segment >= SegmentNumber.fs { linear = linear &+ state.pointee.segments[pointer.segment].base }
        } else {
            linear = truncated(offset &+ state.pointee.segments[pointer.segment].base)
        }
        var count = min(most, (4096 - Int64(linear & 0xFFF)) / Int64(size))
        if i.addressSize == 2 { count = min(count, (0x1_0000 - Int64(offset)) / Int64(size)) }
        if count <= 1 { return nil }
        if !mode.isLong64 {
            let bytes = UInt64(count) * UInt64(size)
            guard checkedAddress(segment: pointer.segment, offset: offset, size: bytes, isWrite: isWrite) == linear else {
                return nil
            }
        }
        guard let host = core.direct(linear, size: Int(count) * size, isWrite: isWrite) else { return nil }
        return (host, count)
    }

    // MARK: - Instructions

    func moveString(_ i: DecodedInstruction, size: Int) throws(GuestFault) {
        let (source, destination) = (stringSource(i), Self.stringDestination)
        try repeated(i) { (most: Int64) throws(GuestFault) -> BulkResult in
            guard !goesDown, let from = stringRun(source, i, size: size, isWrite: false, most: most),
                let to = stringRun(destination, i, size: size, isWrite: true, most: from.count)
            else { return BulkResult() }
            Self.copyUpwards(from.host, to.host, count: Int(to.count), size: size)
            advance(source, i, size: size, by: to.count)
            advance(destination, i, size: size, by: to.count)
            return BulkResult(count: to.count)
        } step: { () throws(GuestFault) -> Bool in
            let value = try readString(source, i, size: size)
            let address = try stringAddress(destination, i, size: size, isWrite: true)
            try write(linear: address, value, size: size)
            advance(source, i, size: size)
            advance(destination, i, size: size)
            return false
        }
    }

    /// Element by element: one that has been stored may be loaded again.
    private static func copyUpwards(
        _ from: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer, count: Int, size: Int
    ) {
        let distance = to - from
        if distance <= 0 || distance >= count * size {
            to.copyMemory(from: from, byteCount: count * size)
            return
        }
        for index in 0..<count { store(load(from + index * size, size), to + index * size, size) }
    }

    @inline(__always)
    static func store(_ value: UInt64, _ host: UnsafeMutableRawPointer, _ size: Int) {
        switch size {
        case 1: host.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
        case 2: host.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
        case 4: host.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
        default: host.storeBytes(of: value, as: UInt64.self)
        }
    }

    func storeString(_ i: DecodedInstruction, size: Int) throws(GuestFault) {
        let destination = Self.stringDestination
        let value = cut(core[Register.ax], to: size)
        try repeated(i) { (most: Int64) throws(GuestFault) -> BulkResult in
            guard !goesDown, let to = stringRun(destination, i, size: size, isWrite: true, most: most) else {
                return BulkResult()
            }
            if size == 1 || value == 0 {
                to.host.initializeMemory(
                    as: UInt8.self, repeating: UInt8(truncatingIfNeeded: value), count: Int(to.count) * size)
            } else {
                for index in 0..<Int(to.count) { Self.store(value, to.host + index * size, size) }
            }
            advance(destination, i, size: size, by: to.count)
            return BulkResult(count: to.count)
        } step: { () throws(GuestFault) -> Bool in
            let address = try stringAddress(destination, i, size: size, isWrite: true)
            try write(linear: address, value, size: size)
            advance(destination, i, size: size)
            return false
        }
    }

    func loadString(_ i: DecodedInstruction, size: Int) throws(GuestFault) {
        let source = stringSource(i)
        try repeated(i) { () throws(GuestFault) -> Bool in
            let value = try readString(source, i, size: size)
            setGeneral(Register.ax, value, size: size, i)
            advance(source, i, size: size)
            return false
        }
    }

    /// Sets the flags of CMP, and says whether that ends the repetition.
    private func compare(_ a: UInt64, _ b: UInt64, size: Int, _ i: DecodedInstruction) -> Bool {
        switch size {
        case 1: _ = Compare.apply(core, UInt8(truncatingIfNeeded: a), UInt8(truncatingIfNeeded: b))
        case 2: _ = Compare.apply(core, UInt16(truncatingIfNeeded: a), UInt16(truncatingIfNeeded: b))
        case 4: _ = Compare.apply(core, UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
        default: _ = Compare.apply(core, a, b)
        }
        return core.zf != (i.repeats == .whileEqual)
    }

    func scanString(_ i: DecodedInstruction, size: Int) throws(GuestFault) {
        let destination = Self.stringDestination
        let accumulator = cut(core[Register.ax], to: size)
        let wantsEqual = i.repeats == .whileEqual
        try repeated(i) { (most: Int64) throws(GuestFault) -> BulkResult in
            guard !goesDown, let run = stringRun(destination, i, size: size, isWrite: false, most: most) else {
                return BulkResult()
            }
            var index = 0
            var value: UInt64 = 0
            var goesOn = true
            while goesOn, index < Int(run.count) {
                value = Self.load(run.host + index * size, size)
                goesOn = (value == accumulator) == wantsEqual
                index += 1
            }
            advance(destination, i, size: size, by: Int64(index))
            return BulkResult(count: Int64(index), isDecided: compare(accumulator, value, size: size, i))
        } step: { () throws(GuestFault) -> Bool in
            let value = try readString(destination, i, size: size)
            advance(destination, i, size: size)
            return compare(accumulator, value, size: size, i)
        }
    }

    /// The source is compared with the destination.
    func compareStrings(_ i: DecodedInstruction, size: Int) throws(GuestFault) {
        let (source, destination) = (stringSource(i), Self.stringDestination)
        let wantsEqual = i.repeats == .whileEqual
        try repeated(i) { (most: Int64) throws(GuestFault) -> BulkResult in
            guard !goesDown, let first = stringRun(source, i, size: size, isWrite: false, most: most),
                let second = stringRun(destination, i, size: size, isWrite: false, most: first.count)
            else { return BulkResult() }
            var index = 0
            var (a, b): (UInt64, UInt64) = (0, 0)
            var goesOn = true
            while goesOn, index < Int(second.count) {
                a = Self.load(first.host + index * size, size)
                b = Self.load(second.host + index * size, size)
                goesOn = (a == b) == wantsEqual
                index += 1
            }
            advance(source, i, size: size, by: Int64(index))
            advance(destination, i, size: size, by: Int64(index))
            return BulkResult(count: Int64(index), isDecided: compare(a, b, size: size, i))
        } step: { () throws(GuestFault) -> Bool in
            let a = try readString(source, i, size: size)
            let b = try readString(destination, i, size: size)
            advance(source, i, size: size)
            advance(destination, i, size: size)
            return compare(a, b, size: size, i)
        }
    }
}
