import Virtualizability

/// One part of a report on a machine, the same in every format that has headings.
struct ReportSection {
    var title: String
    /// Empty: a list.
    var headings: [String]
    var rows: [[String]]

    private static func list(_ title: String, _ items: [String]) -> ReportSection {
        ReportSection(title: title, headings: [], rows: items.map { [$0] })
    }

    /// The parts that have something to say, in reading order.
    static func all(of report: MachineReport, _ rows: ReportRows, _ answer: CheckAnswer) -> [ReportSection] {
        var sections = [list("Errors", report.errors.map { error in
            "\(error.location.file):\(error.location.line): \(error.cause). \(error.remedy)"
        })]
        if report.notApplicable == nil, report.errors.isEmpty {
            let found = report.verdict(answer.theorem, reading: answer.reading, policy: answer.policy)
            sections += [
                ReportSection(title: "Theorems", headings: ReportRows.theoremHeadings, rows: rows.theorems()),
                ReportSection(
                    title: "What offends \(answer.theorem.title)", headings: ReportRows.offenderHeadings,
                    rows: rows.offenders(found)),
                ReportSection(title: "Monitors", headings: ReportRows.monitorHeadings, rows: rows.monitors()),
                list("Squares", rows.squares()),
                ReportSection(
                    title: "Classes", headings: Array(ClassRows.columns[1...12]),
                    rows: ClassRows(report: report).rows().map { Array($0[1...12]) }),
                list("Policy", rows.policy()),
            ]
        }
        sections += [list("Assumptions", rows.assumptions()), list("Remedy", rows.remedies())]
        return sections.filter { !$0.rows.isEmpty }
    }
}
