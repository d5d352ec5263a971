#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a console's characters come from.
public final class ByteSource {
    private var buffer: [UInt8]
    private var position = 0
    /// Read from when the buffer is used up; nil: at the end.
    private var descriptor: Int32?

    /// A text known from the start.
    public init(bytes: [UInt8]) { buffer = bytes }

    /// An open file, pipe or terminal, which stays the caller's to close.
    public init(descriptor: Int32) {
        buffer = []
        self.descriptor = descriptor
    }

    /// The next byte, for which it waits if need be; nil at the end. A source that cannot be read has ended.
    public func next() -> UInt8? {
        if position == buffer.count { refill() }
        guard position < buffer.count else { return nil }
        position += 1
        return buffer[position - 1]
    }

    /// True if `next` answers without waiting.
    public var isReady: Bool {
        guard position == buffer.count, let descriptor else { return true }
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, 0) != 0
    }

    private func refill() {
        guard let descriptor else { return }
        var bytes = [UInt8](repeating: 0, count: 4096)
        var count = read(descriptor, &bytes, bytes.count)
        while count < 0, errno == EINTR { count = read(descriptor, &bytes, bytes.count) }
        position = 0
        buffer = Array(bytes.prefix(max(count, 0)))
        if count <= 0 { self.descriptor = nil }
    }
}
