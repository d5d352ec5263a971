/// What is wrong with a line of the notation, and where.
public struct NotationError: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String
    /// What to do about it; may be empty.
    public var remedy: String
    /// The whole text, and the characters of it that are to blame. The range may lie behind the last one.
    public var text: String
    public var range: Range<Int>

    public init(_ message: String, remedy: String = "", in text: String, at range: Range<Int>) {
        self.message = message
        self.remedy = remedy
        self.text = text
        self.range = range
    }

    /// The message with the text and a caret under the place.
    public var description: String {
        let caret =
            String(repeating: " ", count: range.lowerBound) + "^"
            + String(repeating: "~", count: max(0, range.count - 1))
        var lines = ["character \(range.lowerBound + 1): \(message)", "  " + text, "  " + caret]
        if !remedy.isEmpty { lines.append("  remedy: " + remedy) }
        return lines.joined(separator: "\n")
    }
}
