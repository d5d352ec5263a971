@testable import ISALanguage

/// A text with small damage, of the kinds that people and disks do.
struct Mutant {
    var bytes: [UInt8]

    static let words: [String] = [
        "machine ", "state\n", "  register r[4] : 8\n", "  storage e[16] : 8\n", "  pc p : 4\n", "instruction ",
        "\"A b\"\n",
        "  encoding ", "0x10 ", "b:8 ", "| ", "if ", "then ", "else\n", "case ", "\n    ", "\n  ", "\n", "(", ")", "[",
        "]",
        "<- ", "= ", "+ ", "- ", "++ ", "r", "e", ".real", ".as(", "64", "65", "2^63", "0xFFFFFFFFFFFFFFFF ", ":", ", ",
        "..",
        "function f(a : 8) : 8\n", "  = a\n", "zext(", "trap ", "when ", "for i in 0..3\n", "let x = ", "operand o\n",
        "  form f \"{n}\" n:8\n", "translate(a : 4, access)\n", "replace ", "extends a\n", "include \"a\"\n",
        "instructions\n",
        "as ", "OP", "abstract ", "depth system\n", "unit 8\n", "--", "\"", "_:4 ", "where ", "order ", "not ", "and ",
        "~",
    ]

    mutating func mutate(_ random: inout SplitMix64) {
        func below(_ count: Int) -> Int { count <= 0 ? 0 : Int(random.next() % UInt64(count)) }
        guard !bytes.isEmpty else { return }
        let start = below(bytes.count)
        switch below(9) {
        case 0: bytes[start] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.removeSubrange(start..<min(bytes.count, start + 1 + below(20)))
        case 2: bytes.insert(contentsOf: bytes[start..<min(bytes.count, start + 1 + below(60))], at: below(bytes.count))
        case 3: bytes.insert(contentsOf: Mutant.words[below(Mutant.words.count)].utf8, at: start)
        case 4: replaceLine(with: nil, &random)
        case 5: replaceLine(with: lines[below(lines.count)], &random)
        case 6: swapWords(&random)
        case 7: changeDigit(&random)
        default: bytes.truncate(to: start)
        }
    }

    private var lines: [ArraySlice<UInt8>] { bytes.split(separator: 10, omittingEmptySubsequences: false) }

    private mutating func replaceLine(with line: ArraySlice<UInt8>?, _ random: inout SplitMix64) {
        var all = lines
        let index = Int(random.next() % UInt64(all.count))
        if let line { all[index] = line } else { all.remove(at: index) }
        bytes = Array(all.joined(separator: [10]))
    }

    /// Exchanges two words of the text.
    private mutating func swapWords(_ random: inout SplitMix64) {
        var words = bytes.split(separator: 32, omittingEmptySubsequences: false)
        guard words.count > 1 else { return }
        words.swapAt(Int(random.next() % UInt64(words.count)), Int(random.next() % UInt64(words.count)))
        bytes = Array(words.joined(separator: [32]))
    }

    private mutating func changeDigit(_ random: inout SplitMix64) {
        let digits = bytes.indices.filter { (48...57).contains(bytes[$0]) }
        guard !digits.isEmpty else { return }
        bytes[digits[Int(random.next() % UInt64(digits.count))]] = 48 + UInt8(random.next() % 10)
    }
}

extension Array {
    fileprivate mutating func truncate(to count: Int) { removeSubrange(Swift.min(count, self.count)...) }
}

/// The files of a machine's folder, one of them damaged.
struct MutatingLoader: SourceLoader {
    var folder: String
    var seed: UInt64

    func load(path: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        var source = try FileSourceLoader(folders: []).load(path: "\(folder)/\(path)", relativeTo: nil)
        source.path = path
        var random = SplitMix64(seed: seed ^ UInt64(path.utf8.count))
        if random.next() % 3 == 0 {
            var mutant = Mutant(bytes: source.bytes)
            mutant.mutate(&random)
            source.bytes = mutant.bytes
        }
        return source
    }

    func loadMachine(named name: String, relativeTo origin: String?) throws(SourceLoaderError) -> LoadedSource {
        try load(path: name, relativeTo: origin)
    }
}
