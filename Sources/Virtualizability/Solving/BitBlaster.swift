import Certificates

/// How much of what terms mean a formula knows. Knowing less only allows more models: a formula of any detail that has
/// none is a proof. Most claims are a matter of truth values alone, for both sides of a pair are built of the same
/// atoms, and then nothing of the words that are compared has to be written down or read by anybody.
enum Detail: CaseIterable {
    /// Every truth value that is made of words, a comparison say, is a free bit.
    case truths
    /// Words are known bit by bit, but a function's value is a free word, whatever its arguments.
    case words
    /// Functions are functions: equal arguments give equal results.
    case functions
}

/// Turns terms into clauses: only what the assertions depend on, the same bytes for the same assertions.
///
/// Uninterpreted functions, and with them products and quotients, become free words that are forced to be equal where
/// their arguments are (Ackermann's expansion). Knowing less about a function only allows more models, so a formula
/// without any is a proof for the real function too.
struct BitBlaster {
    /// What Ackermann's expansion compares: applications with the same key.
    enum Key: Hashable {
        case declared(Int32)
        case abstracted(TermOperation, Int)
    }

    struct Application {
        var term: Term
        var key: Key
        var result: [Int32]
        /// Nil where they are left out.
        var arguments: [[Int32]]?
    }

    /// A free word: a variable, or an application's result.
    struct Input {
        var name: String
        var bits: [Int32]
        var isApplication: Bool
    }

    private let graph: TermGraph
    private let clauseLimit: Int
    private let detail: Detail
    var circuit = Circuit()
    private(set) var inputs: [Input] = []
    private(set) var applications: [Application] = []
    private var known: [Int32: [Int32]] = [:]
    private var pending: [Int32] = []

    init(_ graph: TermGraph, clauseLimit: Int, detail: Detail = .functions) {
        self.graph = graph
        self.detail = detail
        self.clauseLimit = clauseLimit
    }

    var isOverLimit: Bool { circuit.formula.clauseCount > clauseLimit }

    /// Demands that the 1-bit term be true. Conjunctions become several clauses, disjunctions one.
    mutating func require(_ assertion: Term) {
        var open = [assertion]
        while let term = open.popLast(), !isOverLimit {
            let node = graph.node(term)
            if node.operation == .and {
                open.append(node.second)
                open.append(node.first)
            } else {
                let clause = alternatives(of: term).map { literal(of: $0.term, isNegated: $0.isNegated) }
                circuit.require(clause)
            }
        }
    }

    private func alternatives(of term: Term) -> [(term: Term, isNegated: Bool)] {
        var open = [(term: term, isNegated: false)]
        var found: [(term: Term, isNegated: Bool)] = []
        while let (term, isNegated) = open.popLast() {
            let node = graph.node(term)
            if node.operation == .not {
                open.append((node.first, !isNegated))
            } else if node.operation == .and, isNegated {
                open.append((node.second, true))
                open.append((node.first, true))
            } else {
                found.append((term, isNegated))
            }
        }
        return found
    }

    /// The literal of a 1-bit term.
    mutating func literal(of term: Term, isNegated: Bool = false) -> Int32 {
        let bit = bits(of: term).first ?? Circuit.no
        return isNegated ? -bit : bit
    }

    /// Forces applications of one function to agree where their arguments do. To be called once, after the last
    /// assertion.
    mutating func requireCongruence() {
        // Arguments may hold further applications, which are appended.
        var next = 0
        while next < applications.count, !isOverLimit {
            encodeArguments(of: next)
            next += 1
        }
        for later in applications.indices {
            for earlier in 0..<later where applications[earlier].key == applications[later].key {
                if isOverLimit { return }
                requireCongruence(earlier, later)
            }
        }
    }

    /// The same for two of them.
    mutating func requireCongruence(_ earlier: Int, _ later: Int) {
        encodeArguments(of: earlier)
        encodeArguments(of: later)
        let (a, b) = (applications[earlier], applications[later])
        guard let left = a.arguments, let right = b.arguments else { return }
        relate(a, b, left, right)
        if case .abstracted(let operation, _) = a.key, operation.isCommutative { relate(a, b, left.reversed(), right) }
    }

    private mutating func encodeArguments(of index: Int) {
        guard applications[index].arguments == nil else { return }
        let operands = graph.operands(of: graph.node(applications[index].term))
        applications[index].arguments = operands.map { bits(of: $0) }
    }

    private mutating func relate(_ a: Application, _ b: Application, _ left: [[Int32]], _ right: [[Int32]]) {
        var same: [Int32] = []
        for (one, other) in zip(left, right) { same.append(circuit.equal(one, other)) }
        let agree = circuit.and(same)
        if agree == Circuit.no { return }
        for (one, other) in zip(a.result, b.result) {
            circuit.require([-agree, -one, other])
            circuit.require([-agree, one, -other])
        }
    }

    /// The variables that stand for bits of inputs and of applications.
    var map: VariableMap {
        var entries: [VariableMap.Entry] = []
        for input in inputs {
            for (bit, variable) in input.bits.enumerated() {
                entries.append(.init(variable: variable, name: input.name, bit: bit))
            }
        }
        return VariableMap(entries)
    }

