extension ProgramElaborator {
    func selection(
        _ condition: ExpressionSyntax, _ then: ExpressionSyntax, _ otherwise: ExpressionSyntax, _ expected: Int?,
        _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        let test = try self.condition(condition)
        // A branch that a constant rules out is not looked at: it may be about another width.
        if let known = builder.constantValue(test) {
            return try meaning(known == 1 ? then : otherwise, expected: expected)
        }
        let a = try under(test) { () throws(Reported) in try meaning(then, expected: expected) }
        let b = try under(builder.not(test)) { () throws(Reported) in
            try meaning(otherwise, expected: expected ?? width(a))
        }
        return try joined([(test, a, then.span)], (b, otherwise.span), expected, span)
    }

    private func width(_ meaning: Meaning) -> Int? {
        if case .bits(let id) = meaning { return builder.width(id) }
        return nil
    }

    /// The first choice whose condition holds, else the last value; all of one width.
    private func joined(
        _ choices: [(condition: ValueID, value: Meaning, span: SourceSpan)], _ last: (value: Meaning, span: SourceSpan),
        _ expected: Int?, _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        let known = (choices.map { ($0.value, $0.span) } + [(last.value, last.span)])
        guard let width = known.lazy.compactMap({ self.width($0.0) }).first ?? expected else {
            throw error(
                "the width of this selection is not known: all its values are numbers", at: span,
                remedy: "Give one of them a width with zext(NUMBER, WIDTH).")
        }
        var result = try coerced(last.value, width, last.span, "as in the other branch")
        for choice in choices.reversed() {
            let value = try coerced(choice.value, width, choice.span, "as in the other branch")
            result = builder.select(choice.condition, value, result)
        }
        return .bits(result)
    }

    func cases(
        _ subject: ExpressionSyntax, _ arms: [CaseArm<ExpressionSyntax>], _ expected: Int?, _ span: SourceSpan
    ) throws(Reported) -> Meaning {
        let subject = try self.subject(subject, arms.map(\.labels))
        var choices: [(condition: ValueID, value: Meaning, span: SourceSpan)] = []
        for choice in try self.choices(subject, arms.map(\.labels), span) {
            let arm = arms[choice.arm]
            let hint = expected ?? choices.lazy.compactMap { self.width($0.value) }.first
            let value = try under(choice.condition) { () throws(Reported) in
                try inScope { () throws(Reported) in
                    for (name, meaning) in choice.bindings { define(name, meaning) }
                    return try meaning(arm.body, expected: hint)
                }
            }
            guard let condition = choice.condition else {
                if choices.isEmpty { return value }
                return try joined(choices, (value, arm.body.span), expected, span)
            }
            choices.append((condition, value, arm.body.span))
        }
        guard let last = choices.popLast() else { throw Reported() }
        return try joined(choices, (last.value, last.span), expected, span)
    }

    /// What a `case` is about. `OP` is its alternative's name where the arms are names, else its value.
    func subject(_ expression: ExpressionSyntax, _ labels: [[CaseLabelSyntax]]) throws(Reported) -> Meaning {
        guard case .name(let name) = expression.kind, case .alternative(let chosen, let value) = lookup(name)?.meaning
        else { return try meaning(expression) }
        let isAboutNames = labels.joined().contains { if case .name = $0 { true } else { false } }
        return isAboutNames ? .alternative(chosen, value: value) : .bits(value)
    }

    /// An arm that can be taken, with its condition (`nil`: always) and the names that it binds.
    struct Choice {
        var arm: Int
        var condition: ValueID?
        var bindings: [(Name, Meaning)]
    }

