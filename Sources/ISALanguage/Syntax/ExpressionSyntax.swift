/// An expression as written, before names and widths are known.
struct ExpressionSyntax: Sendable {
    var kind: ExpressionKind
    var span: SourceSpan
    /// Of the tree below, so that no walk over it goes deeper than `Limits.expressionDepth`.
    var depth: Int
}

indirect enum ExpressionKind: Sendable {
    case number(UInt64)
    /// `0:8`
    case sized(UInt64, width: Int)
    case name(String)
    /// `x.cc`, `e.real`
    case member(ExpressionSyntax, Name)
    /// `e.as(user = 1)`: accesses as if these components had these values.
    case assuming(ExpressionSyntax, [(component: Name, value: ExpressionSyntax)])
    /// `x[3]`, `r[i]`, `e[a]`
    case element(ExpressionSyntax, ExpressionSyntax)
    /// `x[7..0]`
    case slice(ExpressionSyntax, ExpressionSyntax, ExpressionSyntax)
    case call(Name, [ExpressionSyntax])
    case unary(UnarySyntax, ExpressionSyntax)
    case binary(BinarySyntax, ExpressionSyntax, ExpressionSyntax)
    case selection(ExpressionSyntax, then: ExpressionSyntax, otherwise: ExpressionSyntax)
    case cases(ExpressionSyntax, [CaseArm<ExpressionSyntax>])
}

/// A name with its place.
struct Name: Sendable {
    var text: String
    var span: SourceSpan
}

enum UnarySyntax: String, Sendable {
    case logicalNot = "not"
    case complement = "~"
    case negate = "-"
}

enum BinarySyntax: String, Sendable {
    case logicalOr = "or"
    case logicalAnd = "and"
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case lessSigned = "<s"
    case lessOrEqualSigned = "<=s"
    case greaterSigned = ">s"
    case greaterOrEqualSigned = ">=s"
    case bitOr = "|"
    case bitXor = "xor"
    case bitAnd = "&"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case shiftRightSigned = ">>s"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case concatenate = "++"

    /// From loosest to tightest.
    static let levels: [[BinarySyntax]] = [
        [.logicalOr], [.logicalAnd],
        [
            .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .lessSigned, .lessOrEqualSigned,
            .greaterSigned, .greaterOrEqualSigned,
        ],
        [.bitOr, .bitXor], [.bitAnd], [.shiftLeft, .shiftRight, .shiftRightSigned], [.add, .subtract], [.multiply],
        [.concatenate],
    ]
    /// `not` binds tighter than `and`, looser than the comparisons, which do not chain.
    static let comparisonLevel = 2
}

/// What an arm of a `case` applies to: `indexed(x, addr)`, `ADD`, `0`, `else`.
enum CaseLabelSyntax: Sendable {
    case name(Name, bindings: [BindingSyntax])
    case number(UInt64, SourceSpan)
    case otherwise(SourceSpan)

    var span: SourceSpan {
        switch self {
        case .name(let name, _): name.span
        case .number(_, let span), .otherwise(let span): span
        }
    }
}

/// `n`, or `n as m`: the form's field n, called m in the arm.
struct BindingSyntax: Sendable {
    var field: Name
    var name: Name
}

struct CaseArm<Body: Sendable>: Sendable {
    var labels: [CaseLabelSyntax]
    var body: Body
}
