/// Reads an instruction up to its opcode byte: prefixes, REX, VEX, EVEX, XOP and escapes, as chapter 2 of volume 2 of
/// Intel's manual lays them out (XOP: AMD's volume 3).
struct PrefixReader {
    private let code: UnsafeBufferPointer<UInt8>
    private let mode: CodeMode
    /// Of the code, or of the longest possible instruction.
    let end: Int

    /// See `OpcodeKey`.
    private(set) var table = 0
    private(set) var opcode: UInt8 = 0
    /// Of 66 alone 1, of F3 2, of F2 3; the last of F2 and F3 counts, and 66 only without them.
    private(set) var prefix: UInt8 = 0
    private(set) var isWide = false
    private(set) var length: UInt8 = 0
    private(set) var hasREX = false
    private(set) var operandIs16: Bool
    private(set) var addressIsChanged = false
    /// Of the first byte behind the opcode.
    private(set) var place = 0
    private var evexBroadcasts = false

    @inline(__always)
    init(_ code: UnsafeBufferPointer<UInt8>, _ mode: CodeMode) {
        self.code = code
        self.mode = mode
        end = min(code.count, 15)
        operandIs16 = mode == .bits16
    }

    /// False where the code ends before the opcode.
    @inline(__always)
    mutating func read() -> Bool {
        var hasOperandSize = false
        var repeats: UInt8 = 0
        while place < end {
            let byte = code[place]
            switch byte {
            case 0x66: hasOperandSize = true
            case 0x67: addressIsChanged = true
            case 0xF2: repeats = 3
            case 0xF3: repeats = 2
            case 0xF0, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65: break
            case 0x40...0x4F where mode == .bits64:
                // REX counts only where it stands last.
                place += 1
                guard place < end else { return false }
                if PrefixReader.isPrefix(code[place], mode) { continue }
                hasREX = true
                isWide = byte & 8 != 0
                return finish(hasOperandSize, repeats)
            default: return finish(hasOperandSize, repeats)
            }
            place += 1
        }
        return false
    }

    /// A file may name a prefix as if it were an instruction; to a scan it is a part of the one behind it.
    static func isPrefix(_ notation: String) -> Bool {
        guard notation.utf8.count == 2, let byte = UInt8(notation, radix: 16) else { return false }
        return isPrefix(byte, .bits32)
    }

    private static func isPrefix(_ byte: UInt8, _ mode: CodeMode) -> Bool {
        switch byte {
        case 0x66, 0x67, 0xF0, 0xF2, 0xF3, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65: return true
        case 0x40...0x4F: return mode == .bits64
        default: return false
        }
    }

    @inline(__always)
    private mutating func finish(_ hasOperandSize: Bool, _ repeats: UInt8) -> Bool {
        prefix = repeats != 0 ? repeats : hasOperandSize ? 1 : 0
        if hasOperandSize { operandIs16.toggle() }
        let byte = code[place]
        place += 1
        switch byte {
        case 0x0F: return escaped()
        case 0xC4, 0xC5, 0x62, 0x8F: if let found = extended(byte) { return found }
        default: break
        }
        opcode = byte
        return true
    }

    private mutating func escaped() -> Bool {
        guard place < end else { return false }
        table = 1
        opcode = code[place]
        place += 1
        guard opcode == 0x38 || opcode == 0x3A else { return true }
        guard place < end else { return false }
        table = opcode == 0x38 ? 2 : 3
        opcode = code[place]
        place += 1
        return true
    }

    /// VEX, EVEX and XOP share their first bytes with older opcodes, which have operands that these cannot have.
    private mutating func extended(_ byte: UInt8) -> Bool? {
        guard place < end else { return nil }
        let next = code[place]
        if byte == 0x8F {
            guard next & 0x1F >= 8 else { return nil }
        } else if mode != .bits64, next < 0xC0 {
            return nil
        }
        let count = byte == 0xC5 ? 1 : byte == 0x62 ? 3 : 2
        guard place + count < end else { return false }
        switch byte {
        case 0xC5:
            table = OpcodeKey.vexTable(1)
            take(next)
        case 0xC4:
            table = OpcodeKey.vexTable(Int(next & 7))
            isWide = code[place + 1] & 0x80 != 0
            take(code[place + 1])
        case 0x8F:
            table = OpcodeKey.xopTable(Int(next & 0x1F))
            isWide = code[place + 1] & 0x80 != 0
            take(code[place + 1])
        default:
            table = OpcodeKey.evexTable(Int(next & 7))
            isWide = code[place + 1] & 0x80 != 0
            prefix = PrefixReader.prefixNumber(code[place + 1])
            length = code[place + 2] >> 5 & 3
            // With registers only, the bit for broadcasting says that the length field is a rounding mode.
            let modRM = place + 4 < end ? code[place + 4] : 0
            if code[place + 2] & 0x10 != 0, modRM >= 0xC0 { length = 2 }
        }
        operandIs16 = false
        place += count
        opcode = code[place]
        place += 1
        return true
    }

    /// The byte with L and pp.
    private mutating func take(_ byte: UInt8) {
        length = byte >> 2 & 1
        prefix = PrefixReader.prefixNumber(byte)
    }

    private static func prefixNumber(_ byte: UInt8) -> UInt8 { byte & 3 }

    /// Bytes of ModRM, SIB and displacement; nil where the code ends before.
    @inline(__always)
    func operandLength(_ code: UnsafeBufferPointer<UInt8>) -> Int? {
        guard place < end else { return nil }
        let byte = code[place]
        if byte >= 0xC0 { return 1 }
        if (mode == .bits16) != addressIsChanged, mode != .bits64 { return PrefixReader.narrowLength(byte) }
        let displacement = byte < 0x40 ? 0 : byte < 0x80 ? 1 : 4
        let rm = byte & 7
        if rm == 4 {
            guard place + 1 < end else { return nil }
            if byte < 0x40, code[place + 1] & 7 == 5 { return 6 }
            return 2 + displacement
        }
        return rm == 5 && byte < 0x40 ? 5 : 1 + displacement
    }

    /// With 16-bit addresses.
    private static func narrowLength(_ byte: UInt8) -> Int {
        switch byte >> 6 {
        case 0: return byte & 7 == 6 ? 3 : 1
        case 1: return 2
        default: return 3
        }
    }
}