    /// The arms that can be taken: one of them where the subject is known now. Conditions exclude one
    /// another, and one of them holds.
    func choices(
        _ subject: Meaning, _ labels: [[CaseLabelSyntax]], _ span: SourceSpan
    ) throws(Reported) -> [Choice] {
        switch subject {
        case .operand(let index): return try formChoices(index, labels, span)
        case .alternative(let chosen, _):
            return [try staticChoice(labels, span, of: context.alternatives, "alternative") { $0 == chosen }]
        case .access(let access):
            let names = ["read", "write", "execute"]
            return [try staticChoice(labels, span, of: names, "access") { $0 == names[Int(access.rawValue)] }]
        case .number(let number): return [try numberChoice(number, labels, span)]
        case .bits(let id):
            if let value = builder.constantValue(id) { return [try numberChoice(Int128(value), labels, span)] }
            return try valueChoices(id, labels, span)
        case .unknown: throw Reported()
        }
    }

    private func staticChoice(
        _ labels: [[CaseLabelSyntax]], _ span: SourceSpan, of known: [String], _ what: String,
        _ isChosen: (String) -> Bool
    ) throws(Reported) -> Choice {
        var chosen: Int?
        var otherwise: Int?
        for (arm, list) in labels.enumerated() {
            for label in list {
                switch label {
                case .name(let name, let bindings):
                    guard known.contains(name.text), bindings.isEmpty else {
                        throw error(
                            "'\(name.text)' is no \(what) here", at: name.span,
                            suggestion: Suggestions.nearest(to: name.text, in: known))
                    }
                    if isChosen(name.text) { chosen = chosen ?? arm }
                case .number(_, let place): throw error("a number is no \(what)", at: place)
                case .otherwise: otherwise = arm
                }
            }
        }
        guard let arm = chosen ?? otherwise else {
            let covered = Set(labels.joined().compactMap { if case .name(let name, _) = $0 { name.text } else { nil } })
            let missing = known.filter { !covered.contains($0) }
            throw error(
                "'case' does not cover \(missing.joined(separator: ", "))", at: span,
                remedy: "Add an arm for each, or 'else : ...'.")
        }
        return Choice(arm: arm, condition: nil, bindings: [])
    }

    private func numberChoice(
        _ number: Int128, _ labels: [[CaseLabelSyntax]], _ span: SourceSpan
    ) throws(Reported) -> Choice {
        var otherwise: Int?
        for (arm, list) in labels.enumerated() {
            for label in list {
                switch label {
                case .name(let name, _): throw error("'\(name.text)' is no number", at: name.span)
                case .number(let value, _):
                    if Int128(value) == number { return Choice(arm: arm, condition: nil, bindings: []) }
                case .otherwise: otherwise = arm
                }
            }
        }
        guard let otherwise else {
            throw error("'case' does not cover \(number)", at: span, remedy: "Add an arm, or 'else : ...'.")
        }
        return Choice(arm: otherwise, condition: nil, bindings: [])
    }

    private func valueChoices(
        _ subject: ValueID, _ labels: [[CaseLabelSyntax]], _ span: SourceSpan
    ) throws(Reported) -> [Choice] {
        let width = builder.width(subject)
        var choices: [Choice] = []
        var seen: [UInt64: SourceSpan] = [:]
        var any: ValueID?
        var otherwise: Int?
        for (arm, list) in labels.enumerated() {
            var condition: ValueID?
            for label in list {
                switch label {
                case .name(let name, _):
                    throw error(
                        "'\(name.text)' is no number", at: name.span,
                        remedy: "The arms of a 'case' over bits are numbers.")
                case .otherwise: otherwise = arm
                case .number(let value, let place):
                    if let earlier = seen.updateValue(place, forKey: value) {
                        throw error("\(value) has an arm already", at: place, note: ("it is here", earlier))
                    }
                    let constant = try coerced(.number(Int128(value)), width, place, "as the subject has")
                    let test = builder.binary(.equal, subject, constant)
                    condition = condition.map { builder.binary(.or, $0, test) } ?? test
                }
            }
            guard let condition else { continue }
            choices.append(Choice(arm: arm, condition: condition, bindings: []))
            any = any.map { builder.binary(.or, $0, condition) } ?? condition
        }
        if let otherwise {
            choices.append(Choice(arm: otherwise, condition: any.map { builder.not($0) }, bindings: []))
        } else if width >= 16 || seen.count < 1 << width {
            throw error(
                "'case' covers \(seen.count) of the values of \(width) bits", at: span, remedy: "Add 'else : ...'.")
        }
        return choices
    }

