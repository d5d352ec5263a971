/// What one line of the manual's opcode notation says: `EVEX.512.66.0F38.W1 90 /r mem vsib` as a value.
/// Docs/OpcodeNotation.md has the grammar.
public struct OpcodePattern: Hashable, Sendable {
    /// How prefix, map and further bits of the opcode are written.
    public enum Scheme: String, Hashable, Sendable, CaseIterable {
        case legacy = ""
        case vex = "VEX"
        case evex = "EVEX"
        case xop = "XOP"
    }

    /// The table that the opcode byte belongs to.
    public enum Map: String, Hashable, Sendable, CaseIterable {
        /// Legacy only: no escape byte.
        case oneByte = ""
        case map0F = "0F"
        case map0F38 = "0F38"
        case map0F3A = "0F3A"
        case map4 = "MAP4"
        case map5 = "MAP5"
        case map6 = "MAP6"
        case map7 = "MAP7"
        case x8 = "X8"
        case x9 = "X9"
        case xA = "XA"

        /// The number in the map field of VEX, EVEX and XOP.
        public var number: UInt8 {
            switch self {
            case .oneByte: return 0
            case .map0F: return 1
            case .map0F38: return 2
            case .map0F3A: return 3
            case .map4: return 4
            case .map5: return 5
            case .map6: return 6
            case .map7: return 7
            case .x8: return 8
            case .x9: return 9
            case .xA: return 10
            }
        }

        /// The escape bytes of a legacy opcode.
        public var escape: [UInt8] {
            switch self {
            case .map0F: return [0x0F]
            case .map0F38: return [0x0F, 0x38]
            case .map0F3A: return [0x0F, 0x3A]
            default: return []
            }
        }
    }

    /// The prefix that selects the instruction, in front of a legacy opcode or as pp.
    public enum MandatoryPrefix: String, Hashable, Sendable, CaseIterable {
        /// Nothing is said: 66 is an operand size, F2 and F3 are what they are for that opcode.
        case unspecified = ""
        /// 66, F2 and F3 make another instruction of it, or none.
        case none = "NP"
        case operandSize = "66"
        case repeatNotZero = "F2"
        case repeatZero = "F3"

        public var byte: UInt8? {
            switch self {
            case .unspecified, .none: return nil
            case .operandSize: return 0x66
            case .repeatNotZero: return 0xF2
            case .repeatZero: return 0xF3
            }
        }

        /// The pp field.
        public var number: UInt8 {
            switch self {
            case .unspecified, .none: return 0
            case .operandSize: return 1
            case .repeatZero: return 2
            case .repeatNotZero: return 3
            }
        }
    }

    /// The vector length field.
    public enum Length: String, Hashable, Sendable, CaseIterable {
        case bits128 = "128"
        case bits256 = "256"
        case bits512 = "512"
        case l0 = "L0"
        case l1 = "L1"
        case lz = "LZ"
        case ignored = "LIG"

        /// nil: any.
        public var number: UInt8? {
            switch self {
            case .bits128, .l0, .lz: return 0
            case .bits256, .l1: return 1
            case .bits512: return 2
            case .ignored: return nil
            }
        }
    }

    /// The W bit: of a REX prefix, or of VEX, EVEX and XOP.
    public enum Width: String, Hashable, Sendable, CaseIterable {
        /// Legacy: by the operand size.
        case unspecified = ""
        case zero = "W0"
        case one = "W1"
        case ignored = "WIG"
    }

    /// What the opcode byte, or the fixed byte after it, holds beside itself.
    public enum Addend: String, Hashable, Sendable {
        /// `+r`: a general register in the low three bits, with REX.B.
        case register = "r"
        /// `+i`: a position on the floating-point stack.
        case stack = "i"
    }

    /// The byte after the opcode that names operands.
    public enum ModRM: Hashable, Sendable {
        /// `/r`.
        case register
        /// `/0` to `/7`: the reg field belongs to the opcode.
        case digit(UInt8)
        /// The whole byte belongs to the opcode: `0F 01 C1`.
        case fixed(UInt8)
    }

