/// Writes what happens to guests, as text or as one JSON object a line.
struct TraceWriter {
    /// Whose event it is and when, in front of a line of text, and among the members of an object.
    struct Origin {
        var text: String
        var members: [(String, JSONValue)]
    }

    private let subjects: Set<TraceSubject>
    private let format: TraceFormat
    private let sink: (String) throws -> Void

    init(_ subjects: Set<TraceSubject>, format: TraceFormat, sink: @escaping (String) throws -> Void) {
        self.subjects = subjects
        self.format = format
        self.sink = sink
    }

    func writes(_ subject: TraceSubject) -> Bool { subjects.contains(subject) }

    /// Every instruction must be looked at: the machine runs in single steps.
    var wantsSteps: Bool { writes(.instructions) || writes(.mode) }

    func write(
        _ event: String, _ origin: Origin, _ members: [(String, JSONValue)], text: () -> String
    ) throws {
        switch format {
        case .text: try sink("\(origin.text)  \(text())\n")
        case .json:
            try sink(JSONValue.object([("event", .string(event))] + origin.members + members).compact + "\n")
        }
    }
}
