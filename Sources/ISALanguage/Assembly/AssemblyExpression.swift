/// An expression of assembly text, in postfix order: evaluating it needs a stack, not recursion.
struct AssemblyExpression: Sendable {
    enum Operator: Sendable {
        case or, and, shiftLeft, shiftRight, add, subtract, multiply, divide, negate, complement

        var precedence: Int {
            switch self {
            case .or: return 1
            case .and: return 2
            case .shiftLeft, .shiftRight: return 3
            case .add, .subtract: return 4
            case .multiply, .divide: return 5
            case .negate, .complement: return 6
            }
        }
    }

    enum Step: Sendable {
        case number(Int128)
        case symbol(String, at: Int)
        /// `.`: the address of the statement.
        case here
        case apply(Operator)
    }

    var steps: [Step] = []
    /// Where it stands in its line, in bytes.
    var range: Range<Int> = 0..<0

    /// What is wrong with an expression, and where in the line.
    struct Failure: Error {
        var message: String
        var range: Range<Int>
        var undefinedSymbol: String?
    }

    /// Every intermediate value must lie between these: enough for 64 bits, signed or not.
    static let bound: Int128 = 1 << 64

    /// The value, with symbols looked up. Arithmetic is exact, so nothing wraps unnoticed.
    func value(here: UInt64, symbol: (String) -> Int128?) throws(Failure) -> Int128 {
        var stack: [Int128] = []
        for step in steps {
            switch step {
            case .number(let number): stack.append(number)
            case .here: stack.append(Int128(here))
            case .symbol(let name, let at):
                guard let value = symbol(name) else {
                    throw Failure(
                        message: "symbol '\(name)' is not defined", range: at..<at + name.utf8.count,
                        undefinedSymbol: name)
                }
                stack.append(value)
            case .apply(let operation):
                let right = stack.popLast() ?? 0
                let isUnary = operation == .negate || operation == .complement
                let left = isUnary ? 0 : stack.popLast() ?? 0
                let value = try apply(operation, left, right)
                guard value > -Self.bound, value < Self.bound else {
                    throw Failure(message: "the value of this expression needs more than 64 bits", range: range)
                }
                stack.append(value)
            }
        }
        return stack.last ?? 0
    }

    private func apply(_ operation: Operator, _ a: Int128, _ b: Int128) throws(Failure) -> Int128 {
        switch operation {
        case .or: return a | b
        case .and: return a & b
        case .add: return a + b
        case .subtract: return a - b
        // Both factors are below 2^64 in absolute value, so the product may need 129 bits.
        case .multiply:
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            return overflow ? Self.bound : product
        case .divide:
            guard b != 0 else { throw Failure(message: "division by zero", range: range) }
            return a / b
        case .shiftLeft:
            guard b >= 0, b <= 64 else { throw Failure(message: "shift by \(b); 0...64 is possible", range: range) }
            let (product, overflow) = a.multipliedReportingOverflow(by: Int128(1) << b)
            return overflow ? Self.bound : product
        case .shiftRight:
            guard b >= 0, b <= 64 else { throw Failure(message: "shift by \(b); 0...64 is possible", range: range) }
            return a >> b
        case .negate: return -b
        case .complement: return ~b
        }
    }
}
