#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a disk did not do what it was asked for.
public struct BlockError: Error, Hashable, Sendable {
    /// One line for people.
    public var text: String
    public init(_ text: String) { self.text = text }
}

/// Where a disk's sectors of 512 bytes are kept. Its contents are no part of a machine's snapshot.
public protocol BlockDevice: AnyObject {
    var sectorCount: UInt64 { get }
    var isReadOnly: Bool { get }
    /// Whoever asks has seen to it that the sectors exist; the bytes are whole sectors.
    func read(_ sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) throws(BlockError)
    func write(_ sector: UInt64, from bytes: UnsafeRawBufferPointer) throws(BlockError)
    /// What was written outlasts a loss of power.
    func flush() throws(BlockError)
}

/// A disk in memory, which is gone with it.
public final class MemoryDisk: BlockDevice {
    public private(set) var contents: [UInt8]
    public let isReadOnly: Bool

    /// - Parameter contents: filled up to a whole sector.
    public init(_ contents: [UInt8], isReadOnly: Bool = false) {
        self.contents = contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
        self.isReadOnly = isReadOnly
    }

    public var sectorCount: UInt64 { UInt64(contents.count / 512) }

    public func read(_ sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) throws(BlockError) {
        let start = Int(sector) * 512
        contents[start..<start + bytes.count].withUnsafeBytes { bytes.copyMemory(from: $0) }
    }

    public func write(_ sector: UInt64, from bytes: UnsafeRawBufferPointer) throws(BlockError) {
        let start = Int(sector) * 512
        contents.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + bytes.count]).copyMemory(from: bytes)
        }
    }

    public func flush() {}
}

/// A disk whose sectors are a file's bytes, in order.
public final class RawDiskFile: BlockDevice {
    private let descriptor: Int32
    private let path: String
    public let sectorCount: UInt64
    public let isReadOnly: Bool

    /// - Throws: `BlockError` if the file cannot be opened, or is shorter than a sector.
    public init(path: String, isReadOnly: Bool = false) throws(BlockError) {
        let descriptor = open(path, (isReadOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC)
        guard descriptor >= 0 else { throw BlockError("\(path): \(Self.reason)") }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 512 else {
            let text = size < 0 ? Self.reason : "a disk has at least one sector of 512 bytes; this has \(size) bytes"
            close(descriptor)
            throw BlockError("\(path): \(text)")
        }
        self.descriptor = descriptor
        self.path = path
        self.isReadOnly = isReadOnly
        sectorCount = UInt64(size) / 512
    }

    deinit { close(descriptor) }

    private static var reason: String { String(cString: strerror(errno)) }

    public func read(_ sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) throws(BlockError) {
        try transfer(bytes.count, at: sector) { done, place in
            bytes.baseAddress.map { pread(descriptor, $0 + done, bytes.count - done, place) } ?? 0
        }
    }

    public func write(_ sector: UInt64, from bytes: UnsafeRawBufferPointer) throws(BlockError) {
        try transfer(bytes.count, at: sector) { done, place in
            bytes.baseAddress.map { pwrite(descriptor, $0 + done, bytes.count - done, place) } ?? 0
        }
    }

    /// The system may do less than it is asked for, and is asked again for the rest.
    ///
    /// - Parameter some: behind so many bytes, at a place in the file; how many more, less than 0 for an error.
    private func transfer(
        _ count: Int, at sector: UInt64, _ some: (_ done: Int, _ place: off_t) -> Int
    ) throws(BlockError) {
        var done = 0
        while done < count {
            let more = some(done, off_t(sector) * 512 + off_t(done))
            if more < 0 {
                if errno == EINTR { continue }
                throw BlockError("\(path): \(Self.reason)")
            }
            guard more > 0 else { throw BlockError("\(path): the file has become shorter") }
            done += more
        }
    }

    public func flush() throws(BlockError) {
        while fdatasync(descriptor) != 0 {
            if errno != EINTR { throw BlockError("\(path): \(Self.reason)") }
        }
    }
}
