/// Cuts a file into tokens, with `indent` and `dedent` from the depth of the lines.
/// A line goes on while a bracket is open, and after one that ends with an operator or a comma.
struct SourceLexer {
    private let source: SourceText
    private let diagnostics: DiagnosticCollector
    private var tokens: [SourceToken] = []
    private var indents = [0]
    private var brackets: [SourceToken] = []
    private var line = 1
    /// Next byte, and where the line ends.
    private var position = 0
    private var end = 0
    private var column = 1

    init(_ source: SourceText, diagnostics: DiagnosticCollector) {
        self.source = source
        self.diagnostics = diagnostics
    }

    static func tokens(of source: SourceText, diagnostics: DiagnosticCollector) -> [SourceToken] {
        var lexer = SourceLexer(source, diagnostics: diagnostics)
        lexer.run()
        return lexer.tokens
    }

    private mutating func run() {
        while let range = source.range(ofLine: line) {
            if diagnostics.isFull { break }
            lexLine(range)
            line += 1
        }
        if let open = brackets.first {
            diagnostics.report(
                "this '\(open.text)' is never closed", at: open.span, remedy: "Close it in the line where it belongs.")
        }
        line = max(1, line - 1)
        position = 0
        column = 1
        if let last = tokens.last, last.kind != .newline { append(.newline, "") }
        for _ in indents.dropFirst() { append(.dedent, "") }
        append(.end, "")
    }

    private mutating func lexLine(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
        column = 1
        guard range.count <= Limits.lineLength else {
            report(
                "this line has \(range.count) characters", length: 1, remedy: "At most \(Limits.lineLength) are read.")
            return
        }
        let depth = skipBlanks()
        if atComment || position >= end { return }
        // An unclosed bracket would swallow the rest of the file; a line at the margin that starts
        // like a declaration ends it.
        if depth == 0, let open = brackets.first, startsDeclaration {
            diagnostics.report("this '\(open.text)' is never closed", at: open.span)
            brackets = []
            append(.newline, "")
        }
        if brackets.isEmpty, !continues { openLine(depth) }
        while position < end {
            _ = skipBlanks()
            if position >= end || atComment { break }
            lexToken()
        }
        if brackets.isEmpty, !continues, tokens.last?.kind != .newline { append(.newline, "") }
    }

    /// A line at the margin that starts with a letter starts a declaration; only `else` may not.
    private var startsDeclaration: Bool {
        position < end && SourceLexer.isLetter(source.bytes[position])
    }

    /// The last token asks for more.
    private var continues: Bool {
        guard let last = tokens.last else { return false }
        switch last.kind {
        case .symbol: return SourceLexer.continuing.contains(last.text)
        case .name: return ["and", "or", "xor", "not", "then"].contains(last.text) && isOperatorPlace
        default: return false
        }
    }

    /// `and`, `or` and the like are operators except where they are names of alternatives ("OR 0x24").
    private var isOperatorPlace: Bool { tokens.count >= 2 && tokens[tokens.count - 2].kind != .newline }

    private static let continuing: Set<String> = [
        ",", "+", "-", "*", "&", "|", "=", "!=", "<", "<=", ">", ">=", "<s", "<=s", ">s", ">=s", "<<", ">>", ">>s",
        "++", "~", "<-",
    ]

    private mutating func openLine(_ depth: Int) {
        if depth > indents[indents.count - 1] {
            if tokens.isEmpty {
                report("the file's first line is indented", length: 1, remedy: "Declarations start at the margin.")
                return
            }
            guard indents.count <= Limits.nesting else {
                report("blocks are nested deeper than \(Limits.nesting)", length: 1)
                return
            }
            indents.append(depth)
            append(.indent, "")
            return
        }
        while depth < indents[indents.count - 1] {
            indents.removeLast()
            append(.dedent, "")
        }
        if depth != indents[indents.count - 1] {
            let open = indents.map(String.init).joined(separator: ", ")
            report(
                "this line is indented by \(depth), the open blocks by \(open)",
                length: 1, remedy: "Indent it as deep as the line that it belongs with.")
        }
    }

    private mutating func skipBlanks() -> Int {
        var count = 0
        while position < end {
            let byte = source.bytes[position]
            if byte == UInt8(ascii: "\t") {
                report("a tab", length: 1, remedy: "Indent and separate with blanks.")
            } else if byte != UInt8(ascii: " ") {
                break
            }
            count += 1
            advance()
        }
        return count
    }

    private var atComment: Bool {
        position + 1 < end && source.bytes[position] == UInt8(ascii: "-")
            && source.bytes[position + 1] == UInt8(ascii: "-")
    }

    private mutating func advance() {
        position += 1
        // Continuation bytes of UTF-8 are no characters of their own.
        if position >= end || source.bytes[position] & 0xC0 != 0x80 { column += 1 }
    }
}

