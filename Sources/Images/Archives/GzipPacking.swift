import CCompression

extension Compression {
    /// Packs bytes as gzip does, without a name and a time: the same bytes give the same result.
    public static func gzipped(_ bytes: [UInt8], level: Int32 = 6) throws(ProgramImageError) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window, and 16 for gzip's own header and trailer.
        let size = Int32(MemoryLayout<z_stream>.size)
        guard bytes.count <= Compression.limit,
            deflateInit2_(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
        else { throw .unpacking(format: "gzip", problem: "zlib does not start on \(bytes.count) bytes") }
        defer { deflateEnd(&stream) }
        let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
        var result: Int32 = Z_STREAM_ERROR
        let packed = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            // Safety: zlib is told the sizes of both buffers, and both live as long as the call.
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                result = deflate(&stream, Z_FINISH)
            }
            count = result == Z_STREAM_END ? Int(stream.total_out) : 0
        }
        guard result == Z_STREAM_END else { throw .unpacking(format: "gzip", problem: "zlib says \(result)") }
        return packed
    }
}
