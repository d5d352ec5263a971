import Machine

/// A machine whose run depends on nothing but its state: from the same state it goes the same way, however often and in
/// whatever pieces. That is what makes going back possible: a state of earlier, and the way from there once more.
public protocol Replayable: AnyObject {
    /// Steps since the beginning: instructions completed and traps delivered.
    var position: UInt64 { get }

    /// Runs towards a position, which is not below the present one.
    ///
    /// - Parameters:
    ///   - stops: where to stop before it.
    ///   - isLeaving: what is met at the present position does not count: a run that stopped there goes on.
    func run(to position: UInt64, stops: StopConditions, isLeaving: Bool) throws -> Arrival

    /// Everything but storage.
    func save(to snapshot: inout SnapshotWriter)
    func restore(from snapshot: inout SnapshotReader) throws(SnapshotError)

    /// Where storage lies in the host, as long as the machine lives. It never moves.
    var storageBytes: UnsafeMutableRawBufferPointer { get }
    /// Bytes of storage were put back behind the machine's back: what is known of code there is forgotten.
    func storageRestored(_ bytes: Range<Int>)
    /// Pages of storage (`StorageImages.pageSize`) that may have changed since this was asked last; nil: any.
    func takeChangedPages() -> [Int]?
}

extension Replayable {
    public func takeChangedPages() -> [Int]? { nil }
}

/// Where a run is to stop.
public struct StopConditions: Hashable, Sendable {
    /// After every trap: one that was delivered to the guest, or one that its monitor dealt with.
    public var traps = false
    /// Before the instruction at one of these addresses, as the program counter holds them.
    public var addresses: Set<UInt64> = []
    /// Before an instruction that reads or writes one of these cells.
    public var cells: Set<UInt64> = []

    public init(traps: Bool = false, addresses: Set<UInt64> = [], cells: Set<UInt64> = []) {
        self.traps = traps
        self.addresses = addresses
        self.cells = cells
    }

    public var isEmpty: Bool { !traps && addresses.isEmpty && cells.isEmpty }
    /// Without traps.
    public var places: StopConditions { StopConditions(addresses: addresses, cells: cells) }
}

/// What a run met.
public enum Stop: Hashable, Sendable {
    case trap
    case breakpoint(address: UInt64)
    case watchpoint(cell: UInt64, isWrite: Bool)
    /// The guest reads input, and nobody has typed any.
    case input
}

/// How a run ended.
public enum Arrival: Hashable, Sendable {
    /// The position has been reached.
    case reached
    case stopped(Stop)
    /// The machine stands still for good, with the reason in words.
    case ended(String)
    /// Somebody asked for a pause (`History.isInterrupted`).
    case interrupted
    /// Going back: there is nothing before this.
    case beginning
}
