/// A write that waits for the program's end, so that everything before it sees old state.
struct PendingWrite {
    /// Where a value can be put.
    enum Place: Hashable {
        case scalar(StateID)
        case element(StateID, ValueID)
        case cell(StateID, ValueID)

        var component: StateID {
            switch self {
            case .scalar(let id), .element(let id, _), .cell(let id, _): id
            }
        }
    }

    var place: Place
    /// The whole component or element.
    var fullWidth: Int
    /// The part that is written.
    var low: Int
    var value: ValueID
    var guarded: ValueID?
    var location: SourceLocation
}

extension ProgramBuilder {
    func write(_ write: PendingWrite) {
        if let guarded = write.guarded, constantValue(guarded) == 0 { return }
        pending.append(write)
    }

    /// Puts the gathered writes at the end. Writes to a part of a component are merged onto an earlier
    /// write of the same instruction, or onto the old value. `pc` names the program counter, and what it
    /// becomes where no write says otherwise.
    func placeWrites(pc: (id: StateID, width: Int, next: ValueID)? = nil) {
        var order: [StateID] = []
        var groups: [StateID: [PendingWrite]] = [:]
        for write in pending {
            if groups[write.place.component] == nil { order.append(write.place.component) }
            groups[write.place.component, default: []].append(write)
        }
        guard !isTooLarge else { return }
        pending = []
        var effects: [(Operation, SourceLocation?)] = []
        for id in order where id != pc?.id {
            effects += placed(groups[id] ?? [])
        }
        if let pc { effects.append(programCounter(pc, groups[pc.id] ?? [])) }
        for (operation, location) in effects {
            if let location { at(location) }
            effect(operation)
        }
    }

    private func programCounter(
        _ pc: (id: StateID, width: Int, next: ValueID), _ writes: [PendingWrite]
    ) -> (Operation, SourceLocation?) {
        var value = pc.next
        // What a write to a part of it leaves standing: this instruction's address, not the next one's.
        var base = pure(.read(pc.id), width: pc.width)
        for write in writes {
            at(write.location)
            let isPart = width(write.value) < write.fullWidth
            let new = isPart ? inserted(write.value, low: write.low, into: base) : write.value
            value = write.guarded.map { select($0, new, value) } ?? new
            base = write.guarded.map { select($0, new, base) } ?? new
        }
        return (.write(pc.id, value: value, guarded: nil), writes.last?.location)
    }

    private func placed(_ writes: [PendingWrite]) -> [(Operation, SourceLocation?)] {
        let merges = writes.contains { width($0.value) < $0.fullWidth }
        guard merges else { return writes.map { (operation($0), $0.location) } }
        var full: [PendingWrite] = []
        for write in writes where !isTooLarge {
            at(write.location)
            var merged = write
            if width(write.value) < write.fullWidth {
                let base = full.reduce(oldValue(write)) { merge($1, onto: $0, for: write) }
                merged.value = inserted(write.value, low: write.low, into: base)
                merged.low = 0
            }
            // On a scalar the merged value holds all earlier ones, so one write is enough.
            if case .scalar = write.place, let last = full.last {
                let base = full.reduce(oldValue(write)) { merge($1, onto: $0, for: write) }
                merged.value = merged.guarded.map { select($0, merged.value, base) } ?? merged.value
                merged.guarded = either(last.guarded, merged.guarded)
                full.removeLast()
            }
            full.append(merged)
        }
        return full.map { (operation($0), $0.location) }
    }

    private func either(_ a: ValueID?, _ b: ValueID?) -> ValueID? {
        guard let a, let b else { return nil }
        return binary(.or, a, b)
    }

    /// The value at the place of `write` if `earlier` has happened and `base` was there before.
    private func merge(_ earlier: PendingWrite, onto base: ValueID, for write: PendingWrite) -> ValueID {
        var condition = earlier.guarded
        switch (earlier.place, write.place) {
        case (.element(_, let a), .element(_, let b)), (.cell(_, let a), .cell(_, let b)):
            if a != b { condition = both(condition, binary(.equal, a, b)) }
        default: break
        }
        return condition.map { select($0, earlier.value, base) } ?? earlier.value
    }

    private func oldValue(_ write: PendingWrite) -> ValueID {
        switch write.place {
        case .scalar(let id): pure(.read(id), width: write.fullWidth)
        case .element(let id, let index): pure(.readElement(id, index: index), width: write.fullWidth)
        case .cell(let id, let address): load(id, address, guarded: write.guarded, width: write.fullWidth)
        }
    }

    private func inserted(_ value: ValueID, low: Int, into base: ValueID) -> ValueID {
        let full = width(base)
        var result = value
        if low > 0 { result = binary(.concatenate, result, extract(base, low: 0, width: low)) }
        let top = low + width(value)
        if top < full { result = binary(.concatenate, extract(base, low: top, width: full - top), result) }
        return result
    }

    private func operation(_ write: PendingWrite) -> Operation {
        switch write.place {
        case .scalar(let id): .write(id, value: write.value, guarded: write.guarded)
        case .element(let id, let index): .writeElement(id, index: index, value: write.value, guarded: write.guarded)
        case .cell(let id, let address): .store(id, address: address, value: write.value, guarded: write.guarded)
        }
    }
}
