/// A component, an element or a cell, or some bits of it.
struct PlaceReference {
    var place: PendingWrite.Place
    var fullWidth: Int
    var low: Int
    var width: Int
}

extension ProgramElaborator {
    /// `r[i]`, `e[a]`, `e.real[a]`, `x.cc`, `x[7..0]` as values.
    func accessed(_ expression: ExpressionSyntax) throws(Reported) -> Meaning {
        switch expression.kind {
        case .element(let base, let index):
            if let array = try self.array(base) {
                return .bits(try load(array, index, expression.span, for: .read))
            }
            let value = try sliceable(base)
            return .bits(try bit(of: value, index))
        case .slice(let base, let first, let last):
            let value = try sliceable(base)
            let range = try self.range(first, last, width: builder.width(value))
            return .bits(builder.extract(value, low: range.low, width: range.width))
        case .member(let base, let member):
            let part = try self.part(base, member)
            let value = try coercedToOwn(try meaning(base), base.span)
            return .bits(builder.extract(value, low: part.low, width: part.high - part.low + 1))
        default:
            throw error(
                "'as' says how an access is made, and needs one", at: expression.span,
                remedy: "Write e.as(...)[address].")
        }
    }

    private func sliceable(_ base: ExpressionSyntax) throws(Reported) -> ValueID {
        switch try meaning(base) {
        case .bits(let id): return id
        case .number: throw error("a number without a width has no bits to choose from", at: base.span)
        case let other: throw wrongKind(other, base.span)
        }
    }

    private func bit(of value: ValueID, _ index: ExpressionSyntax) throws(Reported) -> ValueID {
        let width = builder.width(value)
        let which = try meaning(index)
        if case .bits(let id) = which, builder.constantValue(id) == nil {
            if machine.description.mostSignificantBitFirst {
                let shifted = builder.binary(.shiftLeft, value, id)
                return builder.extract(shifted, low: width - 1, width: 1)
            }
            return builder.extract(builder.binary(.shiftRight, value, id), low: 0, width: 1)
        }
        let range = try self.range(index, nil, width: width)
        return builder.extract(value, low: range.low, width: 1)
    }

    /// Bits by the machine's own numbering, counted here from the least significant.
    func range(
        _ first: ExpressionSyntax, _ last: ExpressionSyntax?, width: Int
    ) throws(Reported) -> (low: Int, width: Int) {
        let from = try integer(first, "the bit's number", in: 0...(width - 1))
        let to =
            try last.map { (last) throws(Reported) in try integer(last, "the bit's number", in: 0...(width - 1)) }
            ?? from
        let isFromLeft = machine.description.mostSignificantBitFirst
        let high = isFromLeft ? width - 1 - from : from
        let low = isFromLeft ? width - 1 - to : to
        guard high >= low else {
            throw error(
                "bits \(from)..\(to) are written the wrong way round",
                at: first.span.joined(to: last?.span ?? first.span),
                remedy: "The more significant bit stands first: [\(to)..\(from)].")
        }
        return (low, high - low + 1)
    }

    private func part(_ base: ExpressionSyntax, _ member: Name) throws(Reported) -> SubField {
        let component: StateComponent
        switch base.kind {
        case .name(let name) where lookup(name) == nil && machine.states[name] != nil:
            component = machine.component(machine.states[name] ?? StateID(0))
        case .element(let inner, _):
            guard let array = try self.array(inner) else { fallthrough }
            component = machine.component(array.id)
        default:
            throw error("only components of the state have named parts", at: member.span)
        }
        if let part = component.subFields.first(where: { $0.name == member.text }) { return part }
        throw error(
            "'\(component.name)' has no part '\(member.text)'", at: member.span,
            note: ("declared here", SourceSpan(component.location, length: component.name.count)),
            suggestion: Suggestions.nearest(to: member.text, in: component.subFields.map(\.name)))
    }

    // MARK: Arrays

    struct ArrayReference {
        var id: StateID
        /// `e.real`: not through the translation.
        var isReal: Bool
        var assumed: [StateID: ValueID]
    }

