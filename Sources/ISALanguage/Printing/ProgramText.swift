/// A program as the statements that a reader of the file would expect: the flat list of operations folded
/// back into expressions. A value that is used more than once, or whose text grows too long for a line,
/// gets a name (`let v1 = ...`).
public struct ProgramText {
    /// What comes before the last trap is decided, and what is done if none applies.
    public private(set) var trapLines: [String] = []
    public private(set) var effectLines: [String] = []
    /// The texts of the program's results.
    public private(set) var results: [String] = []

    private let program: Program
    private let description: MachineDescription
    private let instruction: Instruction?
    private let names: ShortNames
    private let arguments: [String]
    private var texts: [ExpressionText]
    private var uses: [Int]
    private var named = 0
    private var lines: [String] = []
    /// The guard of the block that the last lines stand in.
    private var openGuard: ValueID?

    private static let longest = 100

    /// - Parameters:
    ///   - instruction: gives the names of fields and operands.
    ///   - arguments: names of the program's arguments, in order.
    public init(
        _ program: Program, in description: MachineDescription, instruction: Instruction? = nil,
        arguments: [String] = []
    ) {
        self.program = program
        self.description = description
        self.instruction = instruction
        self.arguments = arguments
        names = ShortNames(instruction)
        texts = Array(repeating: ExpressionText("?", .atom), count: program.operations.count)
        uses = ProgramText.uses(in: program)
        let lastTrap = program.operations.lastIndex { if case .trap = $0 { true } else { false } } ?? -1
        for index in program.operations.indices {
            render(ValueID(index))
            if index == lastTrap {
                trapLines = lines
                lines = []
            }
        }
        effectLines = lines
        results = program.results.map { texts[$0.index].text }
    }

    /// How often each operation's result is used by something that can be seen.
    private static func uses(in program: Program) -> [Int] {
        var uses = Array(repeating: 0, count: program.operations.count)
        for result in program.results { uses[result.index] += 1 }
        for index in program.operations.indices.reversed() {
            let operation = program.operations[index]
            if operation.isEffect || uses[index] > 0 {
                for operand in operation.uses { uses[operand.index] += 1 }
            }
        }
        return uses
    }

    private mutating func render(_ id: ValueID) {
        let operation = program[id]
        if operation.isEffect { return renderEffect(operation) }
        guard uses[id.index] > 0 else { return }
        let text = expression(operation, id)
        let isWorthAName = uses[id.index] > 1 && text.level != .atom || text.text.utf8.count > Self.longest
        if isWorthAName {
            named += 1
            openGuard = nil
            lines.append("let v\(named) = \(text.text)")
            texts[id.index] = ExpressionText("v\(named)", .atom)
        } else {
            texts[id.index] = text
        }
    }

    private mutating func renderEffect(_ operation: Operation) {
        switch operation {
        case .trap(let trap, let condition, let detail):
            openGuard = nil
            let kind = description.traps.indices.contains(trap.index) ? description.traps[trap.index].name : "?"
            let argument = detail.map { "(\(plain($0)))" } ?? ""
            let when = isConstant(condition, 1) ? "" : " when \(plain(condition))"
            lines.append("trap \(kind)\(argument)\(when)")
        case .write(let component, let value, let guarded):
            // Every instruction goes on with the next one unless it says otherwise; a reader takes that for granted.
            if description.state[component.index].role == .pc, program[value] == .parameter(.next), guarded == nil {
                return
            }
            statement("\(name(component)) <- \(plain(value))", guarded)
        case .writeElement(let component, let index, let value, let guarded):
            statement("\(name(component))[\(plain(index))] <- \(plain(value))", guarded)
        case .store(let storage, let address, let value, let guarded):
            statement("\(name(storage)).real[\(plain(address))] <- \(plain(value))", guarded)
        default:
            break
        }
    }

