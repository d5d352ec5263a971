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
            (parser) throws(SyntaxAbort) -> [AlternativeSyntax] in
            var alternatives: [AlternativeSyntax] = []
            while parser.current.kind != .newline { alternatives.append(try parser.alternative()) }
            try parser.endLine()
            return alternatives
        }
        try expectWord("as", after: "and the shared pattern after the names")
        var result = try instruction()
        result.alternatives = lines.flatMap { $0 }
        return result
    }

    /// `ADD 0x10`, and of a listed group `ADD "01 /r" "03 /r"` or the name alone.
    private mutating func alternative() throws(SyntaxAbort) -> AlternativeSyntax {
        var result = AlternativeSyntax(name: try mnemonic("the name of an instruction"))
        if current.kind == .number {
            let token = advance()
            result.value = (token.value, token.span)
        }
        while current.kind == .text { result.opcodes.append(try text("an encoding")) }
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
        case ("encoding", let following) where following != .symbol, ("listed", let following) where following != .symbol:
            let word = advance()
            if let earlier = result.pattern {
                throw fail("a second encoding", at: word.span, note: ("the first one is here", earlier.span))
            }
            if word.text == "listed" { result.listed = word.span }
            result.pattern = try pattern()
        case ("opcode", .text):
            advance()
            repeat { result.opcodes.append(try text("an encoding")) } while current.kind == .text
        case ("requires", .name), ("requires", .text):
            advance()
            repeat { result.requirements.append(try mnemonic("an extension")) } while take(",")
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
