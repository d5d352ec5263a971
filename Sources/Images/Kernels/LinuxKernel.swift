/// A Linux kernel as a PC's boot loader reads it: setup code, then a loader of its own with the real kernel inside
/// as a compressed ELF file. The fields are those of Documentation/arch/x86/boot.rst in the kernel's sources.
public struct LinuxKernel: Sendable {
    /// What the kernel calls itself: "6.1.0-13-cloud-amd64 (builder) #1 SMP ...". Empty where the image does not say.
    public static func version(of bytes: [UInt8]) -> String {
        let reader = ByteReader(bytes[...])
        // The field counts from 0x200 on; 0 means that there is none.
        guard reader.number(at: 0x202, width: 4) == 0x5372_6448, let place = reader.number(at: 0x20E, width: 2),
            place != 0, let text = reader.text(at: 0x200 + place), text.utf8.count < 512,
            text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) })
        else { return "" }
        return text
    }

    /// The same for messages: "Linux 6.1.0-13-cloud-amd64". Other programs that borrow the header (memtest86+) name
    /// themselves in whole.
    static func title(of bytes: [UInt8]) -> String {
        let version = version(of: bytes)
        if version.first?.isNumber == true { return "Linux \(version.prefix { $0 != " " })" }
        return version.isEmpty ? "a kernel without a version" : String(version.prefix(60))
    }

    /// The boot protocol: 0x20F is 2.15.
    public let protocolVersion: Int
    public let compression: Compression
    /// The unpacked kernel.
    public let payload: [UInt8]

    public init(_ bytes: [UInt8]) throws(ProgramImageError) {
        let reader = ByteReader(bytes[...])
        guard reader.number(at: 0x202, width: 4) == 0x5372_6448, let version = reader.number(at: 0x206, width: 2),
            let sectors = reader.number(at: 0x1F1, width: 1)
        else { throw .damaged("there is no boot header") }
        protocolVersion = Int(version)
        guard version >= 0x208 else {
            throw .unsupported("a kernel of boot protocol \(version >> 8).\(version & 0xFF), older than 2.8,")
        }
        // For historical reasons no setup sectors means four; the boot sector itself is not counted.
        let setup = (sectors == 0 ? 4 : sectors) + 1
        guard let offset = reader.number(at: 0x248, width: 4), let length = reader.number(at: 0x24C, width: 4),
            length > 4, let packed = reader.slice(at: setup * 512 + offset, count: length)
        else { throw .damaged("the payload that the boot header names lies outside") }
        guard let found = Compression(recognising: packed) else {
            throw .unsupported("a kernel that is compressed in a way other than LZ4, XZ, gzip or zstd")
        }
        compression = found
        // The build puts the unpacked size behind the compressed data; gzip's own last field is the same number.
        let size = ByteReader(packed).number(at: length - 4, width: 4) ?? 0
        let data = found == .gzip ? packed : packed.dropLast(4)
        payload = try found.unpack(data, size: Int(size))
    }
}
