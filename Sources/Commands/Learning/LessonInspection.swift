import Classroom

/// Holds the lessons themselves to what they promise: unsolved, an exercise is not passed; each of its solutions is,
/// and each plausible wrong one is not.
struct LessonInspection {
    private let library: LessonLibrary
    private let context: Context

    init(_ library: LessonLibrary, in context: Context) {
        self.library = library
        self.context = context
    }

    func run(_ lessons: [InstalledLesson]) throws -> CommandStatus {
        var isRight = true
        for installed in lessons {
            let faults = try faults(of: installed)
            isRight = isRight && faults.isEmpty
            let verdict = faults.isEmpty ? "keeps its promises" : "\(faults.count) faults"
            try context.output.line("\(installed.name): \(verdict)")
            for fault in faults { try context.output.line("  \(printable(fault))") }
        }
        return isRight ? .holds : .refuted
    }

    private func faults(of installed: InstalledLesson) throws -> [String] {
        let lesson = installed.lesson
        var faults: [String] = []
        if !(10...20).contains(lesson.minutes) { faults.append("it takes \(lesson.minutes) minutes, not 10 to 20") }
        if lesson.questions.isEmpty { faults.append("it asks nothing") }
        guard !lesson.checks.isEmpty else { return faults }
        if lesson.hints.count < 2 { faults.append("it has \(lesson.hints.count) hints; two at least are wanted") }
        for file in lesson.edited where kind(ofPath: Path.join(installed.start, file)) != .file {
            faults.append("there is no start/\(file) to change")
        }
        if try failing(installed, with: nil).isEmpty { faults.append("the exercise is passed before anything is done") }
        let solutions = installed.variants("solutions")
        if solutions.isEmpty { faults.append("it has no solution") }
        for solution in solutions {
            for outcome in try failing(installed, with: solution) {
                faults.append("solution \(solution.name): \(outcome.check.text): \(outcome.reasons.joined(separator: "; "))")
            }
        }
        let wrong = installed.variants("wrong")
        if wrong.count < 3 { faults.append("it has \(wrong.count) wrong solutions; three at least are wanted") }
        for attempt in wrong where try failing(installed, with: attempt).isEmpty {
            faults.append("the wrong solution \(attempt.name) is passed")
        }
        return faults
    }

    /// The checks that are not passed, with a solution's files before the lesson's own.
    private func failing(
        _ installed: InstalledLesson, with variant: InstalledLesson.Variant?
    ) throws -> [CheckOutcome] {
        try withTemporaryFolder { folder in
            if let variant { try installed.write(variant, into: folder) }
            let bench = Bench(folders: [folder, installed.start, library.root], context: context)
            return installed.lesson.checks.map { LessonJudge(bench).judge($0) }.filter { !$0.isPassed }
        }
    }
}
