extension ProgramElaborator {
    /// Statements, each of which may fail for itself.
    func statements(_ list: [StatementSyntax]) {
        for statement in list {
            if case .result(let value) = statement.kind {
                error(
                    "a value where none is asked for", at: value.span,
                    remedy: "Only functions and 'translate' give one.")
                continue
            }
            do {
                try self.statement(statement)
            } catch {
                poison(statement)
            }
        }
    }

    /// A name whose definition failed is known to be unknown, so that its uses are not errors, too.
    private func poison(_ statement: StatementSyntax) {
        guard case .define(let name, _, _) = statement.kind, lookup(name.text) == nil else { return }
        let last = frames.count - 1
        frames[last].scopes[frames[last].scopes.count - 1][name.text] = Frame.Binding(
            meaning: .unknown, span: name.span)
    }

    /// A function's statements, and the value in its last line.
    func body(_ list: [StatementSyntax], width: Int, _ name: Name) throws(Reported) -> ValueID {
        guard let last = list.last, case .result(let value) = last.kind else {
            throw error(
                "'\(name.text)' ends without a value", at: list.last?.span ?? name.span,
                remedy: "Its last line is '= EXPRESSION'.")
        }
        let before = machine.diagnostics.count
        statements(Array(list.dropLast()))
        guard machine.diagnostics.count == before else { throw Reported() }
        builder.at(last.span.location)
        return try bits(value, width: width, for: "as the value of '\(name.text)'")
    }

    func statement(_ statement: StatementSyntax) throws(Reported) {
        try deeper(statement.span) { () throws(Reported) in try statementHere(statement) }
    }

    private func statementHere(_ statement: StatementSyntax) throws(Reported) {
        builder.at(statement.span.location)
        switch statement.kind {
        case .define(let name, let type, let value): try definition(name, type, value)
        case .trap(let kind, let detail, let when): try trap(kind, detail, when, statement.span)
        case .assign(let target, let value): try assignment(target, value, statement.span)
        case .call(let name, let arguments): try expandProcedure(name, arguments)
        case .conditional(let condition, let then, let otherwise): try conditional(condition, then, otherwise)
        case .cases(let subject, let arms): try caseStatement(subject, arms, statement.span)
        case .rounds(let name, let from, let to, let body): try rounds(name, from, to, body)
        case .abstract(let targets, let sources): try abstract(targets, sources, statement.span)
        case .nothing, .result: break
        }
    }

    private func definition(_ name: Name, _ type: TypeSyntax?, _ value: ExpressionSyntax) throws(Reported) {
        guard let type else { return define(name, try meaning(value)) }
        let width: Int
        switch type {
        case .width(let expression): width = try integer(expression, "the width", in: 1...Limits.width)
        case .named(let named) where named.text == "bit": width = 1
        case .named(let named):
            width = try integer(
                ExpressionSyntax(kind: .name(named.text), span: named.span, depth: 1), "the width", in: 1...Limits.width
            )
        }
        define(name, .bits(try bits(value, width: width, for: "for '\(name.text)'")))
    }

    private func trap(
        _ kind: Name, _ detail: ExpressionSyntax?, _ when: ExpressionSyntax?, _ span: SourceSpan
    ) throws(Reported) {
        guard let id = machine.traps[kind.text] else {
            throw error(
                "there is no trap '\(kind.text)'", at: kind.span,
                suggestion: Suggestions.nearest(to: kind.text, in: machine.traps.keys))
        }
        let declared = machine.description.traps[id.index]
        let note = ("declared here", SourceSpan(declared.location, length: kind.text.count))
        let test = try when.map { (when) throws(Reported) in try self.condition(when) }
        let condition = builder.both(path, test) ?? builder.constant(1, width: 1)
        var value: ValueID?
        if let detail {
            guard declared.detailWidth > 0 else {
                throw error("the trap '\(kind.text)' has no detail", at: detail.span, note: note)
            }
            value = try under(test) { () throws(Reported) in
                try bits(detail, width: declared.detailWidth, for: "for '\(declared.detailName)'")
            }
        } else if declared.detailWidth > 0 {
            throw error(
                "the trap '\(kind.text)' needs its detail '\(declared.detailName)'", at: kind.span, note: note,
                remedy: "Write \(kind.text)(...).")
        }
        builder.trap(id, when: condition, detail: value)
    }

