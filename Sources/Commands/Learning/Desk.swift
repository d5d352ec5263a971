import Classroom

/// Where a student sits: shows lessons, takes answers, looks at work.
struct Desk {
    private let library: LessonLibrary
    private let workbook: Workbook
    private let context: Context
    private var palette: Palette { context.terminal.outputPalette }

    init(_ library: LessonLibrary, workbook: Workbook, in context: Context) {
        self.library = library
        self.workbook = workbook
        self.context = context
    }

    /// The one that is meant: by its number, or the first that is not passed.
    func lesson(_ number: Int?) throws -> InstalledLesson {
        if let number { return try library.lesson(number) }
        let standings = workbook.standings()
        if let next = library.lessons.first(where: { standings[$0.lesson.number]?.isPassed != true }) { return next }
        guard let last = library.lessons.last else {
            throw Failure(.noInput, "there are no lessons in \(quoted(library.root))", remedy: "set TRAPLINE_LESSONS")
        }
        return last
    }

    // MARK: Showing

    func show(_ installed: InstalledLesson) throws -> CommandStatus {
        let new = try workbook.begin(installed)
        for line in MarkdownText(columns: min(context.terminal.columns, 100), palette: palette).lines(installed.text) {
            try context.output.line(line)
        }
        try context.output.line()
        let place = workbook.place(of: installed)
        if !installed.lesson.edited.isEmpty {
            let state = new.isEmpty ? "are" : "are now"
            let files = installed.lesson.edited.joined(separator: ", ")
            try context.output.line("Your files \(state) in \(place): change \(files).")
        }
        try context.output.line(next(installed))
        return .holds
    }

    /// The command that somebody wants next.
    private func next(_ installed: InstalledLesson) -> String {
        let number = installed.lesson.number
        var commands: [String] = []
        if !installed.lesson.questions.isEmpty { commands.append("trapline lesson ask \(number)") }
        if !installed.lesson.checks.isEmpty { commands.append("trapline lesson check \(number)") }
        if !installed.lesson.hints.isEmpty { commands.append("trapline lesson hint \(number)") }
        return "Next: " + commands.joined(separator: "  ·  ")
    }

    func list() throws -> CommandStatus {
        let standings = workbook.standings()
        var table = TextTable(["", "lesson", "", "minutes"], right: [1, 3])
        for installed in library.lessons {
            let lesson = installed.lesson
            let isPassed = standings[lesson.number]?.isPassed == true
            table.append([isPassed ? "done" : "", String(lesson.number), lesson.title, String(lesson.minutes)])
        }
        for line in table.lines() { try context.output.line(line) }
        let done = library.lessons.count { standings[$0.lesson.number]?.isPassed == true }
        try context.output.line()
        try context.output.line("\(done) of \(library.lessons.count) done. Go on with: trapline lesson")
        return .holds
    }

    func hint(_ installed: InstalledLesson) throws -> CommandStatus {
        let lesson = installed.lesson
        let seen = workbook.standings()[lesson.number]?.hints ?? 0
        let count = lesson.hints.count
        guard count > 0 else {
            try context.output.line("Lesson \(lesson.number) has no hints.")
            return .holds
        }
        let shown = min(seen + 1, count)
        for (index, hint) in lesson.hints.prefix(shown).enumerated() {
            for line in wrapped("\(index + 1). \(hint)", columns: 78) { try context.output.line(line) }
        }
        try context.output.line(shown < count ? "\(count - shown) more: ask again." : "There are no more.")
        try workbook.set(lesson.number) { $0.hints = max($0.hints, shown) }
        return .holds
    }

    func reset(_ installed: InstalledLesson) throws -> CommandStatus {
        for moved in try workbook.reset(installed) {
            try context.output.line("yours is kept: \(moved.from) is now \(moved.to)")
        }
        try context.output.line("lesson \(installed.lesson.number) begins again in \(workbook.place(of: installed))")
        return .holds
    }

    // MARK: Asking

