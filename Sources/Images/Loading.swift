import Machine

/// A run of cells and the address at which it goes into storage.
public struct Segment: Hashable, Sendable {
    /// Real address of the first cell.
    public var address: UInt64
    public var cells: [UInt64]

    public init(address: UInt64, cells: [UInt64]) {
        self.address = address
        self.cells = cells
    }
}

/// Why an image cannot be put into a machine's storage.
public enum LoadingError: Error, Hashable, Sendable {
    /// A cell lies outside storage: its address, and how many cells there are.
    case doesNotFit(last: UInt64, cells: Int)
    /// A value is wider than a cell: where, and the value.
    case tooWide(address: UInt64, value: UInt64, width: Int)

    /// One line: what is wrong.
    public var cause: String {
        switch self {
        case .doesNotFit(let last, let cells):
            return "the image reaches address \(last), but storage has \(cells) cells (0 to \(max(0, cells - 1)))"
        case .tooWide(let address, let value, let width):
            return "the image's cell \(address) holds 0x\(String(value, radix: 16)), which does not fit \(width) bits"
        }
    }

    /// One line: what to do.
    public var remedy: String {
        switch self {
        case .doesNotFit(let last, _): return "give the machine more storage (-m \(last &+ 1)), or a smaller image"
        case .tooWide: return "run it on the machine that it was assembled for"
        }
    }
}

/// Copies an image into storage. Nothing is written unless all of it fits.
public func load(_ segments: [Segment], into storage: GuestStorage) throws(LoadingError) {
    let limit = storage.cellWidth >= 64 ? UInt64.max : (UInt64(1) << UInt64(storage.cellWidth)) &- 1
    for segment in segments where !segment.cells.isEmpty {
        let (end, overflow) = segment.address.addingReportingOverflow(UInt64(segment.cells.count))
        if overflow || end > UInt64(storage.count) {
            throw .doesNotFit(last: overflow ? UInt64.max : end - 1, cells: storage.count)
        }
        if let index = segment.cells.firstIndex(where: { $0 > limit }) {
            throw .tooWide(
                address: segment.address + UInt64(index), value: segment.cells[index], width: storage.cellWidth)
        }
    }
    for segment in segments {
        for (index, cell) in segment.cells.enumerated() {
            storage[Int(segment.address) + index] = cell
        }
    }
}
