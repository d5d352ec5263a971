import Testing

@testable import Classroom

@Suite struct LessonScriptTests {
    private static let script = """
        -- A comment.
        lesson 3 "Relocation and bounds"
        minutes 15
        edit relocate.s

        question "Which address does it touch?"
          choice "the one it names"
          choice "the one it names, plus the base"
          answer 2
          because "R = (l, b)."

        hint "Look at base."
        hint "Add it."

        check "The sum is in r3" points 2
          run relocate.s guests/timesharing.s monitor vmm depth 2 input "7\\n" steps 10000
          status = 0
          r3 = 0x37
          cell found >= 3
          trap supervisor-call != 0
          interpreted <= 5
          output has "a \\"word\\""
          output = output of other.s

        check "The machine is right"
          machine my.isa
          theorem 1 holds
          instruction LRA is not location-sensitive
        """

    @Test func aScriptIsRead() throws {
        let lesson = try Lesson(script: Self.script)
        #expect(lesson.number == 3 && lesson.title == "Relocation and bounds" && lesson.edited == ["relocate.s"])
        #expect(lesson.questions.first?.answer == 1)
        #expect(lesson.hints == ["Look at base.", "Add it."])
        let check = try #require(lesson.checks.first)
        #expect(check.points == 2 && check.line == 15)
        guard case .run(let run) = check.subject else {
            Issue.record("it runs nothing")
            return
        }
        #expect(run.files == ["relocate.s", "guests/timesharing.s"] && run.monitor == "vmm" && run.depth == 2)
        #expect(run.input == "7\n" && run.steps == 10000)
        #expect(check.expectations == [
            .value(.status, .equal, 0), .value(.register("r3"), .equal, 55), .value(.cell("found"), .atLeast, 3),
            .value(.traps("supervisor-call"), .notEqual, 0), .value(.count("interpreted"), .atMost, 5),
            .outputHas("a \"word\""), .outputIsThatOf(["other.s"]),
        ])
        #expect(lesson.checks[1].expectations == [
            .theorem(1, "holds"), .instruction("LRA", is: "location-sensitive", false),
        ])
    }

    @Test(arguments: [
        ("minutes 3", 1, "before 'lesson'"), ("lesson x \"t\"", 1, "is no number"), ("lesson 1 t", 1, "title is missing"),
        ("lesson 1 \"t", 1, "without its end"), ("lesson 1 \"t\"\n  choice \"a\"", 2, "nothing above"),
        ("lesson 1 \"t\"\nquestion \"q\"\n  choice \"a\"\n  answer 1", 2, "without choices"),
        ("lesson 1 \"t\"\ncheck \"c\"", 2, "expects nothing"), ("lesson 1 \"t\"\ncheck \"c\"\n  r3 = 1", 3, "before it is said"),
        ("lesson 1 \"t\"\ncheck \"c\"\n  run a.s\n  r3 ~ 1", 4, "is no relation"),
        ("lesson 1 \"t\"\ncheck \"c\"\n  machine a.isa\n  theorem 4 holds", 4, "theorem 4"),
        ("lesson 1 \"t\"\nfoo", 2, "says nothing here"), ("lesson 1 \"\\x\"", 1, "backslash"), ("", 1, "no lesson"),
        ("lesson 1 \"t\" more", 1, "too much"), ("lesson 1 \"t\"\nlesson 2 \"u\"", 2, "second lesson"),
    ])
    func whatIsWrongIsSaid(script: String, line: Int, cause: String) {
        let error = #expect(throws: LessonScriptError.self) { try Lesson(script: script) }
        #expect(error?.line == line)
        #expect(error?.cause.contains(cause) == true, "\(error?.cause ?? "")")
        #expect(error?.remedy.isEmpty == false)
    }

    @Test func anyScriptIsReadOrRefused() {
        var numbers = SystemRandomNumberGenerator()
        let characters = Array(Self.script)
        for _ in 0..<2000 {
            var text = characters
            for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                let place = Int.random(in: 0..<text.count, using: &numbers)
                switch Int.random(in: 0..<3, using: &numbers) {
                case 0: text.remove(at: place)
                case 1: text[place] = characters[Int.random(in: 0..<characters.count, using: &numbers)]
                default: text.removeSubrange(place..<min(place + 30, text.count))
                }
            }
            _ = try? Lesson(script: String(text))
        }
    }

    // MARK: Changes

    @Test func aChangeReplacesWhatStandsOnce() throws {
        let change = try LessonChange("file a.s\nafter right\n-two\n-three\n+2\n\n-one\n")
        #expect(change.file == "a.s" && change.solution == "right")
        #expect(try change.applied(to: "one\ntwo\nthree\nfour\n") == "2\nfour\n")
        for (text, line) in [("one\n", 3), ("one\ntwo\nthree\ntwo\nthree\n", 3), ("two\nthree\n", 7)] {
            let error = #expect(throws: LessonScriptError.self) { try change.applied(to: text) }
            #expect(error?.line == line)
        }
        for (text, line) in [("", 1), ("a.s\n", 1), ("file a.s\nfoo\n", 2), ("file a.s\n-a\nafter b\n", 3)] {
            #expect(#expect(throws: LessonScriptError.self) { try LessonChange(text) }?.line == line)
        }
        #expect(throws: LessonScriptError.self) { try LessonChange("file a.s\n+a\n").applied(to: "b\n") }
    }

    // MARK: Judging

    private struct Facts: RunFacts {
        var output: String
        var ending = "the guest has halted with status 0"
        func value(of quantity: Lesson.Quantity) -> UInt64? {
            switch quantity {
            case .status: 0
            case .register("r3"): 55
            case .cell("found"): 2
            case .traps: 1
            case .count: 9
            default: nil
            }
        }
    }

    private struct Verdict: MachineFacts {
        static let classNames = ["location-sensitive"]
        func theorem(_ number: Int) -> String { "refuted" }
        func classes(of mnemonic: String) -> Set<String>? { mnemonic == "LRA" ? ["location-sensitive"] : nil }
    }

    private struct Bench: LessonBench {
        func run(_ run: Lesson.Run) throws(WorkFailure) -> any RunFacts {
            if run.files == ["broken.s"] { throw WorkFailure(["broken.s:1:1: error"]) }
            return Facts(output: run.files == ["other.s"] ? "one\ntwo\n" : "one\na \"word\"\n")
        }
        func machine(_ path: String) throws(WorkFailure) -> any MachineFacts { Verdict() }
    }

    @Test func whatIsNotPassedIsSaidInNumbers() throws {
        let lesson = try Lesson(script: Self.script)
        let outcomes = lesson.checks.map { LessonJudge(Bench()).judge($0) }
        #expect(outcomes[0].reasons == [
            "cell found is 2, and should be >= 3", "the number of interpreted instructions is 9, and should be <= 5",
            "line 2 of the output is 'a \"word\"', and should be 'two'", "(the guest has halted with status 0)",
        ])
        #expect(outcomes[1].reasons == [
            "Theorem 1: refuted, and should be: holds", "LRA is location-sensitive, and should not be location-sensitive",
        ])
        let broken = try Lesson(script: "lesson 1 \"t\"\ncheck \"c\"\n  run broken.s\n  r9 = 1")
        #expect(LessonJudge(Bench()).judge(broken.checks[0]).reasons == ["broken.s:1:1: error"])
        let unknown = try Lesson(script: "lesson 1 \"t\"\ncheck \"c\"\n  run a.s\n  r9 = 1")
        #expect(LessonJudge(Bench()).judge(unknown.checks[0]).reasons.first == "there is no r9")
        let right = try Lesson(script: "lesson 1 \"t\"\ncheck \"c\"\n  run a.s\n  r3 = 55\n  status = 0")
        #expect(LessonJudge(Bench()).judge(right.checks[0]).isPassed)
    }
}
