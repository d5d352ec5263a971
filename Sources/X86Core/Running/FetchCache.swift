/// Where instructions are fetched from, by page: real addresses that were found lately. It also knows, with some that
/// are not, all pages that have been asked for, for blocks are found by their addresses.
final class FetchCache {
    private struct Entry {
        var page: UInt64 = 1
        var code = X86Processor.CodePage(real: 0, context: .max)
    }

    /// A set of pages by hash, and of what larger pages there are by `TranslationBuffer.region`.
    private struct Pages {
        static let words = 64
        // Safety: allocated and freed by the cache.
        let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: words)
        var regions: UInt64 = 0
        var isEmpty = false

        @inline(__always) static func place(_ address: UInt64) -> (word: Int, bit: UInt64) {
            let number = address >> 12
            let hash = number ^ number >> 12
            return (Int(truncatingIfNeeded: hash >> 6 & UInt64(words - 1)), 1 &<< (hash & 63))
        }

        mutating func insert(_ address: UInt64, isLarge: Bool) {
            let (word, bit) = Self.place(address)
            bits[word] |= bit
            if isLarge { regions |= TranslationBuffer.region(address) }
            isEmpty = false
        }

        func mayContain(_ address: UInt64) -> Bool {
            let (word, bit) = Self.place(address)
            return bits[word] & bit != 0 || regions & TranslationBuffer.region(address) != 0
        }

        mutating func clear() {
            if isEmpty { return }
            bits.update(repeating: 0, count: Self.words)
            regions = 0
            isEmpty = true
        }
    }

    private static let size = 512
    // Safety: allocated once, freed with this.
    private let entries = UnsafeMutablePointer<Entry>.allocate(capacity: size)
    private var local = Pages()
    private var global = Pages()

    init() {
        entries.initialize(repeating: Entry(), count: Self.size)
        local.bits.initialize(repeating: 0, count: Pages.words)
        global.bits.initialize(repeating: 0, count: Pages.words)
    }

    deinit {
        entries.deallocate()
        local.bits.deallocate()
        global.bits.deallocate()
    }

    private static func index(_ page: UInt64) -> Int { Int(truncatingIfNeeded: page >> 12) & (size - 1) }

    /// A page that was found in one of two contexts: see `X86Processor.context`.
    func find(_ page: UInt64, _ first: UInt64, _ second: UInt64) -> X86Processor.CodePage? {
        let entry = entries + Self.index(page)
        guard entry.pointee.page == page else { return nil }
        let context = entry.pointee.code.context
        return context == first || context == second ? entry.pointee.code : nil
    }

    func keep(_ page: UInt64, _ code: X86Processor.CodePage, isGlobal: Bool, isLarge: Bool) {
        entries[Self.index(page)] = Entry(page: page, code: code)
        if isGlobal { global.insert(page, isLarge: isLarge) } else { local.insert(page, isLarge: isLarge) }
    }

    /// False: nothing was fetched from this page, nor from a larger one that it is part of, in the present generation.
    func mayKnow(_ address: UInt64) -> Bool { local.mayContain(address) || global.mayContain(address) }

    /// To be called with a new generation of the pages that are not global, or of the others: what was found before
    /// no longer counts.
    func forgetLocal() { local.clear() }
    func forgetAll() { global.clear() }
}
