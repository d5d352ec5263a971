import Machine

/// Bytes and where they go.
public struct BootPiece: Sendable {
    /// Real address of the first byte.
    public var address: UInt64
    public var bytes: ArraySlice<UInt8>
    /// How many bytes from `address` on are the piece's: more than it has bytes where the rest is to be zero, as it is
    /// in a machine's storage at power-on.
    public var extent: UInt64
    /// What it is, for messages: "segment 2", "the command line".
    public var title: String

    public var end: UInt64 { address + extent }
}

/// Puts pieces into storage, and refuses those for which there is no room. What the image says of itself is placed
/// first; what the protocol adds finds a place beside it.
struct StoragePlacement {
    let map: StorageMap
    private(set) var pieces: [BootPiece] = []

    init(_ map: StorageMap) { self.map = map }

    /// The first address behind everything placed above 1 MiB.
    var imageEnd: UInt64 {
        pieces.map(\.end).filter { $0 > StorageMap.highStart }.max() ?? StorageMap.highStart
    }

    mutating func put(
        _ bytes: ArraySlice<UInt8>, at address: UInt64, extent: UInt64? = nil, _ title: String
    ) throws(BootError) {
        let extent = max(extent ?? 0, UInt64(bytes.count))
        guard extent > 0 else { return }
        try requireStorage(address, extent, title)
        if let other = overlapping(address, extent) {
            throw BootError(
                .image, "\(title) at \(hex(address)) to \(hex(address + extent - 1)) lies over \(other.title) at "
                    + "\(hex(other.address)) to \(hex(other.end - 1))",
                remedy: "link the image so that its parts lie apart")
        }
        pieces.append(BootPiece(address: address, bytes: bytes, extent: extent, title: title))
    }

    /// Puts something at the lowest free place from `preferred` on in conventional storage.
    mutating func putLow(
        _ bytes: [UInt8], preferably preferred: UInt64, alignment: UInt64 = 16, _ title: String
    ) throws(BootError) -> UInt64 {
        let place = try lowPlace(UInt64(bytes.count), from: preferred, alignment: alignment, title)
        try put(bytes[...], at: place, title)
        return place
    }

    /// The lowest free place for so many bytes, from `preferred` on, in conventional storage.
    func lowPlace(
        _ size: UInt64, from preferred: UInt64, alignment: UInt64, _ title: String
    ) throws(BootError) -> UInt64 {
        var place = aligned(preferred, to: alignment)
        while let other = overlapping(place, max(size, 1)) { place = aligned(other.end, to: alignment) }
        try requireStorage(place, size, title)
        return place
    }

    /// The highest free place for so many bytes that ends at or below `limit`, above 1 MiB.
    func highPlace(_ size: UInt64, below limit: UInt64, _ title: String) throws(BootError) -> UInt64 {
        var end = min(limit, map.highEnd)
        while end >= StorageMap.highStart + size {
            let place = (end - size) & ~0xFFF
            guard place >= StorageMap.highStart else { break }
            guard let other = overlapping(place, max(size, 1)) else { return place }
            end = other.address
        }
        throw BootError(
            .request, "there is no room for \(title) of \(size) bytes beside the image, which ends at \(hex(imageEnd)), "
                + "in \(mebibytes(map.size)) of storage",
            remedy: "give the machine more storage: -m \(mebibytes(imageEnd + size + (16 << 20)))")
    }

    private func overlapping(_ address: UInt64, _ extent: UInt64) -> BootPiece? {
        pieces.first { address < $0.end && $0.address < address + extent }
    }

    private func requireStorage(_ address: UInt64, _ extent: UInt64, _ title: String) throws(BootError) {
        if map.region(holding: address, size: extent) != nil { return }
        let (end, overflow) = address.addingReportingOverflow(extent)
        let range = overflow ? "from \(hex(address)) on" : "at \(hex(address)) to \(hex(end - 1))"
        if !overflow, address >= StorageMap.highStart || end <= StorageMap.lowEnd, end <= RealAddresses.devices.lowerBound {
            throw BootError(
                .request, "\(title) \(range) needs more than \(mebibytes(map.size)) of storage",
                remedy: "give the machine more storage: -m \(mebibytes(end + (16 << 20)))")
        }
        throw BootError(
            .image, "\(title) \(range) is not in storage: that is 0 to 0x9FBFF, and from 0x100000 up to the devices "
                + "at \(hex(RealAddresses.devices.lowerBound))",
            remedy: "link the image for an address from 0x100000 on")
    }
}

func aligned(_ value: UInt64, to alignment: UInt64) -> UInt64 { (value + alignment - 1) / alignment * alignment }
