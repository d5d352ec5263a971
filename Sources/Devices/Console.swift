import Machine

/// A terminal line: characters out, characters in.
///
/// | port | |
/// |---|---|
/// | `out` | the character to print: its low eight bits |
/// | `send` | strobe: print it |
/// | `in` | the next character of the input; all ones at the end of the input |
/// | `take` | strobe: the character has been consumed, the next one is wanted |
///
/// The port `in` always holds the next character, so a byte must be there before the machine reads it. Waiting for
/// it earlier would hold a machine that still has something to print; so where no byte is at hand the port is
/// *owed*, and filled right before an instruction that reads it.
public final class Console: Device {
    public static let kind = "console"
    public static let portNames = ["out", "send", "in", "take"]

    private let input: any ByteSource
    private let output: any ByteSink
    public private(set) var owed: String?

    public init(input: any ByteSource, output: any ByteSink) {
        self.input = input
        self.output = output
    }

    public func start(_ ports: DevicePorts) { offer(ports) }

    public func serve(_ ports: DevicePorts) throws {
        if ports["send"] != 0 {
            ports["send"] = 0
            try output.put(UInt8(truncatingIfNeeded: ports["out"]))
        }
        if ports["take"] != 0 {
            ports["take"] = 0
            offer(ports)
        }
    }

    public func settle(_ ports: DevicePorts) throws {
        guard owed != nil else { return }
        // Before it waits for somebody to type, what they are to answer must be on the screen.
        if !input.isReady { try output.flush() }
        fill(ports)
    }

    /// What has been read and written is its source's and its sink's affair.
    public func save(to snapshot: inout SnapshotWriter) { snapshot.put(owed != nil) }
    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        owed = try snapshot.takeFlag() ? "in" : nil
    }

    private func offer(_ ports: DevicePorts) {
        guard ports.width("in") > 0 else { return }
        if input.isReady { fill(ports) } else { owed = "in" }
    }

    private func fill(_ ports: DevicePorts) {
        owed = nil
        ports["in"] = input.next().map(UInt64.init) ?? ports.allOnes("in")
    }
}
