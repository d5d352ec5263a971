import ISALanguage

/// What a register file or a storage holds: contents that are given, and the writes since, oldest first.
struct SymbolicArray {
    /// What every element holds before the writes.
    enum Contents: Hashable {
        /// An unknown function of the index.
        case unknown(String)
        /// The same known value in every element.
        case value(UInt64)
        /// A guest's cells at `origin ..< origin + extent`, counted from the origin; somebody else's outside.
        case window(inside: String, outside: String, origin: Term, extent: Term)
    }

    struct Write {
        var index: Term
        var value: Term
        var condition: Term
        /// The condition says itself that the place is in the window.
        var isConfined = false
    }

    var contents: Contents
    /// Of one element, in bits.
    let width: Int
    /// Of an index or real address, in bits.
    let indexWidth: Int
    /// An element from here on does not exist; nil where every index names one.
    let count: UInt64?
    var writes: [Write] = []

    init(_ component: StateComponent, contents: Contents) {
        self.contents = contents
        width = component.width
        indexWidth = max(component.indexWidth, 1)
        let reachable = indexWidth >= 63 ? Int.max : 1 << indexWidth
        count = component.role != .storage && component.count < reachable ? UInt64(component.count) : nil
    }

    /// The element's value now; elements that do not exist hold 0.
    func read(_ index: Term, in symbols: Symbols) -> Term {
        let graph = symbols.graph
        var value = given(index, in: symbols)
        for write in writes {
            let hit = graph.and(write.condition, symbols.isSameIndex(write.index, index))
            value = graph.ite(hit, write.value, value)
        }
        return value
    }

    /// The element's value before the writes.
    func given(_ index: Term, in symbols: Symbols) -> Term {
        let graph = symbols.graph
        let value: Term
        switch contents {
        case .unknown(let name):
            value = symbols.element(name, symbols.representative(of: index), width: width)
        case .value(let word):
            value = graph.constant(word, width: width)
        case .window(let inside, let outside, let origin, let extent):
            let offset = symbols.representative(of: graph.sub(index, graph.resized(origin, indexWidth)))
            let own = symbols.element(inside, offset, width: width)
            if symbols.confines { return own }
            value = graph.ite(
                symbols.isInside(offset, extent), own,
                symbols.element(outside, symbols.representative(of: index), width: width))
        }
        guard let count else { return value }
        let exists = graph.ult(index, graph.constant(count, width: indexWidth))
        return graph.ite(exists, value, graph.constant(0, width: width))
    }

    /// One bit: the index is one of the window's; nil where there is no window.
    func confinement(_ index: Term, in symbols: Symbols) -> Term? {
        guard case .window(_, _, let origin, let extent) = contents else { return nil }
        let offset = symbols.graph.sub(index, symbols.graph.resized(origin, indexWidth))
        return symbols.isInside(symbols.representative(of: offset), extent)
    }

    /// Whether an index from a program, of whatever width, fits this array's index; and the index, cut to fit.
    func index(_ term: Term, in graph: TermGraph) -> (index: Term, fits: Term) {
        let width = graph.width(of: term)
        guard width > indexWidth else { return (graph.resized(term, indexWidth), graph.bool(true)) }
        let above = graph.extract(term, high: width - 1, low: indexWidth)
        return (graph.resized(term, indexWidth), graph.eq(above, graph.constant(0, width: width - indexWidth)))
    }
}

/// Names for what is unknown, in one graph, and a list of the elements that were asked for: a model gives values to
/// these, and from them a concrete state is made.
final class Symbols {
    let graph: TermGraph
    /// For each unknown array the indices at which it was read, in order.
    private(set) var elements: [String: [(index: Term, value: Term)]] = [:]
    private var seen: Set<Term> = []
    private var fresh = 0
    var sums: [LinearForm: Term] = [:]
    /// The guest's relocation, which comparisons move to the bound's side.
    var relocation: Set<Term> = []
    /// What has been asked of an unknown translation, on either side: the virtual address and the kind of access.
    private(set) var translated: [(address: Term, access: Term)] = []
    /// Reads of a window are taken to stay inside, and what would contradict that is collected.
    var confines = false
    private(set) var escapes: [Term] = []
    /// A bare machine's storage ends: see `SymbolicEvaluator`.
    var boundsBare = false
    /// A trap which is known never to come, and what that says of each place at which it stands.
    var excluded: TrapID?
    private(set) var facts: [Term] = []

    init(_ graph: TermGraph = TermGraph()) { self.graph = graph }

    func element(_ name: String, _ index: Term, width: Int) -> Term {
        let function = graph.function(name, argumentWidths: [graph.width(of: index)], width: width)
        let value = graph.apply(function, [index])
        if seen.insert(value).inserted { elements[name, default: []].append((index, value)) }
        return value
    }

    /// One bit: the cell with this number counted from the window's beginning is in it.
    func isInside(_ offset: Term, _ extent: Term) -> Term {
        less(graph.resized(offset, graph.width(of: extent)), extent)
    }

    func noteTranslated(_ address: Term, _ access: Term) {
        if !translated.contains(where: { $0.address == address && $0.access == access }) {
            translated.append((address, access))
        }
    }

    func noteEscape(_ condition: Term) {
        if graph.constantValue(of: condition) != 0 { escapes.append(condition) }
    }

    func noteFact(_ condition: Term) {
        if graph.constantValue(of: condition) != 1, !facts.contains(condition) { facts.append(condition) }
    }

    /// A variable that nothing else is named like.
    func unnamed(_ purpose: String, width: Int) -> Term {
        fresh += 1
        return graph.variable("\(purpose).\(fresh)", width: width)
    }
}

extension TermGraph {
    /// The terms of which a one-bit term is the conjunction.
    func conjuncts(_ term: Term) -> [Term] {
        var open = [term]
        var found: [Term] = []
        while let term = open.popLast() {
            let node = node(term)
            if node.operation == .and, found.count + open.count < 64 {
                open.append(node.second)
                open.append(node.first)
            } else {
                found.append(term)
            }
        }
        return found
    }

    /// Zero-extended or cut to the width.
    func resized(_ term: Term, _ width: Int) -> Term {
        let has = self.width(of: term)
        if has == width { return term }
        return has < width ? zext(term, width: width) : extract(term, high: width - 1, low: 0)
    }

    /// One bit: the term is not zero.
    func isNonZero(_ term: Term) -> Term { ne(term, constant(0, width: width(of: term))) }
}
