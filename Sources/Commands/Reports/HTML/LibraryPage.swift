import ISALanguage
import Virtualizability

/// Any number of machines in one page: a table of all verdicts, then a page for each machine.
struct LibraryPage {
    let reports: [MachineReport]
    let answer: CheckAnswer

    var text: String {
        let title = "trapline: \(reports.map(\.name).joined(separator: ", "))"
        var body = "<section id=\"overview\">\n" + HTMLPage.element("h1", "Can it be virtualised?")
        body += HTMLPage.element(
            "p", "Answers to the theorems of Popek and Goldberg (1974), derived from descriptions of the machines. "
                + "\(answer.theorem.title): \(answer.reading.title), \(answer.policy.title). "
                + "A machine's name leads to its page, and an offending instruction's witness to two states that show it.")
        body += overview + "</section>\n" + reports.map(machine).joined()
        return HTMLPage(title: title, body: body).text
    }

    // MARK: All machines

    private static let headings = [
        "machine", "what it is", "depth", "Theorem 1", "Theorem 3", "variants", "offending", "privileged",
        "searched policy",
    ]

    private var overview: String {
        let rows = reports.map { report in
            let columns = [
                report.title, report.depth.rawValue, word(.first, report), word(.third, report),
                String(report.instructions.count), String(report.instructions.count(where: \.isOffending)),
                String(report.instructions.count { $0.classes.privileged == .yes }),
                report.policy.filter { $0.origin == .searched }.map { "\($0.component) \($0.handling.text)" }
                    .joined(separator: ", "),
            ]
            let link = "<a href=\"#\(HTMLPage.identifier(report.name))\">\(markupEscaped(report.name))</a>"
            return "<tr><td>\(link)</td>" + columns.map(HTMLPage.cell).joined() + "</tr>\n"
        }
        return HTMLPage.table(LibraryPage.headings, markup: rows.joined())
    }

    /// The verdict as the exit code would give it, for the theorem that is asked and for the other one.
    private func word(_ theorem: Theorem, _ report: MachineReport) -> String {
        if !report.errors.isEmpty { return "undecided" }
        let asked = theorem == answer.theorem ? answer : CheckAnswer(theorem: theorem, strict: answer.policy == .strict)
        return asked.verdict(report).word
    }

    // MARK: One machine

    private func machine(_ report: MachineReport) -> String {
        let rows = ReportRows(report: report)
        let word = report.errors.isEmpty ? answer.verdict(report).word : "undecided"
        var text = "<section class=\"machine\" id=\"\(HTMLPage.identifier(report.name))\">\n"
        text += "<nav><a href=\"#overview\">all machines</a></nav>\n"
        text += HTMLPage.element("h2", report.name) + HTMLPage.element("p", report.title)
        text += HTMLPage.element(
            "p", VerdictLine(report: report, answer: answer).text,
            class: word == "holds" ? "holds" : word == "refuted" ? "refuted" : "undecided")
        for section in ReportSection.all(of: report, rows, answer) {
            text += HTMLPage.element("h3", section.title)
            text += section.headings.isEmpty
                ? HTMLPage.list(section.rows.map { $0.joined(separator: " ") })
                : HTMLPage.table(section.headings, section.rows)
        }
        text += witnesses(report)
        if !report.scope.isEmpty { text += HTMLPage.element("h3", "Scope") + HTMLPage.list(report.scope) }
        if !report.sources.isEmpty { text += HTMLPage.element("h3", "Sources") + HTMLPage.list(report.sources) }
        return text + "</section>\n"
    }

    private func witnesses(_ report: MachineReport) -> String {
        let found = report.verdict(answer.theorem, reading: answer.reading, policy: answer.policy)
        let texts = (found?.offenders ?? []).compactMap { offender in
            offender.witness.map { witness in
                HTMLPage.details(
                    "\(offender.instruction): \(offender.violation)",
                    WitnessText(witness).lines(indent: 0).joined(separator: "\n"))
            }
        }
        return texts.isEmpty ? "" : HTMLPage.element("h3", "Witnesses") + texts.joined()
    }
}
