import ISALanguage

/// A lowered program that is no instruction, in memory.
final class Snippet {
    private let engine: Engine
    private let exits: [BlockExit]
    // Safety: allocated in `init`, freed in `deinit`.
    private let operations: UnsafeMutablePointer<MicroOp>
    private let argumentBase: Int
    private let resultBase: Int

    /// Nil if the program has no micro-ops.
    init?(_ program: Program, _ context: LoweringContext, _ constants: ConstantPool, _ engine: Engine) {
        guard let lowered = LoweredSnippet(program, context: context, constants: constants) else { return nil }
        self.engine = engine
        exits = lowered.exits
        argumentBase = context.plan.argumentBase
        resultBase = context.plan.resultBase
        operations = .allocate(capacity: max(lowered.operations.count, 1))
        for (index, operation) in lowered.operations.enumerated() {
            (operations + index).initialize(to: operation)
            if let opcode = operation.opcode { operations[index].code = engine.code(of: opcode) }
        }
    }

    /// One bit: any of the conditions that a core looks at between instructions.
    convenience init?(anyOf context: LoweringContext, _ constants: ConstantPool, _ engine: Engine) {
        guard let program = Program.any(of: context.attention) else { return nil }
        self.init(program, context, constants, engine)
    }

    deinit { operations.deallocate() }

    /// The way it ended.
    func run(arguments: [UInt64] = []) -> BlockExit.Reason {
        for (index, argument) in arguments.enumerated() { engine.slots[argumentBase + index] = argument }
        _ = engine.run(Operations(operations), budget: 0)
        return exits[engine.left.a].reason
    }

    var result: UInt64 { engine.slots[resultBase] }
}

extension Program {
    /// One bit: in any of the conditions all programs give 1. Nil if there is none, or the programs are
    /// not simple enough to stand side by side.
    static func any(of conditions: [AttentionCondition]) -> Program? {
        var joined = Program(argumentWidths: [])
        var any = joined.append(.constant(0), width: 1)
        for condition in conditions {
            var all = joined.append(.constant(1), width: 1)
            for program in condition.programs {
                guard let result = joined.inline(program) else { return nil }
                all = joined.append(.binary(.and, all, result), width: 1)
            }
            any = joined.append(.binary(.or, any, all), width: 1)
        }
        joined.results = [any]
        return joined
    }

    /// Appends another program's operations; its first result.
    private mutating func inline(_ other: Program) -> ValueID? {
        let base = operations.count
        func moved(_ id: ValueID) -> ValueID { ValueID(id.index + base) }
        for (index, operation) in other.operations.enumerated() {
            let copy: Operation
            switch operation {
            case .constant, .parameter(.size), .read: copy = operation
            case .readElement(let component, let element): copy = .readElement(component, index: moved(element))
            case .unary(let unary, let a): copy = .unary(unary, moved(a))
            case .binary(let binary, let a, let b): copy = .binary(binary, moved(a), moved(b))
            case .select(let condition, let a, let b):
                copy = .select(moved(condition), then: moved(a), otherwise: moved(b))
            case .extract(let a, let low): copy = .extract(moved(a), low: low)
            case .zeroExtend(let a): copy = .zeroExtend(moved(a))
            case .signExtend(let a): copy = .signExtend(moved(a))
            default: return nil
            }
            append(copy, width: other.widths[index])
        }
        return other.results.first.map(moved)
    }
}