    private func formChoices(
        _ index: Int, _ labels: [[CaseLabelSyntax]], _ span: SourceSpan
    ) throws(Reported) -> [Choice] {
        let instance = context.operands[index]
        var choices: [Choice] = []
        var covered: [Int: SourceSpan] = [:]
        var otherwise: Int?
        for (arm, list) in labels.enumerated() {
            var condition: ValueID?
            var bindings: [(Name, Meaning)] = []
            for label in list {
                guard case .name(let name, let names) = label else {
                    if case .otherwise = label {
                        otherwise = arm
                    } else {
                        throw error("a number is no form", at: label.span)
                    }
                    continue
                }
                let form = try formIndex(name, instance)
                if let earlier = covered.updateValue(name.span, forKey: form) {
                    throw error("'\(name.text)' has an arm already", at: name.span, note: ("it is here", earlier))
                }
                let test = builder.pure(.formIs(instance.id, form), width: 1)
                condition = condition.map { builder.binary(.or, $0, test) } ?? test
                if list.count == 1 { bindings = try formBindings(names, instance.forms[form]) }
            }
            if let condition { choices.append(Choice(arm: arm, condition: condition, bindings: bindings)) }
        }
        let missing = instance.forms.indices.filter { covered[$0] == nil }
        if let otherwise, let any = isAny(of: missing, instance) {
            choices.append(Choice(arm: otherwise, condition: any, bindings: []))
        } else if otherwise == nil, !missing.isEmpty {
            let names = missing.map { instance.forms[$0].name.text }.joined(separator: ", ")
            throw error(
                "'case' does not cover \(names) of operand '\(instance.kind)'", at: span,
                remedy: "Add an arm for each, or 'else : ...'.")
        }
        // Everything is covered, so a single arm is always taken.
        if choices.count == 1 { choices[0].condition = nil }
        return choices
    }

    /// The operand has one of these forms; `nil` if there are none.
    private func isAny(of forms: [Int], _ instance: OperandInstance) -> ValueID? {
        let tests = forms.map { builder.pure(.formIs(instance.id, $0), width: 1) }
        guard let first = tests.first else { return nil }
        return tests.dropFirst().reduce(first) { builder.binary(.or, $0, $1) }
    }

    private func formIndex(_ name: Name, _ instance: OperandInstance) throws(Reported) -> Int {
        if let index = instance.forms.firstIndex(where: { $0.name.text == name.text }) { return index }
        throw error(
            "operand '\(instance.kind)' has no form '\(name.text)'", at: name.span,
            suggestion: Suggestions.nearest(to: name.text, in: instance.forms.map(\.name.text)))
    }

    private func formBindings(
        _ names: [BindingSyntax], _ form: OperandInstance.Form
    ) throws(Reported) -> [(Name, Meaning)] {
        var bindings: [(Name, Meaning)] = []
        for binding in names {
            let name = binding.field
            if let field = form.fields[name.text] {
                bindings.append((binding.name, .bits(builder.pure(.field(field.id), width: field.width))))
            } else if let operand = form.operands[name.text] {
                bindings.append((binding.name, .operand(operand)))
            } else {
                let known = Array(form.fields.keys) + Array(form.operands.keys)
                throw error(
                    "form '\(form.name.text)' has no field '\(name.text)'", at: name.span,
                    note: ("the form is here", form.name.span),
                    suggestion: Suggestions.nearest(to: name.text, in: known))
            }
        }
        return bindings
    }
}
