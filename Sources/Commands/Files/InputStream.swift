import Devices

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where a guest's console reads from: a file descriptor, or bytes given by a test.
public final class InputStream: ByteSource {
    private let descriptor: Int32?
    private var buffer: [UInt8]
    private var position = 0
    private var hasEnded = false

    public init(descriptor: Int32) {
        self.descriptor = descriptor
        buffer = []
    }

    public init(bytes: [UInt8]) {
        descriptor = nil
        buffer = bytes
    }

    /// The next byte, waiting for it if need be; nil at the end, or once Ctrl-C has been pressed.
    public func next() -> UInt8? {
        if position >= buffer.count, !refill() { return nil }
        defer { position += 1 }
        return buffer[position]
    }

    /// The next byte, or the end, can be had without waiting.
    public var isReady: Bool {
        guard position >= buffer.count, let descriptor, !hasEnded else { return true }
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) != 0
    }

    private func refill() -> Bool {
        guard let descriptor, !hasEnded else { return false }
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 {
                buffer = Array(chunk[..<count])
                position = 0
                return true
            }
            if count < 0, errno == EINTR, !Interruption.process.isRequested { continue }
            hasEnded = count == 0 || errno != EINTR
            return false
        }
    }
}
