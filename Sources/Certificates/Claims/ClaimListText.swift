// The file CLAIMS. One spelling only, so that reading and writing it again gives the same bytes:
//
//     trapline-claims 1
//     machines 1
//     machine pdp-10
//     subjects 2
//     subject "JRST 1,addr" control never-done-in-user
//     subject machine stable
//     claims 3
//     claim 1 "JRST 1,addr" control cnf HASH map HASH
//     ...
//     verdicts 1
//     verdict theorem-1/extended/best holds
//     assumes "user I/O = 0"
//     requires "JRST 1,addr" never-done-in-user | control behaviour trap
//     requires machine stable
//
// Alternatives are separated by "|"; "-" is an alternative that needs nothing, "!" a requirement that nothing meets.

extension ClaimList {
    public static let fileName = "CLAIMS"

    public var text: [UInt8] {
        var writer = ClaimListWriter()
        writer.line("trapline-claims 1")
        writer.line("machines \(machines.count)")
        for machine in machines { writer.write(machine, records) }
        return writer.bytes
    }
}

private struct ClaimListWriter {
    var bytes: [UInt8] = []

    mutating func line(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func words(_ first: String, _ rest: [String]) {
        bytes.append(contentsOf: first.utf8)
        for word in rest {
            bytes.append(UInt8(ascii: " "))
            Token.append(word, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func write(_ machine: MachineClaims, _ records: [ClaimIdentifier: ClaimRecord]) {
        words("machine", [machine.name])
        line("subjects \(machine.subjects.count)")
        for subject in machine.subjects { words("subject", [subject.name] + subject.proved) }
        let identifiers = machine.identifiers
        line("claims \(identifiers.count)")
        for identifier in identifiers {
            guard let record = records[identifier] else { continue }
            let subject = Token.spelled(identifier.subject)
            let property = Token.spelled(identifier.property)
            line("claim \(record.number) \(subject) \(property) cnf \(record.formula) map \(record.map)")
        }
        line("verdicts \(machine.verdicts.count)")
        for verdict in machine.verdicts { write(verdict) }
    }

    mutating func write(_ verdict: VerdictFormula) {
        line("verdict \(Token.spelled(verdict.name)) \(verdict.stated.rawValue)")
        for assumption in verdict.assumptions { words("assumes", [assumption]) }
        for requirement in verdict.requirements {
            let alternatives = requirement.alternatives.map { alternative in
                alternative.isEmpty ? "-" : alternative.map(Token.spelled).joined(separator: " ")
            }
            let condition = alternatives.isEmpty ? "!" : alternatives.joined(separator: " | ")
            line("requires \(Token.spelled(requirement.subject)) \(condition)")
        }
    }
}

extension ClaimList {
    /// Reads CLAIMS and checks what can be checked without the other files: counts, order, that each subject's proved
    /// properties and the claim records are the same, that every verdict speaks of every subject.
    public init(text bytes: [UInt8], file: String = ClaimList.fileName) throws(CertificateError) {
        var reader = ClaimListReader(scanner: ByteScanner(bytes, file: file))
        self = try reader.takeList()
    }
}

private struct ClaimListReader {
    var scanner: ByteScanner
    var records: [ClaimIdentifier: ClaimRecord] = [:]
    var numbers: Set<Int> = []

    /// No count in the file is trusted for more than this; memory is only taken for lines that are there.
    private static let limit = 1 << 24

    mutating func takeList() throws(CertificateError) -> ClaimList {
        try scanner.take("trapline-claims 1")
        try scanner.takeNewline()
        let count = try takeCount("machines ")
        var machines: [MachineClaims] = []
        for _ in 0..<count {
            let machine = try takeMachine()
            try inOrder(machines.last?.name, machine.name, "machine")
            machines.append(machine)
        }
        guard scanner.isAtEnd else { throw scanner.malformed("expected nothing after the last verdict") }
        guard numbers.allSatisfy({ $0 <= numbers.count }) else {
            throw CertificateError(
                .malformed, file: scanner.file, "the claims are not numbered from 1 to \(numbers.count)")
        }
        return ClaimList(machines: machines, records: records)
    }

    private mutating func takeCount(_ word: StaticString) throws(CertificateError) -> Int {
        try scanner.take(word)
        let count = try scanner.takeNumber(upTo: ClaimListReader.limit)
        try scanner.takeNewline()
        return count
    }

    private mutating func takeMachine() throws(CertificateError) -> MachineClaims {
        try scanner.take("machine ")
        let name = try Token.take(&scanner)
        try scanner.takeNewline()
        let subjectCount = try takeCount("subjects ")
        var machine = MachineClaims(name: name, subjects: [], verdicts: [])
        for _ in 0..<subjectCount {
            let subject = try takeSubject()
            try inOrder(machine.subjects.last?.name, subject.name, "subject")
            machine.subjects.append(subject)
        }
        let identifiers = machine.identifiers
        guard try takeCount("claims ") == identifiers.count else {
            throw CertificateError(
                .missingClaim, file: scanner.file, at: .line(scanner.line - 1),
                "the subjects of '\(name)' list \(identifiers.count) proved properties, the count of claims is another")
        }
        for identifier in identifiers { try takeRecord(of: identifier) }
        let verdictCount = try takeCount("verdicts ")
        for _ in 0..<verdictCount {
            let verdict = try takeVerdict(subjects: machine.subjects)
            try inOrder(machine.verdicts.last?.name, verdict.name, "verdict")
            machine.verdicts.append(verdict)
        }
        return machine
    }

    private mutating func takeSubject() throws(CertificateError) -> SubjectClaims {
        try scanner.take("subject ")
        var subject = SubjectClaims(name: try Token.take(&scanner), proved: [])
        while scanner.taken(" ") {
            let property = try Token.take(&scanner)
            try inOrder(subject.proved.last, property, "property")
            subject.proved.append(property)
        }
        try scanner.takeNewline()
        return subject
    }

    private mutating func takeRecord(of identifier: ClaimIdentifier) throws(CertificateError) {
        let line = scanner.line
        guard scanner.taken("claim ") else {
            throw CertificateError(
                .missingClaim, file: scanner.file, at: .line(line), "no record stands here for claim \(identifier)")
        }
        let number = try scanner.takeNumber(upTo: ClaimListReader.limit)
        try scanner.take(" ")
        let subject = try Token.take(&scanner)
        try scanner.take(" ")
        let property = try Token.take(&scanner)
        guard subject == identifier.subject, property == identifier.property else {
            throw CertificateError(
                .missingClaim, file: scanner.file, at: .line(line),
                "expected claim \(identifier), found '\(subject)' '\(property)'")
        }
        guard number > 0, numbers.insert(number).inserted else {
            throw CertificateError(
                .malformed, file: scanner.file, at: .line(line), "claim number \(number) is taken or zero")
        }
        try scanner.take(" cnf ")
        let formula = try takeDigest()
        try scanner.take(" map ")
        let map = try takeDigest()
        try scanner.takeNewline()
        records[identifier] = ClaimRecord(number: number, formula: formula, map: map)
    }

    private mutating func takeDigest() throws(CertificateError) -> SHA256.Digest {
        guard let digest = scanner.takeDigest() else { throw scanner.malformed("expected a SHA-256 hash") }
        return digest
    }

    private mutating func takeVerdict(subjects: [SubjectClaims]) throws(CertificateError) -> VerdictFormula {
        try scanner.take("verdict ")
        let name = try Token.take(&scanner)
        try scanner.take(" ")
        let word = try Token.take(&scanner)
        guard let stated = VerdictOutcome(rawValue: word) else {
            throw scanner.malformed("'\(word)' is not one of holds, refuted, undecided")
        }
        try scanner.takeNewline()
        var verdict = VerdictFormula(name: name, stated: stated, assumptions: [], requirements: [])
        while scanner.taken("assumes ") {
            verdict.assumptions.append(try Token.take(&scanner))
            try scanner.takeNewline()
        }
        for subject in subjects { verdict.requirements.append(try takeRequirement(of: subject.name)) }
        return verdict
    }

    private mutating func takeRequirement(of subject: String) throws(CertificateError) -> Requirement {
        try scanner.take("requires ")
        let found = try Token.take(&scanner)
        guard found == subject else { throw scanner.malformed("expected the requirement on '\(subject)'") }
        try scanner.take(" ")
        var requirement = Requirement(subject: subject, alternatives: [])
        if !scanner.taken("!") {
            repeat { requirement.alternatives.append(try takeAlternative()) } while scanner.taken("| ")
        }
        try scanner.takeNewline()
        return requirement
    }

    /// Properties separated by single spaces; a space before "|" is consumed too.
    private mutating func takeAlternative() throws(CertificateError) -> [String] {
        if scanner.taken("-") {
            _ = scanner.taken(" ")
            return []
        }
        var properties = [try Token.take(&scanner)]
        while scanner.taken(" "), scanner.next != UInt8(ascii: "|") { properties.append(try Token.take(&scanner)) }
        return properties
    }

    private func inOrder(_ earlier: String?, _ later: String, _ noun: String) throws(CertificateError) {
        guard let earlier, !earlier.utf8.precedes(later.utf8) else { return }
        throw scanner.malformed("\(noun) '\(later)' does not come after '\(earlier)' in byte order")
    }
}
