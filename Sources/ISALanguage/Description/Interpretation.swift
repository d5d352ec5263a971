/// A meaning for programs: what a value is, and what each operation makes of values. The concrete
/// evaluator, the symbolic one and the micro-op lowering are the conforming types; there is one walk
/// over a program, below, so an operation added to the language must be given all its meanings.
public protocol Interpretation {
    associatedtype Value

    mutating func constant(_ value: UInt64, width: Int) -> Value
    mutating func field(_ field: FieldID, width: Int) -> Value
    mutating func form(_ operand: OperandID, is form: Int) -> Value
    mutating func argument(_ index: Int, width: Int) -> Value
    mutating func parameter(_ parameter: Parameter, width: Int) -> Value
    mutating func read(_ component: StateID, width: Int) -> Value
    mutating func readElement(_ component: StateID, index: Value, width: Int) -> Value
    /// A `guarded` value of 0 means that the access does not happen and the result is 0.
    mutating func load(_ storage: StateID, address: Value, guarded: Value?, width: Int) -> Value
    mutating func unary(_ operation: UnaryOperator, _ a: Value, width: Int) -> Value
    /// `width` is the result's, `operandWidth` the left operand's.
    mutating func binary(
        _ operation: BinaryOperator, _ a: Value, _ b: Value, width: Int, operandWidth: Int, rightWidth: Int
    ) -> Value
    mutating func select(_ condition: Value, then: Value, otherwise: Value, width: Int) -> Value
    mutating func extract(_ a: Value, low: Int, width: Int) -> Value
    mutating func zeroExtend(_ a: Value, from: Int, to: Int) -> Value
    mutating func signExtend(_ a: Value, from: Int, to: Int) -> Value
    mutating func apply(_ function: FunctionID, _ arguments: [Value], width: Int) -> Value
    /// Returns true if the program ends here for certain; a symbolic interpretation goes on.
    mutating func trap(_ trap: TrapID, when: Value, detail: Value?) -> Bool
    mutating func write(_ component: StateID, value: Value, guarded: Value?)
    mutating func writeElement(_ component: StateID, index: Value, value: Value, guarded: Value?)
    mutating func store(_ storage: StateID, address: Value, value: Value, guarded: Value?)
}

extension Program {
    /// Walks the program once. Returns its results, or nil if a trap ended it.
    @inlinable
    public func interpret<I: Interpretation>(by meaning: inout I) -> [I.Value]? {
        var values: [I.Value?] = Array(repeating: nil, count: operations.count)
        func value(_ id: ValueID) -> I.Value {
            guard let value = values[id.index] else { preconditionFailure("operation used before it is made") }
            return value
        }
        for index in operations.indices {
            let width = widths[index]
            switch operations[index] {
            case .constant(let constant):
                values[index] = meaning.constant(constant, width: width)
            case .field(let field):
                values[index] = meaning.field(field, width: width)
            case .formIs(let operand, let form):
                values[index] = meaning.form(operand, is: form)
            case .argument(let argument):
                values[index] = meaning.argument(argument, width: width)
            case .parameter(let parameter):
                values[index] = meaning.parameter(parameter, width: width)
            case .read(let component):
                values[index] = meaning.read(component, width: width)
            case .readElement(let component, let element):
                values[index] = meaning.readElement(component, index: value(element), width: width)
            case .load(let storage, let address, let guarded):
                values[index] = meaning.load(
                    storage, address: value(address), guarded: guarded.map(value), width: width)
            case .unary(let operation, let a):
                values[index] = meaning.unary(operation, value(a), width: width)
            case .binary(let operation, let a, let b):
                values[index] = meaning.binary(
                    operation, value(a), value(b), width: width, operandWidth: self.width(a), rightWidth: self.width(b))
            case .select(let condition, let then, let otherwise):
                values[index] = meaning.select(
                    value(condition), then: value(then), otherwise: value(otherwise), width: width)
            case .extract(let a, let low):
                values[index] = meaning.extract(value(a), low: low, width: width)
            case .zeroExtend(let a):
                values[index] = meaning.zeroExtend(value(a), from: self.width(a), to: width)
            case .signExtend(let a):
                values[index] = meaning.signExtend(value(a), from: self.width(a), to: width)
            case .apply(let function, let arguments):
                values[index] = meaning.apply(function, arguments.map(value), width: width)
            case .trap(let trap, let condition, let detail):
                if meaning.trap(trap, when: value(condition), detail: detail.map(value)) { return nil }
            case .write(let component, let written, let guarded):
                meaning.write(component, value: value(written), guarded: guarded.map(value))
            case .writeElement(let component, let element, let written, let guarded):
                meaning.writeElement(
                    component, index: value(element), value: value(written), guarded: guarded.map(value))
            case .store(let storage, let address, let written, let guarded):
                meaning.store(
                    storage, address: value(address), value: value(written), guarded: guarded.map(value))
            }
        }
        return results.map(value)
    }
}
