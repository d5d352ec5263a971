extension SourceParser {
    /// `control ie : 1 handled own 1`
    mutating func component() throws(SyntaxAbort) -> ComponentSyntax {
        var change = DeclarationSyntax.Change.add
        if atWord("replace"), next.kind == .name {
            advance()
            change = .replace
        }
        let role = try name("a role")
        guard Role(rawValue: role.text) != nil else {
            throw fail(
                "'\(role.text)' is no role", at: role.span,
                suggestion: Suggestions.nearest(to: role.text, in: Role.allCases.map(\.rawValue)),
                remedy: "Roles are \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let declared = try name("the component's name")
        var count: ExpressionSyntax?
        if take("[") {
            count = try expression()
            try expect("]", after: "after the count")
        }
        try expect(":", after: "and a width after the component's name")
        let width = try widthExpression()
        var attributes: [AttributeSyntax] = []
        while current.kind == .name { attributes.append(try attribute()) }
        // Attributes may go on in deeper lines.
        let further = try optionalBlock { (parser) throws(SyntaxAbort) -> [AttributeSyntax] in
            var line: [AttributeSyntax] = []
            while parser.current.kind == .name { line.append(try parser.attribute()) }
            try parser.endLine()
            return line
        }
        attributes += further.joined()
        return ComponentSyntax(
            change: change, role: role, name: declared, count: count, width: width, attributes: attributes)
    }

    /// A width, where `bit` is 1. A `=` behind it is no comparison.
    mutating func widthExpression() throws(SyntaxAbort) -> ExpressionSyntax {
        if atWord("bit") { return ExpressionSyntax(kind: .number(1), span: advance().span, depth: 1) }
        return try sum()
    }

    private static let attributeNames = [
        "initially", "policy", "handled", "names", "fields", "expires", "at-least", "exempt",
    ]

    private mutating func attribute() throws(SyntaxAbort) -> AttributeSyntax {
        let word = try name("an attribute")
        let kind: AttributeSyntax.Kind
        switch word.text {
        case "initially": kind = .initially(try expression())
        case "policy": kind = .policy
        case "handled": kind = try handling()
        case "names": kind = .names(try elementNames())
        case "fields": kind = .fields(try subFields())
        case "expires": kind = .expires(try name("a component"))
        case "at-least": kind = .atLeast(try expression())
        case "exempt": kind = .exempt(try text("the reason").text)
        default:
            throw fail(
                "'\(word.text)' is no attribute", at: word.span,
                suggestion: Suggestions.nearest(to: word.text, in: SourceParser.attributeNames),
                remedy: "Attributes are \(SourceParser.attributeNames.joined(separator: ", ")).")
        }
        return AttributeSyntax(kind: kind, span: word.span)
    }

    private mutating func handling() throws(SyntaxAbort) -> AttributeSyntax.Kind {
        let word = try name("'own', 'mirror' or 'constant'")
        guard word.text == "own" else { return .handled(word, nil) }
        if takeWord("any") { return .handled(Name(text: "any", span: previous.span), nil) }
        return .handled(word, try expression())
    }

    private mutating func elementNames() throws(SyntaxAbort) -> [Name] {
        var names: [Name] = []
        while current.kind == .text || current.kind == .name {
            if current.kind == .name, SourceParser.attributeNames.contains(current.text) { break }
            let token = advance()
            names.append(Name(text: token.text, span: token.span))
            _ = take(",")
        }
        return names
    }

    private mutating func subFields() throws(SyntaxAbort) -> [(
        name: Name, first: ExpressionSyntax, last: ExpressionSyntax?
    )] {
        var fields: [(name: Name, first: ExpressionSyntax, last: ExpressionSyntax?)] = []
        repeat {
            let field = try name("the name of a part")
            let first = try expression()
            let last: ExpressionSyntax? = take("..") ? try expression() : nil
            fields.append((field, first, last))
        } while take(",")
        return fields
    }

    mutating func trapLine() throws(SyntaxAbort) -> TrapSyntax {
        var change = DeclarationSyntax.Change.add
        if atWord("replace"), next.kind == .name {
            advance()
            change = .replace
        }
        let trap = try name("the name of a trap")
        var detail: (name: Name, width: ExpressionSyntax)?
        if take("(") {
            let detailName = try name("the detail's name")
            try expect(":", after: "and a width after the detail's name")
            detail = (detailName, try widthExpression())
            try expect(")", after: "after the detail")
        }
        try expect("=", after: "and a code after the trap's name")
        let code = try expression()
        var attributes: [Name] = []
        while current.kind == .name {
            attributes.append(try name("an attribute"))
            _ = take(",")
        }
        try endLine()
        return TrapSyntax(change: change, name: trap, detail: detail, code: code, attributes: attributes)
    }
}
