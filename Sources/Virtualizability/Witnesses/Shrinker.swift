import ISALanguage

/// Makes a counterexample small: as few components differing as possible, then as small values as possible. Every
/// step is kept only if the reference evaluator still confirms the case, so nothing need be solved again.
struct Shrinker {
    let replay: Replay

    private var description: MachineDescription { replay.description }
    private var ids: [StateID] { description.state.indices.map(StateID.init) }

    func shrink(_ start: ConcreteCase) -> ConcreteCase {
        var best = start
        for id in ids where isFree(id) {
            // First the two sides alike; whichever of the two values does.
            attempt(&best) { copy(id, from: $0.virtual, to: &$0.real) }
            attempt(&best) { copy(id, from: $0.real, to: &$0.virtual) }
        }
        attempt(&best) { $0.address = 0 }
        for id in ids where description.state[id.index].role != .storage { lower(id, in: &best) }
        lowerCells(&best)
        for field in best.given?.fields.indices ?? 0..<0 {
            lower(in: &best, read: { $0.given?.fields[field] ?? 0 }) { $0.given?.fields[field] = $1 }
        }
        return best
    }

    private func isFree(_ id: StateID) -> Bool {
        let role = description.state[id.index].role
        return role == .mode || role == .control
    }

    /// Keeps a change if it is one and the case is still confirmed, with the real side made again.
    private func attempt(_ best: inout ConcreteCase, _ change: (inout ConcreteCase) -> Void) {
        var candidate = best
        change(&candidate)
        guard restored(&candidate), candidate.virtual != best.virtual || candidate.real != best.real
            || candidate.address != best.address || candidate.given != best.given
            || candidate.otherClocks != best.otherClocks
        else { return }
        if replay.confirms(candidate) { best = candidate }
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
        let start = Int(concrete.origin)
        concrete.real.cells.replaceSubrange(
            start..<start + concrete.virtual.cells.count, with: concrete.virtual.cells)
        return true
    }

    private func lower(_ id: StateID, in best: inout ConcreteCase) {
        for element in replay.elements(id) {
            lower(in: &best, read: { $0.virtual.read(id, element: element) }) {
                $0.virtual.write(id, element: element, value: $1)
            }
            guard isFree(id) else { continue }
            lower(in: &best, read: { $0.real.read(id, element: element) }) {
                $0.real.write(id, element: element, value: $1)
            }
        }
        if best.otherClocks[id] != nil {
            lower(in: &best, read: { $0.otherClocks[id] ?? 0 }) { $0.otherClocks[id] = $1 }
        }
    }

    /// Zero if that does; else one; else fewer bits, the highest first.
    private func lower(
        in best: inout ConcreteCase, read: (ConcreteCase) -> UInt64, write: (inout ConcreteCase, UInt64) -> Void
    ) {
        guard read(best) != 0 else { return }
        for value in [0, 1] as [UInt64] where read(best) > 1 || value == 0 { attempt(&best) { write(&$0, value) } }
        guard read(best) > 1 else { return }
        for bit in (0..<64).reversed() where read(best) >> UInt64(bit) & 1 == 1 && read(best).nonzeroBitCount > 1 {
            attempt(&best) { write(&$0, read($0) & ~(1 << UInt64(bit))) }
        }
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
