/// A lesson as its script says it: what is asked, what is to be made, and how that is checked.
public struct Lesson: Hashable, Sendable {
    public var number: Int
    public var title: String
    /// How long it takes, about.
    public var minutes = 15
    /// Files of the exercise that are the student's to change.
    public var edited: [String] = []
    public var questions: [Question] = []
    /// From the gentlest to the one that nearly says it.
    public var hints: [String] = []
    public var checks: [Check] = []

    /// Predict, then reveal.
    public struct Question: Hashable, Sendable {
        public var text: String
        public var choices: [String]
        /// Index of the right one.
        public var answer: Int
        public var reason: String
    }

    /// Something that must be true of the student's work: of a machine's state, never of how it was written.
    public struct Check: Hashable, Sendable {
        public var text: String
        public var points: Int
        public var subject: Subject
        public var expectations: [Expectation]
        /// Where in the script.
        public var line: Int
    }

    public enum Subject: Hashable, Sendable {
        case run(Run)
        /// A machine's description.
        case machine(String)
    }

    /// Guests to be run, the outermost first, and how.
    public struct Run: Hashable, Sendable {
        public var files: [String]
        public var monitor = "bare"
        public var depth: Int?
        public var input = ""
        /// The student's guest may run for ever.
        public var steps: UInt64 = 1_000_000

        public init(files: [String]) { self.files = files }
    }

    /// One condition on what came of it.
    public enum Expectation: Hashable, Sendable {
        /// "status = 0", "r3 = 5", "cell found = 3", "trap supervisor-call >= 2".
        case value(Quantity, Relation, UInt64)
        case outputHas(String)
        case outputIs(String)
        /// What other files print when they are run bare with the same input.
        case outputIsThatOf([String])
        /// "theorem 1 holds".
        case theorem(Int, String)
        /// "instruction LRA is location-sensitive", "is not".
        case instruction(String, is: String, Bool)
    }

    public enum Quantity: Hashable, Sendable {
        case status
        case register(String)
        /// A symbol, or a number.
        case cell(String)
        case traps(String)
        /// What monitors did: "direct", "interpreted", "patched", "trapped".
        case count(String)
        case instructions
    }

    public enum Relation: String, Hashable, Sendable, CaseIterable {
        case equal = "=", notEqual = "!=", atLeast = ">=", atMost = "<="

        public func holds(_ a: UInt64, _ b: UInt64) -> Bool {
            switch self {
            case .equal: a == b
            case .notEqual: a != b
            case .atLeast: a >= b
            case .atMost: a <= b
            }
        }
    }
}

/// What is wrong with a lesson's script.
public struct LessonScriptError: Error, Hashable, Sendable {
    public var line: Int
    public var cause: String
    public var remedy: String
}
