/// How numbers are written: `42`, `0x2A`, `0o52`, `0b101010`, `2^15`, with `_` between digits.
enum NumberText {
    static func value(of text: String) -> UInt64? {
        let parts = text.split(separator: "^", omittingEmptySubsequences: false)
        if parts.count == 2 { return power(plain(parts[0]), plain(parts[1])) }
        return parts.count == 1 ? plain(parts[0]) : nil
    }

    /// The width of a literal in an encoding pattern: its digits say it. `nil` for decimal ones.
    static func width(of text: String) -> Int? {
        let digits = text.dropFirst(2).utf8.filter { $0 != UInt8(ascii: "_") }.count
        if text.hasPrefix("0x") { return digits * 4 }
        if text.hasPrefix("0o") { return digits * 3 }
        if text.hasPrefix("0b") { return digits }
        return nil
    }

    private static func plain(_ text: Substring) -> UInt64? {
        var radix: UInt64 = 10
        var digits = text
        if text.hasPrefix("0x") {
            radix = 16
        } else if text.hasPrefix("0o") {
            radix = 8
        } else if text.hasPrefix("0b") {
            radix = 2
        }
        if radix != 10 { digits = text.dropFirst(2) }
        var value: UInt64 = 0
        var count = 0
        for byte in digits.utf8 where byte != UInt8(ascii: "_") {
            guard let digit = hexDigit(byte), digit < radix else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: radix)
            let (sum, carry) = scaled.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
            count += 1
        }
        return count > 0 ? value : nil
    }

    private static func hexDigit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func power(_ base: UInt64?, _ exponent: UInt64?) -> UInt64? {
        guard let base, let exponent, exponent <= 64 else { return nil }
        var value: UInt64 = 1
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: base)
            guard !overflow else { return nil }
            value = product
        }
        return value
    }
}
