extension SourceParser {
    /// `0x40 _:4 x:4 | addr:32 order src dst where x != 0`
    mutating func pattern() throws(SyntaxAbort) -> PatternSyntax {
        let start = current.span
        var groups: [[PieceSyntax]] = [[]]
        var count = 0
        while current.kind != .newline, current.kind != .end, !atWord("where"), !atOrder {
            if take("|") {
                groups.append([])
                continue
            }
            groups[groups.count - 1].append(try piece())
            count += 1
            guard count <= Limits.pieces else { throw fail("a pattern of more than \(Limits.pieces) pieces") }
        }
        let span = start.joined(to: previous.span)
        var order: [Name] = []
        if atOrder {
            advance()
            while current.kind == .name, !atWord("where") { order.append(try name("an operand")) }
        }
        let condition: ExpressionSyntax? = takeWord("where") ? try expression() : nil
        return PatternSyntax(groups: groups, order: order, condition: condition, span: span)
    }

    /// `order` is a word of the pattern only where names follow it.
    private var atOrder: Bool { atWord("order") && next.kind == .name }

    private mutating func piece() throws(SyntaxAbort) -> PieceSyntax {
        let start = current.span
        if current.kind == .number { return try literal() }
        let word = try name("a piece of the encoding")
        if word.text == "_" {
            try expect(":", after: "and a width after '_'")
            let width = try pieceWidth()
            return PieceSyntax(kind: .any(width), span: start.joined(to: previous.span))
        }
        if at("[") { return try fieldPart(word) }
        guard take(":") else { return PieceSyntax(kind: .operand(word, kind: word), span: word.span) }
        if current.kind == .name {
            let kind = try name("a width or the name of an operand")
            return PieceSyntax(kind: .operand(word, kind: kind), span: start.joined(to: kind.span))
        }
        let width = try pieceWidth()
        return PieceSyntax(kind: .field(word, width: width), span: start.joined(to: previous.span))
    }

    private mutating func pieceWidth() throws(SyntaxAbort) -> ExpressionSyntax {
        guard current.kind == .number || current.kind == .name else {
            throw fail("expected a width, found \(current.described)")
        }
        let token = advance()
        let kind: ExpressionKind = token.kind == .number ? .number(token.value) : .name(token.text)
        return ExpressionSyntax(kind: kind, span: token.span, depth: 1)
    }

    private mutating func literal() throws(SyntaxAbort) -> PieceSyntax {
        let token = advance()
        var width = NumberText.width(of: token.text)
        if take(":") {
            guard current.kind == .number else { throw fail("expected a width, found \(current.described)") }
            width = Int(clamping: advance().value)
        }
        let span = token.span.joined(to: previous.span)
        guard let width else {
            throw fail(
                "the number \(token.text) has no width here", at: span,
                remedy: "Write it as 0x, 0o or 0b with all its digits, or as \(token.text):WIDTH.")
        }
        guard width >= 1, width <= Limits.width else {
            throw fail("a piece of \(width) bits", at: span, remedy: "Pieces have 1 to \(Limits.width) bits.")
        }
        guard width == 64 || token.value >> UInt64(width) == 0 else {
            throw fail("\(token.text) does not fit \(width) bits", at: span)
        }
        return PieceSyntax(kind: .literal(token.value, width: width), span: span)
    }

    /// `imm[11..5]`
    private mutating func fieldPart(_ field: Name) throws(SyntaxAbort) -> PieceSyntax {
        advance()
        let first = try bitNumber()
        let last = take("..") ? try bitNumber() : first
        try expect("]", after: "after the bits")
        return PieceSyntax(
            kind: .part(field, first: first, last: last), span: field.span.joined(to: previous.span))
    }

    private mutating func bitNumber() throws(SyntaxAbort) -> Int {
        guard current.kind == .number, current.value < UInt64(Limits.width) else {
            throw fail("expected the number of a bit below \(Limits.width), found \(current.described)")
        }
        return Int(advance().value)
    }
}
