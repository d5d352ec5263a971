import Virtualizability

/// What became different between two revisions, for other programs.
struct DifferenceReport {
    static let schema = "trapline-diff/1"

    let difference: MachineDifference
    /// The two machines as the user named them: two revisions may have one name.
    let names: (old: String, new: String)
    let answer: CheckAnswer

    var json: String {
        func machine(_ report: MachineReport, _ name: String) -> JSONValue {
            .object([
                ("argument", .string(name)), ("name", .string(report.name)),
                ("verdict", .string(answer.verdict(report).word)), ("location", JSONReport.place(report.location)),
            ])
        }
        return JSONValue.object([
            ("schema", .string(DifferenceReport.schema)), ("version", .string(traplineVersion)),
            ("old", machine(difference.old, names.old)), ("new", machine(difference.new, names.new)),
            ("broke", .bool(difference.status == .refuted)),
            ("changes", .array(difference.changes.map { change in
                .object([
                    ("kind", .string(change.kind.rawValue)), ("subject", .string(change.subject)),
                    ("detail", .string(change.detail)),
                ])
            })),
        ]).pretty
    }

    /// The new revision's results, each compared with the old one's, and what is there no longer: a gate asks for
    /// `baselineState` "new".
    var sarif: String {
        let sarif = SARIFReport(reports: [difference.old, difference.new], answer: answer)
        let before = Dictionary(
            sarif.results(difference.old).map { (subject($0), $0) }, uniquingKeysWith: { first, _ in first })
        var results = sarif.results(difference.new).map { result in
            var compared = result
            compared.baseline = before[subject(result)].map { $0.kind == result.kind ? .unchanged : .updated } ?? .new
            return compared
        }
        let after = Set(results.map(subject))
        for result in sarif.results(difference.old) where !after.contains(subject(result)) {
            var gone = result
            gone.baseline = .absent
            results.append(gone)
        }
        return SARIFDocument(rules: SARIFReport.rules, results: results, isComplete: true).text
    }

    /// The fingerprint without the machine, whose name may have changed.
    private func subject(_ result: SARIFDocument.Result) -> String {
        let parts = result.fingerprint.split(separator: "/", maxSplits: 1)
        return parts.count == 2 ? String(parts[1]) : result.fingerprint
    }
}
