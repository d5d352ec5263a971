/// The file MANIFEST: size and hash of every other file, one line a file, sorted by name in byte order.
///
///     trapline-certificates 1
///     HASH SIZE NAME
struct Manifest: Equatable {
    struct Entry: Equatable {
        var digest: SHA256.Digest
        var size: Int
    }

    static let fileName = "MANIFEST"
    static let firstLine: StaticString = "trapline-certificates 1"
    /// No file of a certificate is larger, in bytes.
    static let sizeLimit = 1 << 30
    /// No folder holds more files.
    static let countLimit = 1 << 24

    var entries: [String: Entry] = [:]

    mutating func record(_ name: String, _ bytes: [UInt8]) {
        entries[name] = Entry(digest: SHA256.digest(of: bytes), size: bytes.count)
    }

    var names: [String] { entries.keys.sorted { $0.utf8.precedes($1.utf8) } }

    var text: [UInt8] {
        var bytes = Array("\(Manifest.firstLine)\n".utf8)
        for (name, entry) in entries.sorted(by: { $0.key.utf8.precedes($1.key.utf8) }) {
            bytes.append(contentsOf: "\(entry.digest) \(entry.size) \(name)\n".utf8)
        }
        return bytes
    }

    init() {}

    init(text bytes: [UInt8]) throws(CertificateError) {
        var scanner = ByteScanner(bytes, file: Manifest.fileName)
        try scanner.take(Manifest.firstLine)
        try scanner.takeNewline()
        var last: String?
        while !scanner.isAtEnd {
            guard let digest = scanner.takeDigest() else { throw scanner.malformed("expected a SHA-256 hash") }
            try scanner.take(" ")
            let size = try scanner.takeNumber(upTo: Manifest.sizeLimit)
            try scanner.take(" ")
            let line = scanner.line
            let name = String(decoding: try scanner.takeLine(), as: UTF8.self)
            guard Manifest.isKnown(name), last.map({ $0.utf8.precedes(name.utf8) }) ?? true else {
                throw CertificateError(
                    .malformed, file: Manifest.fileName, at: .line(line),
                    "'\(Token.spelled(name))' is out of order or no name that certificates use")
            }
            entries[name] = Entry(digest: digest, size: size)
            last = name
        }
    }

    /// Whether a certificate folder may hold a file of this name beside the manifest.
    static func isKnown(_ name: String) -> Bool {
        if name == ClaimList.fileName { return true }
        guard name.hasPrefix("claim-") else { return false }
        let parts = name.dropFirst(6).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), number > 0, String(number) == parts[0] else { return false }
        return ["cnf", "drat", "map"].contains(parts[1])
    }
}
