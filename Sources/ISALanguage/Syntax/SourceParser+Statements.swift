extension SourceParser {
    /// One statement with its line's end and its block.
    mutating func statement() throws(SyntaxAbort) -> StatementSyntax {
        let start = current.span
        let kind = try statementKind()
        return StatementSyntax(kind: kind, span: start.joined(to: spanBefore(start)))
    }

    private func spanBefore(_ start: SourceSpan) -> SourceSpan {
        var index = position - 1
        while index > 0, [.newline, .dedent, .indent].contains(tokens[index].kind) { index -= 1 }
        return tokens[max(index, 0)].span
    }

    private mutating func statementKind() throws(SyntaxAbort) -> StatementKind {
        if take("=") { return try ended(.result(try expression())) }
        guard current.kind == .name else { throw fail("expected a statement, found \(current.described)") }
        switch current.text {
        case "let" where next.kind == .name: return try definition()
        case "trap" where next.kind == .name: return try trapStatement()
        case "if": return try conditional()
        case "case": return try caseStatement()
        case "for" where next.kind == .name: return try rounds()
        case "abstract" where next.kind == .name: return try abstractStatement()
        case "nothing" where next.kind == .newline:
            advance()
            return try ended(.nothing)
        case "else":
            throw fail("'else' without an 'if' before it", remedy: "It stands at the depth of its 'if'.")
        default: return try assignment()
        }
    }

    private mutating func ended(_ kind: StatementKind) throws(SyntaxAbort) -> StatementKind {
        try endLine()
        return kind
    }

    private mutating func definition() throws(SyntaxAbort) -> StatementKind {
        advance()
        let defined = try name("a name")
        let type: TypeSyntax? = take(":") ? try self.type() : nil
        try expect("=", after: "after the name")
        return try ended(.define(defined, type: type, try expression()))
    }

    mutating func type() throws(SyntaxAbort) -> TypeSyntax {
        if current.kind == .name, !at("("), next.text != "+" && next.text != "-" && next.text != "*" {
            return .named(try name("a type"))
        }
        return .width(try sum())
    }

    private mutating func trapStatement() throws(SyntaxAbort) -> StatementKind {
        advance()
        let kind = try name("the name of a trap")
        var detail: ExpressionSyntax?
        if take("(") {
            detail = try expression()
            try expect(")", after: "after the trap's detail")
        }
        let condition: ExpressionSyntax? = takeWord("when") ? try expression() : nil
        return try ended(.trap(kind, detail: detail, when: condition))
    }

    private mutating func conditional() throws(SyntaxAbort) -> StatementKind {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting < Limits.nesting else { throw fail("'else if' repeats more than \(Limits.nesting) times") }
        advance()
        let condition = try expression()
        let then = try statements("what happens if the condition holds")
        guard atWord("else") else { return .conditional(condition, then: then, otherwise: []) }
        advance()
        if atWord("if") {
            let start = current.span
            let kind = try conditional()
            return .conditional(
                condition, then: then, otherwise: [StatementSyntax(kind: kind, span: start)])
        }
        return .conditional(condition, then: then, otherwise: try statements("what happens otherwise"))
    }

    mutating func statements(_ what: String) throws(SyntaxAbort) -> [StatementSyntax] {
        try block(what) { (parser) throws(SyntaxAbort) -> StatementSyntax in try parser.statement() }
    }

    private mutating func caseStatement() throws(SyntaxAbort) -> StatementKind {
        advance()
        let subject = try expression()
        let arms = try block("the arms of 'case'") { (parser) throws(SyntaxAbort) -> CaseArm<[StatementSyntax]> in
            let labels = try parser.caseLabels()
            if parser.current.kind == .newline {
                return CaseArm(labels: labels, body: try parser.statements("what this arm does"))
            }
            return CaseArm(labels: labels, body: [try parser.statement()])
        }
        return .cases(subject, arms)
    }

    private mutating func rounds() throws(SyntaxAbort) -> StatementKind {
        advance()
        let variable = try name("a name")
        try expectWord("in", after: "after the name")
        let from = try expression()
        try expect("..", after: "between first and last")
        let to = try expression()
        return .rounds(variable, from: from, to: to, try statements("what is repeated"))
    }

    private mutating func abstractStatement() throws(SyntaxAbort) -> StatementKind {
        advance()
        let targets = try list()
        var sources: [ExpressionSyntax] = []
        if takeWord("from"), !takeWord("nothing") { sources = try list() }
        return try ended(.abstract(targets: targets, sources: sources))
    }

    private mutating func list() throws(SyntaxAbort) -> [ExpressionSyntax] {
        var result = [try postfix()]
        while take(",") { result.append(try postfix()) }
        return result
    }

    private mutating func assignment() throws(SyntaxAbort) -> StatementKind {
        let target = try postfix()
        if take("<-") { return try ended(.assign(target, try expression())) }
        if case .call(let procedure, let arguments) = target.kind { return try ended(.call(procedure, arguments)) }
        throw fail(
            "expected '<-' or a procedure's arguments, found \(current.described)",
            suggestion: Suggestions.nearest(
                to: tokenText(target), in: ["let", "trap", "if", "case", "for", "abstract", "nothing"]),
            remedy: current.described == "'='" ? "A value is written with '<-'; '=' compares." : nil)
    }

    private func tokenText(_ expression: ExpressionSyntax) -> String {
        if case .name(let name) = expression.kind { return name }
        return ""
    }
}
