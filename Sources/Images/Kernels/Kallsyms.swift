/// The names that a Linux kernel carries of its own functions, found in its data by their structure, since no symbol
/// says where they are. In the order of Linux 6.1 (`scripts/kallsyms.c`):
///
///     offsets        count × 4 bytes, from the base; below 0: from the base, negated and 1 less
///     relative base  8 bytes
///     count          4 bytes, with padding to 8
///     names          per symbol a length and so many token numbers
///     markers        4 bytes: where each 256th name begins
///     sequence       3 bytes a symbol, by name; since 6.2, and in later releases of 6.1
///     token table    256 texts that end in 0
///     token index    256 × 2 bytes: where each text begins
///
/// From 6.4 on the offsets and the base follow the token index.
public struct Kallsyms: Sendable {
    public struct Symbol: Hashable, Sendable {
        public var address: UInt64
        /// As `nm` prints it: t and T for code, d, D, r, R, b, B for data, w, W, V for what may be replaced.
        public var type: Character
        public var name: String

        public var isText: Bool { "tTwW".contains(type) }
    }

    public let symbols: [Symbol]

    /// Nil where no such tables are found.
    public init?(in section: ArraySlice<UInt8>, isBigEndian: Bool = false) {
        let data = ByteReader(section, isBigEndian: isBigEndian)
        guard let tokens = TokenTable(in: data), let names = NameTable(before: tokens, in: data),
            let addresses = AddressTable(names, tokens, in: data)
        else { return nil }
        var symbols: [Symbol] = []
        symbols.reserveCapacity(names.count)
        names.forEach(in: data) { name in
            var text: [UInt8] = []
            for token in name { text += tokens.texts[Int(token)] }
            guard let type = text.first else { return }
            symbols.append(Symbol(
                address: addresses.addresses[symbols.count], type: Character(Unicode.Scalar(type)),
                name: String(decoding: text.dropFirst(), as: UTF8.self)))
        }
        guard symbols.count == names.count else { return nil }
        self.symbols = symbols
    }
}

/// The texts of which names are made.
private struct TokenTable {
    var place: Int
    /// The first byte behind the index.
    var end: Int
    var texts: [[UInt8]] = []

    /// Characters that names use stand for themselves, so the digits are ten texts in a row: a mark to look for.
    init?(in data: ByteReader) {
        let digits = (UInt8(0x30)...0x39).flatMap { digit -> [UInt8] in [digit, 0] }
        var from = data.bytes.startIndex
        while let found = data.bytes.firstPlace(of: digits, from: from) {
            from = found + 1
            // The digit 0 is token 48: so many texts lie before it.
            var start = found
            var left = 0x30
            while left > 0, start - 1 > data.bytes.startIndex {
                start -= 1
                while start > data.bytes.startIndex, data.bytes[start - 1] != 0 { start -= 1 }
                left -= 1
            }
            if left == 0, let table = TokenTable(at: start - data.bytes.startIndex, in: data) {
                self = table
                return
            }
        }
        return nil
    }

    /// Reads 256 texts and the index, which must agree.
    private init?(at place: Int, in data: ByteReader) {
        self.place = place
        var offsets: [UInt64] = []
        var at = place
        for _ in 0..<256 {
            let start = data.bytes.startIndex + at
            guard let end = data.bytes[start...].prefix(600).firstIndex(of: 0) else { return nil }
            offsets.append(UInt64(at - place))
            texts.append(Array(data.bytes[start..<end]))
            at += end - start + 1
        }
        for padding in 0..<8 {
            let index = at + padding
            let agrees = offsets.indices.allSatisfy {
                data.number(at: UInt64(index + 2 * $0), width: 2) == offsets[$0]
            }
            if agrees {
                end = index + 512
                return
            }
        }
        return nil
    }
}

/// The compressed names.
private struct NameTable {
    var count: Int
    /// Where the count stands.
    var countPlace: Int
    /// Where the names begin, and the markers end.
    private var start: Int
    private var end = 0

    /// Looks for a count behind which so many names follow, and behind them markers that agree with the names.
    init?(before tokens: TokenTable, in data: ByteReader) {
        let last = (tokens.place - 8) & ~7
        for place in stride(from: last, to: max(last - NameTable.reach, 8), by: -8) {
            // The count is a word of 4 bytes; more than 256 symbols have two markers at least.
            guard let word = data.number(at: UInt64(place), width: 8), word > 256, word < 1 << 24,
                let table = NameTable(Int(word), at: place, in: data)
            else { continue }
            // From 6.2 on, and in 6.1's later releases, 3 bytes a symbol stand between markers and tokens.
            let gap = tokens.place - table.end
            guard (0..<16).contains(gap) || (0..<24).contains(gap - 3 * table.count) else { continue }
            self = table
            return
        }
        return nil
    }

