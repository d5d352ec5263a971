/// Checks the functions, procedures and operands that nothing uses; the others have been checked where
/// they are expanded. Those with `number` parameters have no width before they are used.
struct DefinitionChecker {
    let machine: MachineTables

    func check(_ declarations: [DeclarationSyntax]) {
        for declaration in declarations where !machine.diagnostics.isFull {
            do {
                switch declaration.kind {
                case .function(let function) where !machine.used.contains(function.name.text): try check(function)
                case .operand(let operand) where !machine.used.contains(operand.name.text): try check(operand)
                default: break
                }
            } catch {}
        }
    }

    private func check(_ operand: OperandSyntax) throws(Reported) {
        let patterns = PatternElaborator(machine, alternative: nil)
        _ = try patterns.groups(pattern([operand.name]), prefix: "")
        try EncodingShape(machine, operands: patterns.operands).checkExtensions()
    }

    private func check(_ function: FunctionSyntax) throws(Reported) {
        guard let body = function.body else { return }
        let patterns = PatternElaborator(machine, alternative: nil)
        let kinds = function.parameters.compactMap { parameter -> Name? in
            guard case .named(let kind) = parameter.type, machine.operands[kind.text] != nil else { return nil }
            return Name(text: kind.text, span: parameter.name.span)
        }
        let (groups, _) = try patterns.groups(pattern(kinds), prefix: "")
        var context = ProgramContext(
            title: function.name.text,
            parameters: ProgramContext.instructionParameters.union(ProgramContext.mapParameters),
            operands: patterns.instances)
        context.encoding = (Encoding(groups: groups), patterns.operands)
        let elaborator = ProgramElaborator(machine, context: context)
        guard let meanings = try self.meanings(function, groups, elaborator) else { return }
        try elaborator.inFrame(function.name) { () throws(Reported) in
            for (parameter, meaning) in zip(function.parameters, meanings) {
                elaborator.define(parameter.name, meaning)
            }
            guard let result = function.result else { return elaborator.statements(body) }
            let width = try elaborator.integer(result, "the width", in: 1...Limits.width)
            _ = try elaborator.body(body, width: width, function.name)
        }
    }

    /// What the parameters stand for; `nil` where that is not known before the function is used.
    private func meanings(
        _ function: FunctionSyntax, _ groups: [PieceGroup], _ elaborator: ProgramElaborator
    ) throws(Reported) -> [Meaning]? {
        var operands = groups.flatMap(\.pieces).compactMap { piece -> Int? in
            if case .operand(let id) = piece { id.index } else { nil }
        }
        var result: [Meaning] = []
        for (index, parameter) in function.parameters.enumerated() {
            guard let type = parameter.type else {
                throw machine.error(
                    "the parameter '\(parameter.name.text)' has no type", at: parameter.name.span,
                    remedy: "Write \(parameter.name.text) : WIDTH.")
            }
            if case .named(let kind) = type {
                if kind.text == "number" { return nil }
                if kind.text == "access" {
                    result.append(.access(.read))
                    continue
                }
                if machine.operands[kind.text] != nil {
                    result.append(.operand(operands.removeFirst()))
                    continue
                }
            }
            let width = try elaborator.parameterWidth(type, [])
            result.append(.bits(elaborator.builder.pure(.argument(index), width: width)))
        }
        return result
    }

    /// A pattern of these operands only.
    private func pattern(_ kinds: [Name]) -> PatternSyntax {
        let pieces = kinds.enumerated().map { index, kind in
            PieceSyntax(
                kind: .operand(Name(text: "\(kind.text) \(index)", span: kind.span), kind: kind), span: kind.span)
        }
        let start = SourceSpan(machine.description.location, length: 1)
        return PatternSyntax(groups: [pieces], order: [], condition: nil, span: kinds.first?.span ?? start)
    }
}
