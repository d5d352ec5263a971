import Glibc

/// The machine's real storage: bytes from address 0 up to the hole below 4 GiB, and on behind it. Where decoded code
/// lies is marked, 64 bytes a mark.
public final class GuestMemory {
    /// Where devices are below 4 GiB.
    public static let hole: UInt64 = 0xC000_0000
    static let high: UInt64 = 0x1_0000_0000
    public static let pageSize: UInt64 = 4096

    // Safety: mapped at creation, unmapped at the end; never moves.
    public let bytes: UnsafeMutableRawPointer
    public let size: UInt64
    let lowSize: UInt64
    let highSize: UInt64
    /// By page of storage: which of its 64 lines hold decoded code.
    let codeLines: UnsafeMutablePointer<UInt64>
    var pageCount: Int { Int(size / Self.pageSize) }

    /// - Parameter size: bytes, a multiple of 4096.
    /// - Returns: nil if the host has not so much memory.
    public init?(size: UInt64) {
        let size = max(size & ~(Self.pageSize - 1), Self.pageSize)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let mapped = mmap(nil, Int(size), PROT_READ | PROT_WRITE, flags, -1, 0), mapped != MAP_FAILED else {
            return nil
        }
        bytes = mapped
        self.size = size
        lowSize = min(size, Self.hole)
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

    /// Copies bytes into storage. False, and nothing is copied, where there is none.
    @discardableResult
    public func write(_ data: [UInt8], at address: UInt64) -> Bool {
        guard let first = place(address, data.count) else { return false }
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
