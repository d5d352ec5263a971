/// How products and quotients appear in an SMT-LIB script.
public enum ProductExport: Sendable {
    /// As uninterpreted functions: the same question as the circuit asks.
    case uninterpreted
    /// As SMT-LIB's own operations.
    case exact
}

extension TermGraph {
    /// The assertions as a script in QF_UFBV that ends with `(check-sat)`: a second opinion on `decide`.
    public func smtlib(_ assertions: [Term], products: ProductExport = .uninterpreted) -> String {
        var script = ScriptWriter(graph: self, products: products)
        for assertion in assertions { script.define(assertion) }
        for assertion in assertions { script.require(assertion) }
        return script.text
    }
}

private struct ScriptWriter {
    let graph: TermGraph
    let products: ProductExport
    private var declarations = ["(set-logic QF_UFBV)"]
    private var definitions: [String] = []
    private var requirements: [String] = []
    private var known: Set<Int32> = []
    private var declared: Set<String> = []

    init(graph: TermGraph, products: ProductExport) {
        self.graph = graph
        self.products = products
    }

    var text: String {
        (declarations + definitions + requirements + ["(check-sat)", ""]).joined(separator: "\n")
    }

    mutating func require(_ assertion: Term) { requirements.append("(assert (= t\(assertion.index) #b1))") }

    /// Defines a symbol for the term after those for its operands.
    mutating func define(_ term: Term) {
        var pending = [term.index]
        while let index = pending.last {
            if !known.contains(index) {
                let node = graph.nodes[Int(index)]
                let open = graph.operands(of: node).filter { !known.contains($0.index) }
                if !open.isEmpty {
                    pending.append(contentsOf: open.reversed().map(\.index))
                    continue
                }
                known.insert(index)
                let body = expression(node)
                // A defined symbol is a macro, which some solvers expand again for each use; an equation is not.
                definitions.append("(declare-fun t\(index) () (_ BitVec \(node.width)))")
                definitions.append("(assert (= t\(index) \(body)))")
            }
            pending.removeLast()
        }
    }

    private mutating func declare(_ symbol: String, _ arguments: [Int], _ width: Int) {
        guard declared.insert(symbol).inserted else { return }
        let sorts = arguments.map { "(_ BitVec \($0))" }.joined(separator: " ")
        declarations.append("(declare-fun \(symbol) (\(sorts)) (_ BitVec \(width)))")
    }

