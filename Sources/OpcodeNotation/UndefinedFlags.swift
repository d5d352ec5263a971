/// The status flags that the manuals leave undefined behind an instruction: it writes them, and nobody says from what.
/// Intel SDM volume 1, table A-2, and volume 2; AMD APM volume 3, appendix F. Whoever compares processors, or a
/// processor with a description, leaves out these and no others.
public enum UndefinedFlags {
    private static let carry: UInt64 = 0x1, parity: UInt64 = 0x4, adjust: UInt64 = 0x10
    private static let zero: UInt64 = 0x40, sign: UInt64 = 0x80, overflow: UInt64 = 0x800

    /// The instructions, by name, that leave any.
    public static let byMnemonic: [String: UInt64] = {
        let table: [([String], UInt64)] = [
            (["MUL", "IMUL"], parity | adjust | zero | sign),
            (["DIV", "IDIV"], carry | parity | adjust | zero | sign | overflow),
            (["BSF", "BSR"], carry | parity | adjust | sign | overflow),
            (["TZCNT", "LZCNT"], parity | adjust | sign | overflow),
            (["BT", "BTS", "BTR", "BTC"], parity | adjust | sign | overflow),
            (["ROL", "ROR", "RCL", "RCR"], overflow),
            (["SHL", "SAL", "SHR", "SAR", "SHLD", "SHRD"], carry | adjust | overflow),
            (["AND", "OR", "XOR", "TEST"], adjust),
            (["ANDN", "BLSI", "BLSR", "BLSMSK", "BZHI"], parity | adjust),
            (["BEXTR"], parity | adjust | sign),
            // Of 32-bit code.
            (["AAA", "AAS"], parity | zero | sign | overflow),
            (["AAM", "AAD"], carry | adjust | overflow),
            (["DAA", "DAS"], overflow),
        ]
        return Dictionary(uniqueKeysWithValues: table.flatMap { names, flags in names.map { ($0, flags) } })
    }()

    /// - Parameter mnemonic: in capitals.
    public static func of(_ mnemonic: String) -> UInt64 { byMnemonic[mnemonic] ?? 0 }

    /// Those that are undefined whatever is counted; shifts and rotations by a known count leave fewer.
    /// - Parameter count: of a shift or rotation, as far as the processor looks at it; nil: it is no shift.
    /// - Parameter width: of the operand, in bits.
    public static func of(_ mnemonic: String, count: Int?, width: Int) -> UInt64 {
        guard let count else { return of(mnemonic) }
        switch mnemonic {
        case "ROL", "ROR", "RCL", "RCR": return count == 1 || count == 0 ? 0 : overflow
        case "SHL", "SAL", "SHR", "SAR", "SHLD", "SHRD":
            if count == 0 { return 0 }
            var flags = adjust
            if count != 1 { flags |= overflow }
            // SAR fills with the sign; of the others the last bit that went out is not in the operand.
            if count > width || count == width && mnemonic.count == 4 { flags |= carry }
            return flags
        default: return of(mnemonic)
        }
    }
}
