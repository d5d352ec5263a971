/// Turns the text of a source into statements. What is wrong with a line is reported, and reading
/// goes on with the next one.
struct AssemblySource {
    private(set) var statements: [AssemblyStatement] = []
    /// What `.machine` names, with its line.
    private(set) var machine: (name: String, line: Int)?

    private let matcher: TemplateMatcher
    private let report: (Int, Range<Int>, AssemblyIssue) -> Void
    private let radix: Int

    static let directives = [
        ".machine", ".org", ".word", ".byte", ".half", ".long", ".quad", ".ascii", ".asciz", ".space", ".align",
        ".entry",
    ]
    static let widths = [".byte": 8, ".half": 16, ".long": 32, ".quad": 64]

    init(
        _ text: SourceText, matcher: TemplateMatcher, report: @escaping (Int, Range<Int>, AssemblyIssue) -> Void
    ) {
        self.matcher = matcher
        self.report = report
        radix = matcher.description.radix
        for number in 1...max(text.lineCount, 1) {
            guard let range = text.range(ofLine: number) else { continue }
            guard range.count <= Limits.lineLength else {
                report(number, 0..<1, AssemblyIssue("this line is longer than \(Limits.lineLength) characters"))
                continue
            }
            read(AssemblyStatement.withoutComment(Array(text.bytes[range])), number: number)
        }
    }

    private mutating func read(_ bytes: [UInt8], number: Int) {
        var statement = AssemblyStatement(line: number)
        var reader = LineReader(bytes, radix: radix)
        do throws(AssemblyExpression.Failure) {
            readLabels(&reader, into: &statement)
            reader.skipBlanks()
            if reader.isAtEnd {
                statement.body = .empty
            } else if let assignment = try assignment(&reader) {
                statement.body = assignment
            } else {
                let start = reader.position
                let word = reader.word()
                let (mnemonic, length) = TemplateMatcher.split(word)
                reader.skipBlanks()
                if word.hasPrefix(".") {
                    let place = start..<start + word.utf8.count
                    statement.body = try directive(word.lowercased(), &reader, at: place, number)
                } else if matcher.knows(mnemonic) {
                    let candidates = try matcher.candidates(mnemonic: mnemonic, operands: reader)
                    statement.body = .instruction(candidates, length: length)
                } else {
                    reportUnknown(word, at: start..<start + word.utf8.count, number)
                }
            }
        } catch {
            report(number, error.range, AssemblyIssue(error.message))
        }
        statement.range = range(of: bytes)
        if !statement.labels.isEmpty || !statement.isEmpty { statements.append(statement) }
    }

    private func range(of bytes: [UInt8]) -> Range<Int> {
        let isBlank = { (byte: UInt8) in byte == 32 || byte == 9 }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return 0..<1 }
        return first..<last + 1
    }

    private func readLabels(_ reader: inout LineReader, into statement: inout AssemblyStatement) {
        while true {
            reader.skipBlanks()
            var ahead = reader
            let start = ahead.position
            guard let name = ahead.name() else { return }
            let end = ahead.position
            ahead.skipBlanks()
            guard ahead.take(":") else { return }
            statement.labels.append((name, start..<end))
            reader = ahead
        }
    }

    private func assignment(_ reader: inout LineReader) throws(AssemblyExpression.Failure) -> AssemblyStatement.Body? {
        var ahead = reader
        guard let name = ahead.name() else { return nil }
        ahead.skipBlanks()
        guard ahead.take("=") else { return nil }
        let value = try ahead.expression()
        try end(&ahead)
        return .assign(name, value)
    }

    private mutating func directive(
        _ word: String, _ reader: inout LineReader, at range: Range<Int>, _ number: Int
    ) throws(AssemblyExpression.Failure) -> AssemblyStatement.Body {
        switch word {
        case ".machine":
            let start = reader.position
            let name = reader.word()
            guard !name.isEmpty, statements.isEmpty, machine == nil else {
                report(number, range, AssemblyIssue(
                    name.isEmpty ? "'.machine' needs a name" : "'.machine' comes once, before everything else"))
                return .empty
            }
            machine = (name, number)
            reader.position = max(reader.position, start)
            try end(&reader)
            return .empty
        case ".org": return .origin(try only(&reader))
        case ".word": return .numbers(try list(&reader), width: nil)
        case ".byte", ".half", ".long", ".quad": return .numbers(try list(&reader), width: Self.widths[word])
        case ".ascii", ".asciz": return .text(try strings(&reader, terminated: word == ".asciz"))
        case ".space": return .space(try only(&reader))
        case ".align": return .align(try only(&reader))
        case ".entry": return .entry(try only(&reader))
        default:
            report(number, range, AssemblyIssue(
                "there is no directive '\(word)'", suggestion: Suggestions.nearest(to: word, in: Self.directives)))
            return .empty
        }
    }

    private func only(_ reader: inout LineReader) throws(AssemblyExpression.Failure) -> AssemblyExpression {
        let expression = try reader.expression()
        try end(&reader)
        return expression
    }

    private func list(_ reader: inout LineReader) throws(AssemblyExpression.Failure) -> [AssemblyExpression] {
        var list = [try reader.expression()]
        reader.skipBlanks()
        while reader.take(",") {
            list.append(try reader.expression())
            reader.skipBlanks()
        }
        try end(&reader)
        return list
    }

    private func strings(
        _ reader: inout LineReader, terminated: Bool
    ) throws(AssemblyExpression.Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        repeat {
            reader.skipBlanks()
            guard let string = try reader.string() else {
                throw AssemblyExpression.Failure(
                    message: "a string in double quotes is expected here", range: reader.position..<reader.position + 1)
            }
            bytes += string
            if terminated { bytes.append(0) }
            reader.skipBlanks()
        } while reader.take(",")
        try end(&reader)
        return bytes
    }

    private func end(_ reader: inout LineReader) throws(AssemblyExpression.Failure) {
        reader.skipBlanks()
        guard reader.isAtEnd else {
            throw AssemblyExpression.Failure(
                message: "the line should end here", range: reader.position..<reader.bytes.count)
        }
    }

    private func reportUnknown(_ word: String, at range: Range<Int>, _ number: Int) {
        let mnemonics = Set(matcher.mnemonics)
        let near = Suggestions.nearest(to: word.uppercased(), in: mnemonics.map { $0.uppercased() })
        report(number, range, AssemblyIssue(
            "machine '\(matcher.description.name)' has no instruction '\(word)'",
            suggestion: near.flatMap { near in mnemonics.first { $0.uppercased() == near } }))
    }
}

/// What is wrong, and what may help.
struct AssemblyIssue {
    var message: String
    var suggestion: String?
    var remedy: String?
    /// The line of an earlier thing that this one collides with, and what it is.
    var earlier: (line: Int, message: String)?

    init(
        _ message: String, suggestion: String? = nil, remedy: String? = nil,
        earlier: (line: Int, message: String)? = nil
    ) {
        self.message = message
        self.suggestion = suggestion
        self.remedy = remedy
        self.earlier = earlier
    }
}

extension AssemblyStatement {
    var isEmpty: Bool {
        if case .empty = body { return true }
        return false
    }
}
