/// Makes terms, simplifies them, and keeps each one once.
///
/// Operands of an operation must have the widths that its documentation states; a width is 1...64. A 1-bit term is a
/// truth value: 1 is true. What a term looks like depends only on the calls that build it and never on what else the
/// graph holds, so that the same claim, built again in another graph, gives the same circuit.
public final class TermGraph {
    private(set) var nodes: ContiguousArray<TermNode> = []
    /// For each node a hash of the whole expression. Operands of commutative operations are ordered by it.
    private var shapes: ContiguousArray<UInt64> = []
    private(set) var names: [String] = []
    private var nameNumbers: [String: Int32] = [:]
    private(set) var functions: [Function] = []
    private var functionNumbers: [Function: Int32] = [:]
    private(set) var argumentPool: [Term] = []
    /// Open addressing: a node's number + 1, or 0 for a free slot.
    private var slots: [Int32] = [Int32](repeating: 0, count: 1024)
    /// Off in tests that compare the simplifier with what it simplifies.
    let simplifies: Bool
    private var nesting = 0
    private var fuel = 0

    struct Function: Hashable {
        var name: String
        var argumentWidths: [Int]
        var width: Int
    }

    public init() { simplifies = true }

    /// A graph with the same terms under the same handles; what is added to either is the other's no more.
    init(copying other: TermGraph) {
        simplifies = other.simplifies
        nodes = other.nodes
        shapes = other.shapes
        names = other.names
        nameNumbers = other.nameNumbers
        functions = other.functions
        functionNumbers = other.functionNumbers
        argumentPool = other.argumentPool
        slots = other.slots
    }

    init(simplifies: Bool) { self.simplifies = simplifies }

    /// How many different terms there are.
    public var count: Int { nodes.count }

    /// In bits.
    public func width(of term: Term) -> Int { Int(nodes[Int(term.index)].width) }

    func node(_ term: Term) -> TermNode { nodes[Int(term.index)] }

    // MARK: Leaves

    /// The value's low `width` bits.
    public func constant(_ value: UInt64, width: Int) -> Term {
        precondition((1...64).contains(width), "a term has 1...64 bits")
        let kept = value & WordArithmetic.mask(width)
        return intern(TermNode(operation: .constant, width: UInt8(width), value: kept))
    }

    public func bool(_ value: Bool) -> Term { constant(value ? 1 : 0, width: 1) }

    /// A free variable. The same name with another width is another variable.
    public func variable(_ name: String, width: Int) -> Term {
        precondition((1...64).contains(width), "a term has 1...64 bits")
        let number: Int32
        if let known = nameNumbers[name] {
            number = known
        } else {
            number = Int32(names.count)
            names.append(name)
            nameNumbers[name] = number
        }
        return intern(TermNode(operation: .variable, width: UInt8(width), a: number))
    }

    /// Declares an uninterpreted function; the same declaration gives the same function.
    public func function(_ name: String, argumentWidths: [Int], width: Int) -> FunctionID {
        let function = Function(name: name, argumentWidths: argumentWidths, width: width)
        if let known = functionNumbers[function] { return FunctionID(index: known) }
        let number = Int32(functions.count)
        functions.append(function)
        functionNumbers[function] = number
        return FunctionID(index: number)
    }

    /// The function's unknown but fixed value for these arguments: equal arguments give equal results, and nothing
    /// else is known.
    public func apply(_ function: FunctionID, _ arguments: [Term]) -> Term {
        let declared = functions[Int(function.index)]
        precondition(arguments.map(width(of:)) == declared.argumentWidths, "arguments as declared for \(declared.name)")
        let start = argumentPool.count
        argumentPool.append(contentsOf: arguments)
        let count = nodes.count
        let made = intern(
            TermNode(
                operation: .apply, width: UInt8(declared.width), a: function.index, b: Int32(start),
                c: Int32(arguments.count)))
        if nodes.count == count { argumentPool.removeSubrange(start...) }
        return made
    }

    func arguments(of node: TermNode) -> ArraySlice<Term> { argumentPool[Int(node.b)..<Int(node.b) + Int(node.c)] }

    // MARK: What a term is

    /// The value, when the term is a constant.
    public func constantValue(of term: Term) -> UInt64? {
        let node = node(term)
        return node.operation == .constant ? node.value : nil
    }

    /// The name, when the term is a variable.
    public func variableName(of term: Term) -> String? {
        let node = node(term)
        return node.operation == .variable ? names[Int(node.a)] : nil
    }

    func isZero(_ term: Term) -> Bool { constantValue(of: term) == 0 }