extension SourceLexer {
    private mutating func lexToken() {
        let byte = source.bytes[position]
        if SourceLexer.isLetter(byte) {
            lexName()
        } else if SourceLexer.isDigit(byte) {
            lexNumber()
        } else if byte == UInt8(ascii: "\"") {
            lexText()
        } else {
            lexSymbol()
        }
    }

    private mutating func lexName() {
        let start = position
        let startColumn = column
        while position < end {
            let byte = source.bytes[position]
            let inner =
                byte == UInt8(ascii: "-") && position + 1 < end && SourceLexer.isNameByte(source.bytes[position + 1])
            guard SourceLexer.isNameByte(byte) || inner else { break }
            advance()
        }
        append(.name, text(from: start), column: startColumn)
    }

    private mutating func lexNumber() {
        let start = position
        let startColumn = column
        while position < end, SourceLexer.isNameByte(source.bytes[position]) { advance() }
        if position + 1 < end, source.bytes[position] == UInt8(ascii: "^"),
            SourceLexer.isDigit(source.bytes[position + 1])
        {
            advance()
            while position < end, SourceLexer.isNameByte(source.bytes[position]) { advance() }
        }
        let written = text(from: start)
        let value = NumberText.value(of: written)
        if value == nil {
            let place = span(column: startColumn, length: column - startColumn)
            diagnostics.report(
                "'\(written)' is no number below 2^64", at: place,
                remedy: "Numbers are written 42, 0x2A, 0o52, 0b101010 or 2^5.")
        }
        append(.number, written, value: value ?? 0, column: startColumn)
    }

    private mutating func lexText() {
        let startColumn = column
        advance()
        let start = position
        while position < end, source.bytes[position] != UInt8(ascii: "\"") { advance() }
        let content = text(from: start)
        if position >= end {
            diagnostics.report(
                "this text has no closing quote", at: span(column: startColumn, length: column - startColumn))
        } else {
            advance()
        }
        append(.text, content, column: startColumn)
    }

    private mutating func lexSymbol() {
        let startColumn = column
        for symbol in SourceLexer.symbols where matches(symbol) {
            for _ in 0..<symbol.utf8.count { advance() }
            let token = append(.symbol, symbol, column: startColumn)
            track(token)
            return
        }
        let start = position
        advance()
        while position < end, source.bytes[position] & 0xC0 == 0x80 { advance() }
        let place = span(column: startColumn, length: 1)
        diagnostics.report("the character '\(text(from: start))' means nothing here", at: place)
    }

    private mutating func track(_ token: SourceToken) {
        switch token.text {
        case "(", "[":
            brackets.append(token)
            if brackets.count == Limits.nesting + 1 {
                diagnostics.report("brackets are nested deeper than \(Limits.nesting)", at: token.span)
            }
        case ")", "]":
            let opening = token.text == ")" ? "(" : "["
            if brackets.last?.text == opening {
                brackets.removeLast()
            } else if let open = brackets.last {
                diagnostics.report(
                    "'\(token.text)' closes '\(open.text)'", at: token.span, note: ("opened here", open.span))
                brackets.removeLast()
            } else {
                diagnostics.report("'\(token.text)' closes nothing", at: token.span)
            }
        default: break
        }
    }

    /// Longer ones first.
    private static let symbols = [
        "<=s", ">=s", ">>s", "<-", "<=", ">=", "!=", "<<", ">>", "<s", ">s", "++", "..", "(", ")", "[", "]", "{", "}",
        ",", ":", ".", "|", "&", "~", "+", "-", "*", "=", "<", ">", ";",
    ]

    private func matches(_ symbol: String) -> Bool {
        let bytes = Array(symbol.utf8)
        guard position + bytes.count <= end else { return false }
        for (offset, byte) in bytes.enumerated() where source.bytes[position + offset] != byte { return false }
        // `<s` is an operator only as a whole word: `a <size` compares with `size`.
        if bytes[bytes.count - 1] == UInt8(ascii: "s"), position + bytes.count < end {
            let following = source.bytes[position + bytes.count]
            return !SourceLexer.isNameByte(following) && following != UInt8(ascii: "-")
        }
        return true
    }

    private func text(from start: Int) -> String { String(decoding: source.bytes[start..<position], as: UTF8.self) }

    private func span(column: Int, length: Int) -> SourceSpan {
        SourceSpan(SourceLocation(file: source.path, line: line, column: column), length: length)
    }

    private func report(_ message: String, length: Int, remedy: String? = nil) {
        diagnostics.report(message, at: span(column: column, length: length), remedy: remedy)
    }

    @discardableResult
    private mutating func append(
        _ kind: SourceToken.Kind, _ text: String, value: UInt64 = 0, column start: Int? = nil
    ) -> SourceToken {
        let from = start ?? column
        let token = SourceToken(
            kind: kind, text: text, value: value, span: span(column: from, length: max(1, column - from)))
        tokens.append(token)
        return token
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isNameByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }
}
