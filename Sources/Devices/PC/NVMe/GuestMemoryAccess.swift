/// The guest's storage as devices reach it that move data by themselves, by real addresses.
public protocol GuestMemoryAccess: AnyObject {
    /// - Returns: false: there is no storage at one of these addresses.
    func read(_ address: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool
    /// - Returns: false: there is no storage at one of these addresses.
    func write(_ address: UInt64, from bytes: UnsafeRawBufferPointer) -> Bool
}

extension GuestMemoryAccess {
    func readBytes(_ address: UInt64, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return bytes.withUnsafeMutableBytes { read(address, into: $0) } ? bytes : nil
    }
    func writeBytes(_ address: UInt64, _ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { write(address, from: $0) } }
}

extension [UInt8] {
    /// A little-endian number within the bytes; nothing is beyond their end.
    func number(at offset: Int, width: Int) -> UInt64 {
        (0..<width).reduce(0) { value, index in
            offset + index < count ? value | UInt64(self[offset + index]) << UInt64(8 * index) : value
        }
    }

    mutating func put(_ value: UInt64, at offset: Int, width: Int) {
        for index in 0..<width { self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }

    /// A text in a field that is filled up with blanks.
    mutating func put(_ text: String, at offset: Int, width: Int) {
        let blanks = [UInt8](repeating: 0x20, count: width)
        replaceSubrange(offset..<offset + width, with: (Array(text.utf8) + blanks).prefix(width))
    }
}
