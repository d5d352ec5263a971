import Machine

/// A terminal line: characters out, characters in.
///
/// | port | |
/// |---|---|
/// | `out` | the character to print: its low eight bits |
/// | `send` | strobe: print it |
/// | `in` | the next character of the input; all ones at the end of the input |
/// | `take` | strobe: the character has been consumed, the next one is wanted |
public final class Console: Device {
    public static let kind = "console"
    public static let portNames = ["out", "send", "in", "take"]

    private let input: ByteSource
    private let output: ByteSink

    public init(input: ByteSource, output: ByteSink) {
        self.input = input
        self.output = output
    }

    public func start(_ ports: DevicePorts) throws(DeviceFailure) { offer(ports) }

    public func serve(_ ports: DevicePorts) throws(DeviceFailure) {
        if ports["send"] != 0 {
            ports["send"] = 0
            try output.put(UInt8(truncatingIfNeeded: ports["out"]))
        }
        if ports["take"] != 0 {
            ports["take"] = 0
            // Before it waits for somebody to type, what they are to answer must be on the screen.
            if !input.isReady { try output.flush() }
            offer(ports)
        }
    }

    public func flush() throws(DeviceFailure) { try output.flush() }

    private func offer(_ ports: DevicePorts) {
        guard ports.width("in") > 0 else { return }
        ports["in"] = input.next().map(UInt64.init) ?? ports.allOnes("in")
    }
}
