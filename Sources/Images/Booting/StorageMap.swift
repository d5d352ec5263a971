import Machine

/// Which real addresses of a PC are storage, as the firmware of a PC would tell it (the "e820 map", after the function
/// number of interrupt 0x15 that has always given it).
public struct StorageMap: Hashable, Sendable {
    public enum Kind: UInt32, Hashable, Sendable {
        case usable = 1
        case reserved = 2
    }

    public struct Region: Hashable, Sendable {
        public var start: UInt64
        public var size: UInt64
        public var kind: Kind

        public var end: UInt64 { start + size }
    }

    /// In bytes.
    public let size: UInt64
    /// By address; they do not touch each other's bytes.
    public let regions: [Region]

    /// Conventional storage ends where the extended BIOS data area has always begun.
    static let lowEnd: UInt64 = 0x9_FC00
    static let highStart: UInt64 = 0x10_0000
    private static let devices = RealAddresses.devices

    public init(size: UInt64) {
        self.size = size
        var regions = [Region(start: 0, size: min(size, StorageMap.lowEnd), kind: .usable)]
        regions.append(Region(
            start: StorageMap.lowEnd, size: StorageMap.highStart - StorageMap.lowEnd, kind: .reserved))
        let end = min(size, StorageMap.devices.lowerBound)
        if end > StorageMap.highStart {
            regions.append(Region(start: StorageMap.highStart, size: end - StorageMap.highStart, kind: .usable))
        }
        if size > end {
            regions.append(Region(start: StorageMap.devices.upperBound, size: size - end, kind: .usable))
        }
        self.regions = regions.filter { $0.size > 0 }
    }

    /// The first address above the storage that begins at 1 MiB; 1 MiB where there is none.
    var highEnd: UInt64 {
        max(StorageMap.highStart, min(size, StorageMap.devices.lowerBound))
    }

    /// Usable storage that holds all of a range.
    func region(holding start: UInt64, size: UInt64) -> Region? {
        regions.first {
            $0.kind == .usable && start >= $0.start && size <= $0.size && start - $0.start <= $0.size - size
        }
    }
}
