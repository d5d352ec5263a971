extension LineReader {
    /// The longest expression that starts here (shunting-yard: brackets and operators wait on a
    /// stack, so depth costs no recursion). It ends before whatever cannot go on with it, which is
    /// then the template's: in `5(r2)` the expression is `5`.
    mutating func expression() throws(AssemblyExpression.Failure) -> AssemblyExpression {
        var result = AssemblyExpression()
        var waiting: [Waiting] = []
        skipBlanks()
        let start = position
        var end = position
        while true {
            try operand(into: &result, waiting: &waiting)
            end = position
            // Closing brackets that belong to this expression.
            skipBlanks()
            while byte() == UInt8(ascii: ")"), waiting.contains(where: { $0.isBracket }) {
                while let top = waiting.popLast(), case .operation(let operation) = top {
                    result.steps.append(.apply(operation))
                }
                position += 1
                end = position
                skipBlanks()
            }
            let before = position
            guard let operation = binaryOperator(), startsOperand() else {
                position = before
                break
            }
            while case .operation(let top) = waiting.last, top.precedence >= operation.precedence {
                result.steps.append(.apply(top))
                waiting.removeLast()
            }
            waiting.append(.operation(operation))
        }
        position = end
        while let top = waiting.popLast() {
            guard case .operation(let operation) = top else {
                throw AssemblyExpression.Failure(message: "a bracket is not closed", range: start..<max(end, start + 1))
            }
            result.steps.append(.apply(operation))
        }
        result.range = start..<max(end, start + 1)
        return result
    }

    enum Waiting {
        case operation(AssemblyExpression.Operator)
        case bracket

        var isBracket: Bool {
            if case .bracket = self { return true }
            return false
        }
    }

    /// Signs and opening brackets, then a number, a character, a symbol or `.`.
    private mutating func operand(
        into result: inout AssemblyExpression, waiting: inout [Waiting]
    ) throws(AssemblyExpression.Failure) {
        while true {
            skipBlanks()
            switch byte() {
            case UInt8(ascii: "-"): waiting.append(.operation(.negate))
            case UInt8(ascii: "~"): waiting.append(.operation(.complement))
            case UInt8(ascii: "+"): break
            case UInt8(ascii: "("): waiting.append(.bracket)
            default:
                result.steps.append(try atom())
                return
            }
            position += 1
        }
    }

    private mutating func atom() throws(AssemblyExpression.Failure) -> AssemblyExpression.Step {
        if let number = try number() { return .number(number) }
        if let character = try character() { return .number(character) }
        let at = position
        if let name = name() { return .symbol(name, at: at) }
        if byte() == UInt8(ascii: "."), !(byte(1).map(LineReader.isName) ?? false) {
            position += 1
            return .here
        }
        throw AssemblyExpression.Failure(
            message: "a number, a symbol or an expression is expected here", range: position..<position + 1)
    }

    private mutating func binaryOperator() -> AssemblyExpression.Operator? {
        let operators: [(String, AssemblyExpression.Operator)] = [
            ("<<", .shiftLeft), (">>", .shiftRight), ("+", .add), ("-", .subtract), ("*", .multiply), ("/", .divide),
            ("&", .and), ("|", .or),
        ]
        for (text, operation) in operators where take(text) { return operation }
        return nil
    }

    /// Whether an operand can follow: if not, what looked like an operator belongs to the template.
    private func startsOperand() -> Bool {
        var ahead = self
        ahead.skipBlanks()
        guard let byte = ahead.byte() else { return false }
        if LineReader.isName(byte) { return true }
        if byte == UInt8(ascii: ".") { return !(ahead.byte(1).map(LineReader.isName) ?? false) }
        return "('-+~".utf8.contains(byte)
    }
}
