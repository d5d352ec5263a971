import Virtualizability

/// Reports to be read or put into a table by other programs: Markdown and CSV.
struct ProseReports {
    let reports: [MachineReport]
    let answer: CheckAnswer

    /// One row a verdict; the last column names the version of this table.
    var csv: String {
        let columns = [
            "machine", "theorem", "reading", "policy", "verdict", "reason", "offenders", "undecided", "schema",
        ]
        var text = csvLine(columns)
        for report in reports {
            for found in report.theorems {
                text += csvLine([
                    report.name, String(found.theorem.rawValue), found.reading.rawValue, found.policy.rawValue,
                    found.verdict.word, found.verdict.reason ?? "",
                    distinct(found.offenders.map(\.instruction)).joined(separator: "; "),
                    found.undecided.joined(separator: "; "), JSONReport.schema,
                ])
            }
            if report.theorems.isEmpty {
                let verdict = answer.verdict(report)
                let reason = verdict.reason ?? ""
                text += csvLine([report.name, "", "", "", verdict.word, reason, "", "", JSONReport.schema])
            }
        }
        return text
    }

    var markdown: String {
        reports.map { report in
            let rows = ReportRows(report: report)
            let verdict = VerdictLine(report: report, answer: answer).text
            var text = "## \(markdownCell(report.name))\n\n\(markdownCell(verdict))\n"
            for section in ReportSection.all(of: report, rows, answer) {
                text += "\n### \(section.title)\n\n"
                if section.headings.isEmpty {
                    text += section.rows.map { "- \(markdownCell($0.joined(separator: " ")))\n" }.joined()
                } else {
                    text += markdownTable(section.headings, section.rows)
                }
            }
            return text
        }.joined(separator: "\n")
    }
}

/// The values without repetitions, in their order.
func distinct(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
}
