import Devices

/// What a guest writes to its console, on the way to standard output. One guest's bytes pass as they
/// are, a line at a time; where several share the screen, each line begins with whose it is.
final class ConsoleOutput: ByteSink {
    private let output: OutputStream
    private let guest: Int?
    private var line: [UInt8] = []

    /// A shared line that is longer than this is cut, so that no guest is ever held back for long.
    private static let lineLimit = 4096

    init(_ output: OutputStream, guest: Int?) {
        self.output = output
        self.guest = guest
    }

    func put(_ byte: UInt8) throws {
        guard guest != nil else {
            try output.write(bytes: CollectionOfOne(byte))
            if byte == 0x0A { try output.flush() }
            return
        }
        line.append(byte)
        if byte == 0x0A || line.count >= ConsoleOutput.lineLimit { try endLine() }
    }

    func flush() throws {
        if !line.isEmpty { try endLine() }
        try output.flush()
    }

    private func endLine() throws {
        if line.last != 0x0A { line.append(0x0A) }
        try output.write("vm\(guest ?? 0)| ")
        try output.write(bytes: line)
        line.removeAll(keepingCapacity: true)
        try output.flush()
    }
}

/// Where the twin prints of a guest that is watched: nowhere.
final class SilentOutput: ByteSink {
    func put(_ byte: UInt8) {}
    func flush() {}
}
