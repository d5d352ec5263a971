import Foundation
import Testing

/// What the README's first screen shows is what the program prints.
@Suite struct ReadmeSessions {
    /// A command of the README with the output that it gives there; a line of three dots stands for any lines.
    struct Session {
        var command: String
        var output: [String]
    }

    private func sessions() throws -> [Session] {
        let text = try String(contentsOfFile: repositoryRoot + "/README.md", encoding: .utf8)
        let screen = try #require(text.components(separatedBy: "```").dropFirst().first)
        var sessions: [Session] = []
        for line in screen.components(separatedBy: "\n").dropFirst() {
            if line.hasPrefix("$ ") {
                sessions.append(Session(command: String(line.dropFirst(2)), output: []))
            } else if !sessions.isEmpty {
                sessions[sessions.count - 1].output.append(line)
            }
        }
        return sessions
    }

    @Test func areWhatIsPrinted() throws {
        let sessions = try sessions()
        #expect(sessions.count == 2)
        for session in sessions {
            let script = "trapline() { \"$TRAPLINE\" \"$@\"; }; \(session.command)"
            let printed = try TraplineProcess.shell(script).output.components(separatedBy: "\n")
            var next = printed.startIndex
            for block in session.output.split(separator: "...") {
                let shown = Array(block).trimmed
                let found = printed.indices[next...].first { start in
                    start + shown.count <= printed.count
                        && zip(shown, printed[start...]).allSatisfy { isShown($0, $1) }
                }
                #expect(found != nil, "\(session.command) does not print \(shown)")
                next = (found ?? next) + shown.count
            }
        }
    }

    /// Long lines are cut with three dots.
    private func isShown(_ line: String, _ printed: String) -> Bool {
        line.hasSuffix("...") ? printed.hasPrefix(line.dropLast(3)) : printed == line
    }
}

extension Array where Element == String {
    /// Without empty lines at the end.
    fileprivate var trimmed: [String] { Array(reversed().drop(while: \.isEmpty).reversed()) }
}
