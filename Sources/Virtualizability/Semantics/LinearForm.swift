/// A sum in one spelling.
///
/// The real machine adds the origin to an address and the window takes it off again. Told as bit-vectors the solver
/// would have to rediscover for every access that this comes to nothing; brought to a sum of terms with coefficients
/// it disappears, and both sides read the very same cell.
struct LinearForm {
    private(set) var constant: UInt64 = 0
    /// Coefficients modulo 2 to the width, without zeros; keyed by summand.
    private(set) var coefficients: [Term: UInt64] = [:]
    let width: Int

    /// No more steps than this; what is left stays a summand as it is.
    private static let stepLimit = 256

    init(_ term: Term, in graph: TermGraph) { self.init(term, in: graph, depth: 8) }

    /// `depth` bounds the choices within choices that are looked into.
    private init(_ term: Term, in graph: TermGraph, depth: Int) {
        width = graph.width(of: term)
        self.depth = depth
        add(term, times: 1, in: graph)
    }

    private let depth: Int

    /// The same, less another term of the same width.
    func minus(_ term: Term, in graph: TermGraph) -> LinearForm {
        var difference = self
        difference.add(term, times: .max, in: graph)
        return difference
    }

    private mutating func add(_ term: Term, times factor: UInt64, in graph: TermGraph) {
        var open = [(term, factor)]
        var steps = 0
        while let (term, factor) = open.popLast() {
            steps += 1
            let node = graph.node(term)
            switch node.operation {
            case .constant: constant = constant &+ node.value &* factor
            case .add where steps < LinearForm.stepLimit:
                open.append((node.second, factor))
                open.append((node.first, factor))
            case .sub where steps < LinearForm.stepLimit:
                open.append((node.second, 0 &- factor))
                open.append((node.first, factor))
            case .not where steps < LinearForm.stepLimit:
                // -1 - x
                constant = constant &- factor
                open.append((node.first, 0 &- factor))
            case .extract where node.value == 0 && steps < LinearForm.stepLimit && isSum(node.first, graph):
                // The low bits of a sum are the sum of the low bits.
                let inner = graph.node(node.first)
                let high = Int(node.width) - 1
                let sign = inner.operation == .add ? factor : 0 &- factor
                open.append((graph.extract(inner.second, high: high, low: 0), sign))
                open.append((graph.extract(inner.first, high: high, low: 0), factor))
            case .ite where depth > 0:
                add(choice: node, term, times: factor, in: graph)
            default: coefficients[term, default: 0] &+= factor
            }
        }
        let mask = WordArithmetic.mask(width)
        constant &= mask
        coefficients = coefficients.mapValues { $0 & mask }.filter { $0.value != 0 }
    }

    /// What both arms of a choice have in common is no part of the choice.
    private mutating func add(choice node: TermNode, _ term: Term, times factor: UInt64, in graph: TermGraph) {
        var then = LinearForm(node.second, in: graph, depth: depth - 1)
        var otherwise = LinearForm(node.third, in: graph, depth: depth - 1)
        let common = then.coefficients.filter { otherwise.coefficients[$0.key] == $0.value }
        guard !common.isEmpty else {
            coefficients[term, default: 0] &+= factor
            return
        }
        for (summand, coefficient) in common {
            coefficients[summand, default: 0] &+= coefficient &* factor
            then.coefficients[summand] = nil
            otherwise.coefficients[summand] = nil
        }
        let rest = graph.ite(node.first, then.term(in: graph), otherwise.term(in: graph))
        if let value = graph.constantValue(of: rest) {
            constant &+= value &* factor
        } else {
            coefficients[rest, default: 0] &+= factor
        }
    }

    private func isSum(_ term: Term, _ graph: TermGraph) -> Bool {
        let operation = graph.node(term).operation
        return operation == .add || operation == .sub
    }

    /// The sum as a term. The order of summands is that in which the graph first met them.
    func term(in graph: TermGraph) -> Term {
        var sum: Term?
        for (summand, factor) in coefficients.sorted(by: { $0.key.index < $1.key.index }) {
            let isNegative = factor >> UInt64(width - 1) & 1 == 1
            let size = (isNegative ? 0 &- factor : factor) & WordArithmetic.mask(width)
            let scaled = size == 1 ? summand : graph.mul(graph.constant(size, width: width), summand)
            if let present = sum {
                sum = isNegative ? graph.sub(present, scaled) : graph.add(present, scaled)
            } else {
                sum = isNegative ? graph.neg(scaled) : scaled
            }
        }
        let offset = graph.constant(constant, width: width)
        return sum.map { graph.add(offset, $0) } ?? offset
    }
}

extension LinearForm: Hashable {
    static func == (a: LinearForm, b: LinearForm) -> Bool {
        a.width == b.width && a.constant == b.constant && a.coefficients == b.coefficients
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(width)
        hasher.combine(constant)
        hasher.combine(coefficients)
    }
}

extension Symbols {
    /// A term for the same sum: the first that was met in this graph. So an address that the other side has already
    /// computed, and compared with a bound, is that side's own term, with all that is known of it.
    func representative(of term: Term) -> Term {
        let form = LinearForm(term, in: graph)
        if let known = sums[form] { return known }
        sums[form] = term
        return term
    }

    /// One bit: two indices are the same; spelled alike for pairs that are equally far apart.
    func isSameIndex(_ a: Term, _ b: Term) -> Term {
        let difference = LinearForm(a, in: graph).minus(b, in: graph)
        return graph.eq(difference.term(in: graph), graph.constant(0, width: difference.width))
    }
}
