@testable import ISALanguage

extension Program {
    /// One operation a line, for tests that look at what was made.
    var dump: String {
        var text = ""
        for (index, operation) in operations.enumerated() {
            text += widths[index] == 0 ? "        " : "%\(index):\(widths[index]) = "
            text += "\(operation.brief)\n"
        }
        if !results.isEmpty { text += "results \(results.map { "%\($0.index)" }.joined(separator: " "))\n" }
        return text
    }
}

extension Operation {
    var brief: String {
        func v(_ id: ValueID?) -> String { id.map { "%\($0.index)" } ?? "always" }
        return switch self {
        case .constant(let value): "\(value)"
        case .field(let field): "field \(field.index)"
        case .formIs(let operand, let form): "operand \(operand.index) is form \(form)"
        case .argument(let index): "argument \(index)"
        case .parameter(.size): "size"
        case .parameter(let parameter): "\(parameter)"
        case .read(let id): "read s\(id.index)"
        case .readElement(let id, let index): "read s\(id.index)[\(v(index))]"
        case .load(let id, let address, let guarded): "load s\(id.index)[\(v(address))] if \(v(guarded))"
        case .unary(let operation, let a): "\(operation.rawValue) \(v(a))"
        case .binary(let operation, let a, let b): "\(operation.rawValue) \(v(a)) \(v(b))"
        case .select(let condition, let then, let otherwise): "\(v(condition)) ? \(v(then)) : \(v(otherwise))"
        case .extract(let a, let low): "extract \(v(a)) from \(low)"
        case .zeroExtend(let a): "zext \(v(a))"
        case .signExtend(let a): "sext \(v(a))"
        case .apply(let function, let arguments):
            "apply f\(function.index) \(arguments.map { v($0) }.joined(separator: " "))"
        case .trap(let trap, let when, let detail): "trap t\(trap.index) when \(v(when)) detail \(v(detail))"
        case .write(let id, let value, let guarded): "s\(id.index) <- \(v(value)) if \(v(guarded))"
        case .writeElement(let id, let index, let value, let guarded):
            "s\(id.index)[\(v(index))] <- \(v(value)) if \(v(guarded))"
        case .store(let id, let address, let value, let guarded):
            "store s\(id.index)[\(v(address))] <- \(v(value)) if \(v(guarded))"
        }
    }
}
