/// Makes instructions of their declarations: one each, or one for each alternative of a group.
struct InstructionElaborator {
    /// The name that stands for the alternative in a group's patterns and in `case`.
    static let placeholder = "OP"

    let machine: MachineTables

    /// "B.{OP}" or "OP", for the alternative "EQ": "B.EQ", "EQ".
    static func named(_ word: String, _ alternative: String) -> String {
        if word == placeholder { return alternative }
        var result = ""
        var rest = Substring(word)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let inner = rest[rest.index(after: open)..<close]
            result += rest[..<open]
            result += inner == placeholder ? alternative : String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// The assembly pattern of a variant: its name.
    static func title(_ template: String, _ alternative: String?) -> String {
        guard let alternative else { return template }
        let end = template.firstIndex(of: " ") ?? template.endIndex
        return named(String(template[..<end]), alternative) + template[end...]
    }

    func instructions(_ syntax: InstructionSyntax, family: String, text: [String]) {
        if syntax.alternatives.isEmpty {
            one(syntax, nil, family, text)
            return
        }
        var shared: Instruction?
        for (index, alternative) in syntax.alternatives.enumerated() where !machine.diagnostics.isFull {
            if let shared {
                add(likeness(of: shared, syntax, alternative), syntax, alternative, text)
            } else if let made = one(syntax, alternative, family, text), index == 0, !machine.usesAlternative {
                shared = syntax.listed == nil ? nil : made
            }
        }
    }

    /// Of a listed group whose body does not ask which alternative it is, all members are one but for their names.
    private func likeness(
        of shared: Instruction, _ syntax: InstructionSyntax, _ alternative: AlternativeSyntax
    ) -> Instruction {
        var result = shared
        result.name = InstructionElaborator.title(syntax.template.text, alternative.name.text)
        let word = syntax.template.text.prefix { $0 != " " }
        result.mnemonic = InstructionElaborator.named(String(word), alternative.name.text)
        result.assembly.mnemonic = result.mnemonic
        result.location = alternative.name.span.location
        result.opcodes = alternative.opcodes.map(\.text)
        return result
    }

    @discardableResult
    private func one(
        _ syntax: InstructionSyntax, _ alternative: AlternativeSyntax?, _ family: String, _ text: [String]
    ) -> Instruction? {
        machine.usesAlternative = false
        guard let instruction = try? instruction(syntax, alternative, family) else { return nil }
        add(instruction, syntax, alternative, text)
        return instruction
    }

    private func add(
        _ instruction: Instruction, _ syntax: InstructionSyntax, _ alternative: AlternativeSyntax?, _ text: [String]
    ) {
        guard machine.description.instructions.count < Limits.instructions else {
            machine.error("more than \(Limits.instructions) instructions", at: syntax.template.span)
            return
        }
        var instruction = instruction
        instruction.text = text
        let span = alternative?.name.span ?? syntax.template.span
        if let earlier = machine.instructionSpans.updateValue(span, forKey: instruction.name) {
            machine.error(
                "there is an instruction '\(instruction.name)' already", at: span, note: ("it is here", earlier),
                remedy: "In an overlay, write 'replace instruction' to change it.")
            return
        }
        machine.description.instructions.append(instruction)
    }

    private func instruction(
        _ syntax: InstructionSyntax, _ alternative: AlternativeSyntax?, _ family: String
    ) throws(Reported) -> Instruction {
        guard let pattern = syntax.pattern else {
            throw machine.error(
                "this instruction has no encoding", at: syntax.template.span, remedy: "Add a line 'encoding ...'.")
        }
        let listing = ListedInstruction(machine, syntax)
        try listing.check(alternative)
        let title = InstructionElaborator.title(syntax.template.text, alternative?.name.text)
        let location = alternative?.name.span.location ?? syntax.template.span.location
        let chosen = try alternative.map { (alternative) throws(Reported) in
            if let own = listing.value(of: alternative) { return own }
            return try value(of: alternative, in: pattern)
        }
        let patterns = PatternElaborator(machine, alternative: chosen)
        let (groups, scope) = try patterns.groups(pattern, prefix: "")
        let template = try TemplateReader(
            machine, scope: scope, fields: patterns.fields, mentionsAll: syntax.listed == nil
        ).instruction(syntax.template, alternative: alternative?.name.text)
        var result = Instruction(name: title, mnemonic: template.mnemonic, location: location)
        result.family = family
        result.fields = patterns.fields
        result.operands = patterns.operands
        result.assembly = template
        result.requirements = syntax.requirements.map(\.text)
        if syntax.listed == nil {
            result.encoding = Encoding(groups: groups, extensionOrder: try order(pattern, scope))
            try EncodingShape(machine, operands: patterns.operands).check(groups, pattern)
        } else {
            result.isListed = true
            result.opcodes = (alternative?.opcodes ?? syntax.opcodes).map(\.text)
        }
        result.claims = try claims(syntax)
        result.sources = syntax.sources
        result.notes = syntax.notes
        var context = self.context(title, patterns, syntax)
        context.encoding = result.isListed ? nil : (result.encoding, result.operands)
        context.chosen = chosen
        try conditions(&result, patterns, pattern, scope, context)
        result.program = program(syntax, scope, context)
        return result
    }

    private func context(_ title: String, _ patterns: PatternElaborator, _ syntax: InstructionSyntax) -> ProgramContext
    {
        ProgramContext(
            title: title, parameters: ProgramContext.instructionParameters, operands: patterns.instances,
            alternatives: syntax.alternatives.map(\.name.text) + syntax.removed)
    }

    private func order(_ pattern: PatternSyntax, _ scope: PatternElaborator.Scope) throws(Reported) -> [OperandID] {
        var order: [OperandID] = []
        for name in pattern.order {
            guard let operand = scope.operands[name.text] else {
                throw machine.error(
                    "'\(name.text)' is no operand of this encoding", at: name.span,
                    suggestion: Suggestions.nearest(to: name.text, in: scope.operands.keys))
            }
            guard !order.contains(OperandID(operand.index)) else {
                throw machine.error("'\(name.text)' is ordered twice", at: name.span)
            }
            order.append(OperandID(operand.index))
        }
        if !order.isEmpty {
            for (name, operand) in scope.operands where !order.contains(OperandID(operand.index)) {
                throw machine.error("'order' leaves out '\(name)'", at: operand.span)
            }
        }
        return order
    }

    private func claims(_ syntax: InstructionSyntax) throws(Reported) -> [(claim: Claim, location: SourceLocation)] {
        var claims: [(claim: Claim, location: SourceLocation)] = []
        for name in syntax.claims {
            guard let claim = Claim(rawValue: name.text) else {
                let classes = Claim.allCases.map(\.rawValue)
                let near = Suggestions.nearest(to: name.text, in: classes)
                throw machine.error(
                    "'\(name.text)' is no class", at: name.span, suggestion: near,
                    remedy: near == nil ? "Classes: \(classes.joined(separator: ", "))." : nil)
            }
            claims.append((claim, name.span.location))
        }
        return claims
    }

    // MARK: Programs

    private func define(_ scope: PatternElaborator.Scope, in elaborator: ProgramElaborator) {
        for name in scope.names {
            if let field = scope.fields[name.text] {
                elaborator.define(name, .bits(elaborator.builder.pure(.field(field.id), width: field.width)))
            } else if let operand = scope.operands[name.text] {
                elaborator.define(name, .operand(operand.index))
            }
        }
    }

    private func elaborator(_ scope: PatternElaborator.Scope, _ context: ProgramContext) -> ProgramElaborator {
        let elaborator = ProgramElaborator(machine, context: context)
        define(scope, in: elaborator)
        if let chosen = context.chosen {
            let value = elaborator.builder.constant(chosen.value, width: chosen.width)
            elaborator.define(
                Name(text: InstructionElaborator.placeholder, span: chosen.name.span),
                .alternative(chosen.name.text, value: value))
        }
        return elaborator
    }

    /// An alternative with the width that its value has in the encoding.
    private func value(
        of alternative: AlternativeSyntax, in pattern: PatternSyntax
    ) throws(Reported) -> (name: Name, value: UInt64, width: Int) {
        guard let value = alternative.value?.number else {
            throw machine.error(
                "expected the value of '\(alternative.name.text)'", at: alternative.name.span,
                remedy: "After each name stands the value of \(InstructionElaborator.placeholder) in the encoding.")
        }
        guard let width = placeholderWidth(pattern) else {
            throw machine.error(
                "the encoding of these instructions has no \(InstructionElaborator.placeholder)", at: pattern.span,
                remedy: "\(InstructionElaborator.placeholder):WIDTH stands where the alternatives' values go.")
        }
        guard value & ~ConcreteArithmetic.mask(width) == 0 else {
            throw machine.error(
                "\(value) does not fit the \(width) bits of \(InstructionElaborator.placeholder)",
                at: alternative.name.span, note: ("its place is here", pattern.span))
        }
        return (alternative.name, value, width)
    }

    /// How many bits of the encoding the alternative's value has.
    private func placeholderWidth(_ pattern: PatternSyntax) -> Int? {
        var width: Int?
        for piece in pattern.groups.joined() {
            switch piece.kind {
            case .field(let name, let expression) where name.text == InstructionElaborator.placeholder:
                width = try? machine.constantInteger(expression, "the width", in: 1...Limits.width)
            case .part(let name, let first, let last) where name.text == InstructionElaborator.placeholder:
                width = max(width ?? 0, max(first, last) + 1)
            default: break
            }
        }
        return width
    }

    private func conditions(
        _ instruction: inout Instruction, _ patterns: PatternElaborator, _ pattern: PatternSyntax,
        _ scope: PatternElaborator.Scope, _ context: ProgramContext
    ) throws(Reported) {
        for form in patterns.formConditions {
            let program = try condition(form.condition, form.scope, context)
            instruction.operands[form.operand].forms[form.form].condition = program
        }
        if let condition = pattern.condition {
            instruction.encoding.condition = try self.condition(condition, scope, context)
        }
    }

    private func condition(
        _ expression: ExpressionSyntax, _ scope: PatternElaborator.Scope, _ context: ProgramContext
    ) throws(Reported) -> Program {
        var context = context
        context.parameters = []
        context.encoding = nil
        let elaborator = elaborator(scope, context)
        let value = try elaborator.condition(expression)
        let program = elaborator.builder.finish(results: [value])
        guard program.operations.allSatisfy({ !$0.dependsOnState }) else {
            throw machine.error(
                "which instruction an encoding is must not depend on the state", at: expression.span,
                remedy: "Conditions of patterns are about fields and forms.")
        }
        return program
    }

    private func program(
        _ syntax: InstructionSyntax, _ scope: PatternElaborator.Scope, _ context: ProgramContext
    ) -> Program {
        let elaborator = elaborator(scope, context)
        elaborator.builder.at(syntax.template.span.location)
        elaborator.statements(syntax.body)
        if let pc = machine.pc {
            let next = elaborator.builder.pure(.parameter(.next), width: machine.pcWidth)
            return elaborator.finish(pc: (pc, machine.pcWidth, next), at: syntax.template.span)
        }
        return elaborator.finish(at: syntax.template.span)
    }
}

extension Operation {
    var dependsOnState: Bool {
        switch self {
        case .constant, .field, .formIs, .argument, .unary, .binary, .select, .extract, .zeroExtend, .signExtend: false
        default: true
        }
    }
}
