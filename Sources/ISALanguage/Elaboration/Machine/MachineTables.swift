/// The machine while it is elaborated: the declarations by name, and the description as far as it
/// has come.
final class MachineTables {
    let diagnostics: DiagnosticCollector
    var description: MachineDescription

    var states: [String: StateID] = [:]
    var constants: [String: (value: Int128, span: SourceSpan)] = [:]
    var constantSyntax: [String: (expression: ExpressionSyntax, span: SourceSpan)] = [:]
    var functions: [String: FunctionSyntax] = [:]
    var uninterpreted: [String: FunctionID] = [:]
    var operands: [String: OperandSyntax] = [:]
    var traps: [String: TrapID] = [:]
    var translate: (syntax: TranslateSyntax, addressWidth: Int)?
    var abstractTranslation: AbstractTranslation?
    /// Cells of a unit come most significant first.
    var cellsMostFirst: Bool?
    var pc: StateID?
    var storage: StateID?
    /// Expressions and statements visited so far, over all programs.
    var steps = 0
    /// Functions, procedures and operands that something has used: they have been checked there.
    var used: Set<String> = []
    /// Comparisons of encodings made so far.
    var comparisons = 0
    /// Where each instruction is declared, by its name.
    var instructionSpans: [String: SourceSpan] = [:]
    /// Uninterpreted functions made from `abstract` statements, to keep their names apart.
    var abstractNames: [String: Int] = [:]
    /// The body that is being made has asked which alternative of its group it is for.
    var usesAlternative = false

    init(_ description: MachineDescription, diagnostics: DiagnosticCollector) {
        self.description = description
        self.diagnostics = diagnostics
    }

    func component(_ id: StateID) -> StateComponent { description.state[id.index] }

    var pcWidth: Int { pc.map { component($0).width } ?? 1 }

    /// Bits of a real address.
    var realWidth: Int { storage.map { component($0).indexWidth } ?? 1 }

    /// Bits of an address as instructions use it.
    var addressWidth: Int { translate?.addressWidth ?? realWidth }

    @discardableResult
    func error(
        _ message: String, at span: SourceSpan?, note: (message: String, span: SourceSpan)? = nil,
        suggestion: String? = nil, remedy: String? = nil
    ) -> Reported {
        diagnostics.report(message, at: span, note: note, suggestion: suggestion, remedy: remedy)
        return Reported()
    }

    func newFunction(_ function: UninterpretedFunction) -> FunctionID {
        description.functions.append(function)
        return FunctionID(description.functions.count - 1)
    }

    func span(of id: StateID) -> SourceSpan {
        SourceSpan(component(id).location, length: component(id).name.unicodeScalars.count)
    }

    /// Names that are known everywhere, for "did you mean".
    var knownNames: [String] {
        Array(states.keys) + Array(constants.keys) + Array(functions.keys) + Array(traps.keys)
    }

    /// The lines of a declaration, as written.
    func text(of declaration: DeclarationSyntax) -> [String] {
        guard let source = diagnostics.source(declaration.span.location.file) else { return [] }
        return declaration.lines.compactMap(source.line)
    }

    /// What stands at a place, for names.
    func text(of span: SourceSpan) -> String {
        guard let line = diagnostics.source(span.location.file)?.line(span.location.line) else { return "?" }
        let scalars = line.unicodeScalars.dropFirst(span.location.column - 1).prefix(span.length)
        return String(String.UnicodeScalarView(scalars))
    }
}
