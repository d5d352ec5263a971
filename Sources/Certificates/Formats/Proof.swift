/// A DRAT proof: clauses to add, each one following from those before it, and clauses to forget.
///
/// The proof is a refutation when it adds the empty clause. Only the RUP part of DRAT is used here: an added clause
/// must follow by unit propagation (see `RUPChecker`).
public struct Proof: Equatable, Sendable {
    /// Every step's literals, each step ended by 0.
    public private(set) var literals: [Int32] = []
    /// For each step whether it deletes its clause.
    public private(set) var isDeletion: [Bool] = []

    public init() {}

    /// The shortest refutation: for a formula that unit propagation refutes.
    public static var emptyClauseOnly: Proof {
        var proof = Proof()
        proof.append([])
        return proof
    }

    public var stepCount: Int { isDeletion.count }

    public mutating func append(_ clause: some Sequence<Int32>, isDeletion deletes: Bool = false) {
        for literal in clause where literal != 0 && literal != .min { literals.append(literal) }
        literals.append(0)
        isDeletion.append(deletes)
    }

    /// Calls the body with each step's number (from 0), kind and clause; the body returns false to stop.
    public func forEachStep<Failure: Error>(
        _ body: (Int, Bool, ArraySlice<Int32>) throws(Failure) -> Bool
    ) throws(Failure) {
        var start = 0
        for step in isDeletion.indices {
            var end = start
            while literals[end] != 0 { end += 1 }
            guard try body(step, isDeletion[step], literals[start..<end]) else { return }
            start = end + 1
        }
    }

    /// The steps up to and with the first empty clause. A solver may go on writing deletions after it.
    public var endingAtEmptyClause: Proof {
        var trimmed = Proof()
        forEachStep { _, deletes, clause in
            trimmed.append(clause, isDeletion: deletes)
            return deletes || !clause.isEmpty
        }
        return trimmed
    }
}

// MARK: Binary DRAT: 'a' or 'd', then each literal as 2v (or 2v + 1 when negative) in base 128, least digit first.

extension Proof {
    public var binary: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(literals.count * 2 + isDeletion.count)
        var step = 0
        var isStart = true
        for literal in literals {
            if isStart { bytes.append(UInt8(ascii: isDeletion[step] ? "d" : "a")) }
            isStart = literal == 0
            if isStart { step += 1 }
            var code = literal.magnitude << 1 | (literal < 0 ? 1 : 0)
            while code > 127 {
                bytes.append(UInt8(truncatingIfNeeded: code) | 128)
                code >>= 7
            }
            bytes.append(UInt8(truncatingIfNeeded: code))
        }
        return bytes
    }

    /// Reads binary DRAT from `start` on. Every number must be in its shortest form and every variable at most
    /// `variableLimit`.
    public init(
        binary bytes: [UInt8], from start: Int = 0, variableLimit: Int32 = Int32(CNF.limit), file: String = "proof"
    ) throws(CertificateError) {
        self.init()
        var offset = start
        while offset < bytes.count {
            let kind = bytes[offset]
            guard kind == UInt8(ascii: "a") || kind == UInt8(ascii: "d") else {
                throw CertificateError(
                    .malformed, file: file, at: .offset(offset), "expected 'a' or 'd', found byte \(kind)")
            }
            offset += 1
            while true {
                let literal = try Proof.takeLiteral(bytes, &offset, limit: variableLimit, file: file)
                literals.append(literal)
                if literal == 0 { break }
            }
            isDeletion.append(kind == UInt8(ascii: "d"))
        }
    }

    private static func takeLiteral(
        _ bytes: [UInt8], _ offset: inout Int, limit: Int32, file: String
    ) throws(CertificateError) -> Int32 {
        let start = offset
        var code: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < bytes.count else {
                throw CertificateError(.malformed, file: file, at: .offset(start), "the proof ends inside a step")
            }
            let byte = bytes[offset]
            offset += 1
            code |= UInt64(byte & 127) << shift
            if byte < 128 {
                guard byte != 0 || shift == 0 else {
                    throw CertificateError(.malformed, file: file, at: .offset(start), "a literal has leading zeros")
                }
                break
            }
            shift += 7
            guard shift < 35 else {
                throw CertificateError(.malformed, file: file, at: .offset(start), "a literal has over 35 bits")
            }
        }
        guard code != 1, code >> 1 <= UInt64(limit) else {
            throw CertificateError(
                .malformed, file: file, at: .offset(start), "literal code \(code) names no variable of 1...\(limit)")
        }
        return code & 1 == 0 ? Int32(code >> 1) : -Int32(code >> 1)
    }
}

// MARK: Text DRAT, as drat-trim reads it.

extension Proof {
    public var text: [UInt8] {
        var bytes: [UInt8] = []
        forEachStep { _, deletes, clause in
            if deletes { bytes.append(contentsOf: "d ".utf8) }
            for literal in clause {
                appendDecimal(Int(literal), to: &bytes)
                bytes.append(UInt8(ascii: " "))
            }
            bytes.append(contentsOf: "0\n".utf8)
            return true
        }
        return bytes
    }

    public init(
        text bytes: [UInt8], variableLimit: Int32 = Int32(CNF.limit), file: String = "proof"
    ) throws(CertificateError) {
        self.init()
        var scanner = ByteScanner(bytes, file: file)
        while !scanner.isAtEnd {
            if scanner.taken("c ") {
                _ = try scanner.takeLine()
                continue
            }
            let deletes = scanner.taken("d ")
            while true {
                let isNegative = scanner.taken("-")
                let variable = try scanner.takeNumber(upTo: Int(variableLimit))
                guard variable != 0 || !isNegative else { throw scanner.malformed("a step ends with 0, not -0") }
                literals.append(Int32(isNegative ? -variable : variable))
                if variable == 0 { break }
                try scanner.take(" ")
            }
            try scanner.takeNewline()
            isDeletion.append(deletes)
        }
    }
}
