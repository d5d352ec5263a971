/// What a file is, as its first bytes tell. Names and extensions are not asked: they lie.
public enum FileKind: Hashable, Sendable {
    case empty
    /// Cells with their addresses, as the assembler writes them.
    case traplineImage
    /// Assembly source: text that names its machine.
    case assemblySource
    /// A description of a machine.
    case machineDescription
    case elf(bits: Int)
    case gzip, xz, zstd, lz4, bzip2
    /// A Linux kernel for a PC, with its boot header.
    case linuxKernel
    case text
    case binary

    /// In words, for messages: "this is ...".
    public var description: String {
        switch self {
        case .empty: return "an empty file"
        case .traplineImage: return "a Trapline image"
        case .assemblySource: return "assembly source"
        case .machineDescription: return "an ISA file"
        case .elf(let bits): return "a \(bits)-bit ELF file"
        case .gzip: return "gzip-compressed data"
        case .xz: return "xz-compressed data"
        case .zstd: return "zstd-compressed data"
        case .lz4: return "lz4-compressed data"
        case .bzip2: return "bzip2-compressed data"
        case .linuxKernel: return "a Linux kernel for a PC (bzImage)"
        case .text: return "text"
        case .binary: return "binary data of no known kind"
        }
    }

    /// Recognises a file by its bytes.
    public init(recognising bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(1 << 16))
        self = FileKind.byMagic(head) ?? FileKind.byText(head)
    }

    /// The kinds that begin with, or hold at a fixed place, bytes of their own.
    private static func byMagic(_ head: [UInt8]) -> FileKind? {
        if head.isEmpty { return .empty }
        if head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
            return .elf(bits: head.count > 4 && head[4] == 1 ? 32 : 64)
        }
        // The boot protocol puts "HdrS" at 0x202 of a kernel image.
        if head.count > 0x206, head[0x202..<0x206].elementsEqual([0x48, 0x64, 0x72, 0x53]) { return .linuxKernel }
        let magics: [([UInt8], FileKind)] = [
            ([0x1F, 0x8B], .gzip), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz), ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
            ([0x04, 0x22, 0x4D, 0x18], .lz4), ([0x02, 0x21, 0x4C, 0x18], .lz4), ([0x42, 0x5A, 0x68], .bzip2),
        ]
        return magics.first { head.starts(with: $0.0) }?.1
    }

    /// The kinds of text, told apart by their first words.
    private static func byText(_ head: [UInt8]) -> FileKind {
        guard isText(head) else { return .binary }
        for line in head.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
            guard let first = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { continue }
            if first.hasPrefix("--") || first.hasPrefix(";") || first.hasPrefix("#") { continue }
            switch first {
            case "trapline-image": return .traplineImage
            case ".machine": return .assemblySource
            case "machine", "extends": return .machineDescription
            default: return .text
            }
        }
        return .text
    }

    /// No control characters but blanks, and well-formed UTF-8 up to a character that the cut may split.
    private static func isText(_ head: [UInt8]) -> Bool {
        if head.contains(where: { $0 == 0x7F || ($0 < 0x20 && !(0x09...0x0D).contains($0)) }) { return false }
        let decoded = String(decoding: head, as: UTF8.self)
        let replaced = decoded.unicodeScalars.filter { $0.value == 0xFFFD }.count
        return replaced <= 1
    }
}
