import Classroom

/// Steps by lines: a command in, sentences out. For pipes and for screen readers.
struct PlainStepping {
    private let session: SteppingSession
    private let context: Context
    private var stepper: Stepper { session.stepper }

    init(_ session: SteppingSession, in context: Context) {
        self.session = session
        self.context = context
    }

    func run() throws -> CommandStatus {
        let interruption = context.interruption
        stepper.history.isInterrupted = { interruption.isRequested }
        try say([session.title] + session.narrator.lines())
        while let line = readLine(from: context.input) {
            if interruption.isRequested { return .interrupted }
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard let word = words.first else { continue }
            guard let command = StepperCommand(word: word) else {
                let names = StepperCommand.allCases.map(\.rawValue)
                let near = remedy(for: word, among: names, otherwise: "'help' lists them")
                try say(["there is no command \(quoted(word)): \(near)"])
                continue
            }
            switch try stepper.perform(command, words.count > 1 ? words[1] : "") {
            case .moved: try say(session.narrator.lines())
            case .said(let text): try say([text] + session.narrator.lines())
            case .refused(let text): try say([text])
            case .listed(let rows): try say(PlainStepping.table(rows))
            case .left: return .holds
            }
        }
        return interruption.isRequested ? .interrupted : .holds
    }

    static func table(_ rows: [Stepper.Row]) -> [String] {
        let width = (rows.map { displayWidth($0.subject) }.max() ?? 0) + 2
        return rows.map { ($0.isHere ? "> " : "  ") + padded($0.subject, to: width) + $0.text }
    }

    private func say(_ lines: [String]) throws {
        for line in lines { try context.output.line(printable(line)) }
        try context.output.flush()
    }
}
