import Certificates

/// The answer to a question about terms. There are three, and the third is never folded into another.
public enum Decision {
    case unsatisfiable(Refutation)
    case satisfiable(Model)
    case undecided(UndecidedReason)
}

/// That no values make the assertions true.
public struct Refutation {
    public var formula: CNF
    public var map: VariableMap
    /// Present when the question asked for it.
    public var proof: Proof?
}

public enum UndecidedReason: Equatable, Sendable, CustomStringConvertible {
    case conflictLimit(Int)
    case clauseLimit(Int)
    /// There are models, but none found is true with exact products and quotients.
    case abstraction
    case interrupted
    case outOfMemory

    public var description: String {
        switch self {
        case .conflictLimit(let count): "no answer within \(count) conflicts"
        case .clauseLimit(let count): "the circuit has more than \(count) clauses"
        case .abstraction: "it depends on products or quotients, which the circuit does not model exactly"
        case .interrupted: "interrupted"
        case .outOfMemory: "memory ran out"
        }
    }
}

/// Values that make the assertions true.
public struct Model: Equatable, Sendable {
    public struct Application: Equatable, Sendable {
        public var function: FunctionID
        public var arguments: [UInt64]
        public var result: UInt64
    }

    /// The variables that the assertions depend on; all others may have any value.
    public var variables: [String: UInt64] = [:]
    /// The values of declared functions that the assertions depend on.
    public var applications: [Application] = []

    public init() {}

    /// Gives terms their values in this model, functions 0 where the model does not fix them.
    public func evaluator(for graph: TermGraph) -> Evaluator {
        var table: [[UInt64]: UInt64] = [:]
        for application in applications {
            table[[UInt64(application.function.index)] + application.arguments] = application.result
        }
        return Evaluator(graph, variable: { name, _ in variables[name] ?? 0 }) { function, arguments in
            table[[UInt64(function.index)] + arguments] ?? 0
        }
    }
}

/// Bounds on one question.
public struct SolverLimits {
    public var conflicts: Int
    public var clauses: Int
    /// How often a model with wrong products or quotients is ruled out and another one asked for.
    public var refinements: Int
    /// What models have where either value will do.
    public var prefersZeros = false
    /// Asked now and then; true ends the question undecided.
    public var isInterrupted: () -> Bool

    public init(
        conflicts: Int = 200_000, clauses: Int = 4_000_000, refinements: Int = 32,
        isInterrupted: @escaping () -> Bool = { false }
    ) {
        self.conflicts = conflicts
        self.clauses = clauses
        self.refinements = refinements
        self.isInterrupted = isInterrupted
    }
}
