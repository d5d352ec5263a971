import CCaDiCaL
import Certificates

/// What the solver says about a formula, with its proof.
func solverProof(of formula: CNF, options: [(String, Int32)] = []) -> (result: Int32, proof: Proof?) {
    guard let solver = trapline_cadical_new(TRAPLINE_CADICAL_PROOF_IN_MEMORY, nil) else { return (0, nil) }
    defer { trapline_cadical_free(solver) }
    for (name, value) in [("block", 0), ("condition", 0), ("cover", 0)] + options {
        _ = trapline_cadical_set(solver, name, value)
    }
    _ = formula.literals.withUnsafeBufferPointer { trapline_cadical_add(solver, $0.baseAddress, $0.count) }
    let result = trapline_cadical_solve(solver)
    var count = 0
    guard result == 20, let start = trapline_cadical_proof(solver, &count) else { return (result, nil) }
    // Safe: the bytes are copied before the solver that owns them is freed.
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let proof = (try? Proof(binary: bytes))?.endingAtEmptyClause
    // Where propagation alone refutes the formula, the empty clause is the proof.
    if let checker = try? RUPChecker(formula), checker.isRefuted { return (result, .emptyClauseOnly) }
    return (result, proof)
}

/// A small generator whose sequence is the same on every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// Formulas that are unsatisfiable for different reasons.
enum Formulas {
    /// One more pigeon than holes.
    static func pigeons(_ holes: Int) -> CNF {
        var formula = CNF()
        let variable = { (pigeon: Int, hole: Int) in Int32(pigeon * holes + hole + 1) }
        for pigeon in 0...holes { formula.append((0..<holes).map { variable(pigeon, $0) }) }
        for hole in 0..<holes {
            for pigeon in 0...holes {
                for other in 0..<pigeon { formula.append([-variable(pigeon, hole), -variable(other, hole)]) }
            }
        }
        return formula
    }

    /// Random clauses of three literals, five or more to a variable: nearly always unsatisfiable.
    static func threeLiterals(seed: UInt64, variables: Int, ratio: Double) -> CNF {
        var random = SeededGenerator(seed: seed)
        var formula = CNF(variableCount: Int32(variables))
        for _ in 0..<Int(Double(variables) * ratio) {
            formula.append((0..<3).map { _ in
                let variable = Int32(1 + random.below(variables))
                return random.below(2) == 0 ? variable : -variable
            })
        }
        return formula
    }

    /// (a + b) + c differs from a + (b + c), on words of so many bits.
    static func unequalSums(_ width: Int) -> CNF {
        var formula = CNF()
        var count: Int32 = 0
        func fresh() -> Int32 { count += 1; return count }
        func xor(_ a: Int32, _ b: Int32) -> Int32 {
            let o = fresh()
            for clause in [[-o, a, b], [-o, -a, -b], [o, -a, b], [o, a, -b]] { formula.append(clause) }
            return o
        }
        func majority(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 {
            let o = fresh()
            for (x, y) in [(a, b), (a, c), (b, c)] {
                formula.append([-x, -y, o])
                formula.append([x, y, -o])
            }
            return o
        }
        func sum(_ a: [Int32], _ b: [Int32]) -> [Int32] {
            var carry = fresh()
            formula.append([-carry])
            return zip(a, b).map { x, y in
                defer { carry = majority(x, y, carry) }
                return xor(xor(x, y), carry)
            }
        }
        let words = (0..<3).map { _ in (0..<width).map { _ in fresh() } }
        let left = sum(sum(words[0], words[1]), words[2])
        let right = sum(words[0], sum(words[1], words[2]))
        formula.append(zip(left, right).map { xor($0, $1) })
        return formula
    }
}
