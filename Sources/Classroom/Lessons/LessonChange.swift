/// What a solution, right or wrong, changes in the file that a student begins with: lines that go, marked `-`, and
/// lines that come in their place, marked `+`.
///
///     file place.s
///     -program: .word USER | 0x8000
///     +program: .word USER | 256<<16 | 32
///
/// The lines that go must stand in the file exactly once, one behind the other. A blank line separates changes.
/// `after NAME` in the second line: the solution of that name comes first, and this changes it. So a wrong solution is a
/// right one with its mistake.
public struct LessonChange: Hashable, Sendable {
    private struct Replacement: Hashable {
        var old: [String] = []
        var new: [String] = []
        /// Where in the change's file.
        var line: Int
    }

    /// The name of the file in `start`.
    public let file: String
    /// The solution that this one begins with; nil: the student's file.
    public private(set) var solution: String?
    private var replacements: [Replacement] = []

    /// - Throws: `LessonScriptError` with the line that is wrong.
    public init(_ text: String) throws(LessonScriptError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ")
        guard words.count == 2, words[0] == "file" else {
            throw LessonScriptError(line: 1, cause: "no file is named", remedy: "begin with: file NAME")
        }
        file = String(words[1])
        var isOpen = false
        for (index, line) in lines.enumerated().dropFirst() {
            guard let sign = line.first else {
                isOpen = false
                continue
            }
            if index == 1, line.hasPrefix("after "), line.count > 6 {
                solution = String(line.dropFirst(6))
                continue
            }
            guard sign == "-" || sign == "+" else {
                throw LessonScriptError(line: index + 1, cause: "a line that neither goes nor comes",
                    remedy: "begin it with - or +, or leave it out")
            }
            if !isOpen { replacements.append(Replacement(line: index + 1)) }
            isOpen = true
            let content = String(line.dropFirst())
            if sign == "-" {
                replacements[replacements.count - 1].old.append(content)
            } else {
                replacements[replacements.count - 1].new.append(content)
            }
        }
    }

    /// The file with the change.
    ///
    /// - Throws: `LessonScriptError` where the lines that go are not there, or more than once.
    public func applied(to text: String) throws(LessonScriptError) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for replacement in replacements {
            let count = replacement.old.count
            let places = lines.indices.filter { lines[$0...].starts(with: replacement.old) }
            guard count > 0, let place = places.first, places.count == 1 else {
                throw LessonScriptError(
                    line: replacement.line, cause: "the lines that go stand \(count > 0 ? places.count : 0) times in \(file)",
                    remedy: "name lines that stand there once")
            }
            lines.replaceSubrange(place..<place + count, with: replacement.new)
        }
        return lines.joined(separator: "\n")
    }
}
