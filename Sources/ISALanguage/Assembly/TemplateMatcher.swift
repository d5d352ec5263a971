/// Reads operands as the machine's templates say. Every template of a mnemonic is tried, with every
/// combination of its operands' forms; all that fit the text are kept, in the file's order.
struct TemplateMatcher: Sendable {
    let description: MachineDescription
    /// Mnemonics in capitals, with the instructions that have them.
    private let byMnemonic: [String: [Int]]
    /// Element names of register files, longest first, in small letters.
    private let registerNames: [Int: [(name: [UInt8], element: UInt64)]]

    /// Bounds on one line, so that a vicious set of templates cannot hang the assembler.
    private static let stepLimit = 50_000
    private static let candidateLimit = 256

    init(_ description: MachineDescription) {
        self.description = description
        var byMnemonic: [String: [Int]] = [:]
        for (index, instruction) in description.instructions.enumerated() {
            byMnemonic[instruction.assembly.mnemonic.uppercased(), default: []].append(index)
        }
        self.byMnemonic = byMnemonic
        var names: [Int: [(name: [UInt8], element: UInt64)]] = [:]
        for (index, component) in description.state.enumerated() where component.isArray && component.role != .storage {
            names[index] = (0..<min(component.count, 4096)).map { element in
                (component.elementName(element).lowercased().utf8.map { $0 }, UInt64(element))
            }.sorted { $0.name.count > $1.name.count }
        }
        registerNames = names
    }

    func knows(_ mnemonic: String) -> Bool { byMnemonic[mnemonic.uppercased()] != nil }

    var mnemonics: some Sequence<String> { description.instructions.map(\.assembly.mnemonic) }

    /// The templates of a mnemonic, as they are written, for error messages.
    func patterns(of mnemonic: String) -> [String] {
        (byMnemonic[mnemonic.uppercased()] ?? []).map { description.instructions[$0].name }
    }

    /// `LDA!3` asks for the reading of `LDA` that is three units long.
    static func split(_ word: String) -> (mnemonic: String, length: Int?) {
        guard let mark = word.lastIndex(of: "!"), let length = Int(word[word.index(after: mark)...]),
            (1...EncodingLayout.unitLimit).contains(length)
        else { return (word, nil) }
        return (String(word[..<mark]), length)
    }

    /// All readings of the operand text that starts at the reader's position.
    /// If there is none, throws the failure that came furthest.
    func candidates(
        mnemonic: String, operands reader: LineReader
    ) throws(AssemblyExpression.Failure) -> [AssemblyCandidate] {
        var found: [AssemblyCandidate] = []
        var furthest: AssemblyExpression.Failure?
        var steps = 0
        for index in byMnemonic[mnemonic.uppercased()] ?? [] {
            var open = [Attempt(reader, description.instructions[index])]
            while var attempt = open.popLast(), found.count < Self.candidateLimit {
                steps += 1
                guard steps < Self.stepLimit else { break }
                do throws(AssemblyExpression.Failure) {
                    if let operand = try follow(&attempt, description.instructions[index]) {
                        open.append(contentsOf: forks(of: attempt, at: operand, description.instructions[index]))
                    } else {
                        found.append(AssemblyCandidate(
                            instruction: index, forms: attempt.forms, values: attempt.values,
                            literals: attempt.literals))
                    }
                } catch {
                    if error.range.lowerBound >= (furthest?.range.lowerBound ?? 0) { furthest = error }
                }
            }
        }
        if found.isEmpty {
            throw furthest ?? AssemblyExpression.Failure(
                message: "'\(mnemonic)' cannot be read", range: 0..<reader.bytes.count)
        }
        // A stable sort: readings that are as literal as each other stay in the file's order.
        return found.enumerated().sorted { a, b in
            (b.element.literals, a.offset) < (a.element.literals, b.offset)
        }.map(\.element)
    }

    private struct Attempt {
        var reader: LineReader
        /// Last first.
        var pending: [TemplatePart]
        var forms: [Int]
        var values: [AssemblyCandidate.Value] = []
        var literals = 0

