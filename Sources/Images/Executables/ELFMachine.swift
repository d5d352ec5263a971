/// The processor that an ELF file is for: `e_machine`, with the width and the flags that tell variants apart.
public struct ELFMachine: Hashable, Sendable {
    public var number: UInt16
    public var bits: Int
    public var isBigEndian: Bool
    public var flags: UInt32

    public init(number: UInt16, bits: Int, isBigEndian: Bool, flags: UInt32 = 0) {
        self.number = number
        self.bits = bits
        self.isBigEndian = isBigEndian
        self.flags = flags
    }

    /// As the ELF specification and its processor supplements name it: "EM_X86_64".
    public var title: String { row?.title ?? "processor \(number)" }

    /// The machine of `ISA/` that describes the processor; nil where there is none.
    public var isaName: String? {
        switch number {
        case 4 where flags & 0x0100_0000 != 0: return "m68000"
        default: return row?.isaNames.first
        }
    }

    /// Whether a machine of `ISA/` describes another processor. Machines that no ELF file names are anybody's.
    ///
    /// - Parameter names: the machine's own, and those of the machines that it extends.
    public func contradicts(_ names: [String]) -> Bool {
        let all = ELFMachine.rows.flatMap(\.isaNames)
        guard let row, !row.isaNames.isEmpty, names.contains(where: all.contains) else { return false }
        return !names.contains(where: row.isaNames.contains)
    }

    private struct Row {
        var number: UInt16
        var title: String
        /// The usual one first.
        var isaNames: [String]
    }

    private var row: Row? { ELFMachine.rows.first { $0.number == number } }

    /// Numbers as chapter 4 of the System V generic ABI registers them.
    private static let rows = [
        Row(number: 2, title: "EM_SPARC", isaNames: ["sparc-v8", "sparc-v9"]), Row(number: 3, title: "EM_386", isaNames: ["ia-32"]),
        Row(number: 4, title: "EM_68K", isaNames: ["m68010", "m68000"]), Row(number: 8, title: "EM_MIPS", isaNames: ["mips32"]),
        Row(number: 9, title: "EM_S370", isaNames: ["system-370"]),
        Row(number: 18, title: "EM_SPARC32PLUS", isaNames: ["sparc-v9"]),
        Row(number: 20, title: "EM_PPC", isaNames: ["powerpc"]), Row(number: 21, title: "EM_PPC64", isaNames: ["powerpc"]),
        Row(number: 22, title: "EM_S390", isaNames: ["z-architecture"]),
        Row(number: 40, title: "EM_ARM", isaNames: ["armv7-a"]),
        Row(number: 43, title: "EM_SPARCV9", isaNames: ["sparc-v9"]),
        Row(number: 50, title: "EM_IA_64", isaNames: ["itanium"]),
        Row(number: 62, title: "EM_X86_64", isaNames: ["x86-64"]), Row(number: 64, title: "EM_PDP10", isaNames: ["pdp-10"]),
        Row(number: 65, title: "EM_PDP11", isaNames: ["pdp-11-45"]), Row(number: 75, title: "EM_VAX", isaNames: ["vax"]),
        Row(number: 183, title: "EM_AARCH64", isaNames: ["aarch64"]),
        Row(number: 220, title: "EM_Z80", isaNames: ["z80"]), Row(number: 243, title: "EM_RISCV", isaNames: ["riscv"]),
        Row(number: 254, title: "EM_65816", isaNames: []), Row(number: 0x9026, title: "EM_ALPHA", isaNames: ["alpha"]),
    ]
}
