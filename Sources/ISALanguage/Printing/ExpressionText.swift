/// A piece of text with how tightly its outermost operator binds, so that brackets stand only where needed.
struct ExpressionText: Sendable {
    /// Loosest first, as in the language's table of operators.
    enum Level: Int, Comparable, Sendable {
        case selection, or, and, not, comparison
        case bitwiseOr, bitwiseAnd
        case shift, sum, product, concatenation, unary, element, atom

        static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

        /// The next tighter one: what the right side of a left-associative operator needs.
        var tighter: Level { Level(rawValue: rawValue + 1) ?? .atom }
    }

    var text: String
    var level: Level

    init(_ text: String, _ level: Level) {
        self.text = text
        self.level = level
    }

    func text(atLeast least: Level) -> String { level < least ? "(\(text))" : text }
}
