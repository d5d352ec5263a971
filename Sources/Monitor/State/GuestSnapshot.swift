import ISALanguage
import Machine

// What a virtual machine keeps of its guest, and nothing of the levels below it nor of storage. Statistics are in it, so
// that going back counts nothing twice; what the patcher has found out about code is not, for it is found again.

extension VirtualMachine {
    /// Between two runs.
    public func save(to snapshot: inout SnapshotWriter) {
        snapshot.put(completedInstructions)
        snapshot.put(UInt64(fruitlessDeliveries))
        snapshot.put(lease.holder === self)
        snapshot.put(words: suspended)
        state.save(to: &snapshot)
        statistics.save(to: &snapshot)
    }

    /// - Throws: `SnapshotError` where the bytes are not what `save` wrote for such a machine.
    public func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        completedInstructions = try snapshot.take()
        fruitlessDeliveries = Int(truncatingIfNeeded: try snapshot.take(UInt64.self))
        lease.holder = try snapshot.takeFlag() ? self : nil
        suspended = try snapshot.takeWords()
        try state.restore(from: &snapshot)
        try statistics.restore(from: &snapshot)
    }
}

extension GuestState {
    func save(to snapshot: inout SnapshotWriter) {
        snapshot.put(words: savedSlots)
        snapshot.put(mapIsStale)
        snapshot.put(components: placed)
        snapshot.put(components: distances)
    }

    func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        savedSlots = try snapshot.takeWords(savedSlots.count)
        mapIsStale = try snapshot.takeFlag()
        placed = try snapshot.takeComponents()
        distances = try snapshot.takeComponents()
    }
}

extension Statistics {
    func save(to snapshot: inout SnapshotWriter) {
        for count in [direct, patchedSites, patched, escapes, mapped] { snapshot.put(count) }
        for counts in [interpretedByInstruction, trappedByKind, reflectedByKind, handedUpByKind, injectedByLine] {
            snapshot.put(words: counts)
        }
        let calls = hypercalls.sorted { $0.key < $1.key }
        snapshot.put(words: calls.flatMap { [$0.key, $0.value] })
        snapshot.put(words: Cause.allCases.map { exits[$0] ?? 0 })
    }

    mutating func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        direct = try snapshot.take()
        patchedSites = try snapshot.take()
        patched = try snapshot.take()
        escapes = try snapshot.take()
        mapped = try snapshot.take()
        interpretedByInstruction = try snapshot.takeWords(interpretedByInstruction.count)
        trappedByKind = try snapshot.takeWords(trappedByKind.count)
        reflectedByKind = try snapshot.takeWords(reflectedByKind.count)
        handedUpByKind = try snapshot.takeWords(handedUpByKind.count)
        injectedByLine = try snapshot.takeWords(injectedByLine.count)
        let calls = try snapshot.takeWords()
        hypercalls = [:]
        for index in stride(from: 0, to: calls.count - 1, by: 2) { hypercalls[calls[index]] = calls[index + 1] }
        let counts = try snapshot.takeWords(Cause.allCases.count)
        exits = [:]
        for (cause, count) in zip(Cause.allCases, counts) where count > 0 { exits[cause] = count }
    }
}

extension SnapshotWriter {
    fileprivate mutating func put(components: [StateID: UInt64]) {
        put(words: components.sorted { $0.key.index < $1.key.index }.flatMap { [UInt64($0.key.index), $0.value] })
    }
}

extension SnapshotReader {
    fileprivate mutating func takeComponents() throws(SnapshotError) -> [StateID: UInt64] {
        let words = try takeWords()
        var components: [StateID: UInt64] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            components[StateID(Int(truncatingIfNeeded: words[index]))] = words[index + 1]
        }
        return components
    }
}
