/// One declaration of a file, with what an overlay asks for before it.
struct DeclarationSyntax: Sendable {
    enum Change: Sendable { case add, replace, remove }

    var change: Change
    var kind: DeclarationKind
    /// Where its name stands.
    var span: SourceSpan
    /// The file's base name.
    var family: String
    /// From its first line to its last.
    var lines: ClosedRange<Int> = 1...1
}

enum DeclarationKind: Sendable {
    case header(HeaderSyntax)
    case include(String)
    case extends(String)
    case state([ComponentSyntax])
    /// `user-mode`, `supervisor-mode`, `halted`, `waiting`.
    case condition(Name, ExpressionSyntax, status: ExpressionSyntax?)
    case device(DeviceSyntax)
    case constant(Name, ExpressionSyntax)
    case function(FunctionSyntax)
    case operand(OperandSyntax)
    case translate(TranslateSyntax)
    case traps([TrapSyntax])
    case otherwise(Name)
    case delivery([ParameterSyntax], [StatementSyntax])
    case interrupt(InterruptSyntax)
    case map([StatementSyntax], shadow: Bool)
    case instruction(InstructionSyntax)
    /// What `remove` names: kind and name.
    case removal(kind: String, name: String)
}

enum HeaderSyntax: Sendable {
    case machine(Name, title: String)
    case source(String)
    case scope(String)
    case depth(Name)
    case unit(ExpressionSyntax)
    case step(ExpressionSyntax)
    case bits(Name)
    case radix(ExpressionSyntax)
    case cells(Name)
}

struct ComponentSyntax: Sendable {
    var change: DeclarationSyntax.Change
    var role: Name
    var name: Name
    var count: ExpressionSyntax?
    var width: ExpressionSyntax
    var attributes: [AttributeSyntax]
}

struct AttributeSyntax: Sendable {
    enum Kind: Sendable {
        case initially(ExpressionSyntax)
        case policy
        case handled(Name, ExpressionSyntax?)
        case names([Name])
        case fields([(name: Name, first: ExpressionSyntax, last: ExpressionSyntax?)])
        case expires(Name)
        case atLeast(ExpressionSyntax)
        case exempt(String)
    }
    var kind: Kind
    var span: SourceSpan
}

struct DeviceSyntax: Sendable {
    var kind: Name
    var name: Name?
    var ports: [(port: Name, component: Name)]
    var strobes: [Name]
}

struct FunctionSyntax: Sendable {
    var name: Name
    var parameters: [ParameterSyntax]
    /// `nil` for a procedure.
    var result: ExpressionSyntax?
    /// `nil` for an uninterpreted function.
    var body: [StatementSyntax]?
}

struct OperandSyntax: Sendable {
    var name: Name
    var forms: [FormSyntax]
}

struct FormSyntax: Sendable {
    var name: Name
    var template: Name
    var pattern: PatternSyntax
}

struct PatternSyntax: Sendable {
    var groups: [[PieceSyntax]]
    var order: [Name]
    var condition: ExpressionSyntax?
    var span: SourceSpan
}

struct PieceSyntax: Sendable {
    enum Kind: Sendable {
        case literal(UInt64, width: Int)
        /// A field with its width, or a part of one that is split.
        case field(Name, width: ExpressionSyntax)
        case part(Name, first: Int, last: Int)
        case any(ExpressionSyntax)
        case operand(Name, kind: Name)
    }
    var kind: Kind
    var span: SourceSpan
}

struct TranslateSyntax: Sendable {
    var parameters: [ParameterSyntax]
    /// `abstract ... reads`: the components that feed it.
    var reads: [Name]?
    var body: [StatementSyntax]
}

struct TrapSyntax: Sendable {
    var change: DeclarationSyntax.Change
    var name: Name
    var detail: (name: Name, width: ExpressionSyntax)?
    var code: ExpressionSyntax
    var attributes: [Name]
}

struct InterruptSyntax: Sendable {
    var name: Name
    var trap: Name
    var pending: ExpressionSyntax?
    var enabled: ExpressionSyntax?
    var accept: [StatementSyntax]
}

/// One name of a group: with its value, or (listed) with encodings in the manual's notation.
struct AlternativeSyntax: Sendable {
    var name: Name
    var value: (number: UInt64, span: SourceSpan)?
    var opcodes: [Name] = []
}

struct InstructionSyntax: Sendable {
    /// Empty for a single instruction.
    var alternatives: [AlternativeSyntax]
    /// Alternatives that an overlay has taken out; arms about them may stay.
    var removed: [String] = []
    var template: Name
    var pattern: PatternSyntax?
    /// The pattern only declares fields: it stands after `listed`, at this place.
    var listed: SourceSpan?
    /// Encodings in the manual's own notation; of a group, the alternatives have them.
    var opcodes: [Name] = []
    var requirements: [Name] = []
    var claims: [Name]
    var sources: [String]
    var notes: [String]
    var body: [StatementSyntax]
}
