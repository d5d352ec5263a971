/// How a program ended.
public enum Outcome: Hashable, Sendable {
    /// It ran to its end, and its writes have been done.
    case done(results: [UInt64])
    /// A trap ended it, and nothing has been done. The detail is 0 where the kind has none.
    case trap(TrapID, detail: UInt64)

    /// The first result; nil after a trap, or if there is none.
    public var value: UInt64? {
        if case .done(let results) = self { return results.first }
        return nil
    }
}

/// What the quantities that are not state are worth in one evaluation.
public struct EvaluationParameters: Hashable, Sendable {
    /// Address of the instruction, of the next one, and its length in units.
    public var here: UInt64 = 0
    public var next: UInt64 = 0
    public var length: UInt64 = 0
    /// k and w of the virtual machine map: only programs that a monitor runs use them.
    public var origin: UInt64 = 0
    public var extent: UInt64 = 0

    public init() {}

    /// Those of an instruction of `length` units at `here`.
    public init(here: UInt64, length: Int, in description: MachineDescription) {
        self.here = here
        self.length = UInt64(max(length, 0))
        let programCounter = description.state.first { $0.role == .pc }
        let advance = self.length &* UInt64(max(description.addressesPerUnit, 0))
        next = (here &+ advance) & ConcreteArithmetic.mask(programCounter?.width ?? 64)
    }
}

/// The reference semantics: runs a program on numbers, one operation after the other.
public struct ConcreteEvaluator {
    /// The functions that programs may apply.
    public var functions: [UninterpretedFunction]
    /// What an uninterpreted function is worth, where that is known (the table of a witness).
    /// Where it gives nil, `hash(of:arguments:)` stands in.
    public var meaning: ((FunctionID, [UInt64]) -> UInt64?)?

    public init(_ description: MachineDescription, meaning: ((FunctionID, [UInt64]) -> UInt64?)? = nil) {
        functions = description.functions
        self.meaning = meaning
    }

    // Inlinable, here and below: whoever has a state of its own gets a walk made for that state. Without it every
    // operation of every program would look up types at run time.

    /// Runs a program over a state.
    /// - Parameters:
    ///   - instruction: gives the fields and forms; without it every field is 0 and every operand in form 0.
    ///   - arguments: for the programs that take some (fetch, delivery); a missing one is 0.
    @inlinable
    public func evaluate<State: StateAccess>(
        _ program: Program, instruction: DecodedInstruction? = nil, arguments: [UInt64] = [],
        parameters: EvaluationParameters = EvaluationParameters(), over state: inout State
    ) -> Outcome {
        // Safety: the pointer lives no longer than this closure, and `state` is exclusively ours in it.
        // It spares a copy of the whole storage per evaluation.
        withUnsafeMutablePointer(to: &state) { pointer in
            var meaning = ConcreteInterpretation(
                state: pointer, evaluator: self, instruction: instruction, arguments: arguments, parameters: parameters)
            if let results = program.interpret(by: &meaning) { return .done(results: results) }
            return .trap(meaning.trap, detail: meaning.detail)
        }
    }

    /// One bit over state that changes nothing: a mode, a mask, a condition. A trap counts as 0.
    @inlinable
    public func test<State: StateAccess>(
        _ program: Program?, instruction: DecodedInstruction? = nil, over state: inout State
    ) -> Bool {
        guard let program else { return false }
        return evaluate(program, instruction: instruction, over: &state).value == 1
    }

    /// An arbitrary but fixed meaning of an uninterpreted function: equal arguments give equal values.
    public func hash(of function: FunctionID, arguments: [UInt64]) -> UInt64 {
        // FNV-1a over the name, then one SplitMix64 round an argument.
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        let known = functions.indices.contains(function.index) ? functions[function.index] : nil
        for byte in (known?.name ?? "").utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        for argument in arguments {
            var generator = SplitMix64(seed: state ^ argument)
            state = generator.next()
        }
        var generator = SplitMix64(seed: state)
        return generator.next() & ConcreteArithmetic.mask(known?.resultWidth ?? 64)
    }
}

/// The meaning of programs in numbers. Values are always masked to their widths.
@usableFromInline
struct ConcreteInterpretation<State: StateAccess>: Interpretation {
    @usableFromInline typealias Value = UInt64

    // Safety: points to the `inout` state of the one evaluation that made this value.
    @usableFromInline let state: UnsafeMutablePointer<State>
    @usableFromInline let evaluator: ConcreteEvaluator
    @usableFromInline let instruction: DecodedInstruction?
    @usableFromInline let arguments: [UInt64]
    @usableFromInline let parameters: EvaluationParameters
    @usableFromInline var trap = TrapID(0)
    @usableFromInline var detail: UInt64 = 0

