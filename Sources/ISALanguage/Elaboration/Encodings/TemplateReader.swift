/// Reads an assembly pattern: words that name fields or operands stand for these, `{name:notation}`
/// does the same inside a word and says how it is written. What is left is text.
struct TemplateReader {
    private let machine: MachineTables
    private let scope: PatternElaborator.Scope
    private let fields: [Field]
    /// A listed instruction need not say where its fields are written.
    private let mentionsAll: Bool
    private var mentioned: [String: SourceSpan] = [:]

    init(_ machine: MachineTables, scope: PatternElaborator.Scope, fields: [Field], mentionsAll: Bool = true) {
        self.machine = machine
        self.scope = scope
        self.fields = fields
        self.mentionsAll = mentionsAll
    }

    /// Of a form: parts only.
    func form(_ template: Name) throws(Reported) -> AssemblyTemplate {
        var reader = self
        let parts = try reader.parts(Array(template.text.unicodeScalars), from: 0, template.span)
        try reader.checkAllMentioned(template.span)
        return AssemblyTemplate(mnemonic: "", parts: parts)
    }

    /// Of an instruction: the mnemonic, then parts. `alternative` replaces the placeholder.
    func instruction(_ template: Name, alternative: String?) throws(Reported) -> AssemblyTemplate {
        var reader = self
        let scalars = Array(template.text.unicodeScalars)
        let end = scalars.firstIndex(of: " ") ?? scalars.count
        var mnemonic = String(String.UnicodeScalarView(scalars[..<end]))
        if let alternative { mnemonic = InstructionElaborator.named(mnemonic, alternative) }
        guard !mnemonic.isEmpty else {
            throw machine.error("an assembly pattern starts with its mnemonic", at: template.span)
        }
        guard !mnemonic.contains("{"), scope.span(of: mnemonic) == nil else {
            throw machine.error(
                "the mnemonic '\(mnemonic)' holds a field", at: template.span.part(offset: 1, length: end),
                remedy: "A mnemonic is a fixed word; what varies stands behind a blank, or makes variants.")
        }
        let start = min(end + 1, scalars.count)
        let parts = try reader.parts(scalars, from: start, template.span)
        try reader.checkAllMentioned(template.span)
        return AssemblyTemplate(mnemonic: mnemonic, parts: parts)
    }

    private func checkAllMentioned(_ span: SourceSpan) throws(Reported) {
        guard mentionsAll else { return }
        for name in scope.names where mentioned[name.text] == nil {
            throw machine.error(
                "the assembly pattern does not mention '\(name.text)'", at: span,
                note: ("it is in the encoding here", name.span),
                remedy: "Mention it, or write _ in the encoding for bits that do not matter.")
        }
    }

    private mutating func parts(
        _ scalars: [Unicode.Scalar], from start: Int, _ span: SourceSpan
    ) throws(Reported) -> [TemplatePart] {
        var parts: [TemplatePart] = []
        var text = ""
        var index = start
        func flush() {
            if !text.isEmpty { parts.append(.text(text)) }
            text = ""
        }
        while index < scalars.count {
            if scalars[index] == "{" {
                guard let close = scalars[index...].firstIndex(of: "}") else {
                    throw machine.error("this '{' is never closed", at: span.part(offset: index + 1, length: 1))
                }
                flush()
                parts.append(
                    try notated(
                        Array(scalars[(index + 1)..<close]), span.part(offset: index + 2, length: close - index - 1)))
                index = close + 1
            } else if TemplateReader.isWordPart(scalars[index]) {
                let end = wordEnd(scalars, index)
                let word = String(String.UnicodeScalarView(scalars[index..<end]))
                if let part = try named(word, .unsigned, span.part(offset: index + 1, length: end - index)) {
                    flush()
                    parts.append(part)
                } else {
                    text += word
                }
                index = end
            } else {
                text.unicodeScalars.append(scalars[index])
                index += 1
            }
        }
        flush()
        return parts
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 128 && SourceLexer.isNameByte(UInt8(scalar.value))
    }

