/// Where jumps to computed addresses look for the block there.
struct JumpCacheEntry {
    var address: UInt64 = 1
    var context: UInt64 = .max
    var head: UnsafeMutableRawPointer?
}

enum JumpCache {
    static let size = 16384
    @inline(__always) static func index(_ address: UInt64) -> Int {
        Int(truncatingIfNeeded: address ^ address >> 14) & (size &- 1)
    }
}

/// Decoded instructions that lie behind each other, and the real address of the first.
final class Block {
    let head: UnsafeMutableRawPointer
    let address: UInt64
    let mode: UInt16
    /// Bytes of code.
    let size: Int
    /// Instructions.
    let count: Int
    /// Where the code goes on into another page: that page's real address.
    let secondPage: UInt64?
    var isValid = true
    /// Another block whose key has the same hash.
    fileprivate var following: Unmanaged<Block>?

    init(head: UnsafeMutableRawPointer, address: UInt64, mode: UInt16, size: Int, count: Int, secondPage: UInt64?) {
        self.head = head
        self.address = address
        self.mode = mode
        self.size = size
        self.count = count
        self.secondPage = secondPage
    }
}

/// All blocks, by real address and mode, and what of the storage they were made from.
final class BlockCache {
    // Safety: the processor that owns this keeps the storage, too.
    private unowned(unsafe) let memory: GuestMemory
    private var blocks = BlockTable()
    /// By page of the storage. A block that is forgotten stays in the list of its other page until that is written.
    private var blocksOfPage: [Int: [Block]] = [:]
    private var chunks: [UnsafeMutableRawPointer] = []
    private var used = 0
    /// How often everything was forgotten: addresses of micro-ops count for one era.
    private(set) var era = 0
    /// Micro-ops that nothing can reach any more take so much room that it is better to start anew.
    var isFull: Bool { chunks.count >= Self.maximumChunks }

    private static let chunkSize = 4 << 20
    private static let maximumChunks = 64

    init(_ memory: GuestMemory) { self.memory = memory }

    deinit { for chunk in chunks { chunk.deallocate() } }

    fileprivate static func key(_ address: UInt64, _ mode: UInt16) -> UInt64 { address << 12 | UInt64(mode) }

    func block(at address: UInt64, mode: UInt16) -> Block? { blocks.find(Self.key(address, mode)) }

    var count: Int { blocks.count }

    /// Copies micro-ops to a place where they stay.
    func place(_ ops: [MicroOp]) -> UnsafeMutableRawPointer {
        let bytes = ops.count * MicroOp.stride
        if chunks.isEmpty || used + bytes > Self.chunkSize {
            chunks.append(.allocate(byteCount: max(Self.chunkSize, bytes), alignment: 32))
            used = 0
        }
        let place = chunks[chunks.count - 1] + used
        used += bytes
        ops.withUnsafeBytes { if let base = $0.baseAddress { place.copyMemory(from: base, byteCount: bytes) } }
        return place
    }

    func insert(_ block: Block) {
        blocks.insert(block)
        mark(block, from: block.address, size: min(block.size, Int(4096 - block.address & 0xFFF)))
        if let second = block.secondPage {
            mark(block, from: second, size: block.size - Int(4096 - block.address & 0xFFF))
        }
    }

    private func mark(_ block: Block, from address: UInt64, size: Int) {
        guard let offset = memory.offset(address) else { return }
        memory.markCode(at: address, size: size)
        blocksOfPage[offset >> 12, default: []].append(block)
    }

    /// Code of the page has changed.
    func forget(page: Int) {
        for block in blocksOfPage.removeValue(forKey: page) ?? [] { forget(block) }
    }

    private func forget(_ block: Block) {
        guard block.isValid else { return }
        block.isValid = false
        blocks.remove(block)
        // Whoever still jumps there finds that it has to look again.
        let head = block.head.assumingMemoryBound(to: MicroOp.self)
        head.pointee.handler = FlowHandlers.staleAddress
        head.pointee.immediate = FlowHandlers.unpayable
    }

    /// Everything. Must not be called while micro-ops run. Marks in the storage stay: other processors may have code there.
    func clear() {
        blocks.clear()
        blocksOfPage = [:]
        era &+= 1
        for chunk in chunks { chunk.deallocate() }
        chunks = []
        used = 0
    }
}

/// Blocks by key. A table of chains: it is asked at every jump that the jump cache does not know. It owns its blocks;
/// looking for one counts no references but the one that is given.
private struct BlockTable: ~Copyable {
    private static let size = 1 << 16
    // Safety: allocated once, initialised, freed with this; each block in a chain is retained once.
    private let chains: UnsafeMutablePointer<Unmanaged<Block>?>
    private(set) var count = 0

    init() {
        chains = .allocate(capacity: Self.size)
        chains.initialize(repeating: nil, count: Self.size)
    }

    deinit {
        Self.release(chains)
        chains.deallocate()
    }

    private static func key(_ block: Block) -> UInt64 { BlockCache.key(block.address, block.mode) }

    @inline(__always) private static func index(_ key: UInt64) -> Int {
        // Fibonacci hashing: the upper bits of a product depend on all of the key's.
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 48)
    }

    func find(_ key: UInt64) -> Block? {
        var place = chains[Self.index(key)]
        while let candidate = place {
            let (found, following) = candidate._withUnsafeGuaranteedRef { (Self.key($0) == key, $0.following) }
            if found { return candidate.takeUnretainedValue() }
            place = following
        }
        return nil
    }

    mutating func insert(_ block: Block) {
        if let old = find(Self.key(block)) { remove(old) }
        let index = Self.index(Self.key(block))
        block.following = chains[index]
        chains[index] = Unmanaged.passRetained(block)
        count += 1
    }

    mutating func remove(_ block: Block) {
        let index = Self.index(Self.key(block))
        var before: Block?
        var place = chains[index]
        while let candidate = place {
            let found = candidate.takeUnretainedValue()
            if found === block {
                if let before { before.following = block.following } else { chains[index] = block.following }
                block.following = nil
                candidate.release()
                count -= 1
                return
            }
            before = found
            place = found.following
        }
    }

    mutating func clear() {
        Self.release(chains)
        chains.update(repeating: nil, count: Self.size)
        count = 0
    }

    private static func release(_ chains: UnsafeMutablePointer<Unmanaged<Block>?>) {
        for index in 0..<size {
            var place = chains[index]
            while let candidate = place {
                place = candidate.takeUnretainedValue().following
                candidate.release()
            }
        }
    }
}
