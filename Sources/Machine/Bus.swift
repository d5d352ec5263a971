// What a whole machine consists of besides its processor: devices at ports and in the space of real addresses, one
// virtual time for all of them, and lines between them. A processor knows a bus, not devices; a device knows offsets
// within its window, not addresses.

/// The machine's clock: nanoseconds since power-on, which are the guest's completed instructions. Whoever runs the
/// processor sets it before a device is asked anything, so that a run is the same however it is cut into pieces.
public final class VirtualTime {
    public var now: UInt64 = 0

    public init() {}
}

/// Something that answers at ports, or in the space of real addresses.
public protocol BusDevice: AnyObject {
    /// What messages and snapshots call it.
    var name: String { get }
    /// - Parameter offset: from the beginning of the device's window.
    /// - Parameter width: in bytes: 1, 2, 4 or 8. Bits above it in the result are ignored.
    func read(_ offset: UInt64, width: Int) -> UInt64
    func write(_ offset: UInt64, width: Int, value: UInt64)
    /// When the device will do something of its own accord; `.max`: not before it is asked again.
    var deadline: UInt64 { get }
    /// The time has come: `deadline` is not above `VirtualTime.now`.
    func advance()
    /// Back to the state at power-on.
    func reset()
    func save(to snapshot: inout SnapshotWriter)
    /// - Throws: `SnapshotError` where the bytes are not what `save` wrote.
    func restore(from snapshot: inout SnapshotReader) throws(SnapshotError)
}

extension BusDevice {
    public var deadline: UInt64 { .max }
    public func advance() {}
    public func reset() {}
    public func save(to snapshot: inout SnapshotWriter) {}
    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {}
}

/// The other end of an interrupt line. A device sets the level; an edge is up and down again.
public struct InterruptLine {
    private let change: (Bool) -> Void

    public init(_ change: @escaping (Bool) -> Void) { self.change = change }

    /// A line that leads nowhere.
    public static var open: InterruptLine { InterruptLine { _ in } }

    public func set(_ isRaised: Bool) { change(isRaised) }
    public func pulse() {
        change(true)
        change(false)
    }
}

/// What a processor reaches besides its storage, and what may interrupt it.
public protocol ProcessorBus: AnyObject {
    func readPort(_ port: UInt16, width: Int) -> UInt64
    func writePort(_ port: UInt16, width: Int, value: UInt64)
    /// A real address where there is no storage.
    func readDevice(_ address: UInt64, width: Int) -> UInt64
    func writeDevice(_ address: UInt64, width: Int, value: UInt64)
    /// Takes the vector of the interrupt that is delivered now, and tells the controller so; nil: there is none.
    func acknowledgeInterrupt(processor: Int) -> UInt8?
}

/// Bytes of a snapshot, written in order. Numbers are little-endian.
public struct SnapshotWriter {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    public mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }
    /// With their number in front.
    public mutating func put(words: [UInt64]) {
        put(UInt64(words.count))
        for word in words { put(word) }
    }
    /// With its length in front.
    public mutating func put(_ block: [UInt8]) { block.withUnsafeBytes { put(raw: $0) } }
    public mutating func put(raw block: UnsafeRawBufferPointer) {
        put(UInt64(block.count))
        bytes.append(contentsOf: block)
    }
}

public struct SnapshotError: Error, Hashable, Sendable {
    /// One line for people.
    public var text: String
    /// Where the reader stood, in bytes from the beginning.
    public var offset: Int

    public init(_ text: String, at offset: Int) {
        self.text = text
        self.offset = offset
    }
}

/// Reads what a `SnapshotWriter` wrote, in the same order.
public struct SnapshotReader {
    public let bytes: [UInt8]
    public private(set) var offset = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public mutating func take<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(SnapshotError)
        -> Number
    {
        let size = MemoryLayout<Number>.size
        guard offset + size <= bytes.count else { throw SnapshotError("the snapshot ends too early", at: offset) }
        var number: Number = 0
        for index in (0..<size).reversed() {
            // A number of one byte has no room for a shift by eight.
            number = size == 1 ? Number(truncatingIfNeeded: bytes[offset]) : number << 8 | Number(bytes[offset + index])
        }
        offset += size
        return number
    }
    public mutating func takeFlag() throws(SnapshotError) -> Bool { try take(UInt8.self) != 0 }
    /// - Parameter count: how many there must be; nil: any number.
    public mutating func takeWords(_ count: Int? = nil) throws(SnapshotError) -> [UInt64] {
        let start = offset
        let found = try take(UInt64.self)
        guard found <= UInt64((bytes.count - offset) / 8) else {
            throw SnapshotError("the snapshot ends too early", at: offset)
        }
        guard count.map({ UInt64($0) == found }) ?? true else {
            throw SnapshotError("\(found) numbers, where the machine has \(count ?? 0)", at: start)
        }
        var words: [UInt64] = []
        words.reserveCapacity(Int(found))
        for _ in 0..<found { words.append(try take()) }
        return words
    }
    public mutating func takeBlock() throws(SnapshotError) -> [UInt8] {
        let count = try take(UInt64.self)
        guard count <= UInt64(bytes.count - offset) else {
            throw SnapshotError("the snapshot ends too early", at: offset)
        }
        offset += Int(count)
        return Array(bytes[offset - Int(count)..<offset])
    }
}
