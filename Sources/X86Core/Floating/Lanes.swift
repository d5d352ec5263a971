/// Elements of 64 bits.
enum Lanes {
    @inline(__always)
    static func get<Word: FixedWidthInteger>(_ whole: UInt64, _ index: Int, _ type: Word.Type) -> Word {
        Word(truncatingIfNeeded: whole >> UInt64(index * Word.bitWidth))
    }

    @inline(__always)
    static func place<Word: FixedWidthInteger>(_ value: Word, _ index: Int) -> UInt64 {
        let mask: UInt64 = Word.bitWidth == 64 ? .max : 1 << UInt64(Word.bitWidth) - 1
        return (UInt64(truncatingIfNeeded: value) & mask) << UInt64(index * Word.bitWidth)
    }

    /// Element by element.
    @inline(__always)
    static func map<Word: FixedWidthInteger>(_ a: UInt64, _ b: UInt64, _ function: (Word, Word) -> Word) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<64 / Word.bitWidth {
            result |= place(function(get(a, index, Word.self), get(b, index, Word.self)), index)
        }
        return result
    }

    /// Neighbours of the first with neighbours of the second make one element of twice the size.
    @inline(__always)
    static func pairs<Word: FixedWidthInteger, Wide: FixedWidthInteger>(
        _ a: UInt64, _ b: UInt64, _ function: (Word, Word, Word, Word) -> Wide
    ) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<64 / Wide.bitWidth {
            let value = function(
                get(a, 2 * index, Word.self), get(a, 2 * index + 1, Word.self), get(b, 2 * index, Word.self),
                get(b, 2 * index + 1, Word.self))
            result |= place(value, index)
        }
        return result
    }

    /// Neighbours of the first make the lower half, those of the second the upper one.
    @inline(__always)
    static func horizontal<Word: FixedWidthInteger>(
        _ a: UInt64, _ b: UInt64, _ function: (Word, Word) -> Word
    ) -> UInt64 {
        var result: UInt64 = 0
        let half = 32 / Word.bitWidth
        for index in 0..<half {
            let low = function(get(a, 2 * index, Word.self), get(a, 2 * index + 1, Word.self))
            let high = function(get(b, 2 * index, Word.self), get(b, 2 * index + 1, Word.self))
            result |= place(low, index) | place(high, index + half)
        }
        return result
    }

    /// Elements of half the size: those of the first, then those of the second.
    @inline(__always)
    static func narrow<Word: FixedWidthInteger, Narrow: FixedWidthInteger>(
        _ a: UInt64, _ b: UInt64, _ function: (Word) -> Narrow
    ) -> UInt64 {
        var result: UInt64 = 0
        let count = 64 / Word.bitWidth
        for index in 0..<count {
            result |= place(function(get(a, index, Word.self)), index)
            result |= place(function(get(b, index, Word.self)), index + count)
        }
        return result
    }

    /// Elements of the two lower halves in turn.
    @inline(__always)
    static func interleave<Word: FixedWidthInteger>(_ a: UInt64, _ b: UInt64, _ type: Word.Type) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<32 / Word.bitWidth {
            result |= place(get(a, index, Word.self), 2 * index)
            result |= place(get(b, index, Word.self), 2 * index + 1)
        }
        return result
    }
}
