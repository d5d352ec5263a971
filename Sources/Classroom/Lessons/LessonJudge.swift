/// What came of running guests.
public protocol RunFacts {
    var output: String { get }
    /// How it ended, in words.
    var ending: String { get }
    /// Nil: the guests have nothing of this name.
    func value(of quantity: Lesson.Quantity) -> UInt64?
}

/// What the checker says of a machine.
public protocol MachineFacts {
    /// "holds", "refuted", "undecided", "not applicable".
    func theorem(_ number: Int) -> String
    /// The classes of all variants of a mnemonic; nil: there is none.
    func classes(of mnemonic: String) -> Set<String>?
    /// What a check may ask for.
    static var classNames: [String] { get }
}

/// Runs guests and questions machines for a judge.
public protocol LessonBench {
    func run(_ run: Lesson.Run) throws(WorkFailure) -> any RunFacts
    func machine(_ path: String) throws(WorkFailure) -> any MachineFacts
}

/// The student's work cannot be looked at: lines for people, as a compiler would say it.
public struct WorkFailure: Error, Hashable, Sendable {
    public var lines: [String]

    public init(_ lines: [String]) { self.lines = lines }
}

/// What came of a check.
public struct CheckOutcome: Hashable, Sendable {
    public var check: Lesson.Check
    /// Why it is not passed; empty: it is.
    public var reasons: [String]

    public var isPassed: Bool { reasons.isEmpty }
}

/// Holds a student's work against a lesson's checks.
public struct LessonJudge {
    private let bench: any LessonBench

    public init(_ bench: any LessonBench) { self.bench = bench }

    public func judge(_ check: Lesson.Check) -> CheckOutcome {
        CheckOutcome(check: check, reasons: reasons(check))
    }

    private func reasons(_ check: Lesson.Check) -> [String] {
        do throws(WorkFailure) {
            switch check.subject {
            case .run(let run):
                let facts = try bench.run(run)
                var reasons: [String] = []
                for expectation in check.expectations { reasons += try self.reasons(expectation, run, facts) }
                // What went wrong first is how it ended.
                return reasons.isEmpty ? [] : reasons + ["(\(facts.ending))"]
            case .machine(let path):
                let facts = try bench.machine(path)
                return check.expectations.flatMap { reasons($0, facts) }
            }
        } catch {
            return error.lines
        }
    }

    private func reasons(
        _ expectation: Lesson.Expectation, _ run: Lesson.Run, _ facts: any RunFacts
    ) throws(WorkFailure) -> [String] {
        switch expectation {
        case .value(let quantity, let relation, let wanted):
            let name = Self.name(quantity)
            guard let found = facts.value(of: quantity) else { return ["there is no \(name)"] }
            let sign = relation == .equal ? "" : "\(relation.rawValue) "
            return relation.holds(found, wanted) ? [] : ["\(name) is \(found), and should be \(sign)\(wanted)"]
        case .outputHas(let text):
            if facts.output.contains(text) { return [] }
            return ["the output has no \(Self.shown(text)): \(Self.shown(facts.output))"]
        case .outputIs(let text): return Self.difference(facts.output, text)
        case .outputIsThatOf(let files):
            var bare = Lesson.Run(files: files)
            bare.input = run.input
            bare.steps = run.steps
            return Self.difference(facts.output, try bench.run(bare).output)
        case .theorem, .instruction: return ["a run says nothing about theorems"]
        }
    }

    private func reasons(_ expectation: Lesson.Expectation, _ facts: any MachineFacts) -> [String] {
        switch expectation {
        case .theorem(let number, let wanted):
            let found = facts.theorem(number)
            return found == wanted ? [] : ["Theorem \(number): \(found), and should be: \(wanted)"]
        case .instruction(let name, is: let wanted, let isTrue):
            guard let classes = facts.classes(of: name) else { return ["there is no instruction \(name)"] }
            if classes.contains(wanted) == isTrue { return [] }
            let found = classes.sorted().joined(separator: ", ")
            return ["\(name) is \(found), and should \(isTrue ? "be" : "not be") \(wanted)"]
        case .value, .outputHas, .outputIs, .outputIsThatOf: return ["a machine is not run here"]
        }
    }

    private static func name(_ quantity: Lesson.Quantity) -> String {
        switch quantity {
        case .status: "the guest's status"
        case .instructions: "the number of instructions"
        case .register(let name): name
        case .cell(let name): "cell \(name)"
        case .traps(let kind): "the number of \(kind) traps"
        case .count(let what): "the number of \(what) instructions"
        }
    }

    /// The first line that is another one.
    private static func difference(_ found: String, _ wanted: String) -> [String] {
        guard found != wanted else { return [] }
        let lines = (found.split(separator: "\n", omittingEmptySubsequences: false),
            wanted.split(separator: "\n", omittingEmptySubsequences: false))
        let index = zip(lines.0, lines.1).enumerated().first { $1.0 != $1.1 }?.offset ?? min(lines.0.count, lines.1.count)
        func line(_ lines: [Substring]) -> String { index < lines.count ? shown(String(lines[index])) : "nothing more" }
        return ["line \(index + 1) of the output is \(line(lines.0)), and should be \(line(lines.1))"]
    }

    private static func shown(_ text: String) -> String {
        let line = text.replacing("\n", with: "\\n")
        return "'" + (line.count > 100 ? line.prefix(100) + "..." : line) + "'"
    }
}
