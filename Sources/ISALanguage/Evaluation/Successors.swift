/// Where control can go after an instruction, as far as the instruction alone tells.
public enum Successors: Equatable, Sendable {
    /// To one of these addresses; the next instruction's is among them where it can simply go on.
    case known(Set<UInt64>)
    /// Somewhere that depends on registers or storage.
    case unknown

    /// Follows the writes to the program counter through the instruction's program. Traps do not count: they
    /// lead to the monitor, and an instruction that always traps leads nowhere else.
    ///
    /// - Parameter fixed: components whose value is known wherever the instruction is: while a guest runs
    ///   directly, the real mode.
    public init(
        of decoded: DecodedInstruction, at here: UInt64, in machine: MachineDescription, fixed: [StateID: UInt64]
    ) {
        let parameters = EvaluationParameters(here: here, length: decoded.length, in: machine)
        var targets = TargetInterpretation(
            decoded: decoded, parameters: parameters, fixed: fixed,
            programCounter: machine.state.firstIndex { $0.role == .pc }.map(StateID.init))
        if machine.instructions[decoded.instruction].program.interpret(by: &targets) == nil {
            self = .known([])
        } else if let known = targets.target {
            self = .known(known)
        } else {
            self = .unknown
        }
    }
}

/// The meaning of a program as sets of possible values: nil where nothing is known.
private struct TargetInterpretation: Interpretation {
    typealias Value = Set<UInt64>?

    let decoded: DecodedInstruction
    let parameters: EvaluationParameters
    let fixed: [StateID: UInt64]
    let programCounter: StateID?
    /// The program counter afterwards.
    var target: Value = []

    /// More possibilities than this are as good as unknown.
    private static let limit = 8

    init(
        decoded: DecodedInstruction, parameters: EvaluationParameters, fixed: [StateID: UInt64],
        programCounter: StateID?
    ) {
        self.decoded = decoded
        self.parameters = parameters
        self.fixed = fixed
        self.programCounter = programCounter
        target = [parameters.next]
    }

    private func bounded(_ values: Set<UInt64>) -> Value { values.count <= TargetInterpretation.limit ? values : nil }

    private func map(_ a: Value, _ f: (UInt64) -> UInt64) -> Value { a.map { Set($0.map(f)) } }

    func constant(_ value: UInt64, width: Int) -> Value { [value & ConcreteArithmetic.mask(width)] }

    func field(_ field: FieldID, width: Int) -> Value {
        decoded.fields.indices.contains(field.index) ? [decoded.fields[field.index]] : nil
    }

    func form(_ operand: OperandID, is form: Int) -> Value {
        decoded.forms.indices.contains(operand.index) ? [decoded.forms[operand.index] == form ? 1 : 0] : nil
    }

    func argument(_ index: Int, width: Int) -> Value { nil }

    func parameter(_ parameter: Parameter, width: Int) -> Value {
        let mask = ConcreteArithmetic.mask(width)
        switch parameter {
        case .here: return [parameters.here & mask]
        case .next: return [parameters.next & mask]
        case .length: return [parameters.length & mask]
        case .size, .origin, .extent: return nil
        }
    }

    func read(_ component: StateID, width: Int) -> Value {
        if component == programCounter { return [parameters.here & ConcreteArithmetic.mask(width)] }
        return fixed[component].map { [$0] }
    }

    func readElement(_ component: StateID, index: Value, width: Int) -> Value { nil }

    func load(_ storage: StateID, address: Value, guarded: Value?, width: Int) -> Value { nil }

    func unary(_ operation: UnaryOperator, _ a: Value, width: Int) -> Value {
        map(a) { ConcreteArithmetic.unary(operation, $0, width: width) }
    }

    func binary(
        _ operation: BinaryOperator, _ a: Value, _ b: Value, width: Int, operandWidth: Int, rightWidth: Int
    ) -> Value {
        // A single 0 decides a conjunction whatever stands on the other side, and 1 a disjunction of bits.
        if operation == .and, a == [0] || b == [0] { return [0] }
        if operation == .or, width == 1, a == [1] || b == [1] { return [1] }
        guard let a, let b, a.count * b.count <= TargetInterpretation.limit else { return nil }
        return Set(a.flatMap { left in
            b.map { right in
                ConcreteArithmetic.binary(
                    operation, left, right, width: width, operandWidth: operandWidth, rightWidth: rightWidth)
            }
        })
    }

    func select(_ condition: Value, then: Value, otherwise: Value, width: Int) -> Value {
        if condition == [1] { return then }
        if condition == [0] { return otherwise }
        guard let then, let otherwise else { return nil }
        return bounded(then.union(otherwise))
    }

    func extract(_ a: Value, low: Int, width: Int) -> Value {
        map(a) { ConcreteArithmetic.extract($0, low: low, width: width) }
    }

    func zeroExtend(_ a: Value, from: Int, to: Int) -> Value { a }

    func signExtend(_ a: Value, from: Int, to: Int) -> Value {
        map(a) { ConcreteArithmetic.signExtend($0, from: from, to: to) }
    }

    func apply(_ function: FunctionID, _ arguments: [Value], width: Int) -> Value { nil }

    func trap(_ trap: TrapID, when condition: Value, detail: Value?) -> Bool { condition == [1] }

    mutating func write(_ component: StateID, value: Value, guarded: Value?) {
        guard component == programCounter else { return }
        switch guarded {
        case .some(.some([0])): return
        case nil, .some(.some([1])): target = value
        default:
            guard let value, let before = target else { return target = nil }
            target = bounded(before.union(value))
        }
    }

    func writeElement(_ component: StateID, index: Value, value: Value, guarded: Value?) {}

    func store(_ storage: StateID, address: Value, value: Value, guarded: Value?) {}
}

extension Program {
    /// The instruction keeps the address of the next one, as calls do: in a register, in storage, or in a trap that
    /// asks the supervisor for a service. Control is likely to come back there, whatever the return looks like.
    public func keepsNextAddress(in description: MachineDescription) -> Bool {
        var isNext: [Bool] = []
        isNext.reserveCapacity(operations.count)
        for operation in operations {
            var made = operation == .parameter(.next)
            switch operation {
            case .write(let component, let value, _):
                if isNext[value.index], description.state[component.index].role != .pc { return true }
            case .writeElement(_, _, let value, _), .store(_, _, let value, _):
                if isNext[value.index] { return true }
            case .trap(let kind, _, let detail):
                if let detail, isNext[detail.index], description.traps[kind.index].isCall { return true }
            // What lies at that address is something else.
            case .load, .readElement: break
            default: made = made || operation.operands.contains { isNext[$0.index] }
            }
            isNext.append(made)
        }
        return false
    }
}
