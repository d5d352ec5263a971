import Machine

/// Goes once over a device's state, in one order, for saving and for restoring alike: what the one writes and the
/// other reads cannot drift apart.
public struct StateExchange {
    fileprivate var writer: SnapshotWriter
    fileprivate var reader: SnapshotReader?

    init(into writer: SnapshotWriter) { self.writer = writer }

    init(from reader: SnapshotReader) {
        writer = SnapshotWriter()
        self.reader = reader
    }

    public mutating func pass<Number: FixedWidthInteger>(_ number: inout Number) throws(SnapshotError) {
        guard var source = reader else { return writer.put(number) }
        number = try source.take(Number.self)
        reader = source
    }

    public mutating func pass(_ flag: inout Bool) throws(SnapshotError) {
        guard var source = reader else { return writer.put(flag) }
        flag = try source.takeFlag()
        reader = source
    }

    /// - Parameter limit: more bytes than these cannot have been saved.
    public mutating func pass(_ bytes: inout [UInt8], limit: Int = .max) throws(SnapshotError) {
        guard var source = reader else { return writer.put(bytes) }
        bytes = try source.takeBlock()
        reader = source
        if bytes.count > limit { throw refusal("\(bytes.count) bytes where \(limit) are the most") }
    }

    /// A list whose length is the device's own.
    public mutating func pass<Number: FixedWidthInteger>(each numbers: inout [Number]) throws(SnapshotError) {
        for index in numbers.indices { try pass(&numbers[index]) }
    }

    /// What a device says of a value that it cannot have saved.
    public func refusal(_ text: String) -> SnapshotError { SnapshotError(text, at: reader?.offset ?? 0) }
}

/// A device that names its state once.
public protocol StatefulDevice: BusDevice {
    func exchange(_ state: inout StateExchange) throws(SnapshotError)
}

extension StatefulDevice {
    public func save(to snapshot: inout SnapshotWriter) {
        var state = StateExchange(into: snapshot)
        // Nothing is refused on the way out.
        do { try exchange(&state) } catch {}
        snapshot = state.writer
    }

    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        var state = StateExchange(from: snapshot)
        try exchange(&state)
        if let reader = state.reader { snapshot = reader }
    }
}
