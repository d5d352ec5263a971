// Semantics in single-assignment form. The surface language has expressions, conditionals,
// functions and operand cases; the elaborator turns all of them into one flat list of operations
// in which each uses only earlier results. Conditionals become selections, and the operations
// inside them that can be seen from outside (loads, traps, writes) carry the condition as a guard.
// So every interpretation is one loop over the list, without recursion.

/// Index of an operation of a program, and of its result.
public struct ValueID: Hashable, Sendable, Comparable {
    public var index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: ValueID, b: ValueID) -> Bool { a.index < b.index }
}

public enum UnaryOperator: String, Sendable, CaseIterable {
    case not, negate
    /// Leading zeros; the width itself for 0. Result as wide as the operand.
    case countLeadingZeros
    case populationCount
    /// One bit: the sum modulo 2 of all bits.
    case parity
}

/// Both operands have the same width, except that a shift's amount may have any width.
public enum BinaryOperator: String, Sendable, CaseIterable {
    case and, or, xor, add, subtract
    /// The low half of the product.
    case multiply
    /// The high half of the unsigned or the signed product.
    case multiplyHighUnsigned, multiplyHighSigned
    /// Division by zero gives all ones, remainder by zero the dividend (as SMT-LIB has it);
    /// signed division truncates towards zero.
    case divideUnsigned, remainderUnsigned, divideSigned, remainderSigned
    /// An amount not less than the width gives 0, or the sign in every bit.
    case shiftLeft, shiftRight, shiftRightSigned
    /// The amount is taken modulo the width.
    case rotateLeft, rotateRight
    /// The result is one bit.
    case equal, lessUnsigned, lessOrEqualUnsigned, lessSigned, lessOrEqualSigned
    /// The left operand becomes the more significant part; at most 64 bits together.
    case concatenate
}

/// Quantities that are not state.
public enum Parameter: Hashable, Sendable {
    /// The number of cells that this machine's storage has.
    case size(StateID)
    /// k: where the guest's storage begins in the real one. Only in `map` and virtualised programs.
    case origin
    /// w: how many cells the guest has. Only in `map` and virtualised programs.
    case extent
    /// Address of this instruction (the old program counter), of the next one, and its length in units.
    case here, next, length
}

public enum Access: UInt64, Sendable, CaseIterable {
    case read = 0
    case write = 1
    case execute = 2
}

public enum Operation: Hashable, Sendable {
    case constant(UInt64)
    /// An operand field of the decoded instruction.
    case field(FieldID)
    /// One bit: the operand was encoded in this form.
    case formIs(OperandID, Int)
    /// A value handed to the program (fetch: the address; delivery: code, detail, resume address).
    case argument(Int)
    case parameter(Parameter)
    /// The old value of a scalar component.
    case read(StateID)
    /// The old value of an element of a register file. The index is below the count
    /// or the result is 0 (the elaborator sees to the width).
    case readElement(StateID, index: ValueID)
    /// The old value of the cell with this *real* address; 0 where the guard is 0. Translation
    /// and its traps stand before it in the list.
    case load(StateID, address: ValueID, guarded: ValueID?)
    case unary(UnaryOperator, ValueID)
    case binary(BinaryOperator, ValueID, ValueID)
    case select(ValueID, then: ValueID, otherwise: ValueID)
    case extract(ValueID, low: Int)
    case zeroExtend(ValueID)
    case signExtend(ValueID)
    /// An uninterpreted function.
    case apply(FunctionID, [ValueID])
    /// Ends the program with a trap if the condition (its guard included) is 1. No result.
    case trap(TrapID, when: ValueID, detail: ValueID?)
    /// Writes. They stand after every other operation, so that they see only old state; of two
    /// writes to one place the later wins. No result.
    case write(StateID, value: ValueID, guarded: ValueID?)
    case writeElement(StateID, index: ValueID, value: ValueID, guarded: ValueID?)
    /// The address is real and has passed translation.
    case store(StateID, address: ValueID, value: ValueID, guarded: ValueID?)
}

/// A list of operations with the width of each result.
public struct Program: Sendable, Hashable {
    public var operations: [Operation]
    /// Width of each operation's result in bits, 1...64; 0 for those without one.
    public var widths: [Int]
    /// The line that each operation came from: index into `locations`, or -1.
    public var lines: [Int32]
    public var locations: [SourceLocation]
    public var argumentWidths: [Int]
    /// The values that the program gives, in order; see where it is used.
    public var results: [ValueID]

    public init(argumentWidths: [Int]) {
        self.argumentWidths = argumentWidths
        operations = []
        widths = []
        lines = []
        locations = []
        results = []
    }

    public var isEmpty: Bool { operations.isEmpty }

    public subscript(id: ValueID) -> Operation { operations[id.index] }

    public func width(_ id: ValueID) -> Int { widths[id.index] }

    /// Appends an operation and names its result.
    @discardableResult
    public mutating func append(_ operation: Operation, width: Int, line: Int32 = -1) -> ValueID {
        operations.append(operation)
        widths.append(width)
        lines.append(line)
        return ValueID(operations.count - 1)
    }

    public func location(of id: ValueID) -> SourceLocation? {
        let line = Int(lines[id.index])
        return line < 0 ? nil : locations[line]
    }
}

/// Index into `MachineDescription.functions`.
public struct FunctionID: Hashable, Sendable, Comparable {
    public var index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: FunctionID, b: FunctionID) -> Bool { a.index < b.index }
}

/// A function of which only its arguments and its width are known.
public struct UninterpretedFunction: Sendable, Hashable {
    public enum Purpose: Sendable, Hashable {
        /// Ordinary computation abstracted by its read set.
        case computation
        /// Part of an abstract translation: one bit, whether the access is allowed. The first two
        /// arguments are the virtual address and the access (two bits, `Access`).
        case translationAllows
        /// Part of an abstract translation: the real address. Arguments as above.
        case translationAddress
    }
    public var name: String
    public var argumentWidths: [Int]
    public var resultWidth: Int
    public var purpose: Purpose

    /// It comes from an `abstract` statement, "INSTRUCTION: TARGET", and not from a declaration, whose name is a word.
    public var isOfStatement: Bool { purpose == .computation && name.contains(": ") }

    public init(name: String, argumentWidths: [Int], resultWidth: Int, purpose: Purpose = .computation) {
        self.name = name
        self.argumentWidths = argumentWidths
        self.resultWidth = resultWidth
        self.purpose = purpose
    }
}