    private mutating func statement(_ text: String, _ guarded: ValueID?) {
        guard let guarded, !isConstant(guarded, 1) else {
            openGuard = nil
            lines.append(text)
            return
        }
        if openGuard != guarded {
            lines.append("if \(plain(guarded))")
            openGuard = guarded
        }
        lines.append("  " + text)
    }

    private func isConstant(_ id: ValueID, _ value: UInt64) -> Bool { program[id] == .constant(value) }

    private func name(_ component: StateID) -> String { description.state[component.index].name }

    private func plain(_ id: ValueID) -> String { texts[id.index].text }

    private func text(_ id: ValueID, atLeast level: ExpressionText.Level) -> String {
        texts[id.index].text(atLeast: level)
    }
}

extension ProgramText {
    private func expression(_ operation: Operation, _ id: ValueID) -> ExpressionText {
        switch operation {
        case .constant(let value):
            return ExpressionText(value > 9 ? "0x" + String(value, radix: 16, uppercase: true) : String(value), .atom)
        case .field(let field):
            return ExpressionText(names.field(field), .atom)
        case .formIs(let operand, let form): return formText(operand, form)
        case .argument(let index): 
            return ExpressionText(arguments.indices.contains(index) ? arguments[index] : "argument\(index)", .atom)
        case .parameter(let parameter): return ExpressionText(parameterText(parameter), .atom)
        case .read(let component): return ExpressionText(name(component), .atom)
        case .readElement(let component, let index):
            return ExpressionText("\(name(component))[\(plain(index))]", .element)
        case .load(let storage, let address, let guarded):
            let cell = "\(name(storage)).real[\(plain(address))]"
            guard let guarded, !isConstant(guarded, 1) else { return ExpressionText(cell, .element) }
            return ExpressionText("if \(text(guarded, atLeast: .or)) then \(cell) else 0", .selection)
        case .unary(let operation, let a): return unary(operation, a)
        case .binary(let operation, let a, let b): return binary(operation, a, b)
        case .select(let condition, let then, let otherwise):
            let first = cell(then, under: condition) ?? text(then, atLeast: .or)
            return ExpressionText(
                "if \(text(condition, atLeast: .or)) then \(first) else \(plain(otherwise))", .selection)
        case .extract(let a, let low): return slice(a, low: low, width: program.width(id))
        case .zeroExtend(let a): return ExpressionText("zext(\(plain(a)), \(program.width(id)))", .element)
        case .signExtend(let a): return ExpressionText("sext(\(plain(a)), \(program.width(id)))", .element)
        case .apply(let function, let arguments):
            let known = description.functions.indices.contains(function.index)
            let called = known ? description.functions[function.index].name : "function\(function.index)"
            return ExpressionText("\(called)(\(arguments.map(plain).joined(separator: ", ")))", .element)
        case .trap, .write, .writeElement, .store: return ExpressionText("", .atom)
        }
    }

    /// A load guarded by the very condition that selects it needs no second `if`.
    private func cell(_ id: ValueID, under condition: ValueID) -> String? {
        guard uses[id.index] == 1, case .load(let storage, let address, condition?) = program[id] else { return nil }
        return "\(name(storage)).real[\(plain(address))]"
    }

    private func formText(_ operand: OperandID, _ form: Int) -> ExpressionText {
        guard let operands = instruction?.operands, operands.indices.contains(operand.index),
            operands[operand.index].forms.indices.contains(form)
        else { return ExpressionText("form \(form)", .comparison) }
        return ExpressionText("\(names.operand(operand)) is \(operands[operand.index].forms[form].name)", .comparison)
    }

    private func parameterText(_ parameter: Parameter) -> String {
        switch parameter {
        case .size: return "size"
        case .origin: return "origin"
        case .extent: return "extent"
        case .here: return "here"
        case .next: return "next"
        case .length: return "length"
        }
    }

