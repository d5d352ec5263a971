#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A student's own folder: their files, a folder for each lesson, and how far they are. Nothing of theirs is ever
/// overwritten.
struct Workbook {
    let folder: String

    /// How far somebody is with a lesson.
    struct Standing: Hashable {
        var isPassed = false
        /// Hints that have been looked at.
        var hints = 0
    }

    private var progressPath: String { Path.join(folder, "progress.txt") }

    func place(of lesson: InstalledLesson) -> String { Path.join(folder, lesson.name) }

    // MARK: Files

    /// Puts the files of a lesson's exercise there, those that are not there yet.
    ///
    /// - Returns: the names of those that were.
    @discardableResult
    func begin(_ lesson: InstalledLesson) throws -> [String] {
        let place = place(of: lesson)
        try makeFolders(place)
        var new: [String] = []
        for name in folderEntries(lesson.start).sorted() where kind(ofPath: Path.join(place, name)) == .nothing {
            try copy(Path.join(lesson.start, name), to: Path.join(place, name))
            new.append(name)
        }
        return new
    }

    /// Begins a lesson's files again. The student's go aside under other names.
    ///
    /// - Returns: what was put aside, and where.
    func reset(_ lesson: InstalledLesson) throws -> [(from: String, to: String)] {
        let place = place(of: lesson)
        var moved: [(from: String, to: String)] = []
        for name in folderEntries(lesson.start).sorted() {
            let path = Path.join(place, name)
            guard kind(ofPath: path) != .nothing else { continue }
            let original = Path.join(lesson.start, name)
            if try readFile(path, what: "the file") == readFile(original, what: "the lesson's file") { continue }
            var number = 1
            while kind(ofPath: "\(path).\(number)") != .nothing { number += 1 }
            guard rename(path, "\(path).\(number)") == 0 else { throw writeFailure(name: quoted(path), code: errno) }
            moved.append((name, "\(name).\(number)"))
        }
        try begin(lesson)
        return moved
    }

    private func copy(_ source: String, to target: String) throws {
        try FileWriter.write(readFile(source, what: "the lesson's file"), to: target)
    }

    // MARK: Progress

    /// By lesson's number, as the file says; lines that say nothing are left alone.
    func standings() -> [Int: Standing] {
        guard let bytes = try? readFile(progressPath, what: "the progress") else { return [:] }
        var standings: [Int: Standing] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 3, words[0] == "lesson", let number = Int(words[1]) else { continue }
            if words[2] == "passed" { standings[number, default: Standing()].isPassed = true }
            if words[2] == "hints", words.count > 3, let count = Int(words[3]) {
                standings[number, default: Standing()].hints = count
            }
        }
        return standings
    }

    func set(_ number: Int, _ change: (inout Standing) -> Void) throws {
        var standings = standings()
        change(&standings[number, default: Standing()])
        var text = "How far you are with the lessons of trapline.\n"
        for (number, standing) in standings.sorted(by: { $0.key < $1.key }) {
            if standing.isPassed { text += "lesson \(number) passed\n" }
            if standing.hints > 0 { text += "lesson \(number) hints \(standing.hints)\n" }
        }
        try makeFolders(folder)
        try FileWriter.write(text.utf8, to: progressPath)
    }
}
