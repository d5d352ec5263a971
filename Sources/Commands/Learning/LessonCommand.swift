import ArgumentParser

enum LessonAction: String, CaseIterable {
    case show, list, ask, check, hint, reset
    case devCheck = "dev-check"
}

enum LessonFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, junit
}

struct LessonCommand: TraplineCommand {
    static let configuration = CommandConfiguration(
        commandName: "lesson",
        abstract: "Learn what a virtual machine is, by making one.",
        discussion: """
            Without anything: the lesson that you are at. With a number: that lesson.

              trapline lesson            go on where you are
              trapline lesson list       all lessons, and how far you are
              trapline lesson 2          lesson 2: its text, its files in your folder
              trapline lesson ask 2      its questions: predict, then see
              trapline lesson check 2    is your work right?
              trapline lesson hint 2     a hint; the next time the next one
              trapline lesson reset 2    begin its files again; yours are put aside
              trapline lesson dev-check  do the lessons themselves keep their promises?

            Your files are in a folder of your own (--folder, TRAPLINE_LESSONS_WORK, or \
            ~/trapline-lessons). Nothing in it is ever overwritten.

            Exit codes:
              0    shown, or every check is passed
              1    some check is not passed
              64   usage                      70   internal
              65   a lesson is broken         74   input or output failed
              66   no such lesson             130  interrupted
            """)

    @Argument(help: ArgumentHelp("What to do, and the number of a lesson.", valueName: "action"))
    var words: [String] = []

    @Option(name: .long, help: ArgumentHelp("Your folder.", valueName: "folder"))
    var folder: String?

    @Option(name: .long, help: "How 'check' answers.")
    var format: LessonFormat = .text
}

extension LessonCommand {
    func perform(in context: Context) throws -> CommandStatus {
        let (action, number) = try LessonCommand.parse(words)
        let library = try LessonLibrary(context)
        let desk = Desk(library, workbook: Workbook(folder: try workFolder(context)), in: context)
        switch action {
        case .show: return try desk.show(try desk.lesson(number))
        case .list: return try desk.list()
        case .ask: return try desk.ask(try desk.lesson(number))
        case .check: return try desk.check(try desk.lesson(number), format: format)
        case .hint: return try desk.hint(try desk.lesson(number))
        case .reset: return try desk.reset(try desk.lesson(number))
        case .devCheck:
            let lessons = try number.map { [try library.lesson($0)] } ?? library.lessons
            return try LessonInspection(library, in: context).run(lessons)
        }
    }

    private static func parse(_ words: [String]) throws -> (LessonAction, Int?) {
        var rest = words[...]
        var action = LessonAction.show
        if let first = rest.first, Int(first) == nil {
            let names = LessonAction.allCases.map(\.rawValue)
            guard let named = LessonAction(rawValue: first) else {
                throw Failure(.usage, "a lesson cannot be told to \(quoted(first))",
                    remedy: remedy(for: first, among: names, otherwise: "say one of: \(names.joined(separator: ", "))"))
            }
            action = named
            rest.removeFirst()
        }
        var number: Int?
        if let word = rest.popFirst() {
            guard let given = Int(word), given > 0 else {
                throw Failure(
                    .usage, "\(quoted(word)) is no number of a lesson", remedy: "'trapline lesson list' has them")
            }
            number = given
        }
        if let more = rest.first {
            throw Failure(.usage, "\(quoted(more)) is too much", remedy: "one lesson at a time")
        }
        return (action, number)
    }

    private func workFolder(_ context: Context) throws -> String {
        if let folder = folder ?? context.environment["TRAPLINE_LESSONS_WORK"], !folder.isEmpty {
            return Path.join(context.folder, folder)
        }
        guard let home = context.environment["HOME"], !home.isEmpty else {
            throw Failure(.usage, "there is no home folder to keep your work in", remedy: "name one: --folder FOLDER")
        }
        return Path.join(home, "trapline-lessons")
    }
}
