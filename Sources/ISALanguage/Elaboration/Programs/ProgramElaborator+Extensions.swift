// Where an operand's extension stands in the instruction. A displacement from the program counter
// counts from there on machines whose program counter moves along while operands are read (PDP-11,
// VAX, 68000); how far that is depends on the forms of the operands before.
extension ProgramElaborator {
    /// `start-of(o)`: the address of the operand's first extension unit. `end-of(o)`: the address behind
    /// its last one.
    func extensionAddress(_ name: Name, _ argument: ExpressionSyntax) throws(Reported) -> ValueID {
        guard case .operand(let index) = try meaning(argument) else {
            throw error("'\(name.text)' asks for an operand", at: argument.span)
        }
        guard let encoding = context.encoding else {
            throw error("'\(name.text)' has no meaning in '\(context.title)'", at: name.span)
        }
        let measure = ExtensionMeasure(
            elaborator: self, operands: encoding.operands, target: OperandID(index), isEnd: name.text == "end-of")
        var before = ExtensionMeasure.Length()
        guard measure.follow(EncodingLayout.steps(of: encoding.layout), &before) else {
            throw error("this operand has no place in the encoding", at: argument.span)
        }
        let here = builder.pure(.parameter(.here), width: machine.pcWidth)
        return builder.binary(.add, here, measure.distance(before))
    }
}

/// Adds up what stands before a place in an encoding: bits that are always there, and for operands
/// whose forms differ in length a choice between distances.
private struct ExtensionMeasure {
    let elaborator: ProgramElaborator
    let operands: [Operand]
    let target: OperandID
    let isEnd: Bool

    /// Bits that are always there, and distances in addresses that depend on forms.
    struct Length {
        var bits = 0
        var further: [ValueID] = []

        static func + (a: Length, b: Length) -> Length {
            Length(bits: a.bits + b.bits, further: a.further + b.further)
        }
    }

    /// Adds the steps up to the target; true once it has been reached.
    func follow(_ steps: [EncodingStep], _ sum: inout Length) -> Bool {
        for step in steps {
            switch step {
            case .piece(let piece): sum = sum + length(of: [piece])
            case .extensions(let id):
                if id == target {
                    if isEnd { sum = sum + chosen(id, extensionLength) }
                    return true
                }
                if let form = formHolding(target, in: id) {
                    let opened = EncodingLayout.opened(step) { $0 == id ? operands[id.index].forms[form] : nil }
                    return follow(opened ?? [], &sum)
                }
                sum = sum + chosen(id, extensionLength)
            case .formCondition: break
            }
        }
        return false
    }

    /// A length in addresses, as wide as the program counter. Whole units are what forms differ by, for
    /// every group fills whole units in all of them.
    func distance(_ length: Length) -> ValueID {
        let builder = elaborator.builder
        let description = elaborator.machine.description
        let units = length.bits / description.unitWidth
        let fixed = builder.constant(
            UInt64(units * description.addressesPerUnit), width: elaborator.machine.pcWidth)
        return length.further.reduce(fixed) { builder.binary(.add, $0, $1) }
    }

    private func length(of pieces: [Piece]) -> Length {
        pieces.reduce(Length()) { sum, piece in
            guard case .operand(let nested) = piece else {
                return sum + Length(bits: EncodingLayout.width(of: piece))
            }
            return sum + chosen(nested) { length(of: $0.head) }
        }
    }

    private func extensionLength(_ form: OperandForm) -> Length {
        (form.head + form.extensions.flatMap(\.pieces)).reduce(
            form.extensions.reduce(Length()) { $0 + length(of: $1.pieces) }
        ) { sum, piece in
            guard case .operand(let nested) = piece else { return sum }
            return sum + chosen(nested, extensionLength)
        }
    }

    /// The length of the form that the operand takes.
    private func chosen(_ id: OperandID, _ measure: (OperandForm) -> Length) -> Length {
        let lengths = operands[id.index].forms.map(measure)
        let least = lengths.map(\.bits).min() ?? 0
        guard lengths.contains(where: { $0.bits != least || !$0.further.isEmpty }) else { return Length(bits: least) }
        let distances = lengths.map { distance(Length(bits: $0.bits - least, further: $0.further)) }
        let builder = elaborator.builder
        var value = distances[distances.count - 1]
        for form in distances.indices.dropLast().reversed() {
            value = builder.select(builder.pure(.formIs(id, form), width: 1), distances[form], value)
        }
        return Length(bits: least, further: [value])
    }

    /// The form of `id` in which an operand stands, at whatever depth.
    private func formHolding(_ wanted: OperandID, in id: OperandID) -> Int? {
        operands[id.index].forms.firstIndex { form in
            let pieces = form.head + form.extensions.flatMap(\.pieces)
            return pieces.contains { piece in
                guard case .operand(let nested) = piece else { return false }
                return nested == wanted || formHolding(wanted, in: nested) != nil
            }
        }
    }
}
