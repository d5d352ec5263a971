/// Gives the pieces of one instruction's encoding their fields and operands, each operand kind
/// instantiated anew: the fields of `src:ea` and of `dst:ea` are different ones.
final class PatternElaborator {
    let machine: MachineTables
    /// The alternative that an `OP` stands for, if any.
    let alternative: (name: Name, value: UInt64, width: Int)?
    var fields: [Field] = []
    var operands: [Operand] = []
    var instances: [OperandInstance] = []
    /// Where forms with a condition stand, to be elaborated when all fields are known.
    var formConditions: [(operand: Int, form: Int, condition: ExpressionSyntax, scope: Scope)] = []
    private var kindsInProgress: [String] = []

    /// The names that one pattern introduces.
    struct Scope {
        var fields: [String: (id: FieldID, width: Int, span: SourceSpan)] = [:]
        var operands: [String: (index: Int, span: SourceSpan)] = [:]
        /// In the order of the pattern.
        var names: [Name] = []

        func span(of name: String) -> SourceSpan? { fields[name]?.span ?? operands[name]?.span }
    }

    init(_ machine: MachineTables, alternative: (name: Name, value: UInt64, width: Int)?) {
        self.machine = machine
        self.alternative = alternative
    }

    /// The groups of a pattern. `prefix` goes before the names of its fields.
    func groups(_ pattern: PatternSyntax, prefix: String) throws(Reported) -> ([PieceGroup], Scope) {
        var scope = Scope()
        try declareParts(pattern, prefix, &scope)
        var groups: [PieceGroup] = []
        for group in pattern.groups {
            var pieces: [Piece] = []
            for piece in group { pieces.append(try self.piece(piece, prefix, &scope)) }
            groups.append(PieceGroup(pieces: pieces))
        }
        return (groups, scope)
    }

    /// Fields that are split: their width follows from the parts, which must be complete.
    private func declareParts(_ pattern: PatternSyntax, _ prefix: String, _ scope: inout Scope) throws(Reported) {
        var order: [Name] = []
        var parts: [String: [(high: Int, low: Int, span: SourceSpan)]] = [:]
        for piece in pattern.groups.joined() {
            guard case .part(let name, let first, let last) = piece.kind else { continue }
            if isAlternative(name) { continue }
            if parts[name.text] == nil { order.append(name) }
            parts[name.text, default: []].append((max(first, last), min(first, last), piece.span))
        }
        for name in order {
            let list = (parts[name.text] ?? []).sorted { $0.low < $1.low }
            var covered = 0
            for part in list {
                guard part.low == covered else {
                    throw machine.error(
                        part.low > covered
                            ? "bit \(covered) of '\(name.text)' stands nowhere"
                            : "bit \(part.low) of '\(name.text)' stands twice", at: part.span)
                }
                covered = part.high + 1
            }
            _ = try declare(name, width: covered, prefix, &scope)
        }
    }

    private func isAlternative(_ name: Name) -> Bool {
        alternative != nil && name.text == InstructionElaborator.placeholder
    }

    private func declare(
        _ name: Name, width: Int, _ prefix: String, _ scope: inout Scope
    ) throws(Reported) -> FieldID {
        if let earlier = scope.span(of: name.text) {
            throw machine.error(
                "'\(name.text)' stands in this encoding already", at: name.span, note: ("it is here", earlier),
                remedy: "Fields that are split are written \(name.text)[HI..LO].")
        }
        let id = FieldID(fields.count)
        fields.append(Field(name: prefix + name.text, width: width))
        scope.fields[name.text] = (id, width, name.span)
        scope.names.append(name)
        return id
    }

