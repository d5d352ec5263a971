extension SourceParser {
    static let declarationWords = [
        "machine", "source", "scope", "depth", "unit", "step", "bits", "radix", "cells", "include", "extends", "state",
        "user-mode", "supervisor-mode", "halted", "waiting", "device", "constant", "function", "procedure", "operand",
        "translate", "traps", "otherwise", "delivery", "interrupt", "map", "instruction", "instructions", "replace",
        "remove",
    ]

    mutating func declaration() throws(SyntaxAbort) -> [DeclarationSyntax] {
        guard current.kind == .name else {
            throw fail(
                "expected a declaration, found \(current.described)", remedy: "Declarations start at the margin.")
        }
        if takeWord("remove") { return [try removal()] }
        let change: DeclarationSyntax.Change = takeWord("replace") ? .replace : .add
        let word = try name("a declaration")
        let start = current
        guard let kind = try declarationKind(word) else {
            throw fail(
                "'\(word.text)' is no declaration", at: word.span,
                suggestion: Suggestions.nearest(to: word.text, in: SourceParser.declarationWords))
        }
        let span = start.kind == .name || start.kind == .text ? start.span : word.span
        return [DeclarationSyntax(change: change, kind: kind, span: span, family: family)]
    }

    private mutating func removal() throws(SyntaxAbort) -> DeclarationSyntax {
        let kind = try name("what to remove")
        let named = ["instruction", "function", "procedure", "interrupt", "device", "operand", "constant"]
        let single = ["translate", "delivery", "map", "halted", "waiting", "claims"]
        guard named.contains(kind.text) || single.contains(kind.text) else {
            throw fail(
                "'\(kind.text)' cannot be removed", at: kind.span,
                suggestion: Suggestions.nearest(to: kind.text, in: named + single))
        }
        var target = kind
        if kind.text == "instruction" {
            target = try text("its assembly pattern")
        } else if named.contains(kind.text) {
            target = try name("its name")
        }
        try endLine()
        return DeclarationSyntax(
            change: .remove, kind: .removal(kind: kind.text, name: target.text), span: target.span, family: family)
    }

    private mutating func declarationKind(_ word: Name) throws(SyntaxAbort) -> DeclarationKind? {
        if let header = try header(word) {
            try endLine()
            return .header(header)
        }
        switch word.text {
        case "include": return .include(try line(text("a file's name").text))
        case "extends": return .extends(try line(extended()))
        case "state":
            return .state(try block("components") { (p) throws(SyntaxAbort) -> ComponentSyntax in try p.component() })
        case "user-mode", "supervisor-mode", "halted", "waiting": return try condition(word)
        case "device": return .device(try line(device()))
        case "constant":
            let constant = try name("the constant's name")
            try expect("=", after: "after the name")
            return .constant(constant, try line(expression()))
        case "function": return .function(try function(isProcedure: false))
        case "procedure": return .function(try function(isProcedure: true))
        case "operand":
            let kind = try name("the operand's name")
            let forms = try block("forms") { (parser) throws(SyntaxAbort) -> FormSyntax in try parser.form() }
            return .operand(OperandSyntax(name: kind, forms: forms))
        case "instruction": return .instruction(try instruction())
        case "instructions": return .instruction(try instructionGroup())
        default: return try systemDeclaration(word)
        }
    }

    private mutating func systemDeclaration(_ word: Name) throws(SyntaxAbort) -> DeclarationKind? {
        switch word.text {
        case "translate": return .translate(try translate())
        case "traps":
            return .traps(try block("traps") { (parser) throws(SyntaxAbort) -> TrapSyntax in try parser.trapLine() })
        case "otherwise": return .otherwise(try line(name("the name of a trap")))
        case "delivery":
            let parameters = try self.parameters()
            return .delivery(parameters, try statements("what a trap does"))
        case "interrupt": return .interrupt(try interrupt())
        case "map":
            if takeWord("shadow") {
                try endLine()
                return .map([], shadow: true)
            }
            return .map(try statements("the real components"), shadow: false)
        default: return nil
        }
    }

    private mutating func line<Value>(_ value: Value) throws(SyntaxAbort) -> Value {
        try endLine()
        return value
    }

    private mutating func extended() throws(SyntaxAbort) -> String {
        current.kind == .text ? try text("a machine").text : try name("the name of a machine").text
    }

    private mutating func header(_ word: Name) throws(SyntaxAbort) -> HeaderSyntax? {
        switch word.text {
        case "machine":
            let machine = try name("the machine's name")
            return .machine(machine, title: current.kind == .text ? advance().text : machine.text)
        case "source": return .source(try text("a source").text)
        case "scope": return .scope(try text("what the file covers").text)
        case "depth": return .depth(try name("'complete' or 'system'"))
        case "unit": return .unit(try expression())
        case "step": return .step(try expression())
        case "bits": return .bits(try name("'msb-first' or 'lsb-first'"))
        case "radix": return .radix(try expression())
        case "cells": return .cells(try name("'most-first' or 'least-first'"))
        default: return nil
        }
    }

    private mutating func condition(_ word: Name) throws(SyntaxAbort) -> DeclarationKind {
        try expectWord("when", after: "after '\(word.text)'")
        let condition = try expression()
        let status: ExpressionSyntax? = takeWord("status") ? try expression() : nil
        try endLine()
        return .condition(word, condition, status: status)
    }

    private mutating func device() throws(SyntaxAbort) -> DeviceSyntax {
        let kind = try name("the device's kind")
        var result = DeviceSyntax(kind: kind, name: nil, ports: [], strobes: [])
        if current.kind == .name, next.text != "=" { result.name = try name("the device's name") }
        repeat {
            let port = try name("a port")
            try expect("=", after: "after the port")
            result.ports.append((port, try name("a component")))
        } while take(",")
        if takeWord("strobes") {
            repeat { result.strobes.append(try name("a component")) } while take(",")
        }
        return result
    }

    mutating func parameters() throws(SyntaxAbort) -> [ParameterSyntax] {
        try expect("(", after: "before the parameters")
        var result: [ParameterSyntax] = []
        while !at(")") {
            let parameter = try name("a parameter's name")
            result.append(ParameterSyntax(name: parameter, type: take(":") ? try type() : nil))
            if !take(",") { break }
        }
        try expect(")", after: "after the parameters")
        return result
    }

    private mutating func function(isProcedure: Bool) throws(SyntaxAbort) -> FunctionSyntax {
        let declared = try name("a name")
        let parameters = try self.parameters()
        if isProcedure {
            return FunctionSyntax(
                name: declared, parameters: parameters, result: nil, body: try statements("what the procedure does"))
        }
        try expect(":", after: "and a width after the parameters")
        let result = try widthExpression()
        if takeWord("uninterpreted") {
            try endLine()
            return FunctionSyntax(name: declared, parameters: parameters, result: result, body: nil)
        }
        if take("=") {
            let start = current.span
            let value = try expression()
            try endLine()
            let body = [StatementSyntax(kind: .result(value), span: start)]
            return FunctionSyntax(name: declared, parameters: parameters, result: result, body: body)
        }
        return FunctionSyntax(
            name: declared, parameters: parameters, result: result, body: try statements("the function's value"))
    }

    private mutating func translate() throws(SyntaxAbort) -> TranslateSyntax {
        let isAbstract = takeWord("abstract")
        let parameters = try self.parameters()
        guard isAbstract else {
            return TranslateSyntax(parameters: parameters, reads: nil, body: try statements("the real address"))
        }
        var reads: [Name] = []
        if takeWord("reads") {
            repeat { reads.append(try name("a component")) } while take(",")
        }
        let body = try optionalBlock { (parser) throws(SyntaxAbort) -> StatementSyntax in try parser.statement() }
        return TranslateSyntax(parameters: parameters, reads: reads, body: body)
    }

    private mutating func interrupt() throws(SyntaxAbort) -> InterruptSyntax {
        let declared = try name("the interrupt's name")
        try expectWord("takes", after: "and a trap after the interrupt's name")
        let trap = try name("the name of a trap")
        var result = InterruptSyntax(name: declared, trap: trap, pending: nil, enabled: nil, accept: [])
        let parts = try block("'pending', 'enabled' and 'accept'") {
            (parser) throws(SyntaxAbort) -> (Name, ExpressionSyntax?, [StatementSyntax]) in
            let part = try parser.name("'pending', 'enabled' or 'accept'")
            if part.text == "accept" { return (part, nil, try parser.statements("what acceptance changes")) }
            guard part.text == "pending" || part.text == "enabled" else {
                throw parser.fail("expected 'pending', 'enabled' or 'accept', found '\(part.text)'", at: part.span)
            }
            try parser.expectWord("when", after: "after '\(part.text)'")
            let condition = try parser.expression()
            try parser.endLine()
            return (part, condition, [])
        }
        for (part, condition, statements) in parts {
            switch part.text {
            case "pending": result.pending = condition
            case "enabled": result.enabled = condition
            default: result.accept = statements
            }
        }
        return result
    }
}
