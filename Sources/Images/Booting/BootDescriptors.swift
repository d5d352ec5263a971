/// The segment descriptors that an image begins with. The selectors are those of Linux's boot protocol (__BOOT_CS 0x10,
/// __BOOT_DS 0x18; Documentation/arch/x86/boot.rst); the other protocols leave them open.
struct BootDescriptors {
    /// Where the table lies.
    let base: UInt64
    let isLong: Bool

    static let size: UInt64 = 0x30

    var table: X86BootState.Table { X86BootState.Table(base: base, limit: UInt16(BootDescriptors.size - 1)) }
    var code: X86BootState.Segment {
        X86BootState.Segment(selector: 0x10, limit: .max, attributes: isLong ? 0xA09B : 0xC09B)
    }
    var data: X86BootState.Segment { X86BootState.Segment(selector: 0x18, limit: .max, attributes: 0xC093) }
    /// A busy task of 0x67 bytes at 0, which PVH asks for; nothing is ever stored there.
    var task: X86BootState.Segment { X86BootState.Segment(selector: 0x20, limit: 0x67, attributes: 0x008B) }

    var bytes: [UInt8] {
        var writer = LittleEndianWriter()
        for selector in stride(from: UInt16(0), to: UInt16(BootDescriptors.size), by: 8) {
            let segment = [code, data, task].first { $0.selector == selector }
            writer.put(segment.map(BootDescriptors.descriptor) ?? 0, 8)
        }
        return writer.bytes
    }

    /// Intel SDM volume 3, figure 3-8. The accessed and busy bits are set already: nobody need write to the table.
    private static func descriptor(_ segment: X86BootState.Segment) -> UInt64 {
        let isInPages = segment.attributes & 0x8000 != 0
        let limit = UInt64(isInPages ? segment.limit >> 12 : segment.limit)
        let low = limit & 0xFFFF | (segment.base & 0xFF_FFFF) << 16
        let high = UInt64(segment.attributes) << 8 | limit & 0xF_0000 | segment.base & 0xFF00_0000
        return low | high << 32
    }
}

/// Page tables that map the first 4 GiB to themselves in pages of 2 MiB (Intel SDM volume 3, section 4.5).
struct IdentityTables {
    /// Where the six pages lie: the root, one table of directories, four directories.
    let base: UInt64

    static let size: UInt64 = 6 * 4096

    var bytes: [UInt8] {
        var writer = LittleEndianWriter()
        // Present and writeable; for the pages themselves also "large".
        writer.put(base + 0x1000 | 3, 8)
        writer.fill(to: 0x1000)
        for directory in UInt64(0)..<4 { writer.put(base + 0x2000 + directory * 0x1000 | 3, 8) }
        writer.fill(to: 0x2000)
        for page in UInt64(0)..<2048 { writer.put(page << 21 | 0x83, 8) }
        return writer.bytes
    }
}

/// Structures as the protocols lay them out: little-endian, without gaps of our own.
struct LittleEndianWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: UInt64, _ width: Int) {
        for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
    mutating func put(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }
    mutating func fill(to size: Int) {
        while bytes.count < size { bytes.append(0) }
    }
}
