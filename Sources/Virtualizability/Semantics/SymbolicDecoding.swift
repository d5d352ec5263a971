import ISALanguage

/// An arbitrary encoding of one instruction: the units are unknown, fields and forms are what decoding makes of them.
struct SymbolicDecoding {
    /// As many as the longest form needs.
    var units: [Term]
    /// By `FieldID`.
    var fields: [Term]
    /// By `OperandID` and form: one bit, the operand has this form.
    var forms: [[Term]]
    /// For each number of units, shortest first: the instruction is that long.
    var lengths: [(units: Int, condition: Term)]
    /// The units decode to this instruction, and to none that is tried before it.
    var matches: Term
    /// False where the description's encodings were too many to list, so that `matches` may hold for encodings of
    /// another instruction.
    var isExact: Bool

    /// One bit: unit number `index` belongs to the instruction.
    func needs(_ index: Int, _ graph: TermGraph) -> Term {
        graph.disjunction(lengths.filter { $0.units > index }.map(\.condition))
    }
}

/// The shapes of all instructions of a machine, made once.
struct EncodingCatalogue {
    let description: MachineDescription
    let shapes: [EncodingShapes]

    init(_ description: MachineDescription) {
        self.description = description
        shapes = description.instructions.map { EncodingShapes($0, unitWidth: description.unitWidth) }
    }

    /// The decoding of an instruction; the units are named `unit0`, `unit1`, ...
    func decoding(of instruction: Int, in symbols: Symbols) -> SymbolicDecoding {
        let graph = symbols.graph
        if description.instructions[instruction].isListed { return listed(instruction, symbols) }
        let own = shapes[instruction]
        let longest = own.shapes.map(\.length).max() ?? 1
        let units = (0..<longest).map { graph.variable("unit\($0)", width: description.unitWidth) }
        var reader = ShapeReader(description, instruction, units, symbols)
        // Forms are tried in order: a shape is taken where it matches and none before it does.
        var chosen: [Term] = []
        var none = graph.bool(true)
        for shape in own.shapes {
            let fits = reader.matches(shape)
            chosen.append(graph.and(none, fits))
            none = graph.and(none, graph.not(fits))
        }
        var matches = graph.not(none)
        var isExact = own.isComplete
        for other in 0..<instruction where !description.instructions[other].isListed {
            let (taken, exact) = matchesOther(other, than: own, units, symbols)
            matches = graph.and(matches, graph.not(taken))
            isExact = isExact && exact
        }
        return SymbolicDecoding(
            units: units, fields: reader.fields(own.shapes, chosen), forms: forms(of: instruction, chosen, graph),
            lengths: lengths(of: own.shapes, chosen, graph), matches: matches, isExact: isExact)
    }

    /// Any fields and forms that the instruction's own conditions allow: nothing is fetched, for the file does not say
    /// from what they would be decoded. That the processor may fetch at all is the machine's own claim.
    private func listed(_ index: Int, _ symbols: Symbols) -> SymbolicDecoding {
        let graph = symbols.graph
        let instruction = description.instructions[index]
        var matches = graph.bool(true)
        let forms = instruction.operands.enumerated().map { number, operand in
            guard operand.forms.count > 1 else { return [graph.bool(true)] }
            let width = Int.bitWidth - (operand.forms.count - 1).leadingZeroBitCount
            let choice = graph.variable("form\(number)", width: width)
            matches = graph.and(
                matches, graph.ule(choice, graph.constant(UInt64(operand.forms.count - 1), width: width)))
            return operand.forms.indices.map { graph.eq(choice, graph.constant(UInt64($0), width: width)) }
        }
        var decoding = SymbolicDecoding(
            units: [],
            fields: instruction.fields.enumerated().map { number, field in
                graph.variable("field\(number)", width: max(field.width, 1))
            }, forms: forms, lengths: [(1, graph.bool(true))], matches: graph.bool(true), isExact: true)
        let nothing = SymbolicState(scalars: [], arrays: [], size: graph.bool(false))
        func holds(_ condition: Program) -> Term {
            var evaluator = SymbolicEvaluator(description, nothing, symbols)
            evaluator.decoding = decoding
            return evaluator.run(condition).results.first ?? graph.bool(false)
        }
        for (operand, chosen) in zip(instruction.operands, forms) {
            for (form, isChosen) in zip(operand.forms, chosen) {
                if let condition = form.condition { matches = graph.and(matches, graph.implies(isChosen, holds(condition))) }
            }
        }
        if let condition = instruction.encoding.condition { matches = graph.and(matches, holds(condition)) }
        decoding.matches = matches
        return decoding
    }

    /// Whether the units decode to an instruction that is tried earlier.
    private func matchesOther(
        _ other: Int, than own: EncodingShapes, _ units: [Term], _ symbols: Symbols
    ) -> (taken: Term, isExact: Bool) {
        let graph = symbols.graph
        let fixed = own.shapes.map { $0.fixedBits(unitWidth: description.unitWidth) }
        var taken = graph.bool(false)
        var isExact = shapes[other].isComplete
        for shape in shapes[other].shapes {
            let (mask, value) = shape.fixedBits(unitWidth: description.unitWidth)
            guard fixed.contains(where: { ($0.value ^ value) & $0.mask & mask == 0 }) else { continue }
            guard shape.length <= units.count else {
                isExact = false
                continue
            }
            var reader = ShapeReader(description, other, units, symbols)
            taken = graph.or(taken, reader.matches(shape))
        }
        return (taken, isExact)
    }

