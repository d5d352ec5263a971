#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a console's characters go: whole lines at a time, and never more held back than one buffer.
public final class ByteSink {
    private var buffer: [UInt8] = []
    private let drain: ([UInt8]) throws(DeviceFailure) -> Void
    private static let limit = 4096

    /// Hands the bytes to somebody else.
    public init(_ drain: @escaping ([UInt8]) throws(DeviceFailure) -> Void) { self.drain = drain }

    /// Writes to an open file, pipe or terminal, which stays the caller's to close.
    public convenience init(descriptor: Int32) {
        self.init { bytes throws(DeviceFailure) in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw DeviceFailure(cause: String(cString: strerror(errno)), code: errno)
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    public func put(_ byte: UInt8) throws(DeviceFailure) {
        buffer.append(byte)
        if byte == 0x0A || buffer.count >= ByteSink.limit { try flush() }
    }

    public func flush() throws(DeviceFailure) {
        guard !buffer.isEmpty else { return }
        let bytes = buffer
        buffer.removeAll(keepingCapacity: true)
        try drain(bytes)
    }
}
