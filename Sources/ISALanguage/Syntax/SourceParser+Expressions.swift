extension SourceParser {
    mutating func expression() throws(SyntaxAbort) -> ExpressionSyntax {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Limits.nesting else {
            throw fail("expressions are nested deeper than \(Limits.nesting)", remedy: "Name a part of it with 'let'.")
        }
        if atWord("if") { return try selection() }
        if atWord("case") { return try caseExpression() }
        return try binary(level: 0)
    }

    private mutating func selection() throws(SyntaxAbort) -> ExpressionSyntax {
        let start = advance().span
        let condition = try expression()
        try expectWord("then", after: "after the condition")
        let then = try expression()
        try expectWord("else", after: "in this selection")
        let otherwise = try expression()
        return try node(.selection(condition, then: then, otherwise: otherwise), start, condition, then, otherwise)
    }

    private mutating func caseExpression() throws(SyntaxAbort) -> ExpressionSyntax {
        let start = advance().span
        let subject = try binary(level: 0)
        guard current.kind == .newline, next.kind == .indent else {
            throw fail(
                "expected the arms of 'case' in deeper lines, found \(current.described)",
                remedy: "A 'case' stands outside brackets, its arms below it.")
        }
        let arms = try block("the arms of 'case'") { (parser) throws(SyntaxAbort) -> CaseArm<ExpressionSyntax> in
            let labels = try parser.caseLabels()
            let body = try parser.expression()
            try parser.endLine()
            return CaseArm(labels: labels, body: body)
        }
        var result = try node(.cases(subject, arms), start, subject)
        result.depth = 1 + (arms.map(\.body.depth).max() ?? 0)
        return result
    }

    /// Up to and with the colon.
    mutating func caseLabels() throws(SyntaxAbort) -> [CaseLabelSyntax] {
        var labels: [CaseLabelSyntax] = []
        repeat {
            if current.kind == .number {
                let token = advance()
                labels.append(.number(token.value, token.span))
            } else if atWord("else") {
                labels.append(.otherwise(advance().span))
            } else {
                let label = try mnemonic("a form, an alternative, a number or 'else'")
                labels.append(.name(label, bindings: try bindings()))
            }
        } while take(",")
        try expect(":", after: "after the label")
        return labels
    }

    private mutating func bindings() throws(SyntaxAbort) -> [BindingSyntax] {
        guard take("(") else { return [] }
        var names: [BindingSyntax] = []
        while !at(")") {
            let field = try name("the name of a field")
            names.append(BindingSyntax(field: field, name: takeWord("as") ? try name("a name") : field))
            if !take(",") { break }
        }
        try expect(")", after: "after the names of fields")
        return names
    }

    private mutating func binary(level: Int) throws(SyntaxAbort) -> ExpressionSyntax {
        guard level < BinarySyntax.levels.count else { return try unary() }
        if level == BinarySyntax.comparisonLevel, atWord("not") { return try logicalNot() }
        var left = try binary(level: level + 1)
        while let operation = binaryOperator(at: level) {
            let token = advance()
            let right = try binary(level: level + 1)
            left = try node(.binary(operation, left, right), left.span, left, right)
            if level == BinarySyntax.comparisonLevel, let again = binaryOperator(at: level) {
                throw fail(
                    "comparisons do not chain: '\(again.rawValue)' after '\(token.text)'",
                    remedy: "Use 'and' between two comparisons, or brackets.")
            }
        }
        return left
    }

    /// An expression without comparisons.
    mutating func sum() throws(SyntaxAbort) -> ExpressionSyntax {
        try binary(level: BinarySyntax.comparisonLevel + 1)
    }

    private func binaryOperator(at level: Int) -> BinarySyntax? {
        guard current.kind == .symbol || current.kind == .name, let operation = BinarySyntax(rawValue: current.text),
            BinarySyntax.levels[level].contains(operation)
        else { return nil }
        return operation
    }

    private mutating func logicalNot() throws(SyntaxAbort) -> ExpressionSyntax {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Limits.nesting else { throw fail("expressions are nested deeper than \(Limits.nesting)") }
        let start = advance().span
        let operand = try binary(level: BinarySyntax.comparisonLevel)
        return try node(.unary(.logicalNot, operand), start, operand)
    }

    private mutating func unary() throws(SyntaxAbort) -> ExpressionSyntax {
        guard at("~") || at("-") else { return try postfix() }
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Limits.nesting else { throw fail("expressions are nested deeper than \(Limits.nesting)") }
        let token = advance()
        let operand = try unary()
        return try node(.unary(token.text == "~" ? .complement : .negate, operand), token.span, operand)
    }

    mutating func postfix() throws(SyntaxAbort) -> ExpressionSyntax {
        var result = try primary()
        while true {
            if at("[") {
                result = try subscripted(result)
            } else if at("."), next.kind == .name {
                advance()
                let member = try name("a name")
                if member.text == "as", at("(") {
                    result = try assuming(result)
                } else {
                    result = try node(.member(result, member), result.span, result)
                }
            } else {
                return result
            }
        }
    }

    private mutating func subscripted(_ base: ExpressionSyntax) throws(SyntaxAbort) -> ExpressionSyntax {
        advance()
        let first = try expression()
        if take("..") {
            let last = try expression()
            try expect("]", after: "after the bits")
            return try node(.slice(base, first, last), base.span, base, first, last)
        }
        try expect("]", after: "after the index")
        return try node(.element(base, first), base.span, base, first)
    }

    private mutating func assuming(_ base: ExpressionSyntax) throws(SyntaxAbort) -> ExpressionSyntax {
        advance()
        var assumed: [(component: Name, value: ExpressionSyntax)] = []
        var depth = base.depth
        repeat {
            let component = try name("a component")
            try expect("=", after: "after the component")
            let value = try expression()
            depth = max(depth, value.depth)
            assumed.append((component, value))
        } while take(",")
        try expect(")", after: "after what is assumed")
        var result = try node(.assuming(base, assumed), base.span, base)
        result.depth = depth + 1
        return result
    }

    private mutating func primary() throws(SyntaxAbort) -> ExpressionSyntax {
        let token = current
        switch token.kind {
        case .number:
            advance()
            guard at(":"), next.kind == .number else {
                return ExpressionSyntax(kind: .number(token.value), span: token.span, depth: 1)
            }
            advance()
            let width = Int(clamping: advance().value)
            let span = token.span.joined(to: previous.span)
            return ExpressionSyntax(kind: .sized(token.value, width: width), span: span, depth: 1)
        case .name:
            if ["if", "case", "then", "else"].contains(token.text) {
                throw fail(
                    "'\(token.text)' cannot stand here", remedy: "A selection inside an expression needs brackets.")
            }
            advance()
            let word = Name(text: token.text, span: token.span)
            guard at("(") else { return ExpressionSyntax(kind: .name(word.text), span: word.span, depth: 1) }
            let arguments = try self.arguments()
            var result = try node(.call(word, arguments), word.span)
            result.depth = 1 + (arguments.map(\.depth).max() ?? 0)
            return result
        case .symbol where token.text == "(":
            advance()
            let inner = try expression()
            try expect(")", after: "after the expression")
            return inner
        default:
            throw fail("expected an expression, found \(token.described)")
        }
    }

    mutating func arguments() throws(SyntaxAbort) -> [ExpressionSyntax] {
        try expect("(", after: "before the arguments")
        var result: [ExpressionSyntax] = []
        while !at(")") {
            result.append(try expression())
            if !take(",") { break }
        }
        try expect(")", after: "after the arguments")
        return result
    }

    private func node(
        _ kind: ExpressionKind, _ start: SourceSpan, _ parts: ExpressionSyntax...
    ) throws(SyntaxAbort) -> ExpressionSyntax {
        let depth = 1 + (parts.map(\.depth).max() ?? 0)
        let span = start.joined(to: previous.span)
        guard depth <= Limits.expressionDepth else {
            throw fail(
                "this expression has more than \(Limits.expressionDepth) operators in a row", at: span,
                remedy: "Name parts of it with 'let'.")
        }
        return ExpressionSyntax(kind: kind, span: span, depth: depth)
    }
}
