/// What a guest writes to its console, on the way to standard output. One guest's bytes pass as they
/// are, a line at a time; where several share the screen, each line begins with whose it is.
final class ConsoleOutput {
    private let output: OutputStream
    private let guest: Int?
    private var line: [UInt8] = []

    init(_ output: OutputStream, guest: Int?) {
        self.output = output
        self.guest = guest
    }

    func write(_ bytes: [UInt8]) throws {
        guard guest != nil else {
            try output.write(bytes: bytes)
            if bytes.last == 0x0A { try output.flush() }
            return
        }
        for byte in bytes {
            line.append(byte)
            if byte == 0x0A || line.count >= 4096 { try endLine() }
        }
    }

    func finish() throws {
        if !line.isEmpty { try endLine() }
    }

    private func endLine() throws {
        if line.last != 0x0A { line.append(0x0A) }
        try output.write("vm\(guest ?? 0)| ")
        try output.write(bytes: line)
        line.removeAll(keepingCapacity: true)
        try output.flush()
    }
}
