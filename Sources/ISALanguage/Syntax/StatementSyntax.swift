/// A statement as written.
struct StatementSyntax: Sendable {
    var kind: StatementKind
    var span: SourceSpan
}

indirect enum StatementKind: Sendable {
    case define(Name, type: TypeSyntax?, ExpressionSyntax)
    case trap(Name, detail: ExpressionSyntax?, when: ExpressionSyntax?)
    case assign(ExpressionSyntax, ExpressionSyntax)
    case call(Name, [ExpressionSyntax])
    case conditional(ExpressionSyntax, then: [StatementSyntax], otherwise: [StatementSyntax])
    case cases(ExpressionSyntax, [CaseArm<[StatementSyntax]>])
    /// `for i in 0..15`
    case rounds(Name, from: ExpressionSyntax, to: ExpressionSyntax, [StatementSyntax])
    case abstract(targets: [ExpressionSyntax], sources: [ExpressionSyntax])
    case nothing
    /// `= expression`: what a function gives.
    case result(ExpressionSyntax)
}

/// What a parameter may be: bits of a width, an operand kind, or a name with its own meaning
/// (`number`, `access`).
enum TypeSyntax: Sendable {
    case width(ExpressionSyntax)
    case named(Name)

    var span: SourceSpan {
        switch self {
        case .width(let expression): expression.span
        case .named(let name): name.span
        }
    }
}

struct ParameterSyntax: Sendable {
    var name: Name
    /// `nil` only for the second parameter of `translate`.
    var type: TypeSyntax?
}