    private func unary(_ operation: UnaryOperator, _ a: ValueID) -> ExpressionText {
        switch operation {
        case .not where program.width(a) == 1: return negation(a)
        case .not: return ExpressionText("~" + text(a, atLeast: .unary), .unary)
        case .negate: return ExpressionText("-" + text(a, atLeast: .unary), .unary)
        case .countLeadingZeros: return ExpressionText("clz(\(plain(a)))", .element)
        case .populationCount: return ExpressionText("popcount(\(plain(a)))", .element)
        case .parity: return ExpressionText("parity(\(plain(a)))", .element)
        }
    }

    /// `not (a = b)` reads better as `a != b`.
    private func negation(_ a: ValueID) -> ExpressionText {
        let opposite: [BinaryOperator: String] = [
            .equal: "!=", .lessUnsigned: ">=", .lessOrEqualUnsigned: ">", .lessSigned: ">=s", .lessOrEqualSigned: ">s",
        ]
        if uses[a.index] == 1, case .binary(let operation, let left, let right) = program[a],
            let sign = opposite[operation]
        {
            return ExpressionText(
                "\(text(left, atLeast: .bitwiseOr)) \(sign) \(text(right, atLeast: .bitwiseOr))", .comparison)
        }
        return ExpressionText("not " + text(a, atLeast: .not), .not)
    }

    private func binary(_ operation: BinaryOperator, _ a: ValueID, _ b: ValueID) -> ExpressionText {
        let isBit = program.width(a) == 1
        func infix(_ sign: String, _ level: ExpressionText.Level) -> ExpressionText {
            ExpressionText("\(text(a, atLeast: level)) \(sign) \(text(b, atLeast: level.tighter))", level)
        }
        func call(_ name: String) -> ExpressionText { ExpressionText("\(name)(\(plain(a)), \(plain(b)))", .element) }
        func compare(_ sign: String) -> ExpressionText {
            ExpressionText("\(text(a, atLeast: .bitwiseOr)) \(sign) \(text(b, atLeast: .bitwiseOr))", .comparison)
        }
        switch operation {
        case .and: return isBit ? infix("and", .and) : infix("&", .bitwiseAnd)
        case .or: return isBit ? infix("or", .or) : infix("|", .bitwiseOr)
        case .xor: return infix("xor", .bitwiseOr)
        case .add: return infix("+", .sum)
        case .subtract: return infix("-", .sum)
        case .multiply: return infix("*", .product)
        case .multiplyHighUnsigned: return call("mulhu")
        case .multiplyHighSigned: return call("mulhs")
        case .divideUnsigned: return call("udiv")
        case .remainderUnsigned: return call("urem")
        case .divideSigned: return call("sdiv")
        case .remainderSigned: return call("srem")
        case .shiftLeft: return infix("<<", .shift)
        case .shiftRight: return infix(">>", .shift)
        case .shiftRightSigned: return infix(">>s", .shift)
        case .rotateLeft: return call("rotl")
        case .rotateRight: return call("rotr")
        case .equal: return compare("=")
        case .lessUnsigned: return compare("<")
        case .lessOrEqualUnsigned: return compare("<=")
        case .lessSigned: return compare("<s")
        case .lessOrEqualSigned: return compare("<=s")
        case .concatenate:
            return ExpressionText("\(joined(a)) ++ \(joined(b))", .concatenation)
        }
    }

    /// A number has no width of its own, and beside `++` its place gives it none.
    private func joined(_ id: ValueID) -> String {
        if case .constant = program[id] { return "\(plain(id)):\(program.width(id))" }
        return text(id, atLeast: .concatenation)
    }

    /// Bits in the file's own numbering.
    private func slice(_ a: ValueID, low: Int, width: Int) -> ExpressionText {
        let top = low + width - 1
        let last = program.width(a) - 1
        let (left, right) = description.mostSignificantBitFirst ? (last - top, last - low) : (top, low)
        let bits = left == right ? "\(left)" : "\(left)..\(right)"
        return ExpressionText("\(text(a, atLeast: .element))[\(bits)]", .element)
    }
}
