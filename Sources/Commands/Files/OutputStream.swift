#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where a command's text goes: a file descriptor, buffered, or memory in tests.
public final class OutputStream {
    private let descriptor: Int32?
    private let name: String
    private var buffer: [UInt8] = []
    /// What has been written, where the stream keeps it.
    public private(set) var contents: [UInt8] = []

    /// Writes to a descriptor that stays open; `name` stands in messages.
    public init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Keeps what is written.
    public init() {
        descriptor = nil
        name = "memory"
    }

    public var text: String { String(decoding: contents, as: UTF8.self) }

    /// Throws a `Failure`: quiet where the reader of a pipe has gone, else with cause and remedy.
    public func write(_ text: String) throws {
        try write(bytes: text.utf8)
    }

    public func line(_ text: String = "") throws {
        try write(text + "\n")
    }

    public func write(bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 15 { try flush() }
    }

    /// Hands everything to the system. A stream that failed once drops what it held.
    public func flush() throws {
        guard let descriptor else {
            contents += buffer
            buffer.removeAll(keepingCapacity: true)
            return
        }
        let pending = buffer
        buffer.removeAll(keepingCapacity: true)
        try writeAll(pending, to: descriptor, name: name)
    }
}

/// Writes every byte or throws what went wrong.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws {
    var offset = 0
    while offset < bytes.count {
        // Safety: the range offset ..< count lies inside the array for the duration of the call.
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
        if written >= 0 {
            offset += written
        } else if errno == EINTR || errno == EAGAIN {
            continue
        } else {
            throw writeFailure(name: name, code: errno)
        }
    }
}

/// What a failed write means to the user.
func writeFailure(name: String, code: Int32) -> Failure {
    if code == EPIPE { return .closedPipe }
    let remedy: String
    switch code {
    case ENOSPC, EDQUOT: remedy = "free some space on that disk, or write somewhere else"
    case EACCES, EPERM, EROFS: remedy = "choose a folder that you may write to"
    case ENOENT: remedy = "create the folder first, or choose another one"
    case EISDIR: remedy = "give the name of a file, not of a folder"
    default: remedy = "choose another place to write to"
    }
    return Failure(.inputOutput, "cannot write \(name): \(systemMessage(code))", remedy: remedy)
}

/// The system's words for an error number.
func systemMessage(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
}
