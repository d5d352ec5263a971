/// One line of a lesson's script as words and quoted texts.
struct LessonWords {
    struct Word {
        var text: String
        var isQuoted: Bool
    }

    let number: Int
    let isIndented: Bool
    private var words: ArraySlice<Word>

    init(_ line: Substring, number: Int) throws(LessonScriptError) {
        self.number = number
        isIndented = line.first?.isWhitespace ?? false
        words = []
        var rest = line
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if rest.hasPrefix("--") {
                break
            } else if first == "\"" {
                words.append(Word(text: try LessonWords.text(&rest, number), isQuoted: true))
            } else {
                let word = rest.prefix { !$0.isWhitespace }
                rest = rest.dropFirst(word.count)
                words.append(Word(text: String(word), isQuoted: false))
            }
        }
    }

    /// A text in quotation marks: `\n`, `\"` and `\\` stand for what they do everywhere.
    private static func text(_ rest: inout Substring, _ number: Int) throws(LessonScriptError) -> String {
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                guard let next = rest.popFirst(), let meant = ["n": "\n", "\"": "\"", "\\": "\\"][next] else {
                    throw LessonScriptError(line: number, cause: "a backslash before nothing that it can stand before",
                        remedy: "write \\n, \\\" or \\\\")
                }
                text += meant
            default: text.append(character)
            }
        }
        throw LessonScriptError(line: number, cause: "a text without its end", remedy: "close it with \"")
    }

    // MARK: Taking

    mutating func next() -> Word? { words.popFirst() }

    mutating func word(_ what: String) throws(LessonScriptError) -> String {
        guard let word = next(), !word.isQuoted else { throw failure("\(what) is missing", "write it as a word") }
        return word.text
    }

    mutating func quoted(_ what: String) throws(LessonScriptError) -> String {
        guard let word = next(), word.isQuoted else {
            throw failure("\(what) is missing", "write it in quotation marks")
        }
        return word.text
    }

    mutating func number(_ what: String) throws(LessonScriptError) -> UInt64 {
        guard let word = next() else { throw failure("\(what) is missing", "write a number") }
        guard let number = LessonWords.number(word.text) else {
            throw failure("'\(word.text)' is no number", "write \(what): 12, 0x1F or 0o17")
        }
        return number
    }

    static func number(_ text: String) -> UInt64? {
        if text.hasPrefix("0x") { return UInt64(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return UInt64(text.dropFirst(2), radix: 8) }
        return text.first?.isNumber == true ? UInt64(text) : nil
    }

    mutating func finish() throws(LessonScriptError) {
        if let word = next() { throw failure("'\(word.text)' is too much", "end the line before it") }
    }

    // MARK: What checks say

    /// `monitor.s guest.s monitor vmm depth 2 input "abc" steps 5000`.
    mutating func run() throws(LessonScriptError) -> Lesson.Run {
        var run = Lesson.Run(files: [])
        let options = ["monitor", "depth", "input", "steps"]
        while let word = next() {
            switch word.text {
            case "monitor": run.monitor = try self.word("the monitor")
            case "depth": run.depth = Int(clamping: try number("the depth"))
            case "input": run.input = try quoted("the input")
            case "steps": run.steps = try number("how many instructions at most")
            default:
                guard run.files.isEmpty || word.text.contains(".") else { throw unknown(word, options) }
                run.files.append(word.text)
            }
        }
        guard !run.files.isEmpty else { throw failure("no file is run", "name one: run guest.s") }
        return run
    }

    mutating func expectation(
        _ first: Word, of subject: Lesson.Subject
    ) throws(LessonScriptError) -> Lesson.Expectation {
        switch (first.text, subject) {
        case ("theorem", .machine):
            let number = Int(clamping: try number("the theorem's number"))
            let answer = try word("what it is to be")
            guard (1...3).contains(number), ["holds", "refuted", "undecided"].contains(answer) else {
                throw failure("theorem \(number) \(answer)", "write: theorem 1 holds, or refuted, or undecided")
            }
            return .theorem(number, answer)
        case ("instruction", .machine):
            let name = try word("a mnemonic")
            guard try word("is") == "is" else { throw failure("'is' is missing", "write: instruction LRA is privileged") }
            var isTrue = true
            var of = try word("a class")
            if of == "not" {
                isTrue = false
                of = try word("a class")
            }
            return .instruction(name, is: of, isTrue)
        case ("output", .run): return try output()
        case (_, .run): return try value(first)
        case (_, .machine): throw unknown(first, ["theorem", "instruction"])
        }
    }

    private mutating func output() throws(LessonScriptError) -> Lesson.Expectation {
        let relation = try word("'has' or '='")
        if relation == "has" { return .outputHas(try quoted("the text")) }
        guard relation == "=" else {
            throw failure("output \(relation)", "write: output has \"...\", or output = \"...\"")
        }
        guard let word = next() else { throw failure("the text is missing", "write: output = \"...\"") }
        if word.isQuoted { return .outputIs(word.text) }
        guard word.text == "output", try self.word("of") == "of" else {
            throw failure("'\(word.text)'", "write: output = output of FILE")
        }
        var files: [String] = []
        while let file = next() { files.append(file.text) }
        guard !files.isEmpty else { throw failure("the file is missing", "write: output = output of FILE") }
        return .outputIsThatOf(files)
    }

    private mutating func value(_ first: Word) throws(LessonScriptError) -> Lesson.Expectation {
        let quantity: Lesson.Quantity
        switch first.text {
        case "status": quantity = .status
        case "instructions": quantity = .instructions
        case "cell": quantity = .cell(try word("a symbol or a number"))
        case "trap": quantity = .traps(try word("a kind of trap"))
        case "direct", "interpreted", "patched", "trapped": quantity = .count(first.text)
        default: quantity = .register(first.text)
        }
        let sign = try word("a relation")
        guard let relation = Lesson.Relation(rawValue: sign) else {
            let signs = Lesson.Relation.allCases.map(\.rawValue).joined(separator: " ")
            throw failure("'\(sign)' is no relation", "write one of \(signs)")
        }
        return .value(quantity, relation, try number("a number"))
    }

    // MARK: What is wrong

    func failure(_ cause: String, _ remedy: String) -> LessonScriptError {
        LessonScriptError(line: number, cause: cause, remedy: remedy)
    }

    func unknown(_ word: Word, _ known: [String]) -> LessonScriptError {
        failure("'\(word.text)' says nothing here", "write one of \(known.joined(separator: ", "))")
    }
}
