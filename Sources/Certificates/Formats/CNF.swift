/// A formula in conjunctive normal form: what a claim says is unsatisfiable.
///
/// Literals are DIMACS integers: variable v is `v`, its negation `-v`, and v counts from 1.
public struct CNF: Equatable, Sendable {
    /// Every clause's literals, each clause ended by 0.
    public private(set) var literals: [Int32] = []
    public private(set) var clauseCount = 0
    public private(set) var variableCount: Int32 = 0
    /// Lines for the head of the DIMACS file, without the leading "c "; no line ends inside.
    public var comments: [String] = []

    public init(variableCount: Int32 = 0) { self.variableCount = max(0, variableCount) }

    /// Appends one clause; an empty one makes the formula unsatisfiable. Zeros and `Int32.min` are not literals and
    /// are left out.
    public mutating func append(_ clause: some Sequence<Int32>) { append(Array(clause)) }

    /// The same for an array: other modules call this one a million times for a large formula, and a generic function
    /// would look up its sequence's type each time.
    public mutating func append(_ clause: [Int32]) {
        for literal in clause where literal != 0 && literal != .min {
            literals.append(literal)
            variableCount = max(variableCount, abs(literal))
        }
        literals.append(0)
        clauseCount += 1
    }

    /// Makes sure that the header announces at least so many variables.
    public mutating func reserveVariables(_ count: Int32) { variableCount = max(variableCount, count) }

    /// Calls the body with each clause in turn.
    public func forEachClause<Failure: Error>(_ body: (ArraySlice<Int32>) throws(Failure) -> Void) throws(Failure) {
        var start = 0
        while start < literals.count {
            var end = start
            while literals[end] != 0 { end += 1 }
            try body(literals[start..<end])
            start = end + 1
        }
    }

    /// The DIMACS file. The same formula gives the same bytes.
    public var dimacs: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(literals.count * 6 + 64)
        for comment in comments {
            bytes.append(contentsOf: "c ".utf8)
            bytes.append(contentsOf: comment.utf8.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 })
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes.append(contentsOf: "p cnf \(variableCount) \(clauseCount)\n".utf8)
        for literal in literals {
            appendDecimal(Int(literal), to: &bytes)
            bytes.append(literal == 0 ? UInt8(ascii: "\n") : UInt8(ascii: " "))
        }
        return bytes
    }
}

extension CNF {
    /// The largest variable and clause count that any reader here accepts: it bounds what a header can make us
    /// allocate.
    public static let limit = 1 << 26

    /// Reads the one spelling that `dimacs` writes: comments, header, one clause a line.
    public init(dimacs bytes: [UInt8], file: String = "CNF") throws(CertificateError) {
        var scanner = ByteScanner(bytes, file: file)
        self.init()
        while scanner.taken("c ") { comments.append(String(decoding: try scanner.takeLine(), as: UTF8.self)) }
        try scanner.take("p cnf ")
        // Each variable needs at least two bytes, so a short file cannot announce a number that exhausts memory.
        let variables = try scanner.takeNumber(upTo: min(CNF.limit, bytes.count))
        try scanner.take(" ")
        let clauses = try scanner.takeNumber(upTo: CNF.limit)
        try scanner.takeNewline()
        literals.reserveCapacity(min(bytes.count / 2, 4 * clauses))
        variableCount = Int32(variables)
        for done in 0..<clauses {
            guard !scanner.isAtEnd else {
                throw scanner.malformed("the header announces \(clauses) clauses, the file holds \(done)")
            }
            try takeClause(&scanner)
        }
        guard scanner.isAtEnd else { throw scanner.malformed("expected nothing after the last clause") }
        clauseCount = clauses
    }

    private mutating func takeClause(_ scanner: inout ByteScanner) throws(CertificateError) {
        while true {
            let isNegative = scanner.taken("-")
            let variable = try scanner.takeNumber(upTo: Int(variableCount))
            literals.append(Int32(isNegative ? -variable : variable))
            if variable == 0 {
                guard !isNegative else { throw scanner.malformed("a clause ends with 0, not -0") }
                return try scanner.takeNewline()
            }
            try scanner.take(" ")
        }
    }
}