    private func forms(of instruction: Int, _ chosen: [Term], _ graph: TermGraph) -> [[Term]] {
        let operands = description.instructions[instruction].operands
        return operands.indices.map { operand in
            operands[operand].forms.indices.map { form in
                let having = zip(shapes[instruction].shapes, chosen).filter { $0.0.forms[operand] == form }
                if operands[operand].forms.count == 1 { return graph.bool(true) }
                return graph.disjunction(having.map(\.1))
            }
        }
    }

    private func lengths(
        of shapes: [EncodingShape], _ chosen: [Term], _ graph: TermGraph
    ) -> [(units: Int, condition: Term)] {
        let known = Set(shapes.map(\.length)).sorted()
        if known.count == 1 { return [(known[0], graph.bool(true))] }
        return known.map { length in
            (length, graph.disjunction(zip(shapes, chosen).filter { $0.0.length == length }.map(\.1)))
        }
    }
}

/// Reads one instruction's shapes off the units.
private struct ShapeReader {
    let description: MachineDescription
    let instruction: Instruction
    let units: [Term]
    let symbols: Symbols

    init(_ description: MachineDescription, _ instruction: Int, _ units: [Term], _ symbols: Symbols) {
        self.description = description
        self.instruction = description.instructions[instruction]
        self.units = units
        self.symbols = symbols
    }

    private var graph: TermGraph { symbols.graph }

    /// At most 64 bits from a position on, which may lie in several units.
    private func bits(at position: Int, width: Int) -> Term {
        let unit = description.unitWidth
        var result: Term?
        var at = position
        while at < position + width {
            let offset = at % unit
            let count = min(unit - offset, position + width - at)
            let part = graph.extract(units[at / unit], high: unit - offset - 1, low: unit - offset - count)
            result = result.map { graph.concat($0, part) } ?? part
            at += count
        }
        return result ?? graph.bool(false)
    }

    /// Literals, fields that stand twice, and conditions.
    mutating func matches(_ shape: EncodingShape) -> Term {
        var fits = graph.bool(true)
        var known: [FieldID: [(high: Int, low: Int, bits: Term)]] = [:]
        for placed in shape.pieces {
            switch placed.piece {
            case .literal(let literal, let width) where width > 0:
                let found = bits(at: placed.position, width: width)
                fits = graph.and(fits, graph.eq(found, graph.constant(literal, width: width)))
            case .field(let field, let high, let low):
                let found = bits(at: placed.position, width: high - low + 1)
                for earlier in known[field] ?? [] {
                    fits = graph.and(fits, sameWhereBoth((high, low, found), earlier))
                }
                known[field, default: []].append((high, low, found))
            default: break
            }
        }
        guard !shape.conditions.isEmpty else { return fits }
        let decoding = SymbolicDecoding(
            units: units, fields: fields(of: shape),
            forms: shape.forms.indices.map { operand in
                instruction.operands[operand].forms.indices.map { graph.bool($0 == shape.forms[operand]) }
            }, lengths: [], matches: graph.bool(true), isExact: true)
        let nothing = SymbolicState(scalars: [], arrays: [], size: graph.bool(false))
        for condition in shape.conditions {
            var evaluator = SymbolicEvaluator(description, nothing, symbols)
            evaluator.decoding = decoding
            let outcome = evaluator.run(condition)
            fits = graph.and(fits, outcome.results.first ?? graph.bool(false))
        }
        return fits
    }

    private func sameWhereBoth(_ a: (high: Int, low: Int, bits: Term), _ b: (high: Int, low: Int, bits: Term)) -> Term {
        let (high, low) = (min(a.high, b.high), max(a.low, b.low))
        guard high >= low else { return graph.bool(true) }
        return graph.eq(
            graph.extract(a.bits, high: high - a.low, low: low - a.low),
            graph.extract(b.bits, high: high - b.low, low: low - b.low))
    }

    /// The fields' values in one shape; bits that it does not encode are 0.
    func fields(of shape: EncodingShape) -> [Term] {
        var values = instruction.fields.map { graph.constant(0, width: max($0.width, 1)) }
        for placed in shape.pieces {
            guard case .field(let field, let high, let low) = placed.piece else { continue }
            let found = bits(at: placed.position, width: high - low + 1)
            values[field.index] = replaced(values[field.index], high: high, low: low, by: found)
        }
        return values
    }

    private func replaced(_ value: Term, high: Int, low: Int, by bits: Term) -> Term {
        let width = graph.width(of: value)
        var result = bits
        if high < width - 1 {
            result = graph.concat(graph.extract(value, high: width - 1, low: high + 1), result)
        }
        if low > 0 { result = graph.concat(result, graph.extract(value, high: low - 1, low: 0)) }
        return result
    }

    /// The fields' values over all shapes. A field that only some shapes encode is read only where one of these is
    /// chosen, so the others need not be told apart.
    func fields(_ shapes: [EncodingShape], _ chosen: [Term]) -> [Term] {
        var values = instruction.fields.map { graph.constant(0, width: max($0.width, 1)) }
        for field in values.indices {
            var value: Term?
            for (shape, condition) in zip(shapes, chosen).reversed() {
                let encodes = shape.pieces.contains {
                    if case .field(let placed, _, _) = $0.piece { placed.index == field } else { false }
                }
                guard encodes else { continue }
                let here = fields(of: shape)[field]
                value = value.map { graph.ite(condition, here, $0) } ?? here
            }
            if let value { values[field] = value }
        }
        return values
    }
}
