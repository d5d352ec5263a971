import OpcodeNotation

/// The bits of an instruction by which its encoding is looked up: the table that prefixes and escapes choose, the
/// opcode byte, and what of the prefixes and of ModRM encodings differ in.
struct OpcodeKey {
    var table: Int
    var opcode: UInt8
    /// `MandatoryPrefix.number`: of the prefix that stands there, or of pp.
    var prefix: UInt8
    var isWide: Bool
    /// The vector length field; 0 for legacy opcodes.
    var length: UInt8
    /// 0 where no byte follows.
    var modRM: UInt8

    /// Tables: legacy 0 to 3, VEX maps 0 to 7, EVEX maps 0 to 7, XOP maps 8 to 10.
    static let tables = 4 + 8 + 8 + 3

    static func table(_ pattern: OpcodePattern) -> Int {
        let map = Int(pattern.map.number)
        switch pattern.scheme {
        case .legacy: return map & 3
        case .vex: return vexTable(map)
        case .evex: return evexTable(map)
        case .xop: return xopTable(map)
        }
    }

    @inline(__always) static func vexTable(_ map: Int) -> Int { 4 + map & 7 }
    @inline(__always) static func evexTable(_ map: Int) -> Int { 12 + map & 7 }
    @inline(__always) static func xopTable(_ map: Int) -> Int { 20 + min(max(map - 8, 0), 2) }

    static let count = tables << 17

    /// Keys with equal places fit the same encodings, but for those that need a search.
    @inline(__always) var place: Int {
        var place = table << 8 | Int(opcode)
        place = place << 2 | Int(prefix)
        place = place << 1 | (isWide ? 1 : 0)
        place = place << 2 | Int(length & 3)
        place = place << 4 | Int(modRM >> 2 & 0xE) | (modRM >= 0xC0 ? 1 : 0)
        return place
    }

    func fits(_ pattern: OpcodePattern) -> Bool {
        switch pattern.mandatory {
        case .unspecified: if pattern.scheme != .legacy, prefix != 0 { return false }
        default: if prefix != pattern.mandatory.number { return false }
        }
        switch pattern.width {
        case .one: if !isWide { return false }
        case .zero: if isWide { return false }
        case .unspecified, .ignored: break
        }
        if pattern.scheme != .legacy, let number = pattern.length?.number, number != length { return false }
        return pattern.modRM == nil || pattern.admits(modRM: modRM)
    }
}
