/// Thrown after a syntax error has been reported; caught where parsing can go on.
struct SyntaxAbort: Error {}

/// Reads the declarations of one file. An error costs the line or block in which it stands, and
/// parsing goes on after that.
struct SourceParser {
    let tokens: [SourceToken]
    let diagnostics: DiagnosticCollector
    let family: String
    var position = 0
    var nesting = 0

    init(_ source: SourceText, family: String, diagnostics: DiagnosticCollector) {
        self.diagnostics = diagnostics
        self.family = family
        tokens = SourceLexer.tokens(of: source, diagnostics: diagnostics)
    }

    mutating func declarations() -> [DeclarationSyntax] {
        var result: [DeclarationSyntax] = []
        while current.kind != .end, !diagnostics.isFull {
            if take(.newline) || take(.dedent) { continue }
            let start = position
            do {
                var parsed = try declaration()
                let first = tokens[start].span.location.line
                for index in parsed.indices {
                    parsed[index].lines = first...max(first, tokens[lastWord].span.location.line)
                }
                result += parsed
            } catch {
                recover(from: start)
            }
        }
        return result
    }

    // MARK: Tokens

    var current: SourceToken { tokens[position] }

    var next: SourceToken { tokens[min(position + 1, tokens.count - 1)] }

    var previous: SourceToken { tokens[max(position - 1, 0)] }

    @discardableResult
    mutating func advance() -> SourceToken {
        let token = current
        if position + 1 < tokens.count { position += 1 }
        return token
    }

    /// The last token before this place that stands in the text.
    private var lastWord: Int {
        var index = max(position - 1, 0)
        while index > 0, [.newline, .indent, .dedent].contains(tokens[index].kind) { index -= 1 }
        return index
    }

    func at(_ symbol: String) -> Bool { current.kind == .symbol && current.text == symbol }

    func atWord(_ word: String) -> Bool { current.kind == .name && current.text == word }

    mutating func take(_ kind: SourceToken.Kind) -> Bool {
        guard current.kind == kind else { return false }
        advance()
        return true
    }

    mutating func take(_ symbol: String) -> Bool {
        guard at(symbol) else { return false }
        advance()
        return true
    }

    mutating func takeWord(_ word: String) -> Bool {
        guard atWord(word) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String, after context: String) throws(SyntaxAbort) {
        guard take(symbol) else { throw fail("expected '\(symbol)' \(context), found \(current.described)") }
    }

    mutating func expectWord(_ word: String, after context: String) throws(SyntaxAbort) {
        guard takeWord(word) else { throw fail("expected '\(word)' \(context), found \(current.described)") }
    }

    mutating func name(_ what: String) throws(SyntaxAbort) -> Name {
        guard current.kind == .name else { throw fail("expected \(what), found \(current.described)") }
        let token = advance()
        return Name(text: token.text, span: token.span)
    }

    mutating func text(_ what: String) throws(SyntaxAbort) -> Name {
        guard current.kind == .text else {
            throw fail("expected \(what) in quotes, found \(current.described)")
        }
        let token = advance()
        return Name(text: token.text, span: token.span)
    }

    /// A name of an alternative or a mnemonic: `ADD`, `MOVE.W`, or in quotes.
    mutating func mnemonic(_ what: String) throws(SyntaxAbort) -> Name {
        if current.kind == .text { return try text(what) }
        var result = try name(what)
        while at("."), next.kind == .name || next.kind == .number {
            advance()
            let part = advance()
            result.text += "." + part.text
            result.span = result.span.joined(to: part.span)
        }
        return result
    }

    // MARK: Lines and blocks

    mutating func endLine() throws(SyntaxAbort) {
        if take(.newline) { return }
        // A `case` expression ends with its block.
        if previous.kind == .dedent || current.kind == .dedent || current.kind == .end { return }
        throw fail(
            "unexpected \(current.described)",
            remedy: current.described == "'if'"
                ? "After a trap its condition is written with 'when'." : "Nothing more belongs in this line.")
    }

    /// The deeper lines after this one, each read by `line`.
    mutating func block<Line>(
        _ what: String, _ line: (inout SourceParser) throws(SyntaxAbort) -> Line
    ) throws(SyntaxAbort) -> [Line] {
        guard take(.newline), take(.indent) else {
            throw fail("expected \(what) in deeper lines, found \(current.described)")
        }
        return try lines(line)
    }

    /// As `block`, where there may be none.
    mutating func optionalBlock<Line>(
        _ line: (inout SourceParser) throws(SyntaxAbort) -> Line
    ) throws(SyntaxAbort) -> [Line] {
        guard take(.newline) else { throw fail("unexpected \(current.described)") }
        guard take(.indent) else { return [] }
        return try lines(line)
    }

    private mutating func lines<Line>(
        _ line: (inout SourceParser) throws(SyntaxAbort) -> Line
    ) throws(SyntaxAbort) -> [Line] {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Limits.nesting else { throw fail("blocks are nested deeper than \(Limits.nesting)") }
        var result: [Line] = []
        while !take(.dedent), current.kind != .end, !diagnostics.isFull {
            if take(.newline) { continue }
            let start = position
            do {
                result.append(try line(&self))
            } catch {
                recover(from: start)
            }
        }
        return result
    }

    /// Skips the rest of the line, and the block that hangs on it.
    mutating func recover(from start: Int) {
        if position == start, current.kind != .newline { advance() }
        while current.kind != .end, current.kind != .dedent {
            if take(.newline) {
                if current.kind == .indent { skipBlock() }
                return
            }
            if current.kind == .indent { skipBlock() } else { advance() }
        }
    }

    private mutating func skipBlock() {
        var depth = 0
        repeat {
            if current.kind == .indent { depth += 1 }
            if current.kind == .dedent { depth -= 1 }
            if current.kind == .end { return }
            advance()
        } while depth > 0
    }

    /// Where the current token stands; where a line or a block ends, behind its last word.
    private var place: SourceSpan {
        guard [.newline, .indent, .dedent, .end].contains(current.kind), position > 0 else { return current.span }
        let last = tokens[lastWord].span
        return last.part(offset: last.length, length: 1)
    }

    func fail(
        _ message: String, at span: SourceSpan? = nil, note: (message: String, span: SourceSpan)? = nil,
        suggestion: String? = nil, remedy: String? = nil
    ) -> SyntaxAbort {
        diagnostics.report(message, at: span ?? place, note: note, suggestion: suggestion, remedy: remedy)
        return SyntaxAbort()
    }
}
