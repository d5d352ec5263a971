import CCaDiCaL
import Certificates

/// One CaDiCaL instance. Proofs that it writes consist of clauses that follow by unit propagation alone.
final class SatisfiabilitySolver {
    enum Answer { case satisfiable, unsatisfiable, unknown, interrupted, outOfMemory }

    private let solver: OpaquePointer
    private let poll: Poll

    private final class Poll {
        let isInterrupted: () -> Bool
        var wasInterrupted = false
        init(_ isInterrupted: @escaping () -> Bool) { self.isInterrupted = isInterrupted }
    }

    /// Nil when memory ran out.
    init?(wantsProof: Bool, prefersZeros: Bool = false, isInterrupted: @escaping () -> Bool) {
        let proof = wantsProof ? TRAPLINE_CADICAL_PROOF_IN_MEMORY : TRAPLINE_CADICAL_NO_PROOF
        guard let made = trapline_cadical_new(proof, nil) else { return nil }
        solver = made
        poll = Poll(isInterrupted)
        // Techniques that only keep satisfiability would need RAT steps once a clause is restored. They are off by
        // default in the release we link; another one might change its mind. Variable elimination stays on: what it
        // adds are resolvents, which follow by propagation.
        for option in ["block", "condition", "cover"] { trapline_cadical_set(solver, option, 0) }
        // No clock is asked for the solver's own statistics: most questions are smaller than that takes.
        trapline_cadical_set(solver, "profile", 0)
        // Nearly all claims are unsatisfiable, and there the solver's second, slower mode only costs a third more.
        trapline_cadical_set(solver, "stabilize", 0)
        if prefersZeros { trapline_cadical_set(solver, "phase", 0) }
        // Safe: the poll object lives as long as the solver that calls it, which is freed in deinit.
        trapline_cadical_on_poll(
            solver,
            { state in
                guard let state else { return 0 }
                let poll = Unmanaged<Poll>.fromOpaque(state).takeUnretainedValue()
                if poll.isInterrupted() { poll.wasInterrupted = true }
                return poll.wasInterrupted ? 1 : 0
            }, Unmanaged.passUnretained(poll).toOpaque())
    }

    deinit { trapline_cadical_free(solver) }

    /// Adds clauses, each ended by 0. False when memory ran out.
    func add(_ literals: ArraySlice<Int32>) -> Bool {
        literals.withUnsafeBufferPointer { trapline_cadical_add(solver, $0.baseAddress, $0.count) != 0 }
    }

    /// `supposing` is taken to be true for this once.
    func solve(conflictLimit: Int, supposing literal: Int32? = nil) -> Answer {
        if let literal, abs(literal) != Circuit.yes { trapline_cadical_assume(solver, literal) }
        trapline_cadical_limit(solver, "conflicts", Int32(clamping: conflictLimit))
        switch trapline_cadical_solve(solver) {
        case 10: return .satisfiable
        case 20: return .unsatisfiable
        default: return poll.wasInterrupted ? .interrupted : .unknown
        }
    }

    /// After `.satisfiable` only.
    func isTrue(_ literal: Int32) -> Bool {
        if abs(literal) == Circuit.yes { return literal == Circuit.yes }
        return (trapline_cadical_value(solver, abs(literal)) == 1) == (literal > 0)
    }

    /// After `.unsatisfiable`: the proof, up to its empty clause. Nil when memory ran out while it was written.
    func takeProof() -> Proof? {
        var count = 0
        guard let start = trapline_cadical_proof(solver, &count) else { return nil }
        // Safe: the bytes belong to the solver, which lives until after they are copied.
        let bytes = Array(UnsafeBufferPointer(start: start, count: count))
        guard let proof = try? Proof(binary: bytes) else { return nil }
        return proof.endingAtEmptyClause
    }
}
