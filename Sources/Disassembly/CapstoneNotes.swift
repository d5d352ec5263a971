/// What `ISA/<machine>/capstone.txt` says of Capstone's view of the machine:
///
///     name lcall = CALL           Capstone's name for what the file calls otherwise
///     none aaa : why              a mnemonic that this machine has not
///     privilege CLI : file : why  who is right where Capstone's privilege group and the derived class differ
///     incomparable : why          user mode is not the one that the privilege group is about
///
/// `--` starts a comment.
public struct CapstoneNotes: Sendable, Hashable {
    public enum Right: String, Sendable, Hashable {
        case file
        case capstone = "Capstone"
    }

    public struct Disagreement: Sendable, Hashable {
        public var right: Right
        public var reason: String
        public var line: Int
    }

    public struct Mistake: Error, Hashable, Sendable {
        public var line: Int
        public var message: String
    }

    /// By Capstone's name: the file's.
    public var names: [String: (name: String, line: Int)] { namesByLine.mapValues { ($0.text, $0.line) } }
    private var namesByLine: [String: Line] = [:]
    /// By Capstone's name: why the machine has it not.
    private var absentByLine: [String: Line] = [:]
    /// By variant.
    public private(set) var disagreements: [String: Disagreement] = [:]
    /// Why the privilege group says nothing of this machine.
    public private(set) var incomparability: String?

    private struct Line: Hashable, Sendable {
        var text: String
        var line: Int
    }

    public init() {}

    /// Why a mnemonic is none of this machine's; nil where nothing is said.
    public func absence(of mnemonic: String) -> String? { absentByLine[mnemonic]?.text }
    public var absent: [String: Int] { absentByLine.mapValues(\.line) }

    /// Adds a file's lines; those of a machine count more than those of one that it extends, which are read first.
    public mutating func read(_ text: String) throws(Mistake) {
        for (index, whole) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = whole.range(of: "--").map { whole[..<$0.lowerBound] } ?? whole
            let words = content.split(separator: " ").map(String.init)
            guard let kind = words.first else { continue }
            let line = index + 1
            switch kind {
            case "name":
                guard words.count == 4, words[2] == "=" else {
                    throw Mistake(line: line, message: "expected 'name lcall = CALL'")
                }
                namesByLine[words[1]] = Line(text: words[3], line: line)
            case "none":
                guard words.count > 3, words[2] == ":" else {
                    throw Mistake(line: line, message: "expected 'none aaa : why'")
                }
                absentByLine[words[1]] = Line(text: words[3...].joined(separator: " "), line: line)
            case "privilege":
                let parts = words.dropFirst().split(separator: ":", maxSplits: 2).map { $0.joined(separator: " ") }
                guard parts.count == 3, let right = Right(rawValue: parts[1]) else {
                    throw Mistake(line: line, message: "expected 'privilege VARIANT : file : why', or 'Capstone' for 'file'")
                }
                disagreements[parts[0]] = Disagreement(right: right, reason: parts[2], line: line)
            case "incomparable":
                guard words.count > 2, words[1] == ":" else {
                    throw Mistake(line: line, message: "expected 'incomparable : why'")
                }
                incomparability = words[2...].joined(separator: " ")
            default:
                throw Mistake(
                    line: line, message: "expected 'name', 'none', 'privilege' or 'incomparable', not '\(kind)'")
            }
        }
    }
}

extension Substring {
    /// Where a text stands first.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
