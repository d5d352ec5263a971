/// Makes one program: appends operations, folds constants and shares what is computed twice. Old
/// state never changes while an instruction runs, so equal reads and loads are one value.
final class ProgramBuilder {
    private struct Key: Hashable {
        var operation: Operation
        var width: Int
    }

    private(set) var program: Program
    private var known: [Key: ValueID] = [:]
    private var lineIndex: [SourceLocation: Int32] = [:]
    private var line: Int32 = -1
    private var tried: Set<ValueID> = []
    var pending: [PendingWrite] = []

    init(argumentWidths: [Int] = []) {
        program = Program(argumentWidths: argumentWidths)
    }

    var isTooLarge: Bool {
        program.operations.count > Limits.operations || pending.count > Limits.pendingWrites
    }

    /// The place that the following operations come from.
    func at(_ location: SourceLocation) {
        if let index = lineIndex[location] {
            line = index
            return
        }
        line = Int32(clamping: program.locations.count)
        program.locations.append(location)
        lineIndex[location] = line
    }

    var currentLocation: SourceLocation? { line < 0 ? nil : program.locations[Int(line)] }

    func width(_ id: ValueID) -> Int { program.width(id) }

    func constantValue(_ id: ValueID) -> UInt64? {
        if case .constant(let value) = program[id] { return value }
        return nil
    }

    // MARK: Operations

    func pure(_ operation: Operation, width: Int) -> ValueID {
        let key = Key(operation: operation, width: width)
        if let id = known[key] { return id }
        let id = program.append(operation, width: width, line: line)
        known[key] = id
        return id
    }

    func effect(_ operation: Operation) { program.append(operation, width: 0, line: line) }

    func constant(_ value: UInt64, width: Int) -> ValueID {
        pure(.constant(value & ConcreteArithmetic.mask(width)), width: width)
    }

    func unary(_ operation: UnaryOperator, _ a: ValueID) -> ValueID {
        let width = self.width(a)
        if let value = constantValue(a) {
            return constant(
                ConcreteArithmetic.unary(operation, value, width: width), width: resultWidth(operation, width))
        }
        if operation == .not, case .unary(.not, let inner) = program[a] { return inner }
        return pure(.unary(operation, a), width: resultWidth(operation, width))
    }

    private func resultWidth(_ operation: UnaryOperator, _ width: Int) -> Int { operation == .parity ? 1 : width }

    func binary(_ operation: BinaryOperator, _ a: ValueID, _ b: ValueID) -> ValueID {
        let operandWidth = width(a)
        let width: Int
        switch operation {
        case .equal, .lessUnsigned, .lessOrEqualUnsigned, .lessSigned, .lessOrEqualSigned: width = 1
        case .concatenate: width = operandWidth + self.width(b)
        default: width = operandWidth
        }
        if let left = constantValue(a), let right = constantValue(b) {
            let value = ConcreteArithmetic.binary(
                operation, left, right, width: width, operandWidth: operandWidth, rightWidth: self.width(b))
            return constant(value, width: width)
        }
        if let simpler = simplified(operation, a, b, operandWidth) { return simpler }
        return pure(.binary(operation, a, b), width: width)
    }

    private func simplified(_ operation: BinaryOperator, _ a: ValueID, _ b: ValueID, _ width: Int) -> ValueID? {
        let ones = ConcreteArithmetic.mask(width)
        switch operation {
        case .and:
            if a == b { return a }
            if constantValue(a) == 0 || constantValue(b) == ones { return a }
            if constantValue(b) == 0 || constantValue(a) == ones { return b }
        case .or:
            if a == b { return a }
            if constantValue(a) == 0 || constantValue(b) == ones { return b }
            if constantValue(b) == 0 || constantValue(a) == ones { return a }
        case .xor:
            if a == b { return constant(0, width: width) }
            if constantValue(a) == 0 { return b }
            if constantValue(b) == 0 { return a }
        case .add:
            if constantValue(a) == 0 { return b }
            if constantValue(b) == 0 { return a }
        case .subtract, .shiftLeft, .shiftRight, .shiftRightSigned, .rotateLeft, .rotateRight:
            if constantValue(b) == 0 { return a }
        case .equal:
            if a == b { return constant(1, width: 1) }
            if width == 1, constantValue(b) == 1 { return a }
            if width == 1, constantValue(b) == 0 { return not(a) }
        default: break
        }
        return nil
    }

    func select(_ condition: ValueID, _ then: ValueID, _ otherwise: ValueID) -> ValueID {
        if then == otherwise { return then }
        if let value = constantValue(condition) { return value == 1 ? then : otherwise }
        if width(then) == 1, let a = constantValue(then), let b = constantValue(otherwise) {
            return a == 1 && b == 0 ? condition : not(condition)
        }
        return pure(.select(condition, then: then, otherwise: otherwise), width: width(then))
    }

    func extract(_ a: ValueID, low: Int, width: Int) -> ValueID {
        if low == 0, width == self.width(a) { return a }
        switch program[a] {
        case .constant(let value): return constant(value >> UInt64(low), width: width)
        case .extract(let inner, let innerLow): return extract(inner, low: low + innerLow, width: width)
        case .zeroExtend(let inner) where low + width <= self.width(inner):
            return extract(inner, low: low, width: width)
        case .zeroExtend(let inner) where low >= self.width(inner): return constant(0, width: width)
        case .binary(.concatenate, let left, let right):
            let split = self.width(right)
            if low + width <= split { return extract(right, low: low, width: width) }
            if low >= split { return extract(left, low: low - split, width: width) }
        default: break
        }
        return pure(.extract(a, low: low), width: width)
    }

    func extend(_ a: ValueID, to width: Int, signed: Bool) -> ValueID {
        let from = self.width(a)
        if from == width { return a }
        if let value = constantValue(a) {
            return constant(
                signed ? ConcreteArithmetic.signExtend(value, from: from, to: width) : value, width: width)
        }
        return pure(signed ? .signExtend(a) : .zeroExtend(a), width: width)
    }

    func not(_ a: ValueID) -> ValueID { unary(.not, a) }

    /// Guards: `nil` is always.
    func both(_ a: ValueID?, _ b: ValueID?) -> ValueID? {
        guard let a else { return b.flatMap(nontrivial) }
        guard let b else { return nontrivial(a) }
        return nontrivial(binary(.and, a, b))
    }

    private func nontrivial(_ id: ValueID) -> ValueID? { constantValue(id) == 1 ? nil : id }

    func load(_ storage: StateID, _ address: ValueID, guarded: ValueID?, width: Int) -> ValueID {
        if let guarded, constantValue(guarded) == 0 { return constant(0, width: width) }
        // An unguarded load of the same cell has already happened on every path.
        if let id = known[Key(operation: .load(storage, address: address, guarded: nil), width: width)] { return id }
        return pure(.load(storage, address: address, guarded: guarded), width: width)
    }

    /// A condition that was tried before cannot hold here: the instruction would have ended.
    func trap(_ trap: TrapID, when condition: ValueID, detail: ValueID?) {
        if constantValue(condition) == 0 || !tried.insert(condition).inserted { return }
        effect(.trap(trap, when: condition, detail: detail))
    }

    /// Drops what nobody uses and numbers the rest anew.
    func finish(results: [ValueID]) -> Program {
        program.results = results
        return program.withoutUnused()
    }
}
