import ISALanguage

/// The meaning of programs in terms. One walk covers every path: a trap's condition holds where no trap before it
/// applied, and a write's where its guard does.
struct SymbolicEvaluator: Interpretation {
    typealias Value = Term

    let symbols: Symbols
    let description: MachineDescription
    /// The state that the program reads.
    let before: SymbolicState
    var decoding: SymbolicDecoding?
    var arguments: [Term] = []
    var parameters = SymbolicParameters()
    /// Where programs keep what they read in another place than they write (`virtualise`); see `Squares`.
    private var after: SymbolicState
    private var traps: [SymbolicTrap] = []
    private var alive: Term

    init(_ description: MachineDescription, _ state: SymbolicState, _ symbols: Symbols) {
        self.description = description
        self.symbols = symbols
        before = state
        after = state
        alive = symbols.graph.bool(true)
    }

    private var graph: TermGraph { symbols.graph }

    /// Runs a program where `condition` holds.
    mutating func run(_ program: Program, where condition: Term? = nil) -> SymbolicOutcome {
        traps = []
        after = before
        alive = condition ?? graph.bool(true)
        let results = program.interpret(by: &self) ?? []
        return SymbolicOutcome(traps: traps, done: alive, final: after, results: results)
    }

    // MARK: Values

    func constant(_ value: UInt64, width: Int) -> Term { graph.constant(value, width: width) }

    func field(_ field: FieldID, width: Int) -> Term {
        guard let fields = decoding?.fields, fields.indices.contains(field.index) else {
            return graph.constant(0, width: width)
        }
        return graph.resized(fields[field.index], width)
    }

    func form(_ operand: OperandID, is form: Int) -> Term {
        guard let forms = decoding?.forms, forms.indices.contains(operand.index),
            forms[operand.index].indices.contains(form)
        else { return graph.bool(form == 0) }
        return forms[operand.index][form]
    }

    func argument(_ index: Int, width: Int) -> Term {
        arguments.indices.contains(index) ? graph.resized(arguments[index], width) : graph.constant(0, width: width)
    }

    func parameter(_ parameter: Parameter, width: Int) -> Term {
        let value: Term?
        switch parameter {
        case .size: value = before.size
        case .origin: value = parameters.origin
        case .extent: value = parameters.extent
        case .here: value = parameters.here
        case .next: value = parameters.next
        case .length: value = parameters.length
        }
        return value.map { graph.resized($0, width) } ?? graph.constant(0, width: width)
    }

    func read(_ component: StateID, width: Int) -> Term { graph.resized(before[component], width) }

    func readElement(_ component: StateID, index: Term, width: Int) -> Term {
        guard let array = before.arrays[component.index] else { return graph.constant(0, width: width) }
        let (index, fits) = array.index(index, in: graph)
        return graph.ite(
            fits, graph.resized(array.read(index, in: symbols), width), graph.constant(0, width: width))
    }

    func load(_ storage: StateID, address: Term, guarded: Term?, width: Int) -> Term {
        let guarded = confined(storage, address, bounded(storage, address, guarded))
        let value = readElement(storage, index: address, width: width)
        guard let guarded else { return value }
        return graph.ite(guarded, value, graph.constant(0, width: width))
    }

    /// Accesses to a bare machine's storage beyond its end do nothing and give 0. Said where it matters, and in the
    /// words in which the monitor's programs say it.
    private func bounded(_ storage: StateID, _ address: Term, _ guarded: Term?) -> Term? {
        guard symbols.boundsBare, description.state[storage.index].role == .storage,
            case .unknown? = before.arrays[storage.index]?.contents
        else { return guarded }
        let isInside = symbols.isInside(address, before.size)
        return guarded.map { graph.and($0, isInside) } ?? isInside
    }

    /// A load that is taken to stay in the window, where queries are widened by those that do not. Where the guard says
    /// so itself, as in the monitor's programs, which check every address, there is nothing to widen by.
    private func confined(_ storage: StateID, _ address: Term, _ guarded: Term?) -> Term? {
        guard symbols.confines, let array = before.arrays[storage.index],
            let isInside = array.confinement(array.index(address, in: graph).index, in: symbols)
        else { return guarded }
        if let guarded, graph.conjuncts(guarded).contains(isInside) { return guarded }
        let taken = guarded.map { graph.and(alive, $0) } ?? alive
        symbols.noteEscape(graph.and(taken, graph.not(isInside)))
        return guarded
    }

    func select(_ condition: Term, then: Term, otherwise: Term, width: Int) -> Term {
        graph.ite(condition, then, otherwise)
    }

    func extract(_ a: Term, low: Int, width: Int) -> Term { graph.extract(a, high: low + width - 1, low: low) }

    func zeroExtend(_ a: Term, from: Int, to: Int) -> Term { graph.resized(a, to) }

    func signExtend(_ a: Term, from: Int, to: Int) -> Term { to > from ? graph.sext(a, width: to) : a }

