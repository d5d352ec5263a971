import Glibc
import Machine

/// Somebody who has made something of the code in storage: one for each processor.
protocol CodeObserver: AnyObject {
    /// A page of real addresses that had no decoded code has got some: stores there must be noticed.
    func codeAppeared(page: UInt64)
    /// Decoded code of a page, by its number within the storage, is changed.
    func codeWritten(page: Int)
}

/// The machine's real storage: bytes from address 0 up to the hole below 4 GiB, and on behind it. Where decoded code
/// lies is marked, 64 bytes a mark.
public final class GuestMemory {
    /// Where storage goes on above the devices.
    private static var high: UInt64 { RealAddresses.devices.upperBound }
    public static let pageSize: UInt64 = 4096

    // Safety: mapped at creation, unmapped at the end; never moves.
    public let bytes: UnsafeMutableRawPointer
    public let size: UInt64
    let lowSize: UInt64
    let highSize: UInt64
    /// By page of storage: which of its 64 lines hold decoded code.
    let codeLines: UnsafeMutablePointer<UInt64>
    var pageCount: Int { Int(size / Self.pageSize) }
    // Processors take themselves off the list when they go.
    /// One for each processor; they go with the machine.
    private var observers: [any CodeObserver] = []

    /// - Parameter size: bytes, a multiple of 4096.
    /// - Returns: nil if the host has not so much memory.
    public init?(size: UInt64) {
        let size = max(size & ~(Self.pageSize - 1), Self.pageSize)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let mapped = mmap(nil, Int(size), PROT_READ | PROT_WRITE, flags, -1, 0), mapped != MAP_FAILED else {
            return nil
        }
        bytes = mapped
        // The host walks its tables less where its pages are large, and clears fewer of them. It may refuse.
        _ = madvise(mapped, Int(size), MADV_HUGEPAGE)
        self.size = size
        lowSize = min(size, RealAddresses.devices.lowerBound)
        highSize = size - lowSize
        codeLines = .allocate(capacity: Int(size / Self.pageSize))
        codeLines.initialize(repeating: 0, count: Int(size / Self.pageSize))
    }

    deinit {
        munmap(bytes, Int(size))
        codeLines.deallocate()
    }

    /// How far a real address lies from the first byte of storage; nil where there is none.
    @inline(__always) func offset(_ address: UInt64) -> Int? {
        if address < lowSize { return Int(truncatingIfNeeded: address) }
        if address >= Self.high, address &- Self.high < highSize {
            return Int(truncatingIfNeeded: address &- Self.high &+ lowSize)
        }
        return nil
    }

    /// The storage behind the bytes of one page or part of it; nil where some of them are none.
    @inline(__always) func pointer(_ address: UInt64) -> UnsafeMutableRawPointer? { offset(address).map { bytes + $0 } }

    func observe(_ observer: any CodeObserver) { observers.append(observer) }

    // MARK: - Decoded code

    /// - Parameter offset: within the storage, all of it within one page.
    func hasCode(at offset: Int, size: Int) -> Bool {
        let lines = codeLines[offset >> 12]
        if lines == 0 { return false }
        let first = UInt64((offset & 4095) >> 6)
        let last = UInt64(min((offset & 4095) + max(size, 1) - 1, 4095) >> 6)
        let mask = last - first >= 63 ? UInt64.max : (1 << (last - first + 1) - 1) << first
        return lines & mask != 0
    }

    /// Code was decoded from here.
    func markCode(at address: UInt64, size: Int) {
        guard let offset = offset(address) else { return }
        let page = offset >> 12
        if codeLines[page] == 0 { for observer in observers { observer.codeAppeared(page: address & ~0xFFF) } }
        let first = (offset & 4095) >> 6
        let last = min((offset & 4095) + max(size, 1) - 1, 4095) >> 6
        for line in first...last { codeLines[page] |= 1 << UInt64(line) }
    }

    /// Bytes have been, or are about to be, changed: what was made of them is forgotten. Whoever writes to the storage
    /// without a processor says so here.
    public func written(offset: Int, size: Int) {
        var page = offset >> 12
        let last = (offset + max(size, 1) - 1) >> 12
        while page <= last, page < pageCount {
            let from = max(offset, page << 12)
            let to = min(offset + size, (page + 1) << 12)
            if codeLines[page] != 0, hasCode(at: from, size: to - from) {
                codeLines[page] = 0
                for observer in observers { observer.codeWritten(page: page) }
            }
            page += 1
        }
    }

    /// Copies bytes into storage. False, and nothing is copied, where there is none.
    @discardableResult
    public func write(_ data: [UInt8], at address: UInt64) -> Bool {
        guard let first = place(address, data.count) else { return false }
        written(offset: first - bytes, size: data.count)
        data.withUnsafeBytes { if let base = $0.baseAddress { first.copyMemory(from: base, byteCount: data.count) } }
        return true
    }

    public func read(_ count: Int, at address: UInt64) -> [UInt8]? {
        guard let first = place(address, count) else { return nil }
        return Array(UnsafeRawBufferPointer(start: first, count: count))
    }

    /// A run of bytes that lie on one side of the hole.
    private func place(_ address: UInt64, _ count: Int) -> UnsafeMutableRawPointer? {
        guard count >= 0, let first = offset(address) else { return nil }
        if count == 0 { return bytes + first }
        guard address <= .max - UInt64(count), let last = offset(address + UInt64(count - 1)), last - first == count - 1
        else { return nil }
        return bytes + first
    }
}
