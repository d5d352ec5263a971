/// The bytes of one claim's files.
///
/// Each begins with the line `c claim MACHINE SUBJECT PROPERTY`, so that a file of another claim is noticed whatever
/// the hashes say. A proof is binary DRAT after that line: `tail -n +2 claim-1.drat` is what other checkers read.
struct ClaimFiles {
    var formula: [UInt8]
    var map: [UInt8]

    init(_ claim: ClaimIdentifier, formula: CNF, map: VariableMap) {
        var headed = formula
        headed.comments = [claim.header]
        self.formula = headed.dimacs
        self.map = map.text(header: claim.header)
    }

    static func proofBytes(_ claim: ClaimIdentifier, _ proof: Proof) -> [UInt8] {
        Array("c \(claim.header)\n".utf8) + proof.binary
    }
}
