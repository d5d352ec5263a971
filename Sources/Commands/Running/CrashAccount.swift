import Classroom

/// What a crashed guest leaves behind, in sentences: why, where, and how it came there.
struct CrashAccount {
    let cause: String
    let view: GuestView
    let history: TrapHistory

    func lines() -> [String] {
        let here = view.here
        let found = view.instruction(at: here)
        let mode = view.mode.isEmpty ? "" : " in \(view.mode) mode"
        let symbol = view.label(inProgram: here).map { " (\($0))" } ?? ""
        var lines = ["the guest crashed after \(view.processor.completedInstructions) instructions: \(cause)"]
        lines.append("  at \(view.number(here))\(symbol)\(mode): \(found.text)")
        if !found.units.isEmpty {
            lines.append("  encoded as \(found.units.map { view.number($0) }.joined(separator: " "))")
        }
        if history.last.isEmpty {
            lines.append("  no trap before that")
        } else {
            lines.append("  the last traps, the latest last:")
            lines += history.last.map { "    \(view.text($0))" }
        }
        lines.append("  registers:")
        lines += wrapped(view.registers().map { $0.replacingBlanks() }.joined(separator: " "), columns: 76)
            .map { "    " + $0.restoringBlanks() }
        return lines
    }
}

extension String {
    /// "pc = 5" is one word to the line breaker.
    fileprivate func replacingBlanks() -> String { split(separator: " ").joined(separator: "\u{A0}") }
    fileprivate func restoringBlanks() -> String { split(separator: "\u{A0}").joined(separator: " ") }
}
