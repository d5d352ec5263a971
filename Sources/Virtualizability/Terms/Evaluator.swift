/// Gives terms concrete values. Iterative, so that deep terms do no harm, and every term is evaluated once.
///
/// Products and quotients are exact here. Variables without a value are 0.
public struct Evaluator {
    private let graph: TermGraph
    private let variable: (String, Int) -> UInt64
    private let function: (FunctionID, [UInt64]) -> UInt64
    private var known: [Int32: UInt64] = [:]
    private var pending: [Int32] = []

    /// `variable` gets a name and a width, `function` a function and its arguments; of their results the low bits are
    /// taken. `function` must give equal results for equal arguments.
    public init(
        _ graph: TermGraph, variable: @escaping (_ name: String, _ width: Int) -> UInt64,
        function: @escaping (FunctionID, [UInt64]) -> UInt64 = { _, _ in 0 }
    ) {
        self.graph = graph
        self.variable = variable
        self.function = function
    }

    /// Gives a term a value whatever its operands': a function's application, of which only that is known.
    mutating func suppose(_ term: Term, is value: UInt64) { known[term.index] = value }

    public mutating func value(of term: Term) -> UInt64 {
        pending.append(term.index)
        while let index = pending.last {
            if known[index] == nil {
                let node = graph.nodes[Int(index)]
                let count = pending.count
                forEachOperand(of: node) { operand in
                    if known[operand.index] == nil { pending.append(operand.index) }
                }
                if pending.count > count { continue }
                known[index] = compute(node)
            }
            pending.removeLast()
        }
        return known[term.index] ?? 0
    }

    private func forEachOperand(of node: TermNode, _ body: (Term) -> Void) {
        if node.operation == .apply {
            for argument in graph.arguments(of: node) { body(argument) }
            return
        }
        let count = node.operation.operandCount
        if count > 0 { body(node.first) }
        if count > 1 { body(node.second) }
        if count > 2 { body(node.third) }
    }

    private func compute(_ node: TermNode) -> UInt64 {
        let width = Int(node.width)
        let mask = WordArithmetic.mask(width)
        switch node.operation {
        case .constant: return node.value
        case .variable: return variable(graph.names[Int(node.a)], width) & mask
        case .apply:
            let arguments = graph.arguments(of: node).map { known[$0.index] ?? 0 }
            return function(FunctionID(index: node.a), arguments) & mask
        default:
            let count = node.operation.operandCount
            let a = known[node.a] ?? 0
            let b = count > 1 ? known[node.b] ?? 0 : 0
            let c = count > 2 ? known[node.c] ?? 0 : 0
            return compute(node, a, b, c, graph.width(of: node.first)) & mask
        }
    }

    /// The operation on its operands' values; `operandWidth` is the first operand's. Bits above the width are cut off
    /// by the caller.
    private func compute(_ node: TermNode, _ a: UInt64, _ b: UInt64, _ c: UInt64, _ operandWidth: Int) -> UInt64 {
        let width = Int(node.width)
        switch node.operation {
        case .constant, .variable, .apply: return 0
        case .not: return ~a
        case .and: return a & b
        case .xor: return a ^ b
        case .add: return a &+ b
        case .sub: return a &- b
        case .mul: return a &* b
        case .umulHigh: return WordArithmetic.umulHigh(a, b, width)
        case .smulHigh: return WordArithmetic.smulHigh(a, b, width)
        case .udiv: return WordArithmetic.udiv(a, b, width)
        case .urem: return WordArithmetic.urem(a, b)
        case .sdiv: return WordArithmetic.sdiv(a, b, width)
        case .srem: return WordArithmetic.srem(a, b, width)
        case .shl: return WordArithmetic.shl(a, b, width)
        case .lshr: return WordArithmetic.lshr(a, b, width)
        case .ashr: return WordArithmetic.ashr(a, b, width)
        case .rotl: return WordArithmetic.rotl(a, b, width)
        case .rotr: return WordArithmetic.rotr(a, b, width)
        case .eq: return a == b ? 1 : 0
        case .ult: return a < b ? 1 : 0
        case .slt: return WordArithmetic.signed(a, operandWidth) < WordArithmetic.signed(b, operandWidth) ? 1 : 0
        case .concat: return a << UInt64(graph.width(of: node.second)) | b
        case .extract: return a >> node.value
        case .sext: return UInt64(bitPattern: WordArithmetic.signed(a, operandWidth))
        case .ite: return a == 1 ? b : c
        case .countLeadingZeros: return WordArithmetic.countLeadingZeros(a, width)
        case .popcount: return UInt64(a.nonzeroBitCount)
        case .parity: return UInt64(a.nonzeroBitCount & 1)
        }
    }
}

extension TermGraph {
    /// The term's value where the named variables have these values, all others and all functions 0.
    public func evaluate(_ term: Term, _ values: [String: UInt64]) -> UInt64 {
        var evaluator = Evaluator(self) { name, _ in values[name] ?? 0 }
        return evaluator.value(of: term)
    }
}
