import CHostVector

// PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM: Intel SDM volume 2, section 4.1.

enum StringComparison {
    /// An index in ECX.
    static func index(isExplicit: Bool) -> Emitter { emitter(isExplicit ? explicitIndex : implicitIndex) }
    /// A mask in register 0.
    static func mask(isExplicit: Bool) -> Emitter { emitter(isExplicit ? explicitMask : implicitMask) }

    private static let explicitIndex: Handler = { c, o in
        StringComparison.compare(Core(c), Op(o), isExplicit: true, isMask: false)
        return next(c, o)
    }
    private static let implicitIndex: Handler = { c, o in
        StringComparison.compare(Core(c), Op(o), isExplicit: false, isMask: false)
        return next(c, o)
    }
    private static let explicitMask: Handler = { c, o in
        StringComparison.compare(Core(c), Op(o), isExplicit: true, isMask: true)
        return next(c, o)
    }
    private static let implicitMask: Handler = { c, o in
        StringComparison.compare(Core(c), Op(o), isExplicit: false, isMask: true)
        return next(c, o)
    }

    private static func emitter(_ handler: @escaping Handler) -> Emitter {
        { b, i in
            let source = b.vectorSource(size: 16)
            b.emit(handler, a: i.reg, b: source, c: UInt8(truncatingIfNeeded: i.immediate), d: i.isWide && b.mode.isLong64 ? 1 : 0)
        }
    }

    private static func compare(_ core: Core, _ op: Op, isExplicit: Bool, isMask: Bool) {
        let control = op.c
        let count: UInt32 = control & 1 != 0 ? 8 : 16
        let first = UnsafeRawPointer(core.vector(op.a))
        let second = UnsafeRawPointer(core.vector(op.b))
        let firstLength: UInt32
        let secondLength: UInt32
        if isExplicit {
            firstLength = length(core[Register.ax], isWide: op.d != 0, most: count)
            secondLength = length(core[Register.dx], isWide: op.d != 0, most: count)
        } else {
            firstLength = length(first, count)
            secondLength = length(second, count)
        }
        let result =
            isHostAble
            ? vector_compare_strings(first, second, firstLength, secondLength, control & 0x3F)
            : portable(first, second, firstLength, secondLength, control)
        if isMask {
            let (low, high) = expanded(result, control)
            core.setVector(0, low, high)
        } else {
            let last = UInt32(31 - (result | 1).leadingZeroBitCount)
            let found = control & 0x40 != 0 ? last : UInt32(result.trailingZeroBitCount)
            core[Register.cx] = UInt64(result == 0 ? count : found)
        }
        var flags: UInt64 = result != 0 ? Flag.cf : 0
        if secondLength < count { flags |= Flag.zf }
        if firstLength < count { flags |= Flag.sf }
        if result & 1 != 0 { flags |= Flag.of }
        core.statusFlags = flags
    }

    /// Asked once: the host does not change.
    private static let isHostAble = host_has_sse42()

    /// A length in a register is a number with a sign that does not count.
    private static func length(_ register: UInt64, isWide: Bool, most: UInt32) -> UInt32 {
        let number = isWide ? Int64(bitPattern: register) : Int64(Int32(truncatingIfNeeded: register))
        return UInt32(min(number.magnitude, UInt64(most)))
    }

    /// Up to the first element that is zero.
    private static func length(_ operand: UnsafeRawPointer, _ count: UInt32) -> UInt32 {
        for index in 0..<Int(count) where element(operand, index, isWord: count == 8, isSigned: false) == 0 {
            return UInt32(index)
        }
        return count
    }

    /// A bit for each element, or all bits of it.
    private static func expanded(_ result: UInt32, _ control: UInt8) -> (UInt64, UInt64) {
        guard control & 0x40 != 0 else { return (UInt64(result), 0) }
        let isWord = control & 1 != 0
        let half = isWord ? 4 : 8
        func spread(_ bits: UInt32) -> UInt64 {
            var value: UInt64 = 0
            for index in 0..<half where bits >> UInt32(index) & 1 != 0 {
                value |= (isWord ? 0xFFFF : 0xFF) << UInt64(index * 64 / half)
            }
            return value
        }
        return (spread(result), spread(result >> UInt32(half)))
    }

    private static func element(_ operand: UnsafeRawPointer, _ index: Int, isWord: Bool, isSigned: Bool) -> Int {
        switch (isWord, isSigned) {
        case (false, false): Int(operand.load(fromByteOffset: index, as: UInt8.self))
        case (false, true): Int(operand.load(fromByteOffset: index, as: Int8.self))
        case (true, false): Int(operand.load(fromByteOffset: 2 * index, as: UInt16.self))
        case (true, true): Int(operand.load(fromByteOffset: 2 * index, as: Int16.self))
        }
    }

    /// The comparison without the host's instruction: aggregation, then polarity (sections 4.1.4 to 4.1.6).
    static func portable(
        _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ firstLength: UInt32, _ secondLength: UInt32,
        _ control: UInt8
    ) -> UInt32 {
        let isWord = control & 1 != 0
        let isSigned = control & 2 != 0
        let count = isWord ? 8 : 16
        let firstCount = Int(firstLength)
        let secondCount = Int(secondLength)
        func a(_ index: Int) -> Int { element(first, index, isWord: isWord, isSigned: isSigned) }
        func b(_ index: Int) -> Int { element(second, index, isWord: isWord, isSigned: isSigned) }
        var result: UInt32 = 0
        for place in 0..<count {
            let holds: Bool
            switch control >> 2 & 3 {
            case 0:  // Equal to any.
                holds = place < secondCount && (0..<firstCount).contains { a($0) == b(place) }
            case 1:  // Within a range; an odd last bound has no partner.
                let bounds = stride(from: 0, to: firstCount - 1, by: 2)
                holds = place < secondCount && bounds.contains { a($0) <= b(place) && b(place) <= a($0 + 1) }
            case 2:  // Equal to the one at the same place, or both behind the end.
                let isBoth = place < firstCount && place < secondCount
                holds = isBoth ? a(place) == b(place) : place >= firstCount && place >= secondCount
            default:  // The first as a part of the second, beginning here.
                holds = (0..<min(firstCount, count - place)).allSatisfy { index in
                    place + index < secondCount && a(index) == b(place + index)
                }
            }
            if holds { result |= 1 << UInt32(place) }
        }
        let all: UInt32 = 1 << UInt32(count) - 1
        switch control >> 4 & 3 {
        case 1: return result ^ all
        case 3: return result ^ (1 << secondLength - 1)
        default: return result
        }
    }
}
