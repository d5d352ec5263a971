/// The few constructs of ACPI's machine language (ACPI 6.4, chapter 20) that a description of a fixed board needs,
/// each as its bytes.
enum MachineLanguage {
    /// A length that counts its own bytes (20.2.4).
    private static func withLength(_ body: [UInt8]) -> [UInt8] {
        if body.count + 1 < 0x40 { return [UInt8(body.count + 1)] + body }
        let bytes = body.count + 2 < 0x1000 ? 2 : body.count + 3 < 0x10_0000 ? 3 : 4
        let length = body.count + bytes
        let rest = (1..<bytes).map { UInt8(truncatingIfNeeded: length >> (4 + 8 * ($0 - 1))) }
        return [UInt8(bytes - 1) << 6 | UInt8(length & 15)] + rest + body
    }

    /// A name of one segment, which has four characters.
    static func segment(_ name: String) -> [UInt8] {
        Array(name.utf8) + [UInt8](repeating: 0x5F, count: max(0, 4 - name.utf8.count))
    }

    static func integer(_ value: UInt64) -> [UInt8] {
        func bytes(_ prefix: UInt8, _ count: UInt64) -> [UInt8] {
            [prefix] + (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        switch value {
        case 0: return [0x00]
        case 1: return [0x01]
        case ...0xFF: return bytes(0x0A, 1)
        case ...0xFFFF: return bytes(0x0B, 2)
        case ...0xFFFF_FFFF: return bytes(0x0C, 4)
        default: return bytes(0x0E, 8)
        }
    }

    /// A name like PNP0A03 in four bytes: three letters of five bits, four digits (6.1.5, "_HID").
    static func plugAndPlay(_ name: String) -> [UInt8] {
        let characters = Array(name.utf8)
        let letters = characters.prefix(3).reduce(UInt32(0)) { $0 << 5 | UInt32($1 - 0x40) }
        let digits = UInt32(String(decoding: characters.dropFirst(3), as: UTF8.self), radix: 16) ?? 0
        let word = letters << 16 | digits
        return [0x0C] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }

    static func named(_ name: String, _ value: [UInt8]) -> [UInt8] { [0x08] + segment(name) + value }
    static func package(_ elements: [[UInt8]]) -> [UInt8] {
        [0x12] + withLength([UInt8(elements.count)] + elements.flatMap { $0 })
    }
    static func buffer(_ bytes: [UInt8]) -> [UInt8] { [0x11] + withLength(integer(UInt64(bytes.count)) + bytes) }
    static func scope(_ name: String, _ terms: [[UInt8]]) -> [UInt8] {
        [0x10] + withLength(segment(name) + terms.flatMap { $0 })
    }
    static func device(_ name: String, _ terms: [[UInt8]]) -> [UInt8] {
        [0x5B, 0x82] + withLength(segment(name) + terms.flatMap { $0 })
    }

    // MARK: Resources (6.4)

    private static func words<Number: FixedWidthInteger>(_ values: [Number]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian, Array.init) }
    }

    static func resources(_ descriptors: [[UInt8]]) -> [UInt8] {
        // The end tag's checksum of zero stands for "not checked".
        named("_CRS", buffer(descriptors.flatMap { $0 } + [0x79, 0x00]))
    }
    static func ports(_ first: UInt16, count: UInt8) -> [UInt8] {
        [0x47, 0x01] + words([first, first]) + [0x01, count]
    }
    static func interrupt(_ number: UInt16) -> [UInt8] { [0x22] + words([UInt16(1) << number]) }

    /// What a bridge passes on: both ends fixed, positively decoded, for those behind it.
    private static func window(_ kind: UInt8, _ typeFlags: UInt8, first: UInt16, last: UInt16) -> [UInt8] {
        [0x88, 0x0D, 0x00, kind, 0x0C, typeFlags] + words([0, first, last, 0, last &- first &+ 1])
    }
    static func busWindow(_ first: UInt16, _ last: UInt16) -> [UInt8] { window(2, 0, first: first, last: last) }
    static func portWindow(_ first: UInt16, _ last: UInt16) -> [UInt8] { window(1, 3, first: first, last: last) }
    static func memoryWindow(_ first: UInt32, _ last: UInt32) -> [UInt8] {
        [0x87, 0x17, 0x00, 0x00, 0x0C, 0x01] + words([0, first, last, 0, last - first + 1])
    }
}
