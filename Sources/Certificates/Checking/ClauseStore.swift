/// The clauses of a refutation in progress, in one flat array.
///
/// A word below `firstClause` is the head of a watch list, one per literal. A clause at offset c is
///
///     c + 0   count of literals, negative once the clause is deleted
///     c + 1   next clause with the same hash bucket
///     c + 2   next clause in the watch list of literal 0
///     c + 3   next clause in the watch list of literal 1
///     c + 4   the literals
///
/// Because heads and links live in the same array, "the word that points to this clause" is a plain index, and a
/// clause is taken out of a list by writing one word. A literal is coded 2v for v and 2v + 1 for its negation.
struct ClauseStore {
    static let linkOffset = 2
    static let literalOffset = 4

    var words: [Int32]
    private let firstClause: Int
    private var buckets: [Int32]
    private var liveCount = 0
    /// A literal is marked when its stamp is the current one.
    private var stamps: [UInt32]
    private var stamp: UInt32 = 0

    init(variableCount: Int, clauseEstimate: Int) {
        firstClause = 2 * (variableCount + 1)
        words = [Int32](repeating: 0, count: firstClause)
        stamps = [UInt32](repeating: 0, count: firstClause)
        var size = 64
        while size < clauseEstimate && size < 1 << 24 { size *= 2 }
        buckets = [Int32](repeating: 0, count: size)
    }

    /// Offsets are 32-bit; a store larger than this is refused by the checker.
    var isFull: Bool { words.count > Int(Int32.max) - (1 << 27) }

    /// Codes the literals and drops repeated ones. Sets `isTautology` when a literal stands beside its negation.
    mutating func code(_ clause: ArraySlice<Int32>, into codes: inout [Int32]) -> (isTautology: Bool, hash: UInt32) {
        codes.removeAll(keepingCapacity: true)
        stamp &+= 1
        if stamp == 0 {
            for index in stamps.indices { stamps[index] = 0 }
            stamp = 1
        }
        var isTautology = false
        var hash: UInt32 = 0
        for literal in clause {
            let code = literal > 0 ? 2 * literal : 1 - 2 * literal
            if stamps[Int(code)] == stamp { continue }
            stamps[Int(code)] = stamp
            if stamps[Int(code ^ 1)] == stamp { isTautology = true }
            hash &+= ClauseStore.scattered(UInt32(code))
            codes.append(code)
        }
        return (isTautology, hash)
    }

    /// Addition of scattered codes makes the hash independent of the order of literals, which propagation changes.
    private static func scattered(_ code: UInt32) -> UInt32 {
        var mixed = code &* 0x9e37_79b1
        mixed ^= mixed >> 15
        mixed = mixed &* 0x85eb_ca77
        return mixed ^ mixed >> 13
    }

    /// Appends the clause and returns its offset. It is not watched yet.
    mutating func append(_ codes: [Int32], hash: UInt32) -> Int {
        if liveCount > buckets.count { growBuckets() }
        let offset = words.count
        let bucket = Int(hash) & (buckets.count - 1)
        words.append(Int32(codes.count))
        words.append(buckets[bucket])
        words.append(0)
        words.append(0)
        words.append(contentsOf: codes)
        buckets[bucket] = Int32(offset)
        liveCount += 1
        return offset
    }

    /// Links the clause into the watch lists of its first two literals.
    mutating func watch(_ offset: Int) {
        for place in 0...1 {
            let head = Int(words[offset + ClauseStore.literalOffset + place])
            words[offset + ClauseStore.linkOffset + place] = words[head]
            words[head] = Int32(offset)
        }
    }

    /// Marks one clause with these literals as deleted; false when there is none. `code(_:into:)` must have been
    /// called for the same clause just before: its stamps are what the candidates are compared with.
    mutating func delete(_ codes: [Int32], hash: UInt32) -> Bool {
        var pointer: Int? = nil
        let bucket = Int(hash) & (buckets.count - 1)
        var offset = Int(buckets[bucket])
        while offset != 0 {
            if words[offset] == codes.count, holdsOnlyStamped(offset) {
                if let pointer { words[pointer] = words[offset + 1] } else { buckets[bucket] = words[offset + 1] }
                words[offset] = ~words[offset]
                liveCount -= 1
                return true
            }
            pointer = offset + 1
            offset = Int(words[offset + 1])
        }
        return false
    }

    private func holdsOnlyStamped(_ offset: Int) -> Bool {
        let start = offset + ClauseStore.literalOffset
        for place in start..<start + Int(words[offset]) where stamps[Int(words[place])] != stamp { return false }
        return true
    }

    private mutating func growBuckets() {
        buckets = [Int32](repeating: 0, count: buckets.count * 4)
        var offset = firstClause
        while offset < words.count {
            let isDeleted = words[offset] < 0
            let count = Int(isDeleted ? ~words[offset] : words[offset])
            if !isDeleted {
                var hash: UInt32 = 0
                for place in 0..<count {
                    hash &+= ClauseStore.scattered(UInt32(words[offset + ClauseStore.literalOffset + place]))
                }
                let bucket = Int(hash) & (buckets.count - 1)
                words[offset + 1] = buckets[bucket]
                buckets[bucket] = Int32(offset)
            }
            offset += ClauseStore.literalOffset + count
        }
    }
}
