extension SourceParser {
    /// `instruction "LPSW addr(x)"` with its lines.
    mutating func instruction() throws(SyntaxAbort) -> InstructionSyntax {
        let template = try text("the assembly pattern")
        var result = InstructionSyntax(
            alternatives: [], template: template, pattern: nil, claims: [], sources: [], notes: [], body: [])
        try instructionLines(&result)
        return result
    }

    /// `instructions`, the alternatives, `as "OP ..."` and the lines that they share.
    mutating func instructionGroup() throws(SyntaxAbort) -> InstructionSyntax {
        let lines = try block("names with their values") {
            (parser) throws(SyntaxAbort) -> [(name: Name, value: UInt64)] in
            var alternatives: [(name: Name, value: UInt64)] = []
            while parser.current.kind != .newline {
                let alternative = try parser.mnemonic("the name of an instruction")
                guard parser.current.kind == .number else {
                    throw parser.fail("expected the value of '\(alternative.text)', found \(parser.current.described)")
                }
                alternatives.append((alternative, parser.advance().value))
            }
            try parser.endLine()
            return alternatives
        }
        try expectWord("as", after: "and the shared pattern after the names")
        var result = try instruction()
        result.alternatives = lines.flatMap { $0 }
        return result
    }

    private mutating func instructionLines(_ result: inout InstructionSyntax) throws(SyntaxAbort) {
        guard take(.newline), take(.indent) else {
            throw fail("expected the instruction's encoding in deeper lines, found \(current.described)")
        }
        while !take(.dedent), current.kind != .end, !diagnostics.isFull {
            if take(.newline) { continue }
            let start = position
            do {
                try instructionLine(&result)
            } catch {
                recover(from: start)
            }
        }
    }

    private mutating func instructionLine(_ result: inout InstructionSyntax) throws(SyntaxAbort) {
        switch (current.text, next.kind) {
        case ("encoding", let following) where following != .symbol:
            let word = advance()
            if let earlier = result.pattern {
                throw fail("a second encoding", at: word.span, note: ("the first one is here", earlier.span))
            }
            result.pattern = try pattern()
        case ("claims", .name):
            advance()
            repeat { result.claims.append(try name("a claim")) } while take(",")
        case ("source", .text):
            advance()
            result.sources.append(try text("a source").text)
        case ("note", .text):
            advance()
            result.notes.append(try text("a note").text)
        default:
            result.body.append(try statement())
            return
        }
        try endLine()
    }

    /// `form indexed "addr(x)" 0b0 x:4 addr:18 where x != 0`
    mutating func form() throws(SyntaxAbort) -> FormSyntax {
        try expectWord("form", after: "in an operand")
        let formName = try name("the form's name")
        let template = try text("the form's assembly pattern")
        let pattern = try pattern()
        try endLine()
        return FormSyntax(name: formName, template: template, pattern: pattern)
    }
}