    @inlinable
    init(
        state: UnsafeMutablePointer<State>, evaluator: ConcreteEvaluator, instruction: DecodedInstruction?,
        arguments: [UInt64], parameters: EvaluationParameters
    ) {
        self.state = state
        self.evaluator = evaluator
        self.instruction = instruction
        self.arguments = arguments
        self.parameters = parameters
    }

    @inlinable
    func mask(_ width: Int) -> UInt64 { ConcreteArithmetic.mask(width) }

    @inlinable
    func constant(_ value: UInt64, width: Int) -> UInt64 { value & mask(width) }

    @inlinable
    func field(_ field: FieldID, width: Int) -> UInt64 {
        guard let fields = instruction?.fields, fields.indices.contains(field.index) else { return 0 }
        return fields[field.index] & mask(width)
    }

    @inlinable
    func form(_ operand: OperandID, is form: Int) -> UInt64 {
        guard let forms = instruction?.forms, forms.indices.contains(operand.index) else { return form == 0 ? 1 : 0 }
        return forms[operand.index] == form ? 1 : 0
    }

    @inlinable
    func argument(_ index: Int, width: Int) -> UInt64 {
        arguments.indices.contains(index) ? arguments[index] & mask(width) : 0
    }

    @inlinable
    func parameter(_ parameter: Parameter, width: Int) -> UInt64 {
        switch parameter {
        case .size(let storage): return state.pointee.size(storage) & mask(width)
        case .origin: return parameters.origin & mask(width)
        case .extent: return parameters.extent & mask(width)
        case .here: return parameters.here & mask(width)
        case .next: return parameters.next & mask(width)
        case .length: return parameters.length & mask(width)
        }
    }

    @inlinable
    func read(_ component: StateID, width: Int) -> UInt64 {
        state.pointee.read(component, element: 0) & mask(width)
    }

    @inlinable
    func readElement(_ component: StateID, index: UInt64, width: Int) -> UInt64 {
        state.pointee.read(component, element: index) & mask(width)
    }

    @inlinable
    func load(_ storage: StateID, address: UInt64, guarded: UInt64?, width: Int) -> UInt64 {
        if guarded == 0 { return 0 }
        guard let cell = state.pointee.load(storage, address: address) else {
            state.pointee.touchedOutside = true
            return 0
        }
        return cell & mask(width)
    }

    @inlinable
    func unary(_ operation: UnaryOperator, _ a: UInt64, width: Int) -> UInt64 {
        ConcreteArithmetic.unary(operation, a, width: width)
    }

    @inlinable
    func binary(
        _ operation: BinaryOperator, _ a: UInt64, _ b: UInt64, width: Int, operandWidth: Int, rightWidth: Int
    ) -> UInt64 {
        ConcreteArithmetic.binary(
            operation, a, b, width: width, operandWidth: operandWidth, rightWidth: rightWidth)
    }

    @inlinable
    func select(_ condition: UInt64, then: UInt64, otherwise: UInt64, width: Int) -> UInt64 {
        condition != 0 ? then : otherwise
    }

    @inlinable
    func extract(_ a: UInt64, low: Int, width: Int) -> UInt64 {
        ConcreteArithmetic.extract(a, low: low, width: width)
    }

    @inlinable
    func zeroExtend(_ a: UInt64, from: Int, to: Int) -> UInt64 { a & mask(to) }

    @inlinable
    func signExtend(_ a: UInt64, from: Int, to: Int) -> UInt64 {
        ConcreteArithmetic.signExtend(a, from: from, to: to)
    }

    @inlinable
    func apply(_ function: FunctionID, _ arguments: [UInt64], width: Int) -> UInt64 {
        let value = evaluator.meaning?(function, arguments) ?? evaluator.hash(of: function, arguments: arguments)
        return value & mask(width)
    }

    @inlinable
    mutating func trap(_ trap: TrapID, when condition: UInt64, detail: UInt64?) -> Bool {
        guard condition != 0 else { return false }
        self.trap = trap
        self.detail = detail ?? 0
        return true
    }

    // Writes stand after every other operation of a program, so they can be done at once: nothing
    // that is still to come reads the state.

    @inlinable
    func write(_ component: StateID, value: UInt64, guarded: UInt64?) {
        if guarded != 0 { state.pointee.write(component, element: 0, value: value) }
    }

    @inlinable
    func writeElement(_ component: StateID, index: UInt64, value: UInt64, guarded: UInt64?) {
        if guarded != 0 { state.pointee.write(component, element: index, value: value) }
    }

    @inlinable
    func store(_ storage: StateID, address: UInt64, value: UInt64, guarded: UInt64?) {
        if guarded == 0 { return }
        if !state.pointee.store(storage, address: address, value: value) { state.pointee.touchedOutside = true }
    }
}
