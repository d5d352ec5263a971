import Foundation
import Testing

@testable import Classroom
@testable import Commands

@Suite struct Lessons {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    private func lesson(_ words: [String], input: String = "") -> CommandOutcome {
        trapline(["lesson", "--folder", scratch.path + "/own"] + words, input: input)
    }

    private static let library = try? LessonLibrary(testContext())

    /// Unsolved it is not passed, every solution is, and no wrong one.
    @Test(arguments: library?.lessons.map(\.lesson.number) ?? [])
    func everyLessonKeepsItsPromises(_ number: Int) {
        let outcome = lesson(["dev-check", String(number)])
        #expect(outcome.status == .holds, "\(outcome.output)")
    }

    @Test func lessonsAreNumberedInOrder() throws {
        let library = try #require(Self.library)
        #expect(library.lessons.map(\.lesson.number) == library.lessons.map { Int($0.name.prefix(2)) })
        #expect(library.lessons.count >= 3)
    }

    /// What a lesson's text tells to type works.
    @Test(arguments: library?.lessons ?? [])
    func everyCommandInTheTextWorks(_ installed: InstalledLesson) throws {
        var seen = 0
        for line in installed.text.split(separator: "\n") where line.hasPrefix("trapline ") {
            let words = line.split(separator: "#")[0].split(separator: " ").dropFirst().map(String.init).map { word in
                if word.hasPrefix("Lessons/") { return repositoryRoot + "/" + word }
                let own = installed.start + "/" + word
                return FileManager.default.fileExists(atPath: own) ? own : word
            }
            let outcome = trapline(words)
            #expect([.holds, .refuted, .guest(1)].contains(outcome.status), "\(line): \(outcome.diagnostics)")
            seen += 1
        }
        #expect(seen > 0)
    }

    @Test func aLessonFromItsBeginningToItsEnd() throws {
        #expect(lesson(["list"]).output.contains("0 of"))
        let first = lesson([])
        #expect(first.status == .holds)
        #expect(first.output.contains("What a virtual machine is") && first.output.contains("change hello.s"))
        let mine = scratch.path + "/own/01-what-a-virtual-machine-is/hello.s"
        #expect(FileManager.default.fileExists(atPath: mine))
        let before = lesson(["check", "1"])
        #expect(before.status == .refuted)
        #expect(before.output.contains("not yet") && before.output.contains("0 of 3 points"))
        #expect(before.output.contains("line 1 of the output is 'bare', and should be 'virtual'"))
        let installed = try #require(Self.library).lesson(1)
        let solution = try #require(installed.variants("solutions").first { $0.name == "plain" })
        try installed.write(solution, into: scratch.path + "/own/01-what-a-virtual-machine-is")
        let after = lesson(["check"])
        #expect(after.status == .holds, "\(after.output)")
        #expect(after.output.contains("3 of 3 points") && after.output.contains("Next: trapline lesson 2"))
        #expect(lesson(["list"]).output.contains("1 of"))
        #expect(lesson([]).output.contains("Modes and traps"))
    }

    @Test func nothingOfTheStudentsIsOverwritten() throws {
        _ = lesson(["1"])
        let mine = scratch.path + "/own/01-what-a-virtual-machine-is/hello.s"
        try "; mine".write(toFile: mine, atomically: true, encoding: .utf8)
        _ = lesson(["1"])
        _ = lesson(["check", "1"])
        #expect(try String(contentsOfFile: mine, encoding: .utf8) == "; mine")
        for number in 1...2 {
            try "; mine \(number)".write(toFile: mine, atomically: true, encoding: .utf8)
            #expect(lesson(["reset", "1"]).output.contains("hello.s is now hello.s.\(number)"))
            #expect(try String(contentsOfFile: mine + ".\(number)", encoding: .utf8) == "; mine \(number)")
        }
        #expect(lesson(["reset", "1"]).output.contains("is now") == false, "what is as it was is not put aside")
    }

    @Test func workThatDoesNotAssembleIsExplained() throws {
        _ = lesson(["1"])
        let mine = scratch.path + "/own/01-what-a-virtual-machine-is/hello.s"
        try "        .machine third-generation\n        FOO r1\n".write(toFile: mine, atomically: true, encoding: .utf8)
        let outcome = lesson(["check", "1"])
        #expect(outcome.status == .refuted)
        #expect(outcome.output.contains("hello.s:2:9: error"))
    }

    @Test func hintsComeOneByOne() {
        #expect(lesson(["hint", "2"]).output.contains("2 more"))
        #expect(lesson(["hint", "2"]).output.contains("1 more"))
        #expect(lesson(["hint", "2"]).output.contains("There are no more."))
        #expect(lesson(["hint", "2"]).output.contains("There are no more."))
        let progress = try? String(contentsOfFile: scratch.path + "/own/progress.txt", encoding: .utf8)
        #expect(progress?.contains("lesson 2 hints 3") == true)
    }

    @Test func questionsArePredictedAndRevealed() {
        let outcome = lesson(["ask", "1"], input: "2\n1\n1\n")
        #expect(outcome.output.contains("2 of 3 right"))
        #expect(outcome.output.contains("No: 2,"))
        #expect(lesson(["ask", "1"]).output.contains("0 of 3 right"))
    }

    @Test func graders() throws {
        let json = lesson(["check", "1", "--format", "json"])
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(document?["score"] as? Int == 0 && document?["max_score"] as? Int == 3)
        #expect((document?["tests"] as? [[String: Any]])?.count == 3)
        let junit = lesson(["check", "1", "--format", "junit"])
        #expect(junit.output.hasPrefix("<?xml") && junit.output.contains("failures=\"3\""))
    }

    @Test func nonsenseIsRefused() {
        #expect(lesson(["99"]).status == .noInput)
        #expect(lesson(["chek"]).status == .usage)
        #expect(lesson(["chek"]).diagnostics.contains("did you mean 'check'?"))
        #expect(lesson(["check", "one"]).status == .usage)
        #expect(lesson(["check", "1", "2"]).status == .usage)
    }

    @Test func aBrokenLessonIsNamedByItsLine() throws {
        let folder = scratch.path + "/Lessons/01-broken"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "lesson 1 \"t\"\nfoo\n".write(toFile: folder + "/lesson.script", atomically: true, encoding: .utf8)
        try "# t\n".write(toFile: folder + "/lesson.md", atomically: true, encoding: .utf8)
        let outcome = trapline(["lesson", "list"], environment: ["TRAPLINE_LESSONS": scratch.path + "/Lessons"])
        #expect(outcome.status == .badInput)
        #expect(outcome.diagnostics.contains("lesson.script:2: 'foo' says nothing here"))
    }
}
