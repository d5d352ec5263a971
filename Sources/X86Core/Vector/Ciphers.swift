import CHostVector

// AES and carry-less multiplication: by the host where it has them, else by what stands here. FIPS 197; Intel SDM
// volume 2.

enum Ciphers {
    typealias Two = (UnsafeMutableRawPointer, UnsafeRawPointer) -> Void

    static let rounds: [String: Handler] =
        host_has_aes()
        ? [
            "AESENC": { onTwo($0, $1, vector_aesenc) }, "AESENCLAST": { onTwo($0, $1, vector_aesenclast) },
            "AESDEC": { onTwo($0, $1, vector_aesdec) }, "AESDECLAST": { onTwo($0, $1, vector_aesdeclast) },
            "AESIMC": { onTwo($0, $1, vector_aesimc) },
        ] : portableRounds

    static let portableRounds: [String: Handler] = [
        "AESENC": { onTwo($0, $1) { PortableCipher.encrypt($0, $1, isLast: false) } },
        "AESENCLAST": { onTwo($0, $1) { PortableCipher.encrypt($0, $1, isLast: true) } },
        "AESDEC": { onTwo($0, $1) { PortableCipher.decrypt($0, $1, isLast: false) } },
        "AESDECLAST": { onTwo($0, $1) { PortableCipher.decrypt($0, $1, isLast: true) } },
        "AESIMC": { onTwo($0, $1, PortableCipher.unmix) },
    ]

    static let controlled: [String: Handler] = [
        "AESKEYGENASSIST": host_has_aes()
            ? { onTwo($0, $1, immediate: vector_aeskeygenassist) } : { onTwo($0, $1, immediate: PortableCipher.assist) },
        "PCLMULQDQ": host_has_pclmulqdq()
            ? { onTwo($0, $1, immediate: vector_pclmulqdq) } : { onTwo($0, $1, immediate: PortableCipher.multiply) },
    ]
}

/// The state is 16 bytes, column by column: byte `4 c + r` stands in row r of column c.
enum PortableCipher {
    private typealias Block = SIMD16<UInt8>

    /// The S-box and its inverse: the inverse in GF(2^8), then an affine map.
    private static let boxes: (forward: [UInt8], backward: [UInt8]) = {
        var forward = [UInt8](repeating: 0, count: 256)
        var backward = forward
        for value in UInt8.min...UInt8.max {
            // The inverse is the 254th power.
            var inverse: UInt8 = 1
            for _ in 0..<254 { inverse = product(inverse, value) }
            var mapped: UInt8 = 0x63 ^ inverse
            for turn in 1...4 { mapped ^= inverse << UInt8(turn) | inverse >> UInt8(8 - turn) }
            forward[Int(value)] = mapped
            backward[Int(mapped)] = value
        }
        return (forward, backward)
    }()

    /// In GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
    private static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var (result, factor, rest) = (UInt8(0), a, b)
        while rest != 0 {
            if rest & 1 != 0 { result ^= factor }
            factor = factor << 1 ^ (factor & 0x80 != 0 ? 0x1B : 0)
            rest >>= 1
        }
        return result
    }

    /// Each column times a polynomial over GF(2^8).
    private static func mixed(_ block: Block, _ factors: [UInt8]) -> Block {
        var result = Block()
        for column in 0..<4 {
            for row in 0..<4 {
                for other in 0..<4 {
                    result[4 * column + row] ^= product(factors[(other - row) & 3], block[4 * column + other])
                }
            }
        }
        return result
    }

    /// Rows turned by their numbers, and each byte replaced.
    private static func substituted(_ block: Block, _ box: [UInt8], turn: Int) -> Block {
        var result = Block()
        for index in 0..<16 { result[index] = box[Int(block[(index + turn * 4 * (index & 3)) & 15])] }
        return result
    }

    static func encrypt(_ target: UnsafeMutableRawPointer, _ key: UnsafeRawPointer, isLast: Bool) {
        var block = substituted(target.load(as: Block.self), boxes.forward, turn: 1)
        if !isLast { block = mixed(block, [2, 3, 1, 1]) }
        target.storeBytes(of: block ^ key.load(as: Block.self), as: Block.self)
    }

    static func decrypt(_ target: UnsafeMutableRawPointer, _ key: UnsafeRawPointer, isLast: Bool) {
        var block = substituted(target.load(as: Block.self), boxes.backward, turn: -1)
        if !isLast { block = mixed(block, [14, 11, 13, 9]) }
        target.storeBytes(of: block ^ key.load(as: Block.self), as: Block.self)
    }

    static func unmix(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer) {
        target.storeBytes(of: mixed(source.load(as: Block.self), [14, 11, 13, 9]), as: Block.self)
    }

    static func assist(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ constant: UInt8) {
        var words = source.load(as: SIMD4<UInt32>.self)
        func replaced(_ word: UInt32) -> UInt32 {
            var result: UInt32 = 0
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                result |= UInt32(boxes.forward[Int(word >> shift & 0xFF)]) << shift
            }
            return result
        }
        let (first, third) = (replaced(words[1]), replaced(words[3]))
        words[0] = first
        words[1] = (first >> 8 | first << 24) ^ UInt32(constant)
        words[2] = third
        words[3] = (third >> 8 | third << 24) ^ UInt32(constant)
        target.storeBytes(of: words, as: SIMD4<UInt32>.self)
    }

    static func multiply(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ halves: UInt8) {
        let first = target.load(fromByteOffset: halves & 1 != 0 ? 8 : 0, as: UInt64.self)
        let second = source.load(fromByteOffset: halves & 16 != 0 ? 8 : 0, as: UInt64.self)
        var (low, high): (UInt64, UInt64) = (0, 0)
        for bit in UInt64(0)..<64 where second >> bit & 1 != 0 {
            low ^= first << bit
            if bit > 0 { high ^= first >> (64 - bit) }
        }
        target.storeBytes(of: SIMD2(low, high), as: SIMD2<UInt64>.self)
    }
}