    private func piece(
        _ piece: PieceSyntax, _ prefix: String, _ scope: inout Scope
    ) throws(Reported) -> Piece {
        switch piece.kind {
        case .literal(let value, let width): return .literal(value, width: width)
        case .any(let width): return .any(width: try self.width(width))
        case .field(let name, let expression):
            let width = try self.width(expression)
            guard !isAlternative(name) else {
                let isFromLeft = machine.description.mostSignificantBitFirst
                return try alternativePiece(
                    first: isFromLeft ? 0 : width - 1, last: isFromLeft ? width - 1 : 0, piece.span)
            }
            return .field(try declare(name, width: width, prefix, &scope), high: width - 1, low: 0)
        case .part(let name, let first, let last):
            if isAlternative(name) { return try alternativePiece(first: first, last: last, piece.span) }
            guard let field = scope.fields[name.text] else { throw Reported() }
            let (high, low) = try bits(first, last, of: field.width, piece.span)
            return .field(field.id, high: high, low: low)
        case .operand(let name, let kind): return try operand(name, kind, prefix, &scope)
        }
    }

    /// Some bits of the alternative's value.
    private func alternativePiece(first: Int, last: Int, _ span: SourceSpan) throws(Reported) -> Piece {
        guard let alternative else { throw Reported() }
        let (high, low) = try bits(first, last, of: alternative.width, span)
        let width = high - low + 1
        return .literal((alternative.value >> UInt64(low)) & ConcreteArithmetic.mask(width), width: width)
    }

    /// Bits by the machine's own numbering, counted here from the least significant.
    private func bits(
        _ first: Int, _ last: Int, of width: Int, _ span: SourceSpan
    ) throws(Reported) -> (high: Int, low: Int) {
        let isFromLeft = machine.description.mostSignificantBitFirst
        let high = isFromLeft ? width - 1 - first : first
        let low = isFromLeft ? width - 1 - last : last
        guard high >= low else {
            throw machine.error(
                "bits \(first)..\(last) are written the wrong way round", at: span,
                remedy: "The more significant bit stands first: [\(last)..\(first)].")
        }
        return (high, low)
    }

    private func width(_ expression: ExpressionSyntax) throws(Reported) -> Int {
        try machine.constantInteger(expression, "the width", in: 1...Limits.width)
    }

    // MARK: Operands

    private func operand(
        _ name: Name, _ kind: Name, _ prefix: String, _ scope: inout Scope
    ) throws(Reported) -> Piece {
        guard let declared = machine.operands[kind.text] else {
            throw machine.error(
                "'\(kind.text)' is no operand", at: kind.span,
                suggestion: Suggestions.nearest(to: kind.text, in: machine.operands.keys),
                remedy: "A field has a width: \(name.text):WIDTH.")
        }
        if let earlier = scope.span(of: name.text) {
            throw machine.error(
                "'\(name.text)' stands in this encoding already", at: name.span, note: ("it is here", earlier),
                remedy: "Give two operands names of their own: src:\(kind.text) dst:\(kind.text).")
        }
        machine.used.insert(kind.text)
        guard !kindsInProgress.contains(kind.text) else {
            throw machine.error(
                "operand '\(kind.text)' contains itself", at: kind.span, note: ("declared here", declared.name.span))
        }
        guard operands.count < Limits.operands else {
            throw machine.error("more than \(Limits.operands) operands", at: name.span)
        }
        let index = operands.count
        operands.append(Operand(name: prefix + name.text, kind: kind.text, forms: []))
        instances.append(OperandInstance(id: OperandID(index), kind: kind.text, forms: []))
        scope.operands[name.text] = (index, name.span)
        scope.names.append(name)
        kindsInProgress.append(kind.text)
        defer { kindsInProgress.removeLast() }
        for form in declared.forms { try instantiate(form, index, prefix + name.text + ".") }
        return .operand(OperandID(index))
    }

    private func instantiate(_ form: FormSyntax, _ index: Int, _ prefix: String) throws(Reported) {
        let (groups, scope) = try self.groups(form.pattern, prefix: prefix + form.name.text + ".")
        let template = try TemplateReader(machine, scope: scope, fields: fields).form(form.template)
        operands[index].forms.append(
            OperandForm(
                name: form.name.text, head: groups.first?.pieces ?? [], extensions: Array(groups.dropFirst()),
                assembly: template))
        instances[index].forms.append(
            OperandInstance.Form(
                name: form.name, fields: scope.fields.mapValues { ($0.id, $0.width) },
                operands: scope.operands.mapValues(\.index)))
        if let condition = form.pattern.condition {
            formConditions.append((index, operands[index].forms.count - 1, condition, scope))
        }
    }
}
