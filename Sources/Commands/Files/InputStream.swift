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

    /// Waits for the next byte, or the end, but not longer than so many seconds. False: there is none yet.
    public func wait(seconds: Double) -> Bool {
        guard position >= buffer.count, let descriptor, !hasEnded else { return true }
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, Int32(min(max(seconds, 0) * 1000, 60_000).rounded(.up))) > 0
    }

    /// It may have nothing to give for now, and something later: a terminal, a pipe. What a file has is there at once.
    public var isLive: Bool {
        guard let descriptor, !hasEnded else { return false }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return false }
        switch information.st_mode & S_IFMT {
        case S_IFIFO, S_IFSOCK: return true
        case S_IFCHR: return isatty(descriptor) == 1
        default: return false
        }
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

/// The next line without its end; nil where there is none.
func readLine(from input: InputStream) -> String? {
    var bytes: [UInt8] = []
    while let byte = input.next() {
        if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
        if byte != 0x0D { bytes.append(byte) }
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
}
