/// The cells of a machine, or a window of another machine's cells: one raw allocation that cores
/// address directly, so the class is never touched inside a loop.
public final class GuestStorage: @unchecked Sendable {
    // Safety: `cells` points to `allocation`'s memory, or into that of `parent`, which this object
    // keeps alive; both are sized at creation and never move.
    public let cells: UnsafeMutablePointer<UInt64>
    /// Number of cells.
    public let count: Int
    /// Bits per cell; the bits above are always zero.
    public let cellWidth: Int
    /// Where this window begins in its parent; 0 for a machine of its own.
    public let origin: Int
    private let parent: GuestStorage?

    /// A machine's own storage, all cells zero.
    public init(count: Int, cellWidth: Int) {
        cells = .allocate(capacity: max(count, 1))
        cells.initialize(repeating: 0, count: max(count, 1))
        self.count = count
        self.cellWidth = cellWidth
        origin = 0
        parent = nil
    }

    /// The window `origin ..< origin + count` of another storage; nil if it does not fit.
    public init?(windowOf parent: GuestStorage, origin: Int, count: Int) {
        guard origin >= 0, count >= 0, origin <= parent.count, count <= parent.count - origin else { return nil }
        cells = parent.cells + origin
        self.count = count
        cellWidth = parent.cellWidth
        self.origin = origin
        self.parent = parent
    }

    deinit {
        if parent == nil { cells.deallocate() }
    }

    /// A cell, or nil outside the storage.
    public subscript(checked address: Int) -> UInt64? {
        address >= 0 && address < count ? cells[address] : nil
    }

    /// The cell's address must be below `count`.
    public subscript(address: Int) -> UInt64 {
        get {
            precondition(address >= 0 && address < count, "storage address outside the machine")
            return cells[address]
        }
        set {
            precondition(address >= 0 && address < count, "storage address outside the machine")
            cells[address] = newValue
        }
    }
}
