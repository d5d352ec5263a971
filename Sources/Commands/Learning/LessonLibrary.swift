import Classroom

/// A lesson where it is installed: its script, its text, the files of its exercise.
struct InstalledLesson {
    let folder: String
    let lesson: Lesson
    /// Markdown.
    let text: String

    /// "04-dispatcher".
    var name: String { Path.lastName(folder) }
    /// What the student begins with.
    var start: String { Path.join(folder, "start") }

    init(_ folder: String) throws {
        self.folder = folder
        let script = Path.join(folder, "lesson.script")
        let source = String(decoding: try readFile(script, what: "the lesson's script"), as: UTF8.self)
        do throws(LessonScriptError) {
            lesson = try Lesson(script: source)
        } catch {
            throw Failure(.badInput, "\(script):\(error.line): \(error.cause)", remedy: error.remedy)
        }
        text = String(decoding: try readFile(Path.join(folder, "lesson.md"), what: "the lesson's text"), as: UTF8.self)
    }

    /// A solution, right or wrong: a folder with files of its own, or a change to the student's.
    struct Variant {
        let path: String
        var name: String { Path.stem(path) }
    }

    /// - Parameter kind: `solutions` or `wrong`.
    func variants(_ kind: String) -> [Variant] {
        let parent = Path.join(folder, kind)
        return folderEntries(parent).sorted().map { Variant(path: Path.join(parent, $0)) }
    }

    /// Puts a variant's files into a folder.
    func write(_ variant: Variant, into target: String) throws {
        if Commands.kind(ofPath: variant.path) == .folder {
            for name in folderEntries(variant.path) {
                let bytes = try readFile(Path.join(variant.path, name), what: "the solution")
                try FileWriter.write(bytes, to: Path.join(target, name))
            }
        } else {
            let (name, text) = try changed(by: variant.path)
            try FileWriter.write(text.utf8, to: Path.join(target, name))
        }
    }

    /// The student's file as a change leaves it.
    private func changed(by path: String, depth: Int = 0) throws -> (name: String, text: String) {
        let source = String(decoding: try readFile(path, what: "the solution"), as: UTF8.self)
        do {
            let change = try LessonChange(source)
            var text: String
            if let solution = change.solution, depth == 0 {
                text = try changed(by: Path.join(folder, "solutions/\(solution).change"), depth: 1).text
            } else {
                text = String(decoding: try readFile(Path.join(start, change.file), what: "the lesson's file"), as: UTF8.self)
            }
            text = try change.applied(to: text)
            return (change.file, text)
        } catch let error as LessonScriptError {
            throw Failure(.badInput, "\(path):\(error.line): \(error.cause)", remedy: error.remedy)
        }
    }
}

/// Where the lessons are: `TRAPLINE_LESSONS`, or `Lessons` in the current folder or above it, or beside the executable.
struct LessonLibrary {
    let root: String
    let lessons: [InstalledLesson]

    init(_ context: Context) throws {
        var places = [context.environment["TRAPLINE_LESSONS"]].compactMap { $0 }
        places += MachineCatalogue(context).roots.map { Path.join(Path.parent($0), "Lessons") }
        guard let root = places.first(where: { kind(ofPath: $0) == .folder }) else {
            throw Failure(.noInput, "the lessons are not installed here: no folder Lessons beside ISA",
                remedy: "set TRAPLINE_LESSONS to the folder that holds them")
        }
        self.root = root
        let folders = folderEntries(root).filter { $0.prefix(2).allSatisfy(\.isNumber) && $0.count > 3 }.sorted()
        lessons = try folders.map { try InstalledLesson(Path.join(root, $0)) }
    }

    func lesson(_ number: Int) throws -> InstalledLesson {
        if let found = lessons.first(where: { $0.lesson.number == number }) { return found }
        let numbers = lessons.map { String($0.lesson.number) }.joined(separator: ", ")
        throw Failure(.noInput, "there is no lesson \(number)", remedy: "there is: \(numbers)")
    }
}
