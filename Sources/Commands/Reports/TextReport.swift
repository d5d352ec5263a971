import ISALanguage
import Virtualizability

/// The report for a terminal: the verdict in one line, then why.
struct TextReport {
    let report: MachineReport
    let description: MachineDescription?
    let answer: CheckAnswer
    let palette: Palette
    let columns: Int

    func lines() -> [String] {
        let head = VerdictLine(report: report, answer: answer)
        var lines = [palette.paint(head.text, head.emphasis)]
        if !report.errors.isEmpty { return lines + errors() }
        let rows = ReportRows(report: report)
        guard report.notApplicable == nil else { return lines + list("Assumptions", rows.assumptions()) }
        lines += table(ReportRows.theoremHeadings, rows.theorems())
        for theorem in Theorem.allCases { lines += offenders(theorem, rows) }
        lines += section("Monitors", TextTable(ReportRows.monitorHeadings), rows.monitors())
        lines += list("Squares", rows.squares())
        if !report.timingSources.isEmpty {
            lines += list("Read a clock", [report.timingSources.joined(separator: ", ")])
        }
        lines += list("Policy", rows.policy())
        lines += list("Assumptions", rows.assumptions(besidesPolicy: true))
        lines += list("Remedy", rows.remedies())
        let counts = report.statistics
        lines.append(palette.paint(
            "  \(counts.queries) questions: \(counts.proved) proved, \(counts.witnessed) refuted by a witness, "
                + "\(counts.undecided) undecided", .faint))
        return lines
    }

    /// Offenders of the verdict that counts for this theorem, where it is refuted or undecided.
    private func offenders(_ theorem: Theorem, _ rows: ReportRows) -> [String] {
        let asked = theorem == answer.theorem ? answer : CheckAnswer(theorem: theorem, strict: answer.policy == .strict)
        guard let verdict = report.verdict(theorem, reading: asked.reading, policy: asked.policy) else { return [] }
        let title = "\(theorem.title) \(verdict.verdict.word) (\(asked.reading.title), \(asked.policy.title))"
        switch verdict.verdict {
        case .holds: return list(title, verdict.notes)
        case .refuted:
            let found = rows.offenders(verdict)
            return section(title, TextTable(ReportRows.offenderHeadings), found) + notes(verdict.notes)
        case .undecided(let reason), .notApplicable(let reason):
            return list(title, [reason] + verdict.undecided.map { "not decided: \($0)" } + verdict.notes)
        }
    }

    private func notes(_ notes: [String]) -> [String] { notes.flatMap { wrapped($0) } }

    private func errors() -> [String] {
        report.errors.flatMap { error -> [String] in
            let place = error.location
            var lines = ["\(place.file):\(place.line):\(place.column): error: \(error.cause)"]
            if let other = error.contradiction {
                lines.append("\(other.file):\(other.line):\(other.column): note: contradicted here")
            }
            if let witness = error.witness { lines += WitnessText(witness, of: description).lines(indent: 2) }
            return lines + ["  remedy: \(error.remedy)"]
        }
    }

    private func table(_ headings: [String], _ rows: [[String]]) -> [String] {
        var table = TextTable(headings)
        table.rows = rows
        return table.lines(palette: palette, indent: 2)
    }

    private func section(_ title: String, _ table: TextTable, _ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var table = table
        table.rows = rows
        return [palette.paint(title, .strong)] + table.lines(indent: 2).dropFirst()
    }

    private func list(_ title: String, _ items: [String]) -> [String] {
        items.isEmpty ? [] : [palette.paint(title, .strong)] + items.flatMap { wrapped($0) }
    }

    /// Two blanks before the first line, four before those that follow.
    private func wrapped(_ text: String) -> [String] {
        let lines = Commands.wrapped(text, columns: max(20, columns - 4))
        return lines.enumerated().map { ($0.offset == 0 ? "  " : "    ") + $0.element }
    }
}