    private func assignment(
        _ target: ExpressionSyntax, _ value: ExpressionSyntax, _ span: SourceSpan
    ) throws(Reported) {
        let place = try self.place(target)
        let written = try bits(value, width: place.width, for: "to write")
        write(place, written, span)
    }

    private func write(_ place: PlaceReference, _ value: ValueID, _ span: SourceSpan) {
        builder.write(
            PendingWrite(
                place: place.place, fullWidth: place.fullWidth, low: place.low, value: value, guarded: path,
                location: span.location))
    }

    private func conditional(
        _ condition: ExpressionSyntax, _ then: [StatementSyntax], _ otherwise: [StatementSyntax]
    ) throws(Reported) {
        let test = try self.condition(condition)
        if let known = builder.constantValue(test) {
            return try inScope { () throws(Reported) in statements(known == 1 ? then : otherwise) }
        }
        try under(test) { () throws(Reported) in try inScope { () throws(Reported) in statements(then) } }
        try under(builder.not(test)) { () throws(Reported) in
            try inScope { () throws(Reported) in statements(otherwise) }
        }
    }

    private func caseStatement(
        _ subject: ExpressionSyntax, _ arms: [CaseArm<[StatementSyntax]>], _ span: SourceSpan
    ) throws(Reported) {
        for choice in try choices(try self.subject(subject, arms.map(\.labels)), arms.map(\.labels), span) {
            try under(choice.condition) { () throws(Reported) in
                try inScope { () throws(Reported) in
                    for (name, meaning) in choice.bindings { define(name, meaning) }
                    statements(arms[choice.arm].body)
                }
            }
        }
    }

    private func rounds(
        _ name: Name, _ from: ExpressionSyntax, _ to: ExpressionSyntax, _ body: [StatementSyntax]
    ) throws(Reported) {
        let first = try integer(from, "the first round", in: 0...Int(Int32.max))
        let last = try integer(to, "the last round", in: 0...Int(Int32.max))
        guard last - first < Limits.rounds else {
            throw error(
                "\(last - first + 1) rounds", at: from.span.joined(to: to.span), remedy: "At most \(Limits.rounds).")
        }
        guard first <= last else { return }
        for round in first...last {
            try step(name.span)
            try inScope { () throws(Reported) in
                define(name, .number(Int128(round)))
                statements(body)
            }
        }
    }

    // MARK: Abstract statements

    /// Each target becomes some function, otherwise unknown, of the sources.
    private func abstract(
        _ targets: [ExpressionSyntax], _ sources: [ExpressionSyntax], _ span: SourceSpan
    ) throws(Reported) {
        guard machine.description.depth == .system else {
            throw error(
                "'abstract' in a machine of depth complete", at: span,
                remedy: "Say what is computed, or declare 'depth system'.")
        }
        var arguments: [ValueID] = []
        for source in sources { arguments.append(try bits(source, for: "as a source")) }
        for target in targets {
            let place = try self.place(target)
            let title = "\(context.title): \(machine.text(of: target.span))"
            let count = machine.abstractNames[title, default: 0] + 1
            machine.abstractNames[title] = count
            let function = machine.newFunction(
                UninterpretedFunction(
                    name: count == 1 ? title : "\(title) #\(count)", argumentWidths: arguments.map(builder.width),
                    resultWidth: place.width))
            write(place, builder.pure(.apply(function, arguments), width: place.width), span)
        }
    }
}
