/// A run of bytes with the address at which the program has it.
public struct CodeRegion: Hashable, Sendable {
    /// The section's name; empty where there are no sections.
    public var name: String
    public var address: UInt64
    public var bytes: ArraySlice<UInt8>

    public init(name: String, address: UInt64, bytes: ArraySlice<UInt8>) {
        self.name = name
        self.address = address
        self.bytes = bytes
    }

    public func contains(_ address: UInt64) -> Bool {
        address >= self.address && address - self.address < UInt64(bytes.count)
    }
}

/// A name for an address.
public struct ProgramSymbol: Hashable, Sendable {
    public var name: String
    public var address: UInt64
    /// In bytes; 0 where it is not known.
    public var size: UInt64
    /// It names code, so that an instruction begins there.
    public var isFunction: Bool

    public init(name: String, address: UInt64, size: UInt64 = 0, isFunction: Bool) {
        self.name = name
        self.address = address
        self.size = size
        self.isFunction = isFunction
    }
}

/// A program as a scan looks at it: the code, and what is known of it.
public struct ProgramImage: Sendable {
    /// What the code is for, as ELF numbers processors; nil for raw code.
    public var machine: ELFMachine?
    /// In the file's order; they do not overlap in a well-formed file.
    public var code: [CodeRegion]
    /// By address, then name.
    public var symbols: [ProgramSymbol]
    public var entry: UInt64?
    /// Further places at which instructions begin, though no symbol names them.
    public var starts: [UInt64] = []
    /// How the image was had from the file: "bzImage, payload LZ4", "symbols from kallsyms".
    public var remarks: [String]

    public init(
        machine: ELFMachine?, code: [CodeRegion], symbols: [ProgramSymbol] = [], entry: UInt64? = nil,
        remarks: [String] = []
    ) {
        self.machine = machine
        self.code = code
        self.symbols = symbols.sorted { ($0.address, $0.name) < ($1.address, $1.name) }
        self.entry = entry
        self.remarks = remarks
    }

    /// An ELF file, or a Linux kernel for a PC, which is one inside. Nil for anything else.
    public init?(reading bytes: [UInt8]) throws(ProgramImageError) {
        switch FileKind(recognising: bytes.prefix(1 << 16)) {
        case .elf:
            self = try ELFFile(bytes[...]).program()
        case .linuxKernel:
            let kernel = try LinuxKernel(bytes)
            self = try ELFFile(kernel.payload[...]).program()
            remarks.insert("bzImage, payload \(kernel.compression.title)", at: 0)
        default: return nil
        }
    }
}
