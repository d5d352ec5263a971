import CHostArithmetic

/// A piece of storage that holds registers, taken out whole or put there whole.
struct StateArea {
    private(set) var bytes: [UInt8]

    init(size: Int) { bytes = Array(repeating: 0, count: size) }

    var size: Int { bytes.count }

    func number(_ offset: Int, size: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<size { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        return value
    }

    mutating func put(_ value: UInt64, size: Int, at offset: Int) {
        for index in 0..<size { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }

    func extended(_ offset: Int) -> TraplineExtended {
        TraplineExtended(significand: number(offset, size: 8), signExponent: UInt16(number(offset + 8, size: 2)))
    }

    mutating func put(_ value: TraplineExtended, at offset: Int) {
        put(value.significand, size: 8, at: offset)
        put(UInt64(value.signExponent), size: 2, at: offset + 8)
    }

    /// Ten bytes more.
    mutating func append(_ value: TraplineExtended) {
        let offset = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: 10))
        put(value, at: offset)
    }
}

extension X86Processor {
    /// All bytes of an instruction's operand in storage, from an offset in it.
    func readArea(_ i: DecodedInstruction, size: Int, from start: Int = 0) throws(GuestFault) -> StateArea {
        // A segment must reach to the end of it.
        _ = try areaEnds(i, size: size, from: start, isWrite: false)
        var area = StateArea(size: size)
        var offset = 0
        while offset < size {
            let width = pieceSize(size - offset)
            let value = try read(i, size: width, plus: UInt64(start + offset))
            area.put(value, size: width, at: offset)
            offset += width
        }
        return area
    }

    /// The first byte and the last: both are addresses before storage is asked.
    private func areaEnds(
        _ i: DecodedInstruction, size: Int, from start: Int, isWrite: Bool
    ) throws(GuestFault) -> (UInt64, UInt64) {
        let first = try linearAddress(i, size: size, isWrite: isWrite, plus: UInt64(start))
        let last = try linearAddress(i, size: 1, isWrite: isWrite, plus: UInt64(start + size - 1))
        if mode.isLong64, !isCanonical(first) || !isCanonical(last) {
            throw i.memory.segment == 2 ? .stack() : .protection()
        }
        // Intel SDM volume 3, table 6-7: areas of the x87 by the operand size, ten bytes by 8.
        let alignment: UInt64 = size == 10 ? 8 : i.operandSize == 2 ? 2 : 4
        if mode.checksAlignment, first & (alignment - 1) != 0 { throw .alignment }
        return (first, last)
    }

    /// Whole areas are aligned or not; where that is asked, their pieces are not to be.
    private func pieceSize(_ left: Int) -> Int {
        if mode.checksAlignment { return 2 }
        return left >= 8 ? 8 : left >= 4 ? 4 : 2
    }

    /// Stores all of it, or raises an exception and stores nothing.
    func writeArea(_ i: DecodedInstruction, _ area: StateArea, from start: Int = 0) throws(GuestFault) {
        try probeArea(i, size: area.size, from: start)
        try writeArea(i, area, 0..<area.size, from: start)
    }

    /// What storing there would raise is raised now.
    func probeArea(_ i: DecodedInstruction, size: Int, from start: Int = 0) throws(GuestFault) {
        let (first, end) = try areaEnds(i, size: size, from: start, isWrite: true)
        try probeWrite(linear: first, size: 1, stack: i.memory.segment == 2)
        // No area is as long as a page: the last byte tells the rest.
        var last = end
        // What is told of is the first byte that fails.
        if last &- first == UInt64(size - 1), (first ^ last) >> 12 != 0 { last &= ~0xFFF }
        try probeWrite(linear: last, size: 1, stack: i.memory.segment == 2)
    }

    /// A part of an area, to the same place in storage. Nothing is probed.
    func writeArea(
        _ i: DecodedInstruction, _ area: StateArea, _ part: Range<Int>, from start: Int = 0
    ) throws(GuestFault) {
        var offset = part.lowerBound
        while offset < part.upperBound {
            let left = part.upperBound - offset
            let width = pieceSize(left)
            try write(i, area.number(offset, size: width), size: width, plus: UInt64(start + offset))
            offset += width
        }
    }
}
