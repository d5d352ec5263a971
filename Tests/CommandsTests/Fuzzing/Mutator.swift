/// Small deterministic generator, so that a seed names a run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Spoils files: bytes, words and lines are changed, moved, doubled and lost; numbers become the
/// numbers at which programs break.
struct Mutator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private static let numbers = [
        "0", "1", "-1", "63", "64", "65", "255", "256", "32767", "32768", "65536", "2147483648", "4294967296",
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "2^15", "2^64",
        "2^99999999999", "0x", "0xFFFFFFFFFFFFFFFFF", "0b", "999999999999999999999999999999", "1_000_000", "0o777",
    ]

    private static let fragments = [
        "(", ")", "((((((((((((((((", "[", "]", "{", "}", "\"", "'", ":", "<-", "++", "if", "then", "else", "case",
        "trap", "let", "e[", "e.real[", "--", ";", ".word", ".org", ".space", ".align", ".machine", "extends",
        "include \"machine.isa\"", "replace", "remove", "\t", "\r", "\u{0}", "\u{FEFF}", "\u{202E}", "größe", "🙂",
        "zext(", "sext(", "not not not not", "- - - -", "~~~~", "@", "$", "\\", "x[0..63]", "r[r[r[0]]]",
    ]

    /// One to four mutations of the text or the bytes.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: flipBit(&result)
            case 1: replaceRange(&result, with: [UInt8.random(in: 0...255, using: &random)], longest: 1)
            case 2: replaceRange(&result, with: [], longest: 40)
            case 3: insert(&result, pick(Mutator.fragments))
            case 4, 5: replaceNumber(&result)
            case 6: swapLines(&result)
            case 7: repeatPart(&result)
            case 8: result = Array(result.prefix(Int.random(in: 0...max(result.count, 1), using: &random)))
            default: replaceWord(&result)
            }
        }
        return result
    }

    mutating func pick<Element>(_ values: [Element]) -> Element {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func position(in bytes: [UInt8]) -> Int { Int.random(in: 0...bytes.count, using: &random) }

    private mutating func flipBit(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
    }

    private mutating func insert(_ bytes: inout [UInt8], _ text: String) {
        let place = position(in: bytes)
        bytes.insert(contentsOf: Array(text.utf8), at: place)
    }

    private mutating func replaceRange(_ bytes: inout [UInt8], with new: [UInt8], longest: Int) {
        let start = position(in: bytes)
        let end = min(bytes.count, start + Int.random(in: 0...longest, using: &random))
        bytes.replaceSubrange(start..<end, with: new)
    }

    /// The runs of bytes that a condition holds for.
    private func runs(_ bytes: [UInt8], where condition: (UInt8) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            if condition(byte) {
                start = start ?? index
            } else if let first = start {
                runs.append(first..<index)
                start = nil
            }
        }
        if let first = start { runs.append(first..<bytes.count) }
        return runs
    }

    private mutating func replaceNumber(_ bytes: inout [UInt8]) {
        let found = runs(bytes) { (0x30...0x39).contains($0) }
        guard !found.isEmpty else { return }
        bytes.replaceSubrange(pick(found), with: Array(pick(Mutator.numbers).utf8))
    }

    /// One word takes another's place: most texts that come of it still read like the language.
    private mutating func replaceWord(_ bytes: inout [UInt8]) {
        let found = runs(bytes) { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
        guard found.count > 1 else { return }
        let source = Array(bytes[pick(found)])
        bytes.replaceSubrange(pick(found), with: source)
    }

    private mutating func swapLines(_ bytes: inout [UInt8]) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let a = Int.random(in: 0..<lines.count, using: &random)
        let b = Int.random(in: 0..<lines.count, using: &random)
        lines.swapAt(a, b)
        bytes = Array(lines.joined(separator: [0x0A]))
    }

    private mutating func repeatPart(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let start = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 1...200, using: &random))
        let times = pick([1, 2, 10, 200])
        let part = Array(bytes[start..<end])
        for _ in 0..<times { bytes.insert(contentsOf: part, at: end) }
    }
}
