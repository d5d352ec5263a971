/// A number of 128 bits for a machine's state: two states that differ have different ones, but for one case in 2^64 or
/// so. It is quick, and no defence against somebody who wants two states to look the same.
public struct StateHash: Hashable, Sendable, CustomStringConvertible {
    // Four lanes, so that the processor need not wait for one multiplication before it begins the next.
    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63
    )
    private var length: UInt64 = 0

    public init() {}

    public static func == (one: StateHash, other: StateHash) -> Bool { one.halves == other.halves }
    public func hash(into hasher: inout Hasher) { hasher.combine(halves.0) }

    @inline(__always) private static func mix(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let sum = (lane ^ word) &* 0xBF58_476D_1CE4_E5B9
        return (sum << 29 | sum >> 35) &+ 0x94D0_49BB_1331_11EB
    }

    public mutating func add(_ word: UInt64) {
        lanes = (Self.mix(lanes.0, word), lanes.0, lanes.1 &+ word, lanes.2 ^ lanes.3)
        length &+= 8
    }

    /// The bytes, and how many there are.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var (a, b, c, d) = lanes
        let whole = bytes.count & ~31
        var offset = 0
        while offset < whole {
            a = Self.mix(a, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            b = Self.mix(b, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)))
            c = Self.mix(c, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self)))
            d = Self.mix(d, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self)))
            offset &+= 32
        }
        while offset < bytes.count {
            a = Self.mix(a, UInt64(bytes[offset]))
            offset &+= 1
        }
        lanes = (a, b, c, d)
        length &+= UInt64(bytes.count)
        add(UInt64(bytes.count))
    }

    public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    /// Its two halves.
    public var halves: (UInt64, UInt64) {
        var (a, b, c, d) = lanes
        for _ in 0..<4 {
            (a, b, c, d) = (Self.mix(a, d ^ length), Self.mix(b, a), Self.mix(c, b), Self.mix(d, c))
        }
        return (a ^ c, b ^ d)
    }

    /// 32 hexadecimal digits.
    public var description: String {
        [halves.0, halves.1].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
