/// Where instructions are fetched from: the pages of linear addresses that were translated for a fetch since the
/// translation last changed.
///
/// None is dropped before that. The first fetch from a page walks the tables, which marks their entries as accessed,
/// and no other does: so what the tables hold does not depend on how the code was cut into blocks.
final class FetchTranslations {
    struct Entry {
        /// The page's linear address; bit 0: it was level 3 that fetched; bit 1: the entry is in use.
        var key: UInt64 = 0
        /// The page's real address; bit 0: global; bit 1: part of a larger page.
        var real: UInt64 = 0

        var page: UInt64 { real & ~0xFFF }
        var isGlobal: Bool { real & TranslationEntry.global != 0 }
        var isLarge: Bool { real & TranslationEntry.large != 0 }
    }

    /// Global pages, which a new CR3 leaves alone, and the others.
    private var local = PageTable()
    private var global = PageTable()

    private static func key(_ page: UInt64, _ isUser: Bool) -> UInt64 { page | (isUser ? 3 : 2) }

    func find(_ page: UInt64, _ isUser: Bool) -> Entry? {
        let key = Self.key(page, isUser)
        return global.find(key) ?? local.find(key)
    }

    func keep(_ page: UInt64, _ isUser: Bool, _ real: UInt64, isGlobal: Bool, isLarge: Bool) {
        let marks = (isGlobal ? TranslationEntry.global : 0) | (isLarge ? TranslationEntry.large : 0)
        let entry = Entry(key: Self.key(page, isUser), real: real | marks)
        if isGlobal { global.keep(entry) } else { local.keep(entry) }
    }

    /// False: nothing was fetched from this page, nor from a larger one that it may be part of.
    func mayKnow(_ address: UInt64) -> Bool { local.mayKnow(address) || global.mayKnow(address) }

    /// What was found of pages that are not global no longer counts.
    func forgetLocal() { local.clear() }
    func forgetAll() {
        local.clear()
        global.clear()
    }

    /// Those in use, in the order of their addresses.
    var current: [Entry] { (local.used + global.used).sorted { $0.key < $1.key } }
}

/// Open addressing. No dictionary: one that grows computes its size with floating point, and the guest's flags are in
/// the host's registers.
private struct PageTable {
    private var entries = Array(repeating: FetchTranslations.Entry(), count: 64)
    private var count = 0
    /// Where larger pages are: see `TranslationBuffer.region`.
    private var regions: UInt64 = 0

    private func place(_ key: UInt64) -> Int {
        let mask = entries.count &- 1
        var index = Int(truncatingIfNeeded: key >> 12 ^ key >> 21) & mask
        while entries[index].key != 0, entries[index].key != key { index = (index &+ 1) & mask }
        return index
    }

    func find(_ key: UInt64) -> FetchTranslations.Entry? {
        if count == 0 { return nil }
        let entry = entries[place(key)]
        return entry.key == key ? entry : nil
    }

    mutating func keep(_ entry: FetchTranslations.Entry) {
        if count &* 2 >= entries.count { grow() }
        if entry.isLarge { regions |= TranslationBuffer.region(entry.key) }
        insert(entry)
    }

    func mayKnow(_ address: UInt64) -> Bool {
        if count == 0 { return false }
        if regions & TranslationBuffer.region(address) != 0 { return true }
        let page = address & ~0xFFF
        return find(page | 2) != nil || find(page | 3) != nil
    }

    private mutating func insert(_ entry: FetchTranslations.Entry) {
        let index = place(entry.key)
        if entries[index].key == 0 { count &+= 1 }
        entries[index] = entry
    }

    mutating func clear() {
        regions = 0
        guard count > 0 else { return }
        count = 0
        // Context switches come often, and most touch few pages.
        if entries.count > 256 {
            entries = Array(repeating: FetchTranslations.Entry(), count: 64)
        } else {
            for index in entries.indices { entries[index].key = 0 }
        }
    }

    private mutating func grow() {
        let old = entries
        entries = Array(repeating: FetchTranslations.Entry(), count: old.count &* 2)
        count = 0
        for entry in old where entry.key != 0 { insert(entry) }
    }

    var used: [FetchTranslations.Entry] { entries.filter { $0.key != 0 } }
}
