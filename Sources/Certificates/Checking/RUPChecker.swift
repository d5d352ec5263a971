/// Checks refutations by reverse unit propagation, forwards, sharing nothing with the solver or the encoder.
///
/// A clause may be added when assuming all its literals false leads, by unit propagation alone, to a conflict: then
/// it follows from the clauses present. The formula is refuted when the empty clause may be added.
///
/// DRAT also allows clauses that do not follow but keep the formula satisfiable (RAT). The solver is set up so that it
/// writes none, and this checker accepts none. That makes every clause it ever holds a consequence of the formula,
/// so forgetting a clause can never make a wrong proof right, and the assignments that propagation has once derived
/// from the formula may stay even when the clause that gave them is deleted.
public struct RUPChecker {
    /// Why a proof does not refute its formula. Steps count from 0.
    public enum Failure: Error, Equatable, Sendable {
        case emptyProof
        case doesNotFollow(step: Int, clause: [Int32])
        case deletesAbsentClause(step: Int, clause: [Int32])
        case unknownVariable(step: Int, literal: Int32)
        case noEmptyClause
        case stepsAfterEmptyClause(step: Int)
        /// Propagation alone refutes the formula, so the proof must be the empty clause and nothing else.
        case superfluousSteps
        case tooLarge
        case interrupted(step: Int)
    }

    private var store: ClauseStore
    /// By literal code: 1 true, -1 false, 0 unassigned.
    private var values: [Int8]
    /// The literals made true, in order; the first `rootCount` follow from the clauses alone.
    private var trail: [Int32] = []
    private var propagatedCount = 0
    private var codes: [Int32] = []
    private let variableCount: Int32

    /// Whether the clauses present are refuted by unit propagation.
    public private(set) var isRefuted = false

    public init(_ formula: CNF) throws(Failure) {
        variableCount = formula.variableCount
        store = ClauseStore(variableCount: Int(variableCount), clauseEstimate: formula.clauseCount)
        values = [Int8](repeating: 0, count: 2 * (Int(variableCount) + 1))
        store.words.reserveCapacity(store.words.count + formula.literals.count + 4 * formula.clauseCount)
        try formula.forEachClause { clause throws(Failure) in try add(clause) }
    }

    /// Throws unless the proof refutes the formula. `isInterrupted` is asked every thousand steps.
    public static func check(
        _ proof: Proof, refutes formula: CNF, isInterrupted: () -> Bool = { false }
    ) throws(Failure) {
        guard proof.stepCount > 0 else { throw .emptyProof }
        var checker = try RUPChecker(formula)
        if checker.isRefuted && proof != .emptyClauseOnly { throw .superfluousSteps }
        var isFinished = false
        try proof.forEachStep { step, deletes, clause throws(Failure) in
            if isFinished { throw .stepsAfterEmptyClause(step: step) }
            if step % 1024 == 1023, isInterrupted() { throw .interrupted(step: step) }
            try checker.take(clause, step: step, isDeletion: deletes)
            isFinished = !deletes && clause.isEmpty
            return true
        }
        if !isFinished { throw .noEmptyClause }
    }

    private mutating func take(_ clause: ArraySlice<Int32>, step: Int, isDeletion: Bool) throws(Failure) {
        for literal in clause where literal.magnitude > variableCount.magnitude || literal == 0 {
            throw .unknownVariable(step: step, literal: literal)
        }
        if isDeletion {
            let (_, hash) = store.code(clause, into: &codes)
            guard store.delete(codes, hash: hash) else {
                throw .deletesAbsentClause(step: step, clause: Array(clause))
            }
        } else {
            guard follows(clause) else { throw .doesNotFollow(step: step, clause: Array(clause)) }
            try add(clause)
        }
    }

    /// Whether assuming the clause false leads to a conflict.
    private mutating func follows(_ clause: ArraySlice<Int32>) -> Bool {
        if isRefuted { return true }
        let rootCount = trail.count
        var isConflicting = false
        for literal in clause {
            let code = literal > 0 ? 2 * literal : 1 - 2 * literal
            switch values[Int(code)] {
            case 1: isConflicting = true
            case 0: assign(code ^ 1)
            default: break
            }
        }
        if !isConflicting { isConflicting = !propagate() }
        for code in trail[rootCount...] {
            values[Int(code)] = 0
            values[Int(code ^ 1)] = 0
        }
        trail.removeSubrange(rootCount...)
        propagatedCount = rootCount
        return isConflicting
    }

    /// Adds a clause for good, and what propagation derives from it.
    private mutating func add(_ clause: ArraySlice<Int32>) throws(Failure) {
        guard !store.isFull else { throw .tooLarge }
        let (isTautology, hash) = store.code(clause, into: &codes)
        let isSatisfied = isTautology || codes.contains { values[Int($0)] == 1 }
        // Literals that are not false come first, so that the first two can be watched.
        var openCount = 0
        for place in codes.indices where values[Int(codes[place])] != -1 {
            codes.swapAt(place, openCount)
            openCount += 1
        }
        let offset = store.append(codes, hash: hash)
        // A clause that is satisfied by what follows from the formula can never propagate.
        if isSatisfied || isRefuted { return }
        switch openCount {
        case 0: isRefuted = true
        case 1:
            assign(codes[0])
            isRefuted = !propagate()
        default: store.watch(offset)
        }
    }

    @inline(__always)
    private mutating func assign(_ code: Int32) {
        values[Int(code)] = 1
        values[Int(code ^ 1)] = -1
        trail.append(code)
    }

    /// Unit propagation; false on a conflict.
    private mutating func propagate() -> Bool {
        while propagatedCount < trail.count {
            let falsified = trail[propagatedCount] ^ 1
            propagatedCount += 1
            guard visitWatches(of: falsified) else { return false }
        }
        return true
    }

    /// Visits the clauses that watch a literal which has just become false; false on a conflict.
    private mutating func visitWatches(of falsified: Int32) -> Bool {
        var pointer = Int(falsified)
        var offset = Int(store.words[pointer])
        while offset != 0 {
            let first = offset + ClauseStore.literalOffset
            let place = store.words[first] == falsified ? 0 : 1
            let link = offset + ClauseStore.linkOffset + place
            let next = store.words[link]
            if store.words[offset] < 0 {
                store.words[pointer] = next
            } else {
                let other = store.words[first + 1 - place]
                if values[Int(other)] != 1 {
                    if let found = unfalsified(first + 2, first + Int(store.words[offset])) {
                        let replacement = store.words[found]
                        store.words[found] = falsified
                        store.words[first + place] = replacement
                        store.words[pointer] = next
                        store.words[link] = store.words[Int(replacement)]
                        store.words[Int(replacement)] = Int32(offset)
                        offset = Int(next)
                        continue
                    }
                    if values[Int(other)] == -1 { return false }
                    assign(other)
                }
                pointer = link
            }
            offset = Int(next)
        }
        return true
    }

    /// The place of a literal in the range that is not false.
    @inline(__always)
    private func unfalsified(_ start: Int, _ end: Int) -> Int? {
        var place = start
        while place < end {
            if values[Int(store.words[place])] != -1 { return place }
            place += 1
        }
        return nil
    }
}