    /// How far before the tokens the count is looked for.
    private static let reach = 1 << 26

    private init?(_ count: Int, at place: Int, in data: ByteReader) {
        self.count = count
        countPlace = place
        start = place + 8
        var markers: [Int] = []
        var at = start
        for index in 0..<count {
            if index % 256 == 0 { markers.append(at - start) }
            guard let (length, width) = NameTable.length(at: at, in: data) else { return nil }
            at += width + length
        }
        for padding in 0..<8 {
            let agrees = markers.indices.allSatisfy {
                data.number(at: UInt64(at + padding + 4 * $0), width: 4) == UInt64(markers[$0])
            }
            if agrees {
                end = at + padding + 4 * markers.count
                return
            }
        }
        return nil
    }

    /// One byte, or two with seven bits each where the first one's highest bit is set (big symbols, since 6.1).
    private static func length(at place: Int, in data: ByteReader) -> (length: Int, width: Int)? {
        guard place >= 0, place + 1 < data.bytes.count else { return nil }
        let first = Int(data.bytes[data.bytes.startIndex + place])
        if first & 0x80 == 0 { return first == 0 ? nil : (first, 1) }
        return (first & 0x7F | Int(data.bytes[data.bytes.startIndex + place + 1]) << 7, 2)
    }

    func forEach(in data: ByteReader, _ body: (ArraySlice<UInt8>) -> Void) {
        var place = start
        for _ in 0..<count {
            guard let (length, width) = NameTable.length(at: place, in: data),
                let name = data.slice(at: UInt64(place + width), count: UInt64(length))
            else { return }
            body(name)
            place += width + length
        }
    }
}

private struct AddressTable {
    var addresses: [UInt64]

    init?(_ names: NameTable, _ tokens: TokenTable, in data: ByteReader) {
        // Before the count (6.1), or behind the token index (6.4): the base 8 bytes long and aligned.
        let before = names.countPlace - 8
        let offsetsBefore = (before - 4 * names.count) & ~7
        let after = (tokens.end + 7) & ~7
        let baseAfter = (after + 4 * names.count + 7) & ~7
        for (offsets, base) in [(offsetsBefore, before), (after, baseAfter)] where offsets >= 0 {
            guard let base = data.number(at: UInt64(base), width: 8), base >> 32 != 0,
                let found = AddressTable.addresses(names.count, at: offsets, base: base, in: data)
            else { continue }
            addresses = found
            return
        }
        return nil
    }

    /// The symbols are sorted by address; a table that is not is no such table.
    private static func addresses(_ count: Int, at place: Int, base: UInt64, in data: ByteReader) -> [UInt64]? {
        var addresses: [UInt64] = []
        addresses.reserveCapacity(count)
        // Where an offset is negative, those that are not are absolute: places within a processor's own data.
        let numbers = (0..<count).compactMap { data.number(at: UInt64(place + 4 * $0), width: 4) }
        guard numbers.count == count else { return nil }
        let offsets = numbers.map { Int64(Int32(truncatingIfNeeded: Int64($0))) }
        let isMixed = offsets.contains { $0 < 0 }
        var last: UInt64 = 0
        for offset in offsets {
            let address: UInt64
            if isMixed {
                address = offset >= 0 ? UInt64(offset) : base &+ UInt64(-1 - offset)
            } else {
                address = base &+ UInt64(offset)
            }
            guard address >= last else { return nil }
            last = address
            addresses.append(address)
        }
        return addresses
    }
}

extension ArraySlice<UInt8> {
    /// The first place of some bytes at or after `from`.
    fileprivate func firstPlace(of pattern: [UInt8], from: Int) -> Int? {
        guard let head = pattern.first, count >= pattern.count else { return nil }
        return withUnsafeBufferPointer { buffer in
            var place = from - startIndex
            while place <= buffer.count - pattern.count {
                if buffer[place] == head, pattern.indices.allSatisfy({ buffer[place + $0] == pattern[$0] }) {
                    return place + startIndex
                }
                place += 1
            }
            return nil
        }
    }
}
