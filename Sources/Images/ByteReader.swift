/// Numbers at places in a file. A place outside gives nil, whatever a header promised.
struct ByteReader {
    let bytes: ArraySlice<UInt8>
    let isBigEndian: Bool

    init(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool = false) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
    }

    /// An unsigned number of `width` bytes, 1 to 8.
    func number(at place: UInt64, width: Int) -> UInt64? {
        guard let range = range(place, UInt64(width)) else { return nil }
        var value: UInt64 = 0
        if isBigEndian {
            for index in range { value = value << 8 | UInt64(bytes[index]) }
        } else {
            for index in range.reversed() { value = value << 8 | UInt64(bytes[index]) }
        }
        return value
    }

    func slice(at place: UInt64, count: UInt64) -> ArraySlice<UInt8>? {
        range(place, count).map { bytes[$0] }
    }

    /// The text from a place up to the next zero, or to the end.
    func text(at place: UInt64) -> String? {
        guard place < UInt64(bytes.count) else { return nil }
        let start = bytes.startIndex + Int(place)
        let end = bytes[start...].firstIndex(of: 0) ?? bytes.endIndex
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private func range(_ place: UInt64, _ count: UInt64) -> Range<Int>? {
        let (end, overflow) = place.addingReportingOverflow(count)
        guard !overflow, end <= UInt64(bytes.count) else { return nil }
        return bytes.startIndex + Int(place)..<bytes.startIndex + Int(end)
    }
}
