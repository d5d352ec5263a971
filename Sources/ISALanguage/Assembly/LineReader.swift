/// Reads one line of assembly text, byte by byte.
struct LineReader {
    let bytes: [UInt8]
    var position: Int
    let radix: Int

    init(_ bytes: [UInt8], position: Int = 0, radix: Int) {
        self.bytes = bytes
        self.position = position
        self.radix = radix
    }

    var isAtEnd: Bool { position >= bytes.count }

    func byte(_ offset: Int = 0) -> UInt8? {
        let at = position + offset
        return at < bytes.count ? bytes[at] : nil
    }

    mutating func skipBlanks() {
        while let byte = byte(), byte == 32 || byte == 9 { position += 1 }
    }

    mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count - position >= wanted.count, bytes[position..<position + wanted.count].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isName(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// A symbol: a letter or `_`, then letters, digits and `_`.
    mutating func name() -> String? {
        guard let first = byte(), LineReader.isLetter(first) else { return nil }
        let start = position
        while let byte = byte(), LineReader.isName(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// A run of anything that is not blank: a mnemonic or a directive.
    mutating func word() -> String {
        let start = position
        while let byte = byte(), byte != 32, byte != 9 { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// `0x`, `0o` and `0b` numbers; else in the machine's radix, or decimal with a `.` behind it.
    mutating func number() throws(AssemblyExpression.Failure) -> Int128? {
        guard let first = byte(), LineReader.isDigit(first) else { return nil }
        let start = position
        var base = radix
        if first == UInt8(ascii: "0"), let letter = byte(1), let digit = byte(2) {
            let prefixes: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
            if let prefixed = prefixes[LineReader.lowercased(letter)],
                LineReader.digit(digit).map({ $0 < prefixed }) ?? false
            {
                base = prefixed
                position += 2
            }
        }
        let digits = position
        while let byte = byte(), LineReader.isName(byte) { position += 1 }
        if radix != 10, digits == start, byte() == UInt8(ascii: "."), !(byte(1).map(LineReader.isName) ?? false) {
            base = 10
        }
        var value: Int128 = 0
        for at in digits..<position where bytes[at] != UInt8(ascii: "_") {
            guard let digit = LineReader.digit(bytes[at]), digit < base else {
                let character = String(decoding: [bytes[at]], as: UTF8.self)
                throw AssemblyExpression.Failure(
                    message: "'\(character)' is not a digit of base \(base)", range: at..<at + 1)
            }
            value = value * Int128(base) + Int128(digit)
            guard value < AssemblyExpression.bound else {
                throw AssemblyExpression.Failure(
                    message: "this number needs more than 64 bits", range: start..<position)
            }
        }
        if base == 10, radix != 10, byte() == UInt8(ascii: ".") { position += 1 }
        return value
    }

    private static func digit(_ byte: UInt8) -> Int? {
        if isDigit(byte) { return Int(byte) - 48 }
        let letter = lowercased(byte)
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") ? Int(letter) - 87 : nil
    }

    /// `'c'`, with the escapes of strings.
    mutating func character() throws(AssemblyExpression.Failure) -> Int128? {
        guard byte() == UInt8(ascii: "'") else { return nil }
        let start = position
        position += 1
        let value = try escaped(closing: UInt8(ascii: "'"))
        guard let value, value < 128, byte() == UInt8(ascii: "'") else {
            throw AssemblyExpression.Failure(
                message: "a character is written 'c', one ASCII character or escape",
                range: start..<max(position, start + 1))
        }
        position += 1
        return Int128(value)
    }

    /// `"..."`: its bytes.
    mutating func string() throws(AssemblyExpression.Failure) -> [UInt8]? {
        guard byte() == UInt8(ascii: "\"") else { return nil }
        let start = position
        position += 1
        var result: [UInt8] = []
        while let value = try escaped(closing: UInt8(ascii: "\"")) { result.append(value) }
        guard byte() == UInt8(ascii: "\"") else {
            throw AssemblyExpression.Failure(message: "this string is not closed", range: start..<bytes.count)
        }
        position += 1
        return result
    }

    /// One byte of a string; nil before the closing quote or at the end of the line.
    private mutating func escaped(closing: UInt8) throws(AssemblyExpression.Failure) -> UInt8? {
        guard let first = byte(), first != closing else { return nil }
        position += 1
        guard first == UInt8(ascii: "\\") else { return first }
        let at = position - 1
        guard let code = byte() else { return nil }
        position += 1
        switch code {
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "0"): return 0
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return code
        case UInt8(ascii: "x"):
            if let high = byte().flatMap(LineReader.digit), let low = byte(1).flatMap(LineReader.digit), high < 16,
                low < 16
            {
                position += 2
                return UInt8(high * 16 + low)
            }
        default: break
        }
        throw AssemblyExpression.Failure(
            message: "unknown escape; there are \\n \\r \\t \\0 \\\\ \\' \\\" and \\x41", range: at..<position)
    }
}
