import Devices
import Machine

/// A guest's console whose past can be gone back to: what came in is kept with the position at which it came, what went
/// out as a whole.
final class RecordedConsole: ByteSource, ByteSink {
    private struct Arrived {
        var position: UInt64
        var byte: UInt8
    }

    /// Where the guest stands; a byte of later is not there yet.
    var position: () -> UInt64 = { 0 }
    /// Somebody may still type: the end of what is there is not the end of the input.
    let isOpen: Bool
    private var input: [Arrived]
    private var consumed = 0
    /// Everything that was ever printed; the first `printed` bytes up to the moment at hand.
    private var everything: [UInt8] = []
    private var printed = 0

    var output: [UInt8] { Array(everything.prefix(printed)) }

    init(input: [UInt8], isOpen: Bool) {
        self.input = input.map { Arrived(position: 0, byte: $0) }
        self.isOpen = isOpen
    }

    private var isThere: Bool { consumed < input.count && input[consumed].position <= position() }

    var isReady: Bool { isThere || !isOpen && consumed == input.count }

    func next() -> UInt8? {
        guard isThere else { return nil }
        consumed += 1
        return input[consumed - 1].byte
    }

    func put(_ byte: UInt8) {
        if printed < everything.count { everything[printed] = byte } else { everything.append(byte) }
        printed += 1
    }
    func flush() {}

    /// Somebody types. What had been typed after this moment is forgotten.
    func type(_ bytes: [UInt8]) {
        input.removeAll { $0.position > position() }
        input += bytes.map { Arrived(position: position(), byte: $0) }
    }

    func save(to snapshot: inout SnapshotWriter) {
        snapshot.put(UInt64(consumed))
        snapshot.put(UInt64(printed))
    }

    /// Whatever way leads there has printed the same.
    func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        consumed = Int(truncatingIfNeeded: try snapshot.take(UInt64.self))
        printed = Int(truncatingIfNeeded: try snapshot.take(UInt64.self))
    }
}
