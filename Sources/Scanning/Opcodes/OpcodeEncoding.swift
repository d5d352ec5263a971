import OpcodeNotation

/// One encoding of the opcode tables, ready to be compared with bytes.
struct OpcodeEncoding {
    var pattern: OpcodePattern
    /// Index of the variant that it encodes, in the machine's list.
    var variant: Int
    /// Bytes behind ModRM and its extension, by `SizeKey`.
    var immediateBytes: [UInt8]
    /// Bytes at the end that are a distance from the next instruction, by `SizeKey`; 0: none.
    var distanceBytes: [UInt8]

    init(pattern: OpcodePattern, variant: Int, mode: CodeMode) {
        self.pattern = pattern
        self.variant = variant
        immediateBytes = []
        distanceBytes = []
        for key in 0..<SizeKey.count {
            let size = SizeKey(rawValue: key)
            immediateBytes.append(pattern.immediates.reduce(0) { $0 + size.bytes(of: $1, mode) })
            let distances = pattern.immediates.filter { $0 == .cb || $0 == .cz }
            distanceBytes.append(distances.reduce(0) { $0 + size.bytes(of: $1, mode) })
        }
    }

    /// What of it can only be seen by looking at more than `OpcodeKey` has.
    var needsSearch: Bool {
        if pattern.needsREX || pattern.immediates.contains(where: { if case .fixed = $0 { true } else { false } }) {
            return true
        }
        if case .fixed = pattern.modRM { return true }
        return false
    }

    /// Of several encodings that fit, the one that says more is meant.
    var specificity: Int {
        var points = 0
        switch pattern.modRM {
        case .fixed: points += pattern.addend == nil ? 40 : 30
        case .digit: points += 20
        case .register, nil: break
        }
        if pattern.immediates.contains(where: { if case .fixed = $0 { true } else { false } }) { points += 20 }
        if pattern.modRM == nil, pattern.addend == nil { points += 2 }
        if pattern.form != .any { points += 4 }
        if pattern.mandatory != .unspecified { points += 8 }
        // REX.W makes a wider instruction of one that other prefixes select.
        if pattern.width == .zero || pattern.width == .one { points += 10 }
        if pattern.needsREX { points += 2 }
        if let length = pattern.length, length != .ignored { points += 1 }
        return points
    }
}

/// How wide addresses and operands are where nothing else is said.
public enum CodeMode: Int, Hashable, Sendable, CaseIterable {
    case bits16 = 16, bits32 = 32, bits64 = 64
}

/// What decides the width of immediates: the operand size, REX.W, and the address size.
struct SizeKey {
    var rawValue: Int

    static let count = 8

    init(rawValue: Int) { self.rawValue = rawValue }

    @inline(__always)
    init(operandIs16: Bool, isWide: Bool, addressIsChanged: Bool) {
        rawValue = (operandIs16 ? 1 : 0) | (isWide ? 2 : 0) | (addressIsChanged ? 4 : 0)
    }

    private var operandIs16: Bool { rawValue & 1 != 0 }
    private var isWide: Bool { rawValue & 2 != 0 }
    private var addressIsChanged: Bool { rawValue & 4 != 0 }

    func bytes(of immediate: OpcodePattern.Immediate, _ mode: CodeMode) -> UInt8 {
        switch immediate {
        case .ib, .cb, .is4, .fixed: return 1
        case .iw: return 2
        case .id: return 4
        case .io: return 8
        case .iz: return operandIs16 && !isWide ? 2 : 4
        case .iv: return isWide ? 8 : operandIs16 ? 2 : 4
        // In 64-bit mode near branches ignore the operand size.
        case .cz: return operandIs16 && mode != .bits64 ? 2 : 4
        case .ap: return operandIs16 ? 4 : 6
        case .moffs:
            switch mode {
            case .bits64: return addressIsChanged ? 4 : 8
            case .bits32: return addressIsChanged ? 2 : 4
            case .bits16: return addressIsChanged ? 4 : 2
            }
        }
    }
}