    func isOnes(_ term: Term) -> Bool { constantValue(of: term) == WordArithmetic.mask(width(of: term)) }

    /// Whether one term is the bitwise negation of the other, as they stand.
    func areOpposite(_ a: Term, _ b: Term) -> Bool {
        let (left, right) = (node(a), node(b))
        if left.operation == .not, left.first == b { return true }
        if right.operation == .not, right.first == a { return true }
        return left.operation == .constant && right.operation == .constant
            && left.value ^ right.value == WordArithmetic.mask(Int(left.width))
    }

    /// The order of operands of a commutative operation: constants first, then by shape.
    func ordered(_ a: Term, _ b: Term) -> (Term, Term) {
        let (leftIsConstant, rightIsConstant) = (node(a).operation == .constant, node(b).operation == .constant)
        if leftIsConstant != rightIsConstant { return leftIsConstant ? (a, b) : (b, a) }
        let (left, right) = (shapes[Int(a.index)], shapes[Int(b.index)])
        return (left, a.index) <= (right, b.index) ? (a, b) : (b, a)
    }

    // MARK: Keeping each node once

    func make(_ operation: TermOperation, _ width: Int, _ a: Term, _ b: Term? = nil, _ c: Term? = nil) -> Term {
        intern(
            TermNode(operation: operation, width: UInt8(width), a: a.index, b: b?.index ?? 0, c: c?.index ?? 0))
    }

    func intern(_ node: TermNode) -> Term {
        let shape = shape(of: node)
        let wrap = slots.count - 1
        var slot = Int(truncatingIfNeeded: shape) & wrap
        while slots[slot] != 0 {
            let candidate = Int(slots[slot]) - 1
            if shapes[candidate] == shape, isSame(nodes[candidate], node) { return Term(index: Int32(candidate)) }
            slot = (slot + 1) & wrap
        }
        nodes.append(node)
        shapes.append(shape)
        slots[slot] = Int32(nodes.count)
        if nodes.count * 2 > slots.count { growSlots() }
        return Term(index: Int32(nodes.count - 1))
    }

    private func isSame(_ a: TermNode, _ b: TermNode) -> Bool {
        guard a.operation == .apply, b.operation == .apply else { return a == b }
        return a.a == b.a && a.width == b.width && arguments(of: a) == arguments(of: b)
    }

    private func growSlots() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        let wrap = slots.count - 1
        for number in nodes.indices {
            var slot = Int(truncatingIfNeeded: shapes[number]) & wrap
            while slots[slot] != 0 { slot = (slot + 1) & wrap }
            slots[slot] = Int32(number + 1)
        }
    }

    private func shape(of node: TermNode) -> UInt64 {
        var hash = Shape(UInt64(node.operation.rawValue) << 8 | UInt64(node.width))
        switch node.operation {
        case .constant: hash.mix(node.value)
        case .variable: hash.mix(names[Int(node.a)])
        case .apply:
            hash.mix(functions[Int(node.a)].name)
            for argument in arguments(of: node) { hash.mix(shapes[Int(argument.index)]) }
        default:
            hash.mix(node.value)
            hash.mix(shapes[Int(node.a)])
            if node.operation.operandCount > 1 { hash.mix(shapes[Int(node.b)]) }
            if node.operation.operandCount > 2 { hash.mix(shapes[Int(node.c)]) }
        }
        return hash.value
    }

    // MARK: Bounding the simplifier

    /// Runs a rule that builds smaller instances of its own kind. Chains of choices can be long and share arms, so the
    /// number and depth of such steps within one call from outside is bounded; past it the rule is not applied.
    func descending(_ rule: () -> Term) -> Term? {
        if nesting == 0 { fuel = 400 }
        guard nesting < 48, fuel > 0 else { return nil }
        fuel -= 1
        nesting += 1
        defer { nesting -= 1 }
        return rule()
    }
}

extension TermOperation {
    var operandCount: Int {
        switch self {
        case .constant, .variable, .apply: 0
        case .not, .extract, .sext, .countLeadingZeros, .popcount, .parity: 1
        case .ite: 3
        default: 2
        }
    }
}

/// A 64-bit hash that is the same on every run, unlike `Hasher`.
private struct Shape {
    private(set) var value: UInt64

    init(_ seed: UInt64) {
        value = 0x9e37_79b9_7f4a_7c15
        mix(seed)
    }

    mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0xff51_afd7_ed55_8ccd
        value ^= value >> 32
        value = value &* 0xc4ce_b9fe_1a85_ec53
        value ^= value >> 29
    }

    mutating func mix(_ text: String) {
        for unit in text.utf8 { mix(UInt64(unit)) }
        mix(0x100)
    }
}