    /// A word may have inner hyphens if the whole of it is a name of the encoding.
    private func wordEnd(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
        var end = start
        while end < scalars.count, TemplateReader.isWordPart(scalars[end]) { end += 1 }
        var longer = end
        while longer + 1 < scalars.count, scalars[longer] == "-", TemplateReader.isWordPart(scalars[longer + 1]) {
            longer += 1
            while longer < scalars.count, TemplateReader.isWordPart(scalars[longer]) { longer += 1 }
            if scope.span(of: String(String.UnicodeScalarView(scalars[start..<longer]))) != nil { end = longer }
        }
        return end
    }

    private mutating func named(_ word: String, _ notation: Notation, _ span: SourceSpan) throws(Reported)
        -> TemplatePart?
    {
        guard scope.span(of: word) != nil else { return nil }
        if let earlier = mentioned.updateValue(span, forKey: word) {
            throw machine.error("'\(word)' is mentioned twice", at: span, note: ("the first time is here", earlier))
        }
        if let field = scope.fields[word] { return .field(field.id, notation) }
        return scope.operands[word].map { .operand(OperandID($0.index)) }
    }

    // MARK: Notations

    private mutating func notated(_ inner: [Unicode.Scalar], _ span: SourceSpan) throws(Reported) -> TemplatePart {
        let content = String(String.UnicodeScalarView(inner))
        let halves = content.split(separator: ":", maxSplits: 1).map(String.init)
        guard let word = halves.first, scope.span(of: word) != nil else {
            throw machine.error(
                "'\(halves.first ?? "")' is not in the encoding", at: span,
                suggestion: Suggestions.nearest(to: halves.first ?? "", in: scope.names.map(\.text)))
        }
        let notation = halves.count == 2 ? try notation(halves[1], word, span) : .unsigned
        guard let part = try named(word, notation, span) else { throw Reported() }
        return part
    }

    private func notation(_ text: String, _ word: String, _ span: SourceSpan) throws(Reported) -> Notation {
        let words = text.split(separator: " ").map(String.init)
        guard let field = scope.fields[word] else {
            throw machine.error("'\(word)' is an operand, whose forms say how it is written", at: span)
        }
        switch words.first {
        case "signed" where words.count == 1: return .signed
        case "unsigned" where words.count == 1: return .unsigned
        case "register" where words.count == 2: return .register(try register(words[1], field.width, span))
        case "scaled" where words.count == 2: return .scaled(try positive(words[1], span))
        case "relative" where words.count <= 3:
            let offset = words.count > 1 ? try integer(words[1], span) : 0
            return .relative(offset: offset, scale: words.count > 2 ? try positive(words[2], span) : 1)
        default:
            let known = ["signed", "unsigned", "register", "scaled", "relative"]
            throw machine.error(
                "'\(text)' is no notation", at: span,
                suggestion: Suggestions.nearest(to: words.first ?? "", in: known),
                remedy: "Notations: signed, unsigned, register NAME, scaled N, relative [OFFSET [SCALE]].")
        }
    }

    private func register(_ name: String, _ width: Int, _ span: SourceSpan) throws(Reported) -> StateID {
        guard let id = machine.states[name], machine.component(id).isArray, id != machine.storage else {
            let files = machine.description.state.filter { $0.isArray && $0.role != .storage }.map(\.name)
            let near = Suggestions.nearest(to: name, in: files)
            throw machine.error(
                "'\(name)' is no register file", at: span, suggestion: near,
                remedy: near != nil || files.isEmpty ? nil : "Register files: \(files.joined(separator: ", ")).")
        }
        let component = machine.component(id)
        guard width <= component.indexWidth else {
            throw machine.error(
                "a field of \(width) bits names one of \(component.count) elements of '\(name)'", at: span,
                note: ("declared here", machine.span(of: id)))
        }
        return id
    }

    private func integer(_ text: String, _ span: SourceSpan) throws(Reported) -> Int {
        guard let value = Int(text), abs(value) <= 1 << 20 else {
            throw machine.error("'\(text)' is no number for a notation", at: span)
        }
        return value
    }

    private func positive(_ text: String, _ span: SourceSpan) throws(Reported) -> Int {
        let value = try integer(text, span)
        guard value > 0 else { throw machine.error("a scale of \(value)", at: span, remedy: "It is at least 1.") }
        return value
    }
}
