/// The header by which a Multiboot kernel is known: three words that sum to 0, in the first 8192 bytes, on 4 bytes
/// (Multiboot specification 0.6.96, section 3.1).
struct MultibootHeader {
    /// Where it stands in the file.
    let offset: UInt64
    let flags: UInt32
    /// Where the parts go, where the header says so itself (flag 16): the "a.out kludge".
    let addresses: Addresses?

    struct Addresses {
        var header: UInt32
        var load: UInt32
        /// 0: to the end of the file.
        var loadEnd: UInt32
        /// 0: there is nothing to be zero.
        var zeroEnd: UInt32
        var entry: UInt32
    }

    init?(in file: [UInt8]) {
        let reader = ByteReader(file[...])
        for place in stride(from: UInt64(0), to: UInt64(min(file.count, 8192)), by: 4) {
            guard reader.number(at: place, width: 4) == 0x1BAD_B002, let flags = reader.number(at: place + 4, width: 4),
                let checksum = reader.number(at: place + 8, width: 4),
                UInt32(truncatingIfNeeded: 0x1BAD_B002 + flags + checksum) == 0
            else { continue }
            offset = place
            self.flags = UInt32(flags)
            let words = (3..<8).compactMap { reader.number(at: place + 4 * $0, width: 4) }.map { UInt32($0) }
            let isThere = flags & 1 << 16 != 0 && words.count == 5
            addresses = isThere
                ? Addresses(header: words[0], load: words[1], loadEnd: words[2], zeroEnd: words[3], entry: words[4])
                : nil
            return
        }
        return nil
    }

    static let missing = BootError(
        .request, "the file has no Multiboot header (0x1BADB002 and a checksum, in the first 8192 bytes)",
        remedy: "leave the protocol to be found, or give a Multiboot kernel")
}