    /// The array that an expression before `[` names, if it does. An array's name means the array
    /// there, even where a field has the same name: `r[r]`.
    func array(_ base: ExpressionSyntax) throws(Reported) -> ArrayReference? {
        switch base.kind {
        case .name(let name):
            guard let id = machine.states[name], machine.component(id).isArray else { return nil }
            return ArrayReference(id: id, isReal: id != machine.storage, assumed: [:])
        case .member(let inner, let member) where member.text == "real":
            guard let array = try self.array(inner) else { return nil }
            guard array.id == machine.storage else {
                throw error("only the storage is translated", at: member.span, remedy: "Leave '.real' out.")
            }
            return ArrayReference(id: array.id, isReal: true, assumed: [:])
        case .assuming(let inner, let assumptions):
            guard var array = try self.array(inner), !array.isReal else {
                throw error("'as' belongs to accesses through the translation", at: base.span)
            }
            for assumption in assumptions {
                guard let id = machine.states[assumption.component.text], !machine.component(id).isArray else {
                    throw error(
                        "'\(assumption.component.text)' is no component", at: assumption.component.span,
                        suggestion: Suggestions.nearest(to: assumption.component.text, in: machine.states.keys))
                }
                array.assumed[id] = try bits(assumption.value, width: machine.component(id).width)
            }
            return array
        default: return nil
        }
    }

    private func load(
        _ array: ArrayReference, _ index: ExpressionSyntax, _ span: SourceSpan, for access: Access
    ) throws(Reported) -> ValueID {
        let component = machine.component(array.id)
        guard array.id == machine.storage else {
            let which = try self.index(index, of: component)
            return builder.pure(.readElement(array.id, index: which), width: component.width)
        }
        let address = try realAddress(array, index, access, span)
        return builder.load(array.id, address, guarded: path, width: component.width)
    }

    /// Which element: by number, or by its name (`gpr[rsp]`) where that means nothing else.
    private func index(_ index: ExpressionSyntax, of component: StateComponent) throws(Reported) -> ValueID {
        if case .name(let name) = index.kind, lookup(name) == nil, machine.states[name] == nil,
            machine.constants[name] == nil, let number = component.elementNames.firstIndex(of: name)
        {
            return builder.constant(UInt64(number), width: component.indexWidth)
        }
        return try bits(index, width: component.indexWidth, for: "to choose one of '\(component.name)'")
    }

    private func realAddress(
        _ array: ArrayReference, _ index: ExpressionSyntax, _ access: Access, _ span: SourceSpan
    ) throws(Reported) -> ValueID {
        if array.isReal { return try bits(index, width: machine.realWidth, for: "as a real address") }
        let address = try bits(index, width: machine.addressWidth, for: "as an address")
        return try translated(address, access, array.assumed, span)
    }

    // MARK: Places to write

    func place(_ target: ExpressionSyntax) throws(Reported) -> PlaceReference {
        try step(target.span)
        switch target.kind {
        case .name(let name): return try scalar(name, target.span)
        case .element(let base, let index):
            if let array = try self.array(base) { return try element(array, index, target.span) }
            var whole = try self.place(base)
            let range = try self.range(index, nil, width: whole.width)
            whole.low += range.low
            whole.width = range.width
            return whole
        case .slice(let base, let first, let last):
            var whole = try self.place(base)
            let range = try self.range(first, last, width: whole.width)
            whole.low += range.low
            whole.width = range.width
            return whole
        case .member(let base, let member):
            let part = try self.part(base, member)
            var whole = try self.place(base)
            whole.low += part.low
            whole.width = part.high - part.low + 1
            return whole
        default: throw error("this is no place to write to", at: target.span)
        }
    }

    private func scalar(_ name: String, _ span: SourceSpan) throws(Reported) -> PlaceReference {
        if let binding = lookup(name) {
            throw error(
                "'\(name)' is no component of the state", at: span, note: ("it is a name given here", binding.span),
                remedy: "Only components can be written.")
        }
        guard let id = machine.states[name] else {
            throw error(
                "'\(name)' is no component of the state", at: span,
                suggestion: Suggestions.nearest(to: name, in: machine.states.keys))
        }
        let component = machine.component(id)
        guard !component.isArray else {
            throw error(
                "'\(name)' has \(component.count) elements, which one is not said", at: span,
                remedy: "Write \(name)[...] <- ...")
        }
        guard component.role != .constant else {
            throw error(
                "'\(name)' is a constant of the machine and never changes", at: span,
                note: ("declared here", machine.span(of: id)), remedy: "Give it the role 'control' if it can.")
        }
        return PlaceReference(place: .scalar(id), fullWidth: component.width, low: 0, width: component.width)
    }

    private func element(
        _ array: ArrayReference, _ index: ExpressionSyntax, _ span: SourceSpan
    ) throws(Reported) -> PlaceReference {
        let component = machine.component(array.id)
        if array.id == machine.storage {
            let address = try realAddress(array, index, .write, span)
            return PlaceReference(
                place: .cell(array.id, address), fullWidth: component.width, low: 0, width: component.width)
        }
        let which = try self.index(index, of: component)
        return PlaceReference(
            place: .element(array.id, which), fullWidth: component.width, low: 0, width: component.width)
    }
}
