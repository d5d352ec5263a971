import ISALanguage

/// Turns a pair of states that shows something of an instruction into a pair that another question about it could be
/// about. Often it shows that, too, and the replay, which decides, costs a thousandth of a search.
struct Conforming {
    let replay: Replay

    private var description: MachineDescription { replay.description }
    private var kind: RelationKind { replay.query.kind }

    /// The example with the real side as the question's relation has it. Nothing is promised: the replay confirms.
    func conformed(_ example: ConcreteCase) -> ConcreteCase {
        var result = example
        if !kind.variesLocation {
            result.origin = 0
            result.real.cells = result.virtual.cells
        }
        for index in description.state.indices { conform(StateID(index), &result) }
        return result
    }

    private func conform(_ id: StateID, _ pair: inout ConcreteCase) {
        switch description.state[id.index].role {
        case .storage, .time: break
        case .mode:
            guard !kind.variesMode else { break }
            if kind.realIsUser { pair.virtual.copy(id, from: pair.real) } else { pair.real.copy(id, from: pair.virtual) }
        case .relocation where !kind.variesLocation: pair.real.copy(id, from: pair.virtual)
        case .pc, .register, .relocation, .control, .constant:
            switch kind.handling(of: id, in: description) {
            case .mirror, .constant: pair.real.copy(id, from: pair.virtual)
            case .own(let value):
                if kind.realIsUser, description.map?.writes(id) == true { break }
                pair.real.fill(id, with: value)
                if kind.pins(id) { pair.virtual.fill(id, with: value) }
            case .ownAny: if kind.pins(id) { pair.real.copy(id, from: pair.virtual) }
            }
        }
    }
}

extension MachineState {
    fileprivate mutating func copy(_ id: StateID, from other: MachineState) {
        for element in 0..<UInt64(shape.counts[id.index]) {
            write(id, element: element, value: other.read(id, element: element))
        }
    }

    fileprivate mutating func fill(_ id: StateID, with value: UInt64) {
        for element in 0..<UInt64(shape.counts[id.index]) { write(id, element: element, value: value) }
    }
}
