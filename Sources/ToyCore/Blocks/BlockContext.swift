import ISALanguage

/// The blocks of one mode and relocation, with or without tests for watched cells.
final class BlockContext {
    /// The key slots' values, in the order of `LoweringContext.keySlots`.
    let key: [UInt64]
    /// The same by slot, for the lowering.
    let known: [Int: UInt64]
    /// Its code tests before each access whether the cell is watched.
    let isWatching: Bool
    let isUserMode: Bool
    let isSupervisorMode: Bool
    /// Instructions completed in this context.
    var completed: UInt64 = 0
    private(set) var blocks: [UInt64: Block] = [:]
    /// Blocks of one instruction, for the last instructions of a budget.
    var singles: [UInt64: Block] = [:]
    // Safety: allocated here with `JumpCache.size` entries, freed in `deinit`.
    let jumpCache: UnsafeMutablePointer<JumpCacheEntry>

    init(key: [UInt64], slots: [Int], isWatching: Bool, isUserMode: Bool, isSupervisorMode: Bool) {
        self.key = key
        self.isWatching = isWatching
        known = Dictionary(zip(slots, key)) { first, _ in first }
        self.isUserMode = isUserMode
        self.isSupervisorMode = isSupervisorMode
        jumpCache = .allocate(capacity: JumpCache.size)
        jumpCache.initialize(repeating: .empty, count: JumpCache.size)
    }

    deinit { jumpCache.deallocate() }

    subscript(address: UInt64) -> Block? { blocks[address] }

    func insert(_ block: Block) {
        blocks[block.address] = block
    }

    /// Makes computed jumps find the block.
    func publish(_ block: Block) {
        let entry = JumpCacheEntry(programCounter: block.address, head: UInt(bitPattern: block.operations))
        jumpCache[Int(block.address & JumpCache.mask)] = entry
    }

    func remove(_ block: Block) {
        let entry = jumpCache + Int(block.address & JumpCache.mask)
        if entry.pointee.head == UInt(bitPattern: block.operations) { entry.pointee = .empty }
        if blocks[block.address] === block { blocks[block.address] = nil }
        if singles[block.address] === block { singles[block.address] = nil }
    }
}
