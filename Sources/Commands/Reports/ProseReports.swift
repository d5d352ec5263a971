import Virtualizability

/// Reports to be read or put into a table by other programs: Markdown, CSV and HTML.
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
            for section in sections(report, rows) {
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

    var html: String {
        var body = HTMLPage.element("h1", "Can it be virtualised?")
        for report in reports {
            let rows = ReportRows(report: report)
            body += HTMLPage.element("h2", report.name) + HTMLPage.element("p", report.title)
            let word = report.errors.isEmpty ? answer.verdict(report).word : "undecided"
            body += HTMLPage.element(
                "p", VerdictLine(report: report, answer: answer).text,
                class: word == "holds" ? "holds" : word == "refuted" ? "refuted" : "undecided")
            for section in sections(report, rows) {
                body += HTMLPage.element("h3", section.title)
                body += section.headings.isEmpty
                    ? HTMLPage.list(section.rows.map { $0.joined(separator: " ") })
                    : HTMLPage.table(section.headings, section.rows, caption: "")
            }
            body += witnesses(report)
        }
        return HTMLPage(title: "trapline: \(reports.map(\.name).joined(separator: ", "))", body: body).text
    }

    private struct Section {
        var title: String
        /// Empty: a list.
        var headings: [String]
        var rows: [[String]]
    }

    private func sections(_ report: MachineReport, _ rows: ReportRows) -> [Section] {
        func list(_ title: String, _ items: [String]) -> Section {
            Section(title: title, headings: [], rows: items.map { [$0] })
        }
        var sections = [list("Errors", report.errors.map { error in
            "\(error.location.file):\(error.location.line): \(error.cause). \(error.remedy)"
        })]
        if report.notApplicable == nil, report.errors.isEmpty {
            let found = report.verdict(answer.theorem, reading: answer.reading, policy: answer.policy)
            sections += [
                Section(title: "Theorems", headings: ReportRows.theoremHeadings, rows: rows.theorems()),
                Section(
                    title: "What offends \(answer.theorem.title)", headings: ReportRows.offenderHeadings,
                    rows: rows.offenders(found)),
                Section(title: "Monitors", headings: ReportRows.monitorHeadings, rows: rows.monitors()),
                list("Squares", rows.squares()),
                Section(
                    title: "Classes", headings: Array(ClassRows.columns[1...12]),
                    rows: ClassRows(report: report).rows().map { Array($0[1...12]) }),
                list("Policy", rows.policy()),
            ]
        }
        sections += [list("Assumptions", rows.assumptions()), list("Remedy", rows.remedies())]
        return sections.filter { !$0.rows.isEmpty }
    }

    private func witnesses(_ report: MachineReport) -> String {
        let found = report.verdict(answer.theorem, reading: answer.reading, policy: answer.policy)
        return (found?.offenders ?? []).compactMap { offender in
            offender.witness.map { witness in
                HTMLPage.element("h3", "Witness: \(offender.instruction), \(offender.violation)")
                    + HTMLPage.element("pre", WitnessText(witness).lines(indent: 0).joined(separator: "\n"))
            }
        }.joined()
    }
}

/// The values without repetitions, in their order.
func distinct(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
}
