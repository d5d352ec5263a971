/// Makes a checked machine of its declarations, in the order in which they need one another:
/// header, constants, state, traps, functions, translation, and then everything that is a program.
struct MachineElaborator {
    let diagnostics: DiagnosticCollector
    /// Leaves the translation open; nil: as the file has it.
    var abstraction: TranslationAbstraction.Request?

    init(_ diagnostics: DiagnosticCollector) { self.diagnostics = diagnostics }

    func machine(_ declarations: [DeclarationSyntax], ancestors: [String]) -> MachineDescription? {
        tables(declarations, ancestors: ancestors)?.description
    }

    /// The machine with what was noted while it was made; `nil` where there are errors.
    func tables(_ declarations: [DeclarationSyntax], ancestors: [String]) -> MachineTables? {
        guard
            let (name, title) = declarations.lazy.compactMap({ declaration -> (Name, String)? in
                if case .header(.machine(let name, let title)) = declaration.kind { return (name, title) }
                return nil
            }).last
        else {
            diagnostics.report(
                "the file names no machine", at: declarations.first?.span,
                remedy: "Start it with: machine NAME \"TITLE\"")
            return nil
        }
        let tables = MachineTables(
            MachineDescription(name: name.text, title: title, location: name.span.location), diagnostics: diagnostics)
        tables.description.ancestors = ancestors
        checkDuplicates(declarations, tables)
        HeaderElaborator(machine: tables).constants(declarations)
        HeaderElaborator(machine: tables).header(declarations)
        StateElaborator(machine: tables).state(declarations)
        StateElaborator(machine: tables).traps(declarations)
        SystemElaborator(machine: tables).functions(declarations)
        guard !diagnostics.hasErrors else { return nil }
        if let abstraction { tables.abstractTranslation(abstraction) }
        SystemElaborator(machine: tables).fetch()
        guard !diagnostics.hasErrors else { return nil }
        SystemElaborator(machine: tables).system(declarations)
        let instructions = InstructionElaborator(machine: tables)
        for declaration in declarations where !diagnostics.isFull {
            if case .instruction(let syntax) = declaration.kind {
                instructions.instructions(syntax, family: declaration.family, text: tables.text(of: declaration))
            }
        }
        guard !diagnostics.hasErrors else { return nil }
        if abstraction == nil { DefinitionChecker(machine: tables).check(declarations) }
        guard !diagnostics.hasErrors else { return nil }
        SystemElaborator(machine: tables).translation()
        EncodingOrder(machine: tables).arrange()
        tables.description.declared = MachineDeclarations(
            declarations: declarations, ancestors: ancestors, sources: diagnostics.sources)
        return diagnostics.hasErrors ? nil : tables
    }

    private func checkDuplicates(_ declarations: [DeclarationSyntax], _ tables: MachineTables) {
        var seen: [String: SourceSpan] = [:]
        for declaration in declarations {
            guard let (kind, name) = Overlay.identity(declaration.kind) else { continue }
            // Functions and procedures share their names; so do constants, which are used like them.
            let space = ["function", "procedure"].contains(kind) ? "function" : kind
            if let earlier = seen.updateValue(declaration.span, forKey: "\(space) \(name)") {
                tables.error(
                    kind == name ? "a second '\(kind)'" : "\(kind) '\(name)' is declared twice", at: declaration.span,
                    note: ("the first one is here", earlier), remedy: "In an overlay, write 'replace' before it.")
            }
        }
    }
}

extension MachineTables {
    /// A number that is known before there is any program.
    func constantNumber(_ expression: ExpressionSyntax, _ what: String) throws(Reported) -> Int128 {
        var context = ProgramContext(title: what)
        context.parameters = []
        return try ProgramElaborator(self, context: context).number(expression, what)
    }

    func constantInteger(
        _ expression: ExpressionSyntax, _ what: String, in range: ClosedRange<Int>
    ) throws(Reported) -> Int {
        var context = ProgramContext(title: what)
        context.parameters = []
        return try ProgramElaborator(self, context: context).integer(expression, what, in: range)
    }
}
