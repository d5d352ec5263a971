import Devices

/// The guest's serial line: a console, and a watch for the words with which a kernel says that it has given up.
final class SerialConsole: ByteSink {
    private let console: ConsoleOutput
    private var line: [UInt8] = []
    /// Something has been written since the last line's end, which the console sends off by itself, or the last flush.
    private var isPending = false
    /// The guest's kernel has said that it panics.
    private(set) var hasPanicked = false

    /// Linux ends the account of a panic with these words (kernel/panic.c), and then does nothing any more.
    private static let panic = Array("end Kernel panic".utf8)

    init(_ output: OutputStream) { console = ConsoleOutput(output, guest: nil) }

    func put(_ byte: UInt8) throws {
        try console.put(byte)
        isPending = byte != 0x0A
        if byte != 0x0A {
            if line.count < 256 { line.append(byte) }
            return
        }
        if !hasPanicked, line.count >= Self.panic.count {
            hasPanicked = line.indices.dropLast(Self.panic.count - 1).contains {
                line[$0] == Self.panic[0] && line[$0...].starts(with: Self.panic)
            }
        }
        line.removeAll(keepingCapacity: true)
    }

    func flush() throws {
        guard isPending else { return }
        isPending = false
        try console.flush()
    }
}