    /// A quoted symbol may hold anything but bars and backslashes.
    private func symbol(_ name: String, _ suffix: String) -> String {
        var kept = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "|", "\\", "%": kept += "%\(scalar.value)"
            default: kept += scalar.isASCII && scalar.value >= 0x20 ? String(scalar) : "%\(scalar.value)"
            }
        }
        return "|\(kept):\(suffix)|"
    }

    private func literal(_ value: UInt64, _ width: Int) -> String {
        "#b" + (0..<width).reversed().map { value >> UInt64($0) & 1 == 1 ? "1" : "0" }.joined()
    }

    private mutating func expression(_ node: TermNode) -> String {
        let width = Int(node.width)
        let operands = graph.operands(of: node).map { "t\($0.index)" }
        let list = operands.joined(separator: " ")
        switch node.operation {
        case .constant: return literal(node.value, width)
        case .variable:
            let symbol = symbol(graph.names[Int(node.a)], "\(width)")
            declare(symbol, [], width)
            return symbol
        case .apply:
            let function = graph.functions[Int(node.a)]
            let widths = function.argumentWidths.map(String.init).joined(separator: ",")
            return applied(symbol("f:" + function.name, "\(widths):\(width)"), function.argumentWidths, width, list)
        case .mul, .udiv, .urem, .sdiv, .srem, .umulHigh, .smulHigh: return product(node, operands)
        default: return plain(node, operands, list)
        }
    }

    private mutating func applied(_ symbol: String, _ widths: [Int], _ width: Int, _ list: String) -> String {
        declare(symbol, widths, width)
        return widths.isEmpty ? symbol : "(\(symbol) \(list))"
    }

    private mutating func product(_ node: TermNode, _ operands: [String]) -> String {
        let width = Int(node.width)
        let list = operands.joined(separator: " ")
        if products == .uninterpreted {
            let symbol = symbol("p:\(node.operation)", "\(width)")
            let call = applied(symbol, [width, width], width, list)
            guard node.operation.isCommutative else { return call }
            // Sorting the arguments makes the uninterpreted function commutative.
            let (a, b) = (operands[0], operands[1])
            return "(ite (bvule \(a) \(b)) \(call) (\(symbol) \(b) \(a)))"
        }
        switch node.operation {
        case .mul: return "(bvmul \(list))"
        case .udiv: return "(bvudiv \(list))"
        case .urem: return "(bvurem \(list))"
        case .sdiv: return "(bvsdiv \(list))"
        case .srem: return "(bvsrem \(list))"
        default:
            let extend = node.operation == .umulHigh ? "zero_extend" : "sign_extend"
            let wide = operands.map { "((_ \(extend) \(width)) \($0))" }.joined(separator: " ")
            return "((_ extract \(2 * width - 1) \(width)) (bvmul \(wide)))"
        }
    }

    private func plain(_ node: TermNode, _ operands: [String], _ list: String) -> String {
        let width = Int(node.width)
        switch node.operation {
        case .not: return "(bvnot \(list))"
        case .and: return "(bvand \(list))"
        case .xor: return "(bvxor \(list))"
        case .add: return "(bvadd \(list))"
        case .sub: return "(bvsub \(list))"
        case .shl: return "(bvshl \(list))"
        case .lshr: return "(bvlshr \(list))"
        case .ashr: return "(bvashr \(list))"
        case .eq: return "(ite (= \(list)) #b1 #b0)"
        case .ult: return "(ite (bvult \(list)) #b1 #b0)"
        case .slt: return "(ite (bvslt \(list)) #b1 #b0)"
        case .concat: return "(concat \(list))"
        case .extract: return "((_ extract \(Int(node.value) + width - 1) \(node.value)) \(list))"
        case .sext: return "((_ sign_extend \(width - graph.width(of: node.first))) \(list))"
        case .ite: return "(ite (= \(operands[0]) #b1) \(operands[1]) \(operands[2]))"
        case .rotl: return rotation(node, "rotate_left", operands)
        case .rotr: return rotation(node, "rotate_right", operands)
        default: return counted(node, operands[0])
        }
    }

    /// One choice for each bit of the amount.
    private func rotation(_ node: TermNode, _ name: String, _ operands: [String]) -> String {
        let width = Int(node.width)
        var text = operands[0]
        var distance = 1 % width
        for place in 0..<graph.width(of: node.second) {
            let isSet = "(= ((_ extract \(place) \(place)) \(operands[1])) #b1)"
            text = "(let ((r \(text))) (ite \(isSet) ((_ \(name) \(distance)) r) r))"
            distance = distance * 2 % width
        }
        return text
    }

    private func counted(_ node: TermNode, _ operand: String) -> String {
        let width = graph.width(of: node.first)
        let bits = (0..<width).map { "((_ extract \($0) \($0)) \(operand))" }
        switch node.operation {
        case .parity: return width == 1 ? operand : "(bvxor \(bits.joined(separator: " ")))"
        case .popcount:
            if width == 1 { return operand }
            let words = bits.map { "((_ zero_extend \(width - 1)) \($0))" }
            return "(bvadd \(words.joined(separator: " ")))"
        default:
            var text = literal(UInt64(width), width)
            for place in 0..<width {
                text = "(let ((n \(text))) (ite (= \(bits[place]) #b1) \(literal(UInt64(width - 1 - place), width)) n))"
            }
            return text
        }
    }
}
