extension ProgramElaborator {
    private static let builtins: Set<String> = [
        "zext", "sext", "udiv", "urem", "sdiv", "srem", "mulhu", "mulhs", "rotl", "rotr", "clz", "popcount", "parity",
        "min", "max", "width", "start-of", "end-of",
    ]

    func call(
        _ name: Name, _ arguments: [ExpressionSyntax], _ expected: Int?, _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        if let function = machine.functions[name.text] {
            guard let result = function.result else {
                throw error(
                    "'\(name.text)' is a procedure and has no value", at: name.span,
                    note: ("declared here", function.name.span))
            }
            return .bits(try expand(function, result, name, arguments))
        }
        guard ProgramElaborator.builtins.contains(name.text) else {
            let known = Array(machine.functions.keys) + Array(ProgramElaborator.builtins)
            throw error(
                "there is no function '\(name.text)'", at: name.span,
                suggestion: Suggestions.nearest(to: name.text, in: known))
        }
        return try builtin(name, arguments, expected)
    }

    private func builtin(
        _ name: Name, _ arguments: [ExpressionSyntax], _ expected: Int?
    ) throws(Reported) -> Meaning {
        let count = ["clz", "popcount", "parity", "width", "start-of", "end-of"].contains(name.text) ? 1 : 2
        try checkCount(name, arguments.count, count, declared: nil)
        switch name.text {
        case "zext", "sext": return .bits(try extended(name, arguments))
        case "start-of", "end-of": return .bits(try extensionAddress(name, arguments[0]))
        case "width": return .number(Int128(builder.width(try bits(arguments[0], for: "in width(...)"))))
        case "clz": return .bits(builder.unary(.countLeadingZeros, try bits(arguments[0], for: "in clz(...)")))
        case "popcount": return .bits(builder.unary(.populationCount, try bits(arguments[0], for: "in popcount(...)")))
        case "parity": return .bits(builder.unary(.parity, try bits(arguments[0], for: "in parity(...)")))
        case "rotl", "rotr":
            let value = try own(arguments[0], expected)
            let amount = try meaning(arguments[1], expected: 8)
            let by =
                if case .number = amount { try coerced(amount, 8, arguments[1].span, "here") } else {
                    try coercedToOwn(amount, arguments[1].span)
                }
            return .bits(builder.binary(name.text == "rotl" ? .rotateLeft : .rotateRight, value, by))
        default: return .bits(try twoSided(name, arguments, expected))
        }
    }

    private func own(_ expression: ExpressionSyntax, _ expected: Int?) throws(Reported) -> ValueID {
        let value = try meaning(expression, expected: expected)
        if case .number = value, let expected { return try coerced(value, expected, expression.span, "here") }
        return try coercedToOwn(value, expression.span)
    }

    private func extended(_ name: Name, _ arguments: [ExpressionSyntax]) throws(Reported) -> ValueID {
        let width = try integer(arguments[1], "the width", in: 1...Limits.width)
        let value = try meaning(arguments[0], expected: nil)
        if case .number = value { return try coerced(value, width, arguments[0].span, "here") }
        let id = try coercedToOwn(value, arguments[0].span)
        guard builder.width(id) <= width else {
            throw error(
                "\(name.text) to \(width) bits of a value with \(builder.width(id))", at: arguments[0].span,
                remedy: "Narrow it with [\(width - 1)..0].")
        }
        return builder.extend(id, to: width, signed: name.text == "sext")
    }

    private func twoSided(
        _ name: Name, _ arguments: [ExpressionSyntax], _ expected: Int?
    ) throws(Reported) -> ValueID {
        var first = try meaning(arguments[0], expected: expected)
        let width: Int
        let second: ValueID
        if case .bits(let id) = first {
            width = builder.width(id)
            second = try bits(arguments[1], width: width, for: "as the first argument has")
        } else {
            let other = try own(arguments[1], expected)
            width = builder.width(other)
            second = other
            first = .bits(try coerced(first, width, arguments[0].span, "here"))
        }
        let a = try coercedToOwn(first, arguments[0].span)
        let operations: [String: BinaryOperator] = [
            "udiv": .divideUnsigned, "urem": .remainderUnsigned, "sdiv": .divideSigned, "srem": .remainderSigned,
            "mulhu": .multiplyHighUnsigned, "mulhs": .multiplyHighSigned,
        ]
        if let operation = operations[name.text] { return builder.binary(operation, a, second) }
        let isLess = builder.binary(.lessUnsigned, a, second)
        return name.text == "min" ? builder.select(isLess, a, second) : builder.select(isLess, second, a)
    }

    private func checkCount(_ name: Name, _ given: Int, _ wanted: Int, declared: SourceSpan?) throws(Reported) {
        guard given != wanted else { return }
        throw error(
            "'\(name.text)' takes \(wanted) argument\(wanted == 1 ? "" : "s") and is given \(given)",
            at: name.span, note: declared.map { ("declared here", $0) })
    }

