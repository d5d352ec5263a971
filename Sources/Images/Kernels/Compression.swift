import CCompression

/// How a part of a file is compressed.
public enum Compression: Hashable, Sendable, CaseIterable {
    /// The frame of the first LZ4 tools, which the kernel's build still writes.
    case lz4Legacy
    case xz, gzip, zstd

    public var title: String {
        switch self {
        case .lz4Legacy: return "LZ4"
        case .xz: return "XZ"
        case .gzip: return "gzip"
        case .zstd: return "zstd"
        }
    }

    private var magic: [UInt8] {
        switch self {
        case .lz4Legacy: return [0x02, 0x21, 0x4C, 0x18]
        case .xz: return [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
        case .gzip: return [0x1F, 0x8B]
        case .zstd: return [0x28, 0xB5, 0x2F, 0xFD]
        }
    }

    public init?(recognising bytes: some Collection<UInt8>) {
        guard let found = Compression.allCases.first(where: { bytes.starts(with: $0.magic) }) else { return nil }
        self = found
    }

    /// What a damaged size field cannot make us reserve.
    static let limit = 1 << 30

    /// Unpacks data of which the unpacked size is known.
    public func unpack(_ packed: ArraySlice<UInt8>, size: Int) throws(ProgramImageError) -> [UInt8] {
        guard size > 0, size <= Compression.limit else {
            throw .unpacking(format: title, problem: "it announces \(size) bytes")
        }
        var problem: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            // Safety: both buffers live as long as the call, and each decoder is told their sizes.
            packed.withUnsafeBufferPointer { input in
                switch self {
                case .lz4Legacy: problem = Compression.unpackLZ4(input, output)
                case .xz: problem = Compression.unpackXZ(input, output)
                case .gzip: problem = Compression.unpackGzip(input, output)
                case .zstd: problem = Compression.unpackZstd(input, output)
                }
            }
            count = problem == nil ? size : 0
        }
        if let problem { throw .unpacking(format: title, problem: problem) }
        return bytes
    }

    private typealias Input = UnsafeBufferPointer<UInt8>
    private typealias Output = UnsafeMutableBufferPointer<UInt8>

    private static let wrongSize = "it is not of the size that it announces"

    /// Blocks of 8 MiB unpacked, each behind its packed size.
    private static func unpackLZ4(_ input: Input, _ output: Output) -> String? {
        guard let source = input.baseAddress, let target = output.baseAddress else { return wrongSize }
        var place = 4
        var written = 0
        while place + 4 <= input.count, written < output.count {
            let size = (0..<4).reduce(0) { $0 | Int(input[place + $1]) << (8 * $1) }
            place += 4
            guard size > 0, size <= input.count - place else { return "a block lies outside" }
            let room = min(output.count - written, 8 << 20)
            // Safety: LZ4 reads at most `size` bytes from `place` and writes at most `room` bytes at `written`.
            let count = UnsafeRawPointer(source + place).withMemoryRebound(to: CChar.self, capacity: size) { from in
                UnsafeMutableRawPointer(target + written).withMemoryRebound(to: CChar.self, capacity: room) { to in
                    LZ4_decompress_safe(from, to, Int32(size), Int32(room))
                }
            }
            guard count > 0 else { return "a block is damaged" }
            place += size
            written += Int(count)
        }
        return written == output.count ? nil : wrongSize
    }

    private static func unpackXZ(_ input: Input, _ output: Output) -> String? {
        var memory = UInt64(Compression.limit)
        var read = 0
        var written = 0
        let result = lzma_stream_buffer_decode(
            &memory, 0, nil, input.baseAddress, &read, input.count, output.baseAddress, &written, output.count)
        guard result == LZMA_OK else { return "liblzma says \(result.rawValue)" }
        return written == output.count ? nil : wrongSize
    }

    private static func unpackGzip(_ input: Input, _ output: Output) -> String? {
        var stream = z_stream()
        // 15 bits of window, and 16 for gzip's own header and trailer.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return "zlib does not start"
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(clamping: input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(clamping: output.count)
        let result = inflate(&stream, Z_FINISH)
        guard result == Z_STREAM_END else { return "zlib says \(result)" }
        return stream.avail_out == 0 ? nil : wrongSize
    }

    private static func unpackZstd(_ input: Input, _ output: Output) -> String? {
        let written = ZSTD_decompress(output.baseAddress, output.count, input.baseAddress, input.count)
        if ZSTD_isError(written) != 0 { return String(cString: ZSTD_getErrorName(written)) }
        return written == output.count ? nil : wrongSize
    }
}
