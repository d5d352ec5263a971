/// An image on its way into storage, with what it needs to run another one: a monitor in the machine's own code
/// ends with the place where its guest begins.
public struct StackedImage: Sendable {
    /// For messages: the file that it came from.
    public var name: String
    public var segments: [Segment]
    /// The program counter at its first instruction, as the image itself counts.
    public var entry: UInt64
    /// The cell at which its guest's storage begins; nil if it has no place for a guest.
    public var guest: UInt64?

    public init(name: String, segments: [Segment], entry: UInt64, guest: UInt64?) {
        self.name = name
        self.segments = segments
        self.entry = entry
        self.guest = guest
    }

    /// The symbol that marks the place.
    public static let placeSymbol = "guest"
}

/// Why an image cannot run another one.
public enum StackingError: Error, Hashable, Sendable {
    /// The outer image says nothing of a place for the inner one.
    case noPlace(outer: String, inner: String)
    /// The place is cell 0, so that no cell before it can hold the entry address.
    case noEntryCell(outer: String)
    /// The outer image has a cell of its own inside the place.
    case occupied(outer: String, cell: UInt64, guest: UInt64)
    /// The inner image's entry address is wider than a cell.
    case entryTooWide(inner: String, entry: UInt64, width: Int)

    /// One line: what is wrong.
    public var cause: String {
        switch self {
        case .noPlace(let outer, let inner):
            return "\(outer) has no symbol '\(StackedImage.placeSymbol)', so there is no place in it for \(inner)"
        case .noEntryCell(let outer):
            return "\(outer): the symbol '\(StackedImage.placeSymbol)' is 0, and the cell before it is to hold the "
                + "guest's entry address"
        case .occupied(let outer, let cell, let guest):
            return "\(outer) has a cell of its own at \(cell), behind its symbol '\(StackedImage.placeSymbol)' (\(guest))"
        case .entryTooWide(let inner, let entry, let width):
            return "\(inner) is entered at 0x\(String(entry, radix: 16)), which does not fit a cell of \(width) bits"
        }
    }

    /// One line: what to do.
    public var remedy: String {
        switch self {
        case .noPlace:
            return "give a monitor in the machine's own code before its guest, or another machine's guest with --vm"
        case .noEntryCell, .occupied:
            return "let the source end with '.word 0' and the label '\(StackedImage.placeSymbol):'"
        case .entryTooWide: return "give the guest a lower entry address"
        }
    }
}

/// Puts each image into the place that the one before it keeps: its cell 0 at that one's symbol `guest`, and its
/// entry address into the cell before. How much storage the guest has is for the outer image to find out; all from
/// its symbol on is meant for the guest.
///
/// - Parameter cellWidth: bits of a cell.
/// - Returns: for each image, in the same order, its segments where they belong.
public func stack(_ images: [StackedImage], cellWidth: Int) throws(StackingError) -> [[Segment]] {
    var origin: UInt64 = 0
    var placed: [[Segment]] = []
    for (index, image) in images.enumerated() {
        var segments = image.segments.map { Segment(address: origin &+ $0.address, cells: $0.cells) }
        if images.indices.contains(index + 1) {
            let inner = images[index + 1]
            let place = try place(in: image, for: inner, cellWidth: cellWidth)
            segments.append(Segment(address: origin &+ place &- 1, cells: [inner.entry]))
            origin &+= place
        }
        placed.append(segments)
    }
    return placed
}

private func place(
    in outer: StackedImage, for inner: StackedImage, cellWidth: Int
) throws(StackingError) -> UInt64 {
    guard let guest = outer.guest else { throw .noPlace(outer: outer.name, inner: inner.name) }
    guard guest > 0 else { throw .noEntryCell(outer: outer.name) }
    for segment in outer.segments where !segment.cells.isEmpty {
        let last = segment.address &+ UInt64(segment.cells.count) &- 1
        if last >= guest { throw .occupied(outer: outer.name, cell: last, guest: guest) }
    }
    if cellWidth < 64, inner.entry >> UInt64(cellWidth) != 0 {
        throw .entryTooWide(inner: inner.name, entry: inner.entry, width: cellWidth)
    }
    return guest
}
