/// Where a console's characters come from.
public protocol ByteSource: AnyObject {
    /// The next byte, for which it waits if need be; nil at the end. A source that cannot be read has ended.
    func next() -> UInt8?
    /// True if `next` answers without waiting.
    var isReady: Bool { get }
}

/// A text known from the start.
public final class StoredBytes: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    public var isReady: Bool { true }
}

/// A source that two machines read which are to see the same: the leader takes what comes, the follower what the
/// leader has taken, and neither gets anything sooner than the other at the same instruction.
public final class SharedBytes {
    private let source: any ByteSource
    /// What the leader has taken and the follower has not; nil stands for the end.
    private var taken: [UInt8?] = []

    public init(_ source: any ByteSource) { self.source = source }

    public var leader: any ByteSource { Leader(self) }
    public var follower: any ByteSource { Follower(self) }

    private final class Leader: ByteSource {
        private let shared: SharedBytes

        init(_ shared: SharedBytes) { self.shared = shared }

        func next() -> UInt8? {
            let byte = shared.source.next()
            shared.taken.append(byte)
            return byte
        }

        var isReady: Bool { shared.source.isReady }
    }

    private final class Follower: ByteSource {
        private let shared: SharedBytes

        init(_ shared: SharedBytes) { self.shared = shared }

        func next() -> UInt8? { shared.taken.isEmpty ? nil : shared.taken.removeFirst() }

        var isReady: Bool { !shared.taken.isEmpty }
    }
}
