/// Where a page of linear addresses lies in the host's memory. An access of `n` bytes at `a` may go there if
/// `a ^ tag` is at most `4096 - n`: one comparison tells a miss, a page's end and a right that is lacking.
struct TranslationEntry {
    /// The page's linear address, or one that no address which leads to this entry has: see `none`.
    var readTag: UInt64
    var writeTag: UInt64
    /// What added to a linear address gives the host's.
    var addend: UInt64 = 0
    /// The page's real address; bit 0: global; bit 1: part of a larger page; bit 2: a walk has found that stores may go
    /// there, and has set D. They go the slow way nevertheless while there is decoded code in the page.
    var page: UInt64 = 0
    static let global: UInt64 = 1, large: UInt64 = 2, writable: UInt64 = 4

    /// An entry that nothing fits.
    init(emptyAt index: Int) {
        readTag = Self.none(index)
        writeTag = readTag
    }

    /// Another page than any whose number ends in this entry's, so that bit 12 of the difference is always set.
    @inline(__always) static func none(_ index: Int) -> UInt64 { UInt64(truncatingIfNeeded: index ^ 1) &<< 12 }
}

/// The translation lookaside buffer: a set of entries for each right that an access may have.
struct TranslationBuffer {
    static let size = 1024

    /// By whom storage is accessed.
    enum Right: Int, CaseIterable {
        case supervisor = 0
        /// With AC set: SMAP does not count.
        case supervisorOpen = 1
        case user = 2
        /// Nothing is ever entered, so that every access is looked at: alignment is checked, or debug registers are.
        case watched = 3
    }

    // Safety: allocated once for the processor's life.
    let entries: UnsafeMutablePointer<TranslationEntry>
    /// A bit for each entry that is in use, by right and place: those of pages that are not global, then the others. A
    /// context switch comes after a few dozen pages, and need not look at three thousand entries.
    private let used: UnsafeMutablePointer<UInt64>
    private static let words = size * 3 / 64

    init() {
        let count = Self.size * Right.allCases.count
        entries = .allocate(capacity: count)
        for index in 0..<count { (entries + index).initialize(to: TranslationEntry(emptyAt: index & (Self.size - 1))) }
        used = .allocate(capacity: 2 * Self.words)
        used.initialize(repeating: 0, count: 2 * Self.words)
    }

    func deallocate() {
        entries.deallocate()
        used.deallocate()
    }

    func set(_ right: Right) -> UnsafeMutablePointer<TranslationEntry> { entries + right.rawValue * Self.size }

    private func clear(_ index: Int) { entries[index] = TranslationEntry(emptyAt: index & (Self.size &- 1)) }

    /// To be called for every entry that is filled.
    @inline(__always) func note(_ entry: UnsafeMutablePointer<TranslationEntry>) {
        let index = entry - entries
        let isGlobal = entry.pointee.page & TranslationEntry.global != 0
        let word = used + index >> 6
        let bit = UInt64(1) &<< UInt64(index & 63)
        word[isGlobal ? 0 : Self.words] &= ~bit
        word[isGlobal ? Self.words : 0] |= bit
    }

    func flush() {
        flush(words: 0..<2 * Self.words)
    }

    /// Keeps what is global.
    func flushLocal() {
        flush(words: 0..<Self.words)
    }

    private func flush(words: Range<Int>) {
        for number in words {
            var left = used[number]
            if left == 0 { continue }
            used[number] = 0
            let first = (number >= Self.words ? number &- Self.words : number) &* 64
            while left != 0 {
                clear(first &+ left.trailingZeroBitCount)
                left &= left &- 1
            }
        }
    }

    /// One page, in every set.
    func flush(page address: UInt64) {
        for right in 0..<3 { clear(right * Self.size + Self.index(address)) }
    }

    /// One bit for the GiB that an address lies in. Several have the same.
    @inline(__always) static func region(_ address: UInt64) -> UInt64 {
        let number = address >> 30
        return 1 &<< ((number ^ number >> 6 ^ number >> 12) & 63)
    }

    /// What lies in the same GiB, and was entered of pages of more than 4 KiB.
    func flushLarge(around address: UInt64) {
        for index in 0..<Self.size * 3 where entries[index].page & TranslationEntry.large != 0 {
            if (entries[index].readTag ^ address) >> 30 == 0 { clear(index) }
        }
    }

    /// A page of storage has got code: stores there must be seen.
    func forbidWriting(page: UInt64) {
        for index in 0..<Self.size * 3 where entries[index].page & ~0xFFF == page {
            entries[index].writeTag = TranslationEntry.none(index & (Self.size &- 1))
        }
    }

    @inline(__always) static func index(_ address: UInt64) -> Int { Int(truncatingIfNeeded: address >> 12) & (size &- 1) }
}
