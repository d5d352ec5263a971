import CCompression
import Images
import Testing

@Suite struct LinuxKernels {
    private static let code = Array(repeating: [UInt8](0...255), count: 64).flatMap { $0 }

    @Test(arguments: Compression.allCases)
    func everyCompressionIsUnpacked(compression: Compression) throws {
        let kernel = MadeELF(code: LinuxKernels.code).bytes
        let packed = try #require(pack(kernel, compression))
        let image = try #require(try ProgramImage(reading: bzImage(packed, kernel.count, compression)))
        #expect(image.code.first.map { Array($0.bytes) } == LinuxKernels.code)
        #expect(image.remarks == ["bzImage, payload \(compression.title)"])
    }

    @Test(arguments: Compression.allCases)
    func damageIsToldInWords(compression: Compression) throws {
        let kernel = MadeELF(code: LinuxKernels.code).bytes
        let packed = try #require(pack(kernel, compression))
        let whole = bzImage(packed, kernel.count, compression)
        #expect(throws: ProgramImageError.self) { try ProgramImage(reading: Array(whole.dropLast(whole.count / 20))) }
        var wrong = bzImage(Array(packed.prefix(packed.count / 2)), kernel.count, compression)
        #expect(throws: ProgramImageError.self) { try ProgramImage(reading: wrong) }
        wrong = bzImage(packed, kernel.count + 1, compression)
        if compression != .gzip { #expect(throws: ProgramImageError.self) { try ProgramImage(reading: wrong) } }
    }

    @Test func anOldProtocolIsRefused() {
        var bytes = bzImage([1, 2, 3, 4, 5], 1, .xz)
        bytes[0x206] = 7
        #expect(throws: ProgramImageError.unsupported("a kernel of boot protocol 2.7, older than 2.8,")) {
            try ProgramImage(reading: bytes)
        }
    }

    /// Two setup sectors, and the payload 0x20 bytes behind them.
    private func bzImage(_ packed: [UInt8], _ size: Int, _ compression: Compression) -> [UInt8] {
        var payload = ByteWriter(bytes: packed)
        if compression != .gzip { payload.number(UInt64(size), 4) }
        var file = ByteWriter(bytes: Array(repeating: 0, count: 3 * 512 + 0x20))
        func put(_ value: UInt64, _ width: Int, at place: Int) {
            var writer = ByteWriter()
            writer.number(value, width)
            file.bytes.replaceSubrange(place..<place + width, with: writer.bytes)
        }
        put(2, 1, at: 0x1F1)
        put(0x5372_6448, 4, at: 0x202)
        put(0x20F, 2, at: 0x206)
        put(0x20, 4, at: 0x248)
        put(UInt64(payload.bytes.count), 4, at: 0x24C)
        return file.bytes + payload.bytes
    }

    /// With the libraries' own packers.
    private func pack(_ bytes: [UInt8], _ compression: Compression) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: 2 * bytes.count + 1024)
        switch compression {
        case .lz4Legacy:
            let count = output.withUnsafeMutableBytes { to in
                bytes.withUnsafeBytes { from in
                    LZ4_compress_default(
                        from.baseAddress?.assumingMemoryBound(to: CChar.self),
                        to.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(from.count), Int32(to.count))
                }
            }
            var frame = ByteWriter(bytes: [0x02, 0x21, 0x4C, 0x18])
            frame.number(UInt64(count), 4)
            return frame.bytes + output.prefix(Int(count))
        case .xz:
            var count = 0
            let size = output.count
            let result = lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, nil, bytes, bytes.count, &output, &count, size)
            return result == LZMA_OK ? Array(output.prefix(count)) : nil
        case .gzip:
            var stream = z_stream()
            deflateInit2_(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            defer { deflateEnd(&stream) }
            return bytes.withUnsafeBufferPointer { from in
                output.withUnsafeMutableBufferPointer { to -> [UInt8]? in
                    stream.next_in = UnsafeMutablePointer(mutating: from.baseAddress)
                    stream.avail_in = UInt32(from.count)
                    stream.next_out = to.baseAddress
                    stream.avail_out = UInt32(to.count)
                    guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
                    return Array(to.prefix(Int(stream.total_out)))
                }
            }
        case .zstd:
            let size = output.count
            let count = ZSTD_compress(&output, size, bytes, bytes.count, 3)
            return ZSTD_isError(count) == 0 ? Array(output.prefix(count)) : nil
        }
    }
}