    /// Predict, then see. Answers are read from standard input, a line each.
    func ask(_ installed: InstalledLesson) throws -> CommandStatus {
        var right = 0
        let questions = installed.lesson.questions
        for (index, question) in questions.enumerated() {
            try context.output.line()
            for line in wrapped("\(index + 1). \(question.text)", columns: 78) {
                try context.output.line(palette.paint(line, .strong))
            }
            for (number, choice) in question.choices.enumerated() {
                try context.output.line("   \(number + 1)  \(choice)")
            }
            try context.output.write("Your answer (1-\(question.choices.count)): ")
            try context.output.flush()
            let given = readLine(from: context.input)
            if !context.terminal.inputIsTerminal { try context.output.line(given ?? "") }
            let isRight = given.flatMap { Int($0.trimmed) } == question.answer + 1
            if isRight { right += 1 }
            let verdict = isRight ? palette.paint("Right.", .success)
                : palette.paint("No: \(question.answer + 1), \(question.choices[question.answer]).", .warning)
            try context.output.line(verdict)
            for line in wrapped(question.reason, columns: 78) { try context.output.line(line) }
            if given == nil { break }
        }
        try context.output.line()
        let next = "trapline lesson check \(installed.lesson.number)"
        try context.output.line("\(right) of \(questions.count) right. Next: \(next)")
        return .holds
    }

    // MARK: Checking

    func check(_ installed: InstalledLesson, format: LessonFormat) throws -> CommandStatus {
        let lesson = installed.lesson
        try workbook.begin(installed)
        let bench = Bench(folders: [workbook.place(of: installed), installed.start, library.root], context: context)
        let outcomes = lesson.checks.map { LessonJudge(bench).judge($0) }
        let grade = Grade(lesson: lesson, outcomes: outcomes)
        try context.output.write(grade.text(format, palette: palette))
        if grade.isPassed {
            try workbook.set(lesson.number) { $0.isPassed = true }
            if format == .text {
                let next = library.lessons.first { $0.lesson.number > lesson.number }
                try context.output.line(next.map { "Next: trapline lesson \($0.lesson.number)  (\($0.lesson.title))" }
                    ?? "That was the last lesson.")
            }
        } else if format == .text {
            try context.output.line("Next: trapline lesson hint \(lesson.number)")
        }
        return grade.isPassed ? .holds : .refuted
    }
}

/// What came of all checks of a lesson, for people and for graders.
struct Grade {
    let lesson: Lesson
    let outcomes: [CheckOutcome]

    var isPassed: Bool { outcomes.allSatisfy(\.isPassed) }
    private var points: Int { outcomes.filter(\.isPassed).reduce(0) { $0 + $1.check.points } }
    private var most: Int { outcomes.reduce(0) { $0 + $1.check.points } }

    func text(_ format: LessonFormat, palette: Palette) -> String {
        switch format {
        case .text: return lines(palette).map { $0 + "\n" }.joined()
        case .json: return results.pretty
        case .junit:
            let cases = outcomes.map { outcome in
                JUnitDocument.Case(
                    name: outcome.check.text, className: "lesson\(lesson.number)", file: nil, line: outcome.check.line,
                    outcome: outcome.isPassed ? .passed
                        : .failed(message: outcome.reasons[0], text: outcome.reasons.joined(separator: "\n")))
            }
            return JUnitDocument(suites: [.init(name: lesson.title, cases: cases, output: "")]).text
        }
    }

    private func lines(_ palette: Palette) -> [String] {
        var lines: [String] = []
        for outcome in outcomes {
            let word = outcome.isPassed ? palette.paint("passed", .success) : palette.paint("not yet", .failure)
            lines.append("\(word)  \(printable(outcome.check.text))")
            lines += outcome.reasons.map { "         \(printable($0))" }
        }
        return lines + ["\(points) of \(most) points"]
    }

    /// As Gradescope takes it: a score and an output for each test.
    private var results: JSONValue {
        .object([
            ("schema", .string("trapline-lesson-1")), ("score", .integer(points)), ("max_score", .integer(most)),
            ("tests", .array(outcomes.map { outcome in
                .object([
                    ("name", .string(outcome.check.text)),
                    ("score", .integer(outcome.isPassed ? outcome.check.points : 0)),
                    ("max_score", .integer(outcome.check.points)),
                    ("output", .string(outcome.reasons.joined(separator: "\n"))),
                    ("status", .string(outcome.isPassed ? "passed" : "failed")),
                ])
            })),
        ])
    }
}
