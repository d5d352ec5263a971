/// Where instructions are fetched from: the pages of linear addresses that were translated for a fetch since the
/// translation last changed.
///
/// None is dropped before that. The first fetch from a page walks the tables, which marks their entries as accessed,
/// and no other does: so what the tables hold does not depend on how the code was cut into blocks.
final class FetchTranslations {
    struct Entry {
        /// The page's linear address; bit 0: it was level 3 that fetched; bit 1: the entry is in use.
        var key: UInt64 = 0
        var real: UInt64 = 0
    }

    /// Open addressing. No dictionary: one that grows computes its size with floating point, and the guest's flags are
    /// in the host's registers.
    private var entries = Array(repeating: Entry(), count: 64)
    private var count = 0
    private var generation: UInt32 = .max

    private static func key(_ page: UInt64, _ isUser: Bool) -> UInt64 { page | (isUser ? 3 : 2) }

    private func place(_ key: UInt64) -> Int {
        let mask = entries.count &- 1
        var index = Int(truncatingIfNeeded: key >> 12 ^ key >> 21) & mask
        while entries[index].key != 0, entries[index].key != key { index = (index &+ 1) & mask }
        return index
    }

    func real(_ page: UInt64, _ isUser: Bool, _ generation: UInt32) -> UInt64? {
        guard generation == self.generation else { return nil }
        let key = Self.key(page, isUser)
        let entry = entries[place(key)]
        return entry.key == key ? entry.real : nil
    }

    func keep(_ page: UInt64, _ isUser: Bool, _ real: UInt64, _ generation: UInt32) {
        if generation != self.generation { clear(generation) }
        if count &* 2 >= entries.count { grow() }
        insert(Entry(key: Self.key(page, isUser), real: real))
    }

    private func insert(_ entry: Entry) {
        let index = place(entry.key)
        if entries[index].key == 0 { count &+= 1 }
        entries[index] = entry
    }

    private func clear(_ generation: UInt32) {
        self.generation = generation
        guard count > 0 else { return }
        count = 0
        // Context switches come often, and most touch few pages.
        if entries.count > 256 {
            entries = Array(repeating: Entry(), count: 64)
        } else {
            for index in entries.indices { entries[index].key = 0 }
        }
    }

    private func grow() {
        let old = entries
        entries = Array(repeating: Entry(), count: old.count &* 2)
        count = 0
        for entry in old where entry.key != 0 { insert(entry) }
    }

    /// Those in use, in the order of their addresses.
    func current(_ generation: UInt32) -> [Entry] {
        guard generation == self.generation else { return [] }
        return entries.filter { $0.key != 0 }.sorted { $0.key < $1.key }
    }
}
