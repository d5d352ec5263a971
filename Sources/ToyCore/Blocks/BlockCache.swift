import ISALanguage

/// All decoded code of a core: by context and program counter, and by the cells it was decoded from.
final class BlockCache {
    private(set) var contexts: [BlockContext] = []
    private var byCell: [Int: [Holder]] = [:]
    /// Blocks whose code has changed; they may still be running, and go when nothing does.
    private var stale: [Block] = []
    private var operationCount = 0
    /// Instructions completed in contexts that have been dropped.
    private var dropped = ModeCounts()
    private let engine: Engine

    private struct Holder {
        let block: Block
        unowned let context: BlockContext
    }

    /// More contexts or micro-ops than this, and everything is decoded anew: a machine that keeps
    /// changing its relocation must not fill the host's memory.
    static let contextLimit = 64
    static let operationLimit = 1 << 20

    init(engine: Engine) { self.engine = engine }

    var isOverfull: Bool { contexts.count > BlockCache.contextLimit || operationCount > BlockCache.operationLimit }

    var counts: ModeCounts {
        contexts.reduce(dropped) { counts, context in counts.adding(context) }
    }

    /// Keeps the order of recent use, for the same few contexts take turns.
    func context(for matches: (BlockContext) -> Bool, make: () -> BlockContext) -> BlockContext {
        if let index = contexts.firstIndex(where: matches) {
            let context = contexts[index]
            if index > 0 {
                contexts.remove(at: index)
                contexts.insert(context, at: 0)
            }
            return context
        }
        let context = make()
        contexts.insert(context, at: 0)
        return context
    }

    /// Registers a block under the cells that it came from.
    func register(_ block: Block, in context: BlockContext) {
        for cell in block.cells {
            byCell[cell, default: []].append(Holder(block: block, context: context))
            engine.marks[cell] |= CellMark.code
        }
        operationCount += block.operationCount
    }

    /// Forgets what was decoded from this cell.
    func invalidate(cell: Int) {
        engine.marks[cell] &= ~CellMark.code
        for holder in byCell.removeValue(forKey: cell) ?? [] where !holder.block.isStale { retire(holder) }
    }

    private func retire(_ holder: Holder) {
        let block = holder.block
        block.isStale = true
        block.detach()
        holder.context.remove(block)
        for cell in block.cells {
            byCell[cell]?.removeAll { $0.block === block }
            if byCell[cell]?.isEmpty == true {
                byCell[cell] = nil
                engine.marks[cell] &= ~CellMark.code
            }
        }
        operationCount -= block.operationCount
        stale.append(block)
    }

    /// Nothing runs: blocks with changed code can go.
    func dropStale() {
        if !stale.isEmpty { stale = [] }
    }

    /// Forgets everything. Nothing may be running.
    func removeAll() {
        dropped = counts
        for holder in byCell.keys { engine.marks[holder] &= ~CellMark.code }
        byCell = [:]
        contexts = []
        stale = []
        operationCount = 0
    }
}

/// Instructions completed, by mode.
public struct ModeCounts: Hashable, Sendable {
    public var user: UInt64 = 0
    public var supervisor: UInt64 = 0
    /// In neither mode, or on a machine without modes.
    public var other: UInt64 = 0

    public init() {}

    public var total: UInt64 { user &+ supervisor &+ other }

    func adding(_ context: BlockContext) -> ModeCounts {
        var counts = self
        if context.isUserMode {
            counts.user &+= context.completed
        } else if context.isSupervisorMode {
            counts.supervisor &+= context.completed
        } else {
            counts.other &+= context.completed
        }
        return counts
    }
}