    // MARK: Expansion

    private func expand(
        _ function: FunctionSyntax, _ result: ExpressionSyntax, _ name: Name, _ arguments: [ExpressionSyntax]
    ) throws(Reported) -> ValueID {
        let bindings = try self.bindings(function, name, arguments)
        if let id = machine.uninterpreted[name.text] {
            let values = bindings.compactMap { if case .bits(let id) = $0.1 { id } else { nil } }
            return builder.pure(.apply(id, values), width: machine.description.functions[id.index].resultWidth)
        }
        return try inFrame(name) { () throws(Reported) in
            for (parameter, meaning) in bindings { define(parameter, meaning) }
            let width = try integer(result, "the width", in: 1...Limits.width)
            return try body(function.body ?? [], width: width, function.name)
        }
    }

    func expandProcedure(_ name: Name, _ arguments: [ExpressionSyntax]) throws(Reported) {
        guard let procedure = machine.functions[name.text] else {
            throw error(
                "there is no procedure '\(name.text)'", at: name.span,
                suggestion: Suggestions.nearest(to: name.text, in: machine.functions.keys))
        }
        guard procedure.result == nil else {
            throw error(
                "the value of function '\(name.text)' is not used", at: name.span,
                note: ("declared here", procedure.name.span), remedy: "Only a procedure is a statement.")
        }
        let bindings = try self.bindings(procedure, name, arguments)
        try inFrame(name) { () throws(Reported) in
            for (parameter, meaning) in bindings { define(parameter, meaning) }
            statements(procedure.body ?? [])
        }
    }

    private func bindings(
        _ function: FunctionSyntax, _ name: Name, _ arguments: [ExpressionSyntax]
    ) throws(Reported) -> [(Name, Meaning)] {
        machine.used.insert(name.text)
        if frames.contains(where: { $0.function?.text == name.text }) {
            throw error(
                "'\(name.text)' uses itself", at: name.span, note: ("declared here", function.name.span),
                remedy: "Functions are expanded where they are used; recursion would not end.")
        }
        try checkCount(name, arguments.count, function.parameters.count, declared: function.name.span)
        var bindings: [(Name, Meaning)] = []
        for (parameter, argument) in zip(function.parameters, arguments) {
            bindings.append((parameter.name, try bound(parameter, argument, earlier: bindings)))
        }
        return bindings
    }

    private func bound(
        _ parameter: ParameterSyntax, _ argument: ExpressionSyntax, earlier: [(Name, Meaning)]
    ) throws(Reported) -> Meaning {
        guard let type = parameter.type else {
            throw error("the parameter '\(parameter.name.text)' has no type", at: parameter.name.span)
        }
        if case .named(let kind) = type {
            switch kind.text {
            case "number": return .number(try number(argument, "'\(parameter.name.text)'"))
            case "access":
                guard case .access(let access) = try meaning(argument) else {
                    throw error("this is no access", at: argument.span, remedy: "It is read, write or execute.")
                }
                return .access(access)
            case "bit": return .bits(try bits(argument, width: 1, for: "for '\(parameter.name.text)'"))
            default: break
            }
            if machine.operands[kind.text] != nil { return try operand(argument, kind) }
        }
        let width = try parameterWidth(type, earlier)
        return .bits(try bits(argument, width: width, for: "for '\(parameter.name.text)'"))
    }

    private func operand(_ argument: ExpressionSyntax, _ kind: Name) throws(Reported) -> Meaning {
        let value = try meaning(argument)
        guard case .operand(let index) = value, context.operands[index].kind == kind.text else {
            throw error("an operand of kind '\(kind.text)' is needed here", at: argument.span)
        }
        return value
    }

    /// A width may depend on earlier parameters: `function load(w : number, a : 32) : w`.
    func parameterWidth(_ type: TypeSyntax, _ earlier: [(Name, Meaning)]) throws(Reported) -> Int {
        let expression: ExpressionSyntax
        switch type {
        case .width(let width): expression = width
        case .named(let name) where name.text == "bit": return 1
        case .named(let name):
            let isNumber = earlier.contains { if case .number = $0.1 { $0.0.text == name.text } else { false } }
            guard isNumber || machine.constants[name.text] != nil else {
                throw error(
                    "'\(name.text)' is no width and no operand", at: name.span,
                    suggestion: Suggestions.nearest(
                        to: name.text, in: Array(machine.operands.keys) + ["number", "access", "bit"]))
            }
            expression = ExpressionSyntax(kind: .name(name.text), span: name.span, depth: 1)
        }
        frames.append(Frame())
        defer { frames.removeLast() }
        for (name, meaning) in earlier { define(name, meaning) }
        return try integer(expression, "the width", in: 1...Limits.width)
    }
}
