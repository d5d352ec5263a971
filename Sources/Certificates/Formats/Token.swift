/// The words of the claim list and of the headers that bind a file to its claim.
///
/// A word that starts with a letter or digit and holds only letters, digits and `._:/+=,*^-` stands as it is; any other
/// stands in double quotes, with `\"`, `\\` and `\xHH` (two lower-case digits, for control bytes). Each string has
/// exactly one spelling.
enum Token {
    static func append(_ text: String, to bytes: inout [UInt8]) {
        let units = Array(text.utf8)
        if isBare(units) {
            bytes.append(contentsOf: units)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for unit in units {
            switch unit {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(unit)
            case 0..<0x20, 0x7f:
                bytes.append(contentsOf: "\\x".utf8)
                bytes.append(hexDigits[Int(unit >> 4)])
                bytes.append(hexDigits[Int(unit & 15)])
            default: bytes.append(unit)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    static func spelled(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func take(_ scanner: inout ByteScanner) throws(CertificateError) -> String {
        let start = scanner.offset
        var units: [UInt8] = []
        if scanner.taken("\"") {
            while !scanner.taken("\"") { units.append(try takeQuotedUnit(&scanner)) }
        } else {
            while let unit = scanner.next, isBareUnit(unit) {
                units.append(unit)
                scanner.skip()
            }
        }
        let text = String(decoding: units, as: UTF8.self)
        var canonical: [UInt8] = []
        append(text, to: &canonical)
        guard canonical[...] == scanner.bytes[start..<scanner.offset] else {
            throw scanner.malformed("a name is not spelled in the one way that it is written")
        }
        return text
    }

    private static func takeQuotedUnit(_ scanner: inout ByteScanner) throws(CertificateError) -> UInt8 {
        if scanner.taken("\\x") {
            var value: UInt8 = 0
            for _ in 0..<2 {
                guard let unit = scanner.next, let digit = hexDigits.firstIndex(of: unit) else {
                    throw scanner.malformed("expected two hexadecimal digits")
                }
                value = value << 4 | UInt8(digit)
                scanner.skip()
            }
            return value
        }
        _ = scanner.taken("\\")
        guard let unit = scanner.next, unit >= 0x20, unit != 0x7f else {
            throw scanner.malformed("a quoted name does not end on its line")
        }
        scanner.skip()
        return unit
    }

    private static func isBare(_ units: [UInt8]) -> Bool {
        guard let first = units.first, isAlphanumeric(first) else { return false }
        return units.allSatisfy(isBareUnit)
    }

    private static func isBareUnit(_ unit: UInt8) -> Bool { isAlphanumeric(unit) || bareSigns.contains(unit) }

    private static func isAlphanumeric(_ unit: UInt8) -> Bool {
        (48...57).contains(unit) || (65...90).contains(unit) || (97...122).contains(unit)
    }

    private static let bareSigns = [UInt8]("._:/+=,*^-".utf8)
    private static let hexDigits = [UInt8]("0123456789abcdef".utf8)
}
