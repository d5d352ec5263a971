// A lesson's script, a line a fact:
//
//     lesson 3 "Relocation and bounds"
//     minutes 15
//     edit relocate.s
//
//     question "Which address does this program really touch?"
//       choice "the one it names"
//       choice "the one it names, plus the base"
//       answer 2
//       because "R = (l, b): every address is relative to l."
//
//     hint "Look at base and bound in the stepper."
//
//     check "The sum of the table is in r3" points 2
//       run relocate.s monitor vmm input "7\n" steps 10000
//       status = 0
//       r3 = 55
//
// What is indented belongs to the line above that is not. `--` begins a comment.

extension Lesson {
    /// - Throws: `LessonScriptError` with the line that is wrong.
    public init(script: String) throws(LessonScriptError) {
        var reader = LessonReader()
        for (index, line) in script.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            try reader.take(line, number: index + 1)
        }
        self = try reader.finish()
    }
}

private struct LessonReader {
    private var lesson: Lesson?
    private var question: (value: Lesson.Question, line: Int, isAnswered: Bool)?
    private var check: (value: Lesson.Check, hasSubject: Bool)?

    private typealias Failure = LessonScriptError

    mutating func take(_ line: Substring, number: Int) throws(LessonScriptError) {
        var words = try LessonWords(line, number: number)
        guard let first = words.next() else { return }
        if words.isIndented {
            if question != nil { return try takeQuestion(first, &words) }
            if check != nil { return try takeCheck(first, &words) }
            throw words.failure("nothing above has indented lines", "indent under 'question' or 'check'")
        }
        try closeBlock()
        try takeTop(first, &words)
    }

    mutating func finish() throws(LessonScriptError) -> Lesson {
        try closeBlock()
        guard let lesson else {
            throw Failure(line: 1, cause: "the script has no lesson", remedy: "begin it with: lesson NUMBER \"TITLE\"")
        }
        return lesson
    }

    private mutating func takeTop(_ word: LessonWords.Word, _ words: inout LessonWords) throws(LessonScriptError) {
        if word.text == "lesson" {
            guard lesson == nil else { throw words.failure("a second lesson", "one script is one lesson") }
            let number = try words.number("the lesson's number")
            lesson = Lesson(number: Int(clamping: number), title: try words.quoted("the title"))
            return try words.finish()
        }
        guard lesson != nil else {
            throw words.failure("'\(word.text)' before 'lesson'", "begin the script with: lesson NUMBER \"TITLE\"")
        }
        switch word.text {
        case "minutes": lesson?.minutes = Int(clamping: try words.number("how many minutes"))
        case "edit": lesson?.edited.append(try words.word("a file"))
        case "hint": lesson?.hints.append(try words.quoted("the hint"))
        case "question":
            let text = try words.quoted("what is asked")
            question = (Lesson.Question(text: text, choices: [], answer: 0, reason: ""), words.number, false)
        case "check":
            let text = try words.quoted("what is checked")
            var points = 1
            if let next = words.next() {
                guard next.text == "points" else { throw words.unknown(next, ["points"]) }
                points = Int(clamping: try words.number("how many points"))
            }
            let made = Lesson.Check(
                text: text, points: points, subject: .machine(""), expectations: [], line: words.number)
            check = (made, false)
        default: throw words.unknown(word, ["minutes", "edit", "question", "hint", "check"])
        }
        try words.finish()
    }

    private mutating func takeQuestion(_ word: LessonWords.Word, _ words: inout LessonWords) throws(LessonScriptError) {
        switch word.text {
        case "choice": question?.value.choices.append(try words.quoted("a choice"))
        case "because": question?.value.reason = try words.quoted("the reason")
        case "answer":
            question?.value.answer = Int(clamping: try words.number("the number of the right choice")) - 1
            question?.isAnswered = true
        default: throw words.unknown(word, ["choice", "answer", "because"])
        }
        try words.finish()
    }

    private mutating func takeCheck(_ word: LessonWords.Word, _ words: inout LessonWords) throws(LessonScriptError) {
        switch word.text {
        case "run", "machine":
            guard check?.hasSubject == false else { throw words.failure("a second subject", "one check looks at one") }
            check?.hasSubject = true
            check?.value.subject = word.text == "run" ? .run(try words.run()) : .machine(try words.word("an ISA file"))
        default:
            guard let subject = check?.value.subject, check?.hasSubject == true else {
                throw words.failure("'\(word.text)' before it is said of what", "put 'run' or 'machine' first")
            }
            check?.value.expectations.append(try words.expectation(word, of: subject))
        }
        try words.finish()
    }

    private mutating func closeBlock() throws(LessonScriptError) {
        if let asked = question {
            guard asked.isAnswered, asked.value.choices.indices.contains(asked.value.answer), asked.value.choices.count > 1
            else {
                throw Failure(line: asked.line, cause: "a question without choices, or without the right one",
                    remedy: "give two 'choice' or more, and 'answer' with the number of one of them")
            }
            lesson?.questions.append(asked.value)
            question = nil
        }
        if let made = check {
            guard made.hasSubject, !made.value.expectations.isEmpty else {
                throw Failure(line: made.value.line, cause: "a check that expects nothing",
                    remedy: "give it 'run' or 'machine', and what must be true then")
            }
            lesson?.checks.append(made.value)
            check = nil
        }
    }
}