        init(_ reader: LineReader, _ instruction: Instruction) {
            self.reader = reader
            pending = instruction.assembly.parts.reversed()
            forms = Array(repeating: 0, count: instruction.operands.count)
        }
    }

    private func forks(of attempt: Attempt, at operand: OperandID, _ instruction: Instruction) -> [Attempt] {
        instruction.operands[operand.index].forms.indices.reversed().map { form in
            var fork = attempt
            fork.forms[operand.index] = form
            let parts = instruction.operands[operand.index].forms[form].assembly.parts
            fork.pending.append(contentsOf: parts.reversed())
            return fork
        }
    }

    /// Works the template off up to the next operand, or to its end and the line's (nil).
    private func follow(
        _ attempt: inout Attempt, _ instruction: Instruction
    ) throws(AssemblyExpression.Failure) -> OperandID? {
        while let part = attempt.pending.popLast() {
            attempt.reader.skipBlanks()
            switch part {
            case .operand(let operand):
                guard instruction.operands.indices.contains(operand.index), attempt.pending.count < 4096 else {
                    throw failure(attempt.reader, "this operand cannot be read")
                }
                return operand
            case .text(let text):
                try match(text, &attempt)
            case .field(let field, let notation):
                try read(field, notation, &attempt, instruction)
            }
        }
        attempt.reader.skipBlanks()
        guard attempt.reader.isAtEnd else {
            throw failure(attempt.reader, "this is too much for '\(instruction.name)'")
        }
        return nil
    }

    private func match(_ text: String, _ attempt: inout Attempt) throws(AssemblyExpression.Failure) {
        var last: UInt8?
        for wanted in text.utf8 where wanted != 32 && wanted != 9 {
            attempt.reader.skipBlanks()
            guard let byte = attempt.reader.byte(), LineReader.lowercased(byte) == LineReader.lowercased(wanted) else {
                let sign = String(decoding: [wanted], as: UTF8.self)
                throw failure(attempt.reader, "'\(sign)' is expected here")
            }
            attempt.reader.position += 1
            attempt.literals += 1
            last = wanted
        }
        // A word of the template must be a whole word of the line, unless a field goes on with it.
        if let last, LineReader.isName(last), let next = attempt.reader.byte(), LineReader.isName(next) {
            switch attempt.pending.last {
            case .field, .operand: break
            case .text, nil: throw failure(attempt.reader, "'\(text)' is expected before this")
            }
        }
    }

    private func read(
        _ field: FieldID, _ notation: Notation, _ attempt: inout Attempt, _ instruction: Instruction
    ) throws(AssemblyExpression.Failure) {
        let start = attempt.reader.position
        let content: AssemblyCandidate.Value.Content
        if case .register(let file) = notation {
            content = .number(try register(of: file, &attempt.reader))
        } else {
            content = .expression(try attempt.reader.expression())
        }
        attempt.values.append(AssemblyCandidate.Value(
            field: field, notation: notation, content: content, range: start..<max(attempt.reader.position, start + 1)))
    }

    private func register(of file: StateID, _ reader: inout LineReader) throws(AssemblyExpression.Failure) -> UInt64 {
        for (name, element) in registerNames[file.index] ?? [] {
            let end = reader.position + name.count
            guard end <= reader.bytes.count,
                zip(reader.bytes[reader.position..<end], name).allSatisfy({ LineReader.lowercased($0) == $1 }),
                end == reader.bytes.count || !LineReader.isName(reader.bytes[end])
            else { continue }
            reader.position = end
            return element
        }
        let first = description.state[file.index].elementName(0)
        let last = description.state[file.index].elementName(max(description.state[file.index].count - 1, 0))
        throw failure(reader, "a register (\(first)...\(last)) is expected here")
    }

    private func failure(_ reader: LineReader, _ message: String) -> AssemblyExpression.Failure {
        AssemblyExpression.Failure(message: message, range: reader.position..<reader.position + 1)
    }
}