    // MARK: Terms

    /// The literals of the term's bits, the least significant first.
    mutating func bits(of term: Term) -> [Int32] {
        pending.append(term.index)
        while let index = pending.last {
            if known[index] == nil, !isOverLimit {
                let node = graph.nodes[Int(index)]
                let count = pending.count
                let operands = isLeaf(node) ? [] : graph.operands(of: node)
                for operand in operands.reversed() where known[operand.index] == nil { pending.append(operand.index) }
                if pending.count > count { continue }
                known[index] = encode(Term(index: index), node, operands.map { known[$0.index] ?? [] })
            }
            pending.removeLast()
        }
        return known[term.index] ?? [Int32](repeating: Circuit.no, count: graph.width(of: term))
    }

    /// What is encoded without looking at its operands.
    private func isLeaf(_ node: TermNode) -> Bool {
        switch node.operation {
        case .constant, .variable: true
        case .apply, .mul, .umulHigh, .smulHigh, .udiv, .urem, .sdiv, .srem: detail != .functions
        default: isAtom(node)
        }
    }

    /// A truth value made of words, where words are not looked at.
    private func isAtom(_ node: TermNode) -> Bool {
        detail == .truths && graph.operands(of: node).contains { graph.width(of: $0) > 1 }
    }

    private mutating func freeWord(_ name: String, _ width: Int, isApplication: Bool) -> [Int32] {
        let bits = (0..<width).map { _ in circuit.makeVariable() }
        inputs.append(Input(name: name, bits: bits, isApplication: isApplication))
        return bits
    }

    private mutating func encode(_ term: Term, _ node: TermNode, _ operands: [[Int32]]) -> [Int32] {
        let width = Int(node.width)
        switch node.operation {
        case .constant: return Circuit.constant(node.value, width)
        case .variable: return freeWord(graph.names[Int(node.a)], width, isApplication: false)
        case .apply:
            let function = graph.functions[Int(node.a)]
            return applied(term, .declared(node.a), function.name, operands, width)
        case .mul, .umulHigh, .smulHigh, .udiv, .urem, .sdiv, .srem:
            return applied(term, .abstracted(node.operation, width), "\(node.operation)", operands, width)
        case _ where isAtom(node):
            return freeWord("\(node.operation)(\(inputs.count))", width, isApplication: true)
        default: return encode(node, operands, width)
        }
    }

    private mutating func applied(
        _ term: Term, _ key: Key, _ name: String, _ operands: [[Int32]], _ width: Int
    ) -> [Int32] {
        let result = freeWord("\(name)(\(applications.count))", width, isApplication: true)
        applications.append(
            Application(term: term, key: key, result: result, arguments: detail == .functions ? operands : nil))
        return result
    }

    private mutating func encode(_ node: TermNode, _ words: [[Int32]], _ width: Int) -> [Int32] {
        let a = words[0]
        switch node.operation {
        case .not: return a.map { -$0 }
        case .and: return a.indices.map { circuit.and(a[$0], words[1][$0]) }
        case .xor: return a.indices.map { circuit.xor(a[$0], words[1][$0]) }
        case .add: return circuit.add(a, words[1], carry: Circuit.no)
        case .sub: return circuit.add(a, words[1].map { -$0 }, carry: Circuit.yes)
        case .shl: return circuit.shift(a, words[1], toLeft: true, fill: Circuit.no)
        case .lshr: return circuit.shift(a, words[1], toLeft: false, fill: Circuit.no)
        case .ashr: return circuit.shift(a, words[1], toLeft: false, fill: a[a.count - 1])
        case .rotl: return circuit.rotate(a, words[1], toLeft: true)
        case .rotr: return circuit.rotate(a, words[1], toLeft: false)
        case .eq: return [circuit.equal(a, words[1])]
        case .ult: return [circuit.less(a, words[1], isSigned: false)]
        case .slt: return [circuit.less(a, words[1], isSigned: true)]
        case .concat: return words[1] + a
        case .extract: return Array(a[Int(node.value)..<Int(node.value) + width])
        case .sext: return a + [Int32](repeating: a[a.count - 1], count: width - a.count)
        case .ite: return circuit.choose(a[0], words[1], words[2])
        case .countLeadingZeros: return circuit.leadingZeros(a)
        case .popcount: return circuit.ones(a)
        case .parity: return [a.reduce(Circuit.no) { circuit.xor($0, $1) }]
        case .constant, .variable, .apply, .mul, .umulHigh, .smulHigh, .udiv, .urem, .sdiv, .srem: return a
        }
    }
}

extension TermGraph {
    /// The operands in order, of applications too.
    func operands(of node: TermNode) -> [Term] {
        if node.operation == .apply { return Array(arguments(of: node)) }
        switch node.operation.operandCount {
        case 0: return []
        case 1: return [node.first]
        case 2: return [node.first, node.second]
        default: return [node.first, node.second, node.third]
        }
    }
}
