extension ProgramElaborator {
    /// The meaning of an expression. `expected` is the width that its place asks for, which numbers
    /// inside it take; it is not checked here.
    func meaning(_ expression: ExpressionSyntax, expected: Int? = nil) throws(Reported) -> Meaning {
        try deeper(expression.span) { () throws(Reported) in try meaningHere(expression, expected) }
    }

    private func meaningHere(_ expression: ExpressionSyntax, _ expected: Int?) throws(Reported) -> Meaning {
        switch expression.kind {
        case .number(let value): return .number(Int128(value))
        case .sized(let value, let width):
            guard (1...Limits.width).contains(width) else {
                throw error(
                    "a value of \(width) bits", at: expression.span, remedy: "Values have 1 to \(Limits.width) bits.")
            }
            return .bits(try coerced(.number(Int128(value)), width, expression.span, "here"))
        case .name(let name): return try named(name, expression.span)
        case .call(let name, let arguments): return try call(name, arguments, expected, expression.span)
        case .unary(let operation, let operand): return try unary(operation, operand, expected, expression.span)
        case .binary(let operation, let left, let right):
            return try binary(operation, left, right, expected, expression.span)
        case .selection(let condition, let then, let otherwise):
            return try selection(condition, then, otherwise, expected, expression.span)
        case .cases(let subject, let arms): return try cases(subject, arms, expected, expression.span)
        case .element, .slice, .member, .assuming: return try accessed(expression)
        }
    }

    /// Bits of exactly this width.
    func bits(_ expression: ExpressionSyntax, width: Int, for what: String = "here") throws(Reported) -> ValueID {
        try coerced(try meaning(expression, expected: width), width, expression.span, what)
    }

    /// Bits of whatever width the expression has of itself.
    func bits(_ expression: ExpressionSyntax, for what: String) throws(Reported) -> ValueID {
        switch try meaning(expression) {
        case .bits(let id): return id
        case .number(let number):
            throw error(
                "the number \(number) has no width \(what)", at: expression.span,
                remedy: "Give it one: \(number):WIDTH.")
        case let other: throw wrongKind(other, expression.span)
        }
    }

    func condition(_ expression: ExpressionSyntax) throws(Reported) -> ValueID {
        try bits(expression, width: 1, for: "as a condition")
    }

    /// A number that is known now.
    func number(_ expression: ExpressionSyntax, _ what: String) throws(Reported) -> Int128 {
        switch try meaning(expression) {
        case .number(let number): return number
        case .bits(let id):
            if let value = builder.constantValue(id) { return Int128(value) }
            throw error("\(what) must be a constant", at: expression.span)
        case let other: throw wrongKind(other, expression.span)
        }
    }

    func integer(
        _ expression: ExpressionSyntax, _ what: String, in range: ClosedRange<Int>
    ) throws(Reported) -> Int {
        let value = try number(expression, what)
        guard value >= Int128(range.lowerBound), value <= Int128(range.upperBound) else {
            throw error(
                "\(what) is \(value)", at: expression.span,
                remedy: "It must be \(range.lowerBound) to \(range.upperBound).")
        }
        return Int(value)
    }

    /// Gives a number its width; checks that bits have it.
    func coerced(_ meaning: Meaning, _ width: Int, _ span: SourceSpan, _ what: String) throws(Reported) -> ValueID {
        switch meaning {
        case .bits(let id):
            let actual = builder.width(id)
            guard actual == width else {
                throw wrongWidth(actual, width, span, what)
            }
            return id
        case .number(let number):
            let top = Int128(1) << Int128(width)
            guard number < top, number >= -(top / 2) else {
                throw error("\(number) does not fit \(width) bit\(width == 1 ? "" : "s")", at: span)
            }
            return builder.constant(UInt64(truncatingIfNeeded: number), width: width)
        default: throw wrongKind(meaning, span)
        }
    }

    private func wrongWidth(_ actual: Int, _ width: Int, _ span: SourceSpan, _ what: String) -> Reported {
        let isFromLeft = machine.description.mostSignificantBitFirst
        let slice = isFromLeft ? "[\(actual - width)..\(actual - 1)]" : "[\(width - 1)..0]"
        let bits = actual == 1 ? "1 bit" : "\(actual) bits"
        return error(
            "this has \(bits) where \(width) \(width == 1 ? "is" : "are") needed \(what)", at: span,
            remedy: actual < width
                ? "Extend it with zext(..., \(width)) or sext(..., \(width))." : "Narrow it with \(slice).")
    }

    func wrongKind(_ meaning: Meaning, _ span: SourceSpan) -> Reported {
        switch meaning {
        case .operand(let index):
            error(
                "an operand of kind '\(context.operands[index].kind)' is no value", at: span,
                remedy: "Take it apart with 'case', or hand it to a function that does.")
        case .access: error("an access is no value", at: span, remedy: "Compare it with read, write or execute.")
        case .unknown: Reported()
        case .bits, .number, .alternative: error("this cannot stand here", at: span)
        }
    }

    // MARK: Names

    private func named(_ name: String, _ span: SourceSpan) throws(Reported) -> Meaning {
        if let binding = lookup(name) {
            if case .unknown = binding.meaning { throw Reported() }
            // Only `case` asks for the alternative's name.
            if case .alternative(_, let value) = binding.meaning { return .bits(value) }
            return binding.meaning
        }
        if let parameter = parameter(name) { return .bits(parameter) }
        if let id = machine.states[name] {
            let component = machine.component(id)
            guard !component.isArray else {
                throw error(
                    "'\(name)' has \(component.count) elements, which one is not said", at: span,
                    note: ("declared here", machine.span(of: id)), remedy: "Write \(name)[...].")
            }
            return .bits(read(id))
        }
        if let constant = machine.constants[name] { return .number(constant.value) }
        switch name {
        case "read": return .access(.read)
        case "write": return .access(.write)
        case "execute": return .access(.execute)
        default: throw unknownName(name, span)
        }
    }

    func read(_ id: StateID) -> ValueID {
        assumed[id] ?? builder.pure(.read(id), width: machine.component(id).width)
    }

    private func parameter(_ name: String) -> ValueID? {
        guard context.parameters.contains(name), let storage = machine.storage else { return nil }
        let real = machine.realWidth
        switch name {
        case "size": return builder.pure(.parameter(.size(storage)), width: min(real + 1, Limits.width))
        case "extent": return builder.pure(.parameter(.extent), width: min(real + 1, Limits.width))
        case "origin": return builder.pure(.parameter(.origin), width: real)
        case "here": return builder.pure(.parameter(.here), width: machine.pcWidth)
        case "next": return builder.pure(.parameter(.next), width: machine.pcWidth)
        case "length": return builder.pure(.parameter(.length), width: 8)
        default: return nil
        }
    }

    func unknownName(_ name: String, _ span: SourceSpan) -> Reported {
        if ["size", "here", "next", "length", "origin", "extent"].contains(name) {
            return error(
                "'\(name)' has no meaning in '\(context.title)'", at: span,
                remedy: name == "origin" || name == "extent"
                    ? "It is known in 'map' only." : "It is known in instructions only.")
        }
        if machine.functions[name] != nil {
            return error("'\(name)' is a function and needs its arguments", at: span, remedy: "Write \(name)(...).")
        }
        let known = frames[frames.count - 1].names + machine.knownNames + Array(context.parameters)
        return error(
            "'\(name)' is not known", at: span, suggestion: Suggestions.nearest(to: name, in: known))
    }
}
