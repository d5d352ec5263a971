/// Reads bytes strictly from front to back and knows the line, so that every complaint can name its place.
///
/// All text files of a certificate have one spelling only: single spaces, lines ended by "\n", numbers without
/// sign or leading zero unless negative. A reader that accepts one spelling notices every flipped bit.
struct ByteScanner {
    let bytes: [UInt8]
    let file: String
    private(set) var offset = 0
    private(set) var line = 1

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    var isAtEnd: Bool { offset >= bytes.count }
    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    func malformed(_ cause: String) -> CertificateError {
        CertificateError(.malformed, file: file, at: .line(line), "\(cause), found \(sight)")
    }

    /// What stands at the current place, fit for a message.
    private var sight: String {
        guard let next else { return "the end of the file" }
        if next == UInt8(ascii: "\n") { return "the end of the line" }
        let rest = bytes[offset...].prefix(24).prefix { $0 != UInt8(ascii: "\n") }
        let shown = rest.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }
        return "'\(String(decoding: shown, as: UTF8.self))'"
    }

    mutating func skip() {
        if next == UInt8(ascii: "\n") { line += 1 }
        if offset < bytes.count { offset += 1 }
    }

    mutating func take(_ text: StaticString) throws(CertificateError) {
        guard taken(text) else { throw malformed("expected '\(text)'") }
    }

    mutating func takeNewline() throws(CertificateError) {
        guard next == UInt8(ascii: "\n") else { throw malformed("expected the end of the line") }
        skip()
    }

    /// Consumes the text when it stands here. It must hold no newline.
    mutating func taken(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard text.hasPointerRepresentation, bytes.count - offset >= count else { return false }
        // Safe: a static string's code units live as long as the program, and count stays within them.
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: count)
        for place in 0..<count where bytes[offset + place] != wanted[place] { return false }
        offset += count
        return true
    }

    /// An unsigned decimal number of at most `limit`, without leading zero.
    mutating func takeNumber(upTo limit: Int) throws(CertificateError) -> Int {
        let start = offset
        var value = 0
        while let digit = next, digit &- 48 < 10 {
            let (scaled, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.addingReportingOverflow(Int(digit &- 48))
            guard !over, !carried, sum <= limit else {
                offset = start
                throw malformed("expected a number of at most \(limit)")
            }
            value = sum
            offset += 1
        }
        guard offset > start, offset == start + 1 || bytes[start] != 48 else {
            offset = start
            throw malformed("expected a number without leading zero")
        }
        return value
    }

    /// 64 lower-case hexadecimal digits; nil, and nothing consumed, when something else stands here.
    mutating func takeDigest() -> SHA256.Digest? {
        guard let digest = SHA256.Digest(bytes[offset...].prefix(64)) else { return nil }
        offset += 64
        return digest
    }

    /// The rest of the line, without its end, which is consumed.
    mutating func takeLine() throws(CertificateError) -> ArraySlice<UInt8> {
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
        let text = bytes[start..<offset]
        try takeNewline()
        return text
    }
}

/// Decimal text without going through `String`: certificates are mostly numbers.
func appendDecimal(_ value: Int, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var digits: (count: Int, packed: [UInt8]) = (0, [])
    if rest < 10 {
        bytes.append(UInt8(48 + rest))
        return
    }
    while rest > 0 {
        digits.packed.append(UInt8(48 + rest % 10))
        rest /= 10
    }
    bytes.append(contentsOf: digits.packed.reversed())
}
