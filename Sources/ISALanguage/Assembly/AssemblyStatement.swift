/// One line of assembly source, parsed as far as that goes without knowing any address.
struct AssemblyStatement: Sendable {
    enum Body: Sendable {
        case empty
        case assign(String, AssemblyExpression)
        /// Ways to read the line as an instruction, the most literal first, then in the file's order;
        /// `length` asks for one of so many units (`LDA!3 5`).
        case instruction([AssemblyCandidate], length: Int?)
        case origin(AssemblyExpression)
        /// Numbers of so many bits, one after the other; nil: one cell each.
        case numbers([AssemblyExpression], width: Int?)
        /// One byte a cell.
        case text([UInt8])
        case space(AssemblyExpression)
        case align(AssemblyExpression)
        case entry(AssemblyExpression)
    }

    /// One-based.
    var line: Int
    /// Names before a colon, with their places in the line.
    var labels: [(name: String, range: Range<Int>)] = []
    var body = Body.empty
    /// The part of the line without comment, in bytes.
    var range: Range<Int> = 0..<0
}

/// A template that fits a line: the fields' values are still expressions.
struct AssemblyCandidate: Sendable {
    struct Value: Sendable {
        enum Content: Sendable {
            case number(UInt64)
            case expression(AssemblyExpression)
        }
        var field: FieldID
        var notation: Notation
        var content: Content
        var range: Range<Int>
    }

    /// Index into the machine's instructions.
    var instruction: Int
    var forms: [Int]
    var values: [Value]
    /// How many characters of the line are the template's own. Where two templates fit one line, the more
    /// literal one is meant: in `JMP (5)` the brackets are the template's if one has brackets there.
    var literals: Int
}

extension AssemblyStatement {
    /// Cuts off a comment (`;` or `--`), unless it stands in a string or a character.
    static func withoutComment(_ line: [UInt8]) -> [UInt8] {
        var quote: UInt8?
        var index = 0
        while index < line.count {
            let byte = line[index]
            if let open = quote {
                if byte == UInt8(ascii: "\\") { index += 1 } else if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "'") {
                // Only a whole character constant hides a comment sign; a lone apostrophe does not.
                let closing = index + 1 < line.count && line[index + 1] == UInt8(ascii: "\\") ? 3 : 2
                if index + closing < line.count, line[index + closing] == byte { index += closing }
            } else if byte == UInt8(ascii: ";") {
                return Array(line[..<index])
            } else if byte == UInt8(ascii: "-"), index + 1 < line.count, line[index + 1] == byte {
                return Array(line[..<index])
            }
            index += 1
        }
        return line
    }
}
