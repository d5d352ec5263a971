/// Files that tests make themselves, byte by byte.
struct ByteWriter {
    var bytes: [UInt8] = []
    var isBigEndian = false

    mutating func number(_ value: UInt64, _ width: Int) {
        let places = isBigEndian ? Array((0..<width).reversed()) : Array(0..<width)
        for place in places { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
    }

    mutating func pad(to alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }
}

/// An ELF file with one section of code, one of data, and symbols.
struct MadeELF {
    var bits = 64
    var isBigEndian = false
    var machine: UInt64 = 62
    var type: UInt64 = 2
    var code: [UInt8] = []
    var codeAddress: UInt64 = 0x40_1000
    var data: [UInt8] = []
    var dataAddress: UInt64 = 0x50_0000
    var symbols: [(name: String, address: UInt64, size: UInt64, type: UInt64, section: UInt64)] = []

    var bytes: [UInt8] {
        var file = ByteWriter(isBigEndian: isBigEndian)
        let word = bits / 8
        let header = bits == 64 ? 64 : 52
        var strings: [UInt8] = [0]
        var table = ByteWriter(isBigEndian: isBigEndian)
        table.bytes = Array(repeating: 0, count: bits == 64 ? 24 : 16)
        for symbol in symbols {
            let name = UInt64(strings.count)
            strings += Array(symbol.name.utf8) + [0]
            table.number(name, 4)
            if bits == 64 {
                table.number(symbol.type, 1)
                table.number(0, 1)
                table.number(symbol.section, 2)
                table.number(symbol.address, 8)
                table.number(symbol.size, 8)
            } else {
                table.number(symbol.address, 4)
                table.number(symbol.size, 4)
                table.number(symbol.type, 1)
                table.number(0, 1)
                table.number(symbol.section, 2)
            }
        }
        let names = Array("\0.text\0.rodata\0.symtab\0.strtab\0".utf8)
        let parts = [code, data, table.bytes, strings, names]
        var places: [UInt64] = []
        var at = header
        for part in parts {
            places.append(UInt64(at))
            at += part.count
        }
        let sectionsAt = (at + 7) & ~7
        file.bytes = [0x7F, 0x45, 0x4C, 0x46, bits == 64 ? 2 : 1, isBigEndian ? 2 : 1, 1] + Array(repeating: 0, count: 9)
        file.number(type, 2)
        file.number(machine, 2)
        file.number(1, 4)
        file.number(codeAddress, word)
        file.number(0, word)
        file.number(UInt64(sectionsAt), word)
        file.number(0, 4)
        file.number(UInt64(header), 2)
        file.number(0, 2)
        file.number(0, 2)
        file.number(bits == 64 ? 64 : 40, 2)
        file.number(6, 2)
        file.number(5, 2)
        for part in parts { file.bytes += part }
        file.pad(to: 8)
        let rows: [(name: UInt64, type: UInt64, flags: UInt64, address: UInt64, link: UInt64)] = [
            (0, 0, 0, 0, 0), (1, 1, 6, codeAddress, 0), (7, 1, 2, dataAddress, 0), (15, 2, 0, 0, 4), (23, 3, 0, 0, 0),
            (0, 3, 0, 0, 0),
        ]
        for (index, row) in rows.enumerated() {
            file.number(row.name, 4)
            file.number(row.type, 4)
            file.number(row.flags, word)
            file.number(row.address, word)
            file.number(index == 0 ? 0 : places[index - 1], word)
            file.number(index == 0 ? 0 : UInt64(parts[index - 1].count), word)
            file.number(row.link, 4)
            file.number(0, 4)
            file.number(1, word)
            file.number(index == 3 ? (bits == 64 ? 24 : 16) : 0, word)
        }
        return file.bytes
    }
}

/// The tables that a kernel has for its symbols' names, in the orders of several releases.
struct MadeKallsyms {
    enum Order: CaseIterable {
        /// Linux 6.1; 6.2 with the sequence; 6.4 with the offsets behind.
        case plain, withSequence, offsetsLast
    }

    var order = Order.plain
    /// Address, type and name; sorted.
    var symbols: [(address: UInt64, type: Character, name: String)]
    var base: UInt64 = 0xFFFF_FFFF_8100_0000

    /// One token a character, but for `pair`, whose token is a byte that no name has.
    private func tokens(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "_"), result.last == UInt8(ascii: "s") {
                result[result.count - 1] = 1
            } else {
                result.append(byte)
            }
        }
        return result
    }

    var bytes: [UInt8] {
        var file = ByteWriter()
        // What stands before has digits in a row, too, and is no table.
        file.bytes = Array("0\u{0}1\u{0}2\u{0}3\u{0}4\u{0}5\u{0}6\u{0}7\u{0}8\u{0}9\u{0}".utf8)
        file.pad(to: 8)
        func offsets() {
            for symbol in symbols {
                let isAbsolute = symbol.address < base
                let offset = isAbsolute ? Int64(symbol.address) : -1 - Int64(symbol.address - base)
                file.number(UInt64(bitPattern: offset), 4)
            }
            file.pad(to: 8)
            file.number(base, 8)
        }
        if order != .offsetsLast { offsets() }
        file.number(UInt64(symbols.count), 8)
        var markers: [UInt64] = []
        let start = file.bytes.count
        for (index, symbol) in symbols.enumerated() {
            if index % 256 == 0 { markers.append(UInt64(file.bytes.count - start)) }
            let name = tokens(String(symbol.type) + symbol.name)
            if name.count < 128 {
                file.bytes.append(UInt8(name.count))
            } else {
                file.bytes += [UInt8(name.count & 0x7F) | 0x80, UInt8(name.count >> 7)]
            }
            file.bytes += name
        }
        file.pad(to: 8)
        for marker in markers { file.number(marker, 4) }
        file.pad(to: 8)
        if order == .withSequence {
            file.bytes += Array(repeating: 1, count: 3 * symbols.count)
            file.pad(to: 8)
        }
        var places: [UInt64] = []
        let table = file.bytes.count
        for token in 0..<256 {
            places.append(UInt64(file.bytes.count - table))
            if token == 1 { file.bytes += Array("s_".utf8) } else if (33..<127).contains(token) { file.bytes.append(UInt8(token)) }
            file.bytes.append(0)
        }
        file.pad(to: 8)
        for place in places { file.number(place, 2) }
        file.pad(to: 8)
        if order == .offsetsLast { offsets() }
        return file.bytes
    }
}