    func apply(_ function: ISALanguage.FunctionID, _ arguments: [Term], width: Int) -> Term {
        let declared = description.functions[function.index]
        var name = declared.name
        if let placement = before.placement, placement.speaks(of: arguments, of: declared) {
            return graph.resized(placement.apply(declared, arguments, in: symbols), width)
        }
        if declared.purpose != .computation, arguments.count >= 2 {
            if before.isShadowed { name = ShadowMap.name(declared.name) }
            symbols.noteTranslated(arguments[0], arguments[1])
        }
        let applied = graph.function(
            name, argumentWidths: arguments.map(graph.width(of:)), width: declared.resultWidth)
        return graph.resized(graph.apply(applied, arguments), width)
    }

    // MARK: Effects

    mutating func trap(_ trap: TrapID, when condition: Term, detail: Term?) -> Bool {
        let taken = graph.and(alive, condition)
        if trap == symbols.excluded {
            // The lemma is about the bare machine; of a monitor's program, with its origin, it says nothing.
            if parameters.origin == nil { symbols.noteFact(graph.not(taken)) }
            return false
        }
        alive = graph.and(alive, graph.not(condition))
        guard graph.constantValue(of: taken) != 0 else { return false }
        let width = description.traps[trap.index].detailWidth
        let kept = width > 0 ? detail.map { graph.resized($0, width) } : nil
        traps.append(SymbolicTrap(trap: trap, condition: taken, detail: kept))
        return false
    }

    mutating func write(_ component: StateID, value: Term, guarded: Term?) {
        let width = description.state[component.index].width
        let written = graph.resized(value, width)
        after[component] = guarded.map { graph.ite($0, written, after[component]) } ?? written
    }

    mutating func writeElement(_ component: StateID, index: Term, value: Term, guarded: Term?) {
        guard let array = after.arrays[component.index] else { return }
        let (index, fits) = array.index(index, in: graph)
        let condition = graph.and(fits, guarded ?? graph.bool(true))
        guard graph.constantValue(of: condition) != 0 else { return }
        // Met here first, the bare machine's own address will stand for the same place in the real one's window.
        let place = symbols.representative(of: index)
        let write = SymbolicArray.Write(index: place, value: graph.resized(value, array.width), condition: condition)
        after.arrays[component.index]?.writes.append(write)
    }

    mutating func store(_ storage: StateID, address: Term, value: Term, guarded: Term?) {
        let count = after.arrays[storage.index]?.writes.count ?? 0
        writeElement(storage, index: address, value: value, guarded: bounded(storage, address, guarded))
        guard let guarded, let array = before.arrays[storage.index], after.arrays[storage.index]?.writes.count != count,
            let isInside = array.confinement(array.index(address, in: graph).index, in: symbols),
            graph.conjuncts(guarded).contains(isInside)
        else { return }
        after.arrays[storage.index]?.writes[count].isConfined = true
    }
}

/// Quantities that are not state; those that a program does not use may be absent.
struct SymbolicParameters {
    var here: Term?
    var next: Term?
    var length: Term?
    /// k and w of the virtual machine map.
    var origin: Term?
    var extent: Term?
}

extension SymbolicEvaluator {
    func unary(_ operation: UnaryOperator, _ a: Term, width: Int) -> Term {
        switch operation {
        case .not: graph.not(a)
        case .negate: graph.neg(a)
        case .countLeadingZeros: graph.countLeadingZeros(a)
        case .populationCount: graph.popcount(a)
        case .parity: graph.parity(a)
        }
    }

    func binary(
        _ operation: BinaryOperator, _ a: Term, _ b: Term, width: Int, operandWidth: Int, rightWidth: Int
    ) -> Term {
        switch operation {
        case .and: graph.and(a, b)
        case .or: graph.or(a, b)
        case .xor: graph.xor(a, b)
        case .add: graph.add(a, b)
        case .subtract: graph.sub(a, b)
        case .multiply: graph.mul(a, b)
        case .multiplyHighUnsigned: graph.umulHigh(a, b)
        case .multiplyHighSigned: graph.smulHigh(a, b)
        case .divideUnsigned: graph.udiv(a, b)
        case .remainderUnsigned: graph.urem(a, b)
        case .divideSigned: signedQuotient(a, b, width: width)
        case .remainderSigned: graph.srem(a, b)
        case .shiftLeft: graph.shl(a, b)
        case .shiftRight: graph.lshr(a, b)
        case .shiftRightSigned: graph.ashr(a, b)
        case .rotateLeft: graph.rotl(a, b)
        case .rotateRight: graph.rotr(a, b)
        case .equal: graph.eq(a, b)
        case .lessUnsigned: symbols.less(a, b)
        case .lessOrEqualUnsigned: graph.not(symbols.less(b, a))
        case .lessSigned: graph.slt(a, b)
        case .lessOrEqualSigned: graph.sle(a, b)
        case .concatenate: graph.concat(a, b)
        }
    }

    /// The language's division by zero gives all ones whatever the dividend's sign; the graph's gives 1 for a
    /// negative one, as in SMT-LIB.
    private func signedQuotient(_ a: Term, _ b: Term, width: Int) -> Term {
        let zero = graph.constant(0, width: width)
        return graph.ite(graph.eq(b, zero), graph.constant(.max, width: width), graph.sdiv(a, b))
    }
}
