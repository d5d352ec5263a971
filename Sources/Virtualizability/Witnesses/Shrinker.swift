import ISALanguage

/// Makes a counterexample small: as few components differing as possible, then as small values as possible. Every
/// step is kept only if the reference evaluator still confirms the case, so nothing need be solved again.
struct Shrinker {
    let replay: Replay

    private var description: MachineDescription { replay.description }
    private var ids: [StateID] { description.state.indices.map(StateID.init) }

    func shrink(_ start: ConcreteCase) -> ConcreteCase {
        var best = start
        // First the two sides alike; whichever of the two values does.
        let free = ids.filter(isFree)
        together(free[...], &best, isDone: { id, pair in same(id, pair) }) { id, pair in
            copy(id, from: pair.virtual, to: &pair.real)
        }
        for id in free where !same(id, best) { attempt(&best) { copy(id, from: $0.real, to: &$0.virtual) } }
        attempt(&best) { $0.address = 0 }
        let values = values(of: best)
        together(values[...], &best, isDone: { value, pair in value.read(pair) == 0 }) { value, pair in
            value.write(&pair, 0)
        }
        for value in values { lower(in: &best, read: value.read) { value.write(&$0, $1) } }
        lowerCells(&best)
        return best
    }

    /// Changes all at once if that does; else each half by itself: most of a state has nothing to do with the matter.
    private func together<Item>(
        _ items: ArraySlice<Item>, _ best: inout ConcreteCase, isDone: (Item, ConcreteCase) -> Bool,
        _ change: (Item, inout ConcreteCase) -> Void
    ) {
        guard items.contains(where: { !isDone($0, best) }) else { return }
        if attempt(&best, { pair in for item in items { change(item, &pair) } }) || items.count == 1 { return }
        let middle = items.startIndex + items.count / 2
        together(items[..<middle], &best, isDone: isDone, change)
        together(items[middle...], &best, isDone: isDone, change)
    }

    /// A number in a pair of states that may be made smaller.
    private struct Value {
        var read: (ConcreteCase) -> UInt64
        var write: (inout ConcreteCase, UInt64) -> Void
    }

    /// What the real side does not follow from the virtual one in is counted on both.
    private func values(of pair: ConcreteCase) -> [Value] {
        var values: [Value] = []
        for id in ids where description.state[id.index].role != .storage {
            for element in replay.elements(id) {
                values.append(Value(read: { $0.virtual.read(id, element: element) }) {
                    $0.virtual.write(id, element: element, value: $1)
                })
                guard isFree(id) else { continue }
                values.append(Value(read: { $0.real.read(id, element: element) }) {
                    $0.real.write(id, element: element, value: $1)
                })
            }
            if pair.otherClocks[id] != nil {
                values.append(Value(read: { $0.otherClocks[id] ?? 0 }) { $0.otherClocks[id] = $1 })
            }
        }
        for field in pair.given?.fields.indices ?? 0..<0 {
            values.append(Value(read: { $0.given?.fields[field] ?? 0 }) { $0.given?.fields[field] = $1 })
        }
        return values
    }

    private func same(_ id: StateID, _ pair: ConcreteCase) -> Bool { replay.same(id, pair.virtual, pair.real) }

    private func isFree(_ id: StateID) -> Bool {
        let role = description.state[id.index].role
        return role == .mode || role == .control
    }

    /// Keeps a change if it is one and the case is still confirmed, with the real side made again.
    @discardableResult
    private func attempt(_ best: inout ConcreteCase, _ change: (inout ConcreteCase) -> Void) -> Bool {
        var candidate = best
        change(&candidate)
        guard restored(&candidate), candidate.virtual != best.virtual || candidate.real != best.real
            || candidate.address != best.address || candidate.given != best.given
            || candidate.otherClocks != best.otherClocks
        else { return false }
        guard replay.confirms(candidate) else { return false }
        best = candidate
        return true
    }

    private func copy(_ id: StateID, from source: MachineState, to target: inout MachineState) {
        for element in replay.elements(id) {
            target.write(id, element: element, value: source.read(id, element: element))
        }
    }

    /// Gives the real side again what follows from the virtual one: shared components, window, mode and relocation.
    private func restored(_ concrete: inout ConcreteCase) -> Bool {
        let machine = replay.machine(concrete)
        guard let image = replay.mapped(concrete.virtual, concrete, machine) else { return false }
        let kind = replay.query.kind
        for id in ids where description.state[id.index].role != .storage {
            switch kind.handling(of: id, in: description) {
            case .mirror, .constant: copy(id, from: concrete.virtual, to: &concrete.real)
            case .own, .ownAny:
                let role = description.state[id.index].role
                // Shadow tables and the mode under them follow from no program of the file.
                if description.mapIsShadow, kind.variesLocation { continue }
                if role == .mode, kind.realIsUser, !description.mapIsShadow {
                    copy(id, from: image, to: &concrete.real)
                }
                if role == .relocation {
                    copy(id, from: kind.variesLocation ? image : concrete.virtual, to: &concrete.real)
                }
            }
        }
        concrete.shareWindow()
        return true
    }

    /// Zero if that does; else one; else fewer bits, the highest first.
    private func lower(
        in best: inout ConcreteCase, read: (ConcreteCase) -> UInt64, write: (inout ConcreteCase, UInt64) -> Void
    ) {
        guard read(best) != 0 else { return }
        for value in [0, 1] as [UInt64] where read(best) > 1 || value == 0 { attempt(&best) { write(&$0, value) } }
        guard read(best) > 1 else { return }
        clear((0..<64).reversed().filter { read(best) >> UInt64($0) & 1 == 1 }[...], in: &best, read, write)
    }

    /// Clears these bits, at once if that does, else each half by itself; the last bit stays.
    private func clear(
        _ bits: ArraySlice<Int>, in best: inout ConcreteCase, _ read: (ConcreteCase) -> UInt64,
        _ write: (inout ConcreteCase, UInt64) -> Void
    ) {
        guard !bits.isEmpty else { return }
        let mask = bits.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
        if read(best) & ~mask != 0, attempt(&best, { write(&$0, read($0) & ~mask) }) { return }
        guard bits.count > 1 else { return }
        let middle = bits.startIndex + bits.count / 2
        clear(bits[..<middle], in: &best, read, write)
        clear(bits[middle...], in: &best, read, write)
    }

    private func lowerCells(_ best: inout ConcreteCase) {
        for cell in best.virtual.cells.indices where best.virtual.cells[cell] != 0 {
            lower(in: &best, read: { $0.virtual.cells[cell] }) { $0.virtual.cells[cell] = $1 }
        }
        let window = Int(best.origin)..<Int(best.origin) + best.virtual.cells.count
        for cell in best.real.cells.indices where best.real.cells[cell] != 0 && !window.contains(cell) {
            lower(in: &best, read: { $0.real.cells[cell] }) { $0.real.cells[cell] = $1 }
        }
    }
}