    /// What the rm field may be.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        case any = ""
        case register = "reg"
        case memory = "mem"
    }

    /// What follows, with the width that the manual's letters mean.
    public enum Immediate: Hashable, Sendable {
        case ib, iw, id, io
        /// 2 or 4 bytes, and 4 with 64-bit operands.
        case iz
        /// 2, 4 or 8 bytes.
        case iv
        /// A distance of 1 byte; of 2 or 4.
        case cb, cz
        /// A far address: offset, then selector.
        case ap
        /// An address as wide as addresses are.
        case moffs
        /// A register in the high four bits.
        case is4
        /// `ib=BF`: a byte that belongs to the opcode.
        case fixed(UInt8)
    }

    /// What the 64-bit mode changes.
    public enum LongMode: String, Hashable, Sendable, CaseIterable {
        case same = ""
        /// Not in 64-bit mode.
        case invalid = "i64"
        /// Only there.
        case only = "o64"
        /// Its operands have 64 bits there without REX.W, and never 32.
        case defaults64 = "d64"
    }

    public var scheme: Scheme = .legacy
    public var mandatory: MandatoryPrefix = .unspecified
    public var map: Map = .oneByte
    /// Not of legacy opcodes.
    public var length: Length?
    public var width: Width = .unspecified
    /// A REX prefix stands there, whatever its bits.
    public var needsREX = false
    public var opcode: UInt8
    /// Of the opcode byte, or of the fixed ModRM byte where there is one.
    public var addend: Addend?
    public var modRM: ModRM?
    public var form: Form = .any
    /// The index register of a memory operand is a vector.
    public var isVectorIndexed = false
    public var immediates: [Immediate] = []
    /// A LOCK prefix may stand in front of it where the operand is in memory; elsewhere it makes the opcode undefined.
    public var takesLock = false
    public var longMode: LongMode = .same

    public init(opcode: UInt8) { self.opcode = opcode }

    /// Whether a ModRM byte follows the opcode: it does with a fixed one, too.
    public var hasModRM: Bool { modRM != nil }

    var hasDigit: Bool { if case .digit = modRM { true } else { false } }

    /// Whether this ModRM byte belongs to the pattern.
    public func admits(modRM byte: UInt8) -> Bool {
        let isRegister = byte >= 0xC0
        switch modRM {
        case nil: return false
        case .fixed(let value): return addend == nil ? byte == value : byte & 0xF8 == value & 0xF8
        case .digit(let digit):
            guard (byte >> 3) & 7 == digit else { return false }
        case .register: break
        }
        switch form {
        case .any: return true
        case .register: return isRegister
        case .memory: return !isRegister
        }
    }
}

extension OpcodePattern.Immediate {
    static let names: [String: Self] = [
        "ib": .ib, "iw": .iw, "id": .id, "io": .io, "iz": .iz, "iv": .iv, "cb": .cb, "cz": .cz, "ap": .ap,
        "moffs": .moffs, "is4": .is4,
    ]

    var text: String {
        if case .fixed(let value) = self { return "ib=" + hexadecimal(value) }
        return Self.names.first { $0.value == self }?.key ?? ""
    }
}

extension OpcodePattern: CustomStringConvertible {
    /// The notation again, in one spelling.
    public var description: String {
        var words: [String] = []
        if scheme == .legacy {
            if mandatory != .unspecified { words.append(mandatory.rawValue) }
            if width == .one { words.append("REX.W") } else if needsREX { words.append("REX") }
            words += map.escape.map(hexadecimal)
        } else {
            let parts = [
                scheme.rawValue, length?.rawValue, mandatory.byte.map(hexadecimal), map.rawValue,
                width == .unspecified ? nil : width.rawValue,
            ]
            words.append(parts.compactMap { $0 }.joined(separator: "."))
        }
        let suffix = addend.map { "+" + $0.rawValue } ?? ""
        switch modRM {
        case nil: words.append(hexadecimal(opcode) + suffix)
        case .fixed(let byte): words += [hexadecimal(opcode), hexadecimal(byte) + suffix]
        case .register: words += [hexadecimal(opcode), "/r"]
        case .digit(let digit): words += [hexadecimal(opcode), "/\(digit)"]
        }
        if form != .any { words.append(form.rawValue) }
        if isVectorIndexed { words.append("vsib") }
        words += immediates.map(\.text)
        if takesLock { words.append("lock") }
        if longMode != .same { words.append(longMode.rawValue) }
        return words.joined(separator: " ")
    }
}

/// A byte as two digits.
func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
}
