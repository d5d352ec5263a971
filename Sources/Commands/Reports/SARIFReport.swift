import ISALanguage
import Virtualizability

/// A report as SARIF: a result an offending variant for the theorem that is asked, one for every
/// error in the file, and one a machine for the verdict itself.
struct SARIFReport {
    let reports: [MachineReport]
    let answer: CheckAnswer

    static let rules = Theorem.allCases.map { theorem in
        SARIFDocument.Rule(
            id: "TL000\(theorem.rawValue)", name: "Theorem\(theorem.rawValue)",
            summary: "\(theorem.title) of Popek and Goldberg (1974): \(theorem.meaning).",
            help: "'trapline explain ISA MNEMONIC' shows the definitions and the states that decide them.")
    } + [
        SARIFDocument.Rule(
            id: "TL0010", name: "WrongClaim", summary: "The file claims what the derivation refutes.",
            help: "Correct the claim, or the instruction."),
        SARIFDocument.Rule(
            id: "TL0011", name: "WrongRole", summary: "A component's role disagrees with what the programs do with it.",
            help: "Declare the role that the programs give it, or an exemption with its reason."),
    ]

    var text: String {
        let isComplete = !reports.contains { $0.wasInterrupted }
        return SARIFDocument(rules: SARIFReport.rules, results: reports.flatMap(results), isComplete: isComplete).text
    }

    func results(_ report: MachineReport) -> [SARIFDocument.Result] {
        if !report.errors.isEmpty { return report.errors.map { result($0, of: report) } }
        return [verdict(report)] + offenders(report)
    }

    private func verdict(_ report: MachineReport) -> SARIFDocument.Result {
        let verdict = answer.verdict(report)
        let kind: SARIFDocument.Kind
        switch verdict {
        case .holds: kind = .pass
        case .refuted: kind = .fail
        case .undecided: kind = .open
        case .notApplicable: kind = .notApplicable
        }
        return SARIFDocument.Result(
            rule: answer.theorem.rawValue - 1, level: .error, kind: kind,
            message: VerdictLine(report: report, answer: answer).text, place: place(report.location),
            fingerprint: "\(report.name)/theorem-\(answer.theorem.rawValue)",
            properties: [("reading", .string(answer.reading.rawValue)), ("policy", .string(answer.policy.rawValue))])
    }

    private func offenders(_ report: MachineReport) -> [SARIFDocument.Result] {
        let found = report.verdict(answer.theorem, reading: answer.reading, policy: answer.policy)
        return (found?.offenders ?? []).map { offender in
            let subject = "\(offender.instruction)/\(offender.violation)"
            return SARIFDocument.Result(
                rule: answer.theorem.rawValue - 1, level: .error, kind: .fail,
                message: "\(report.name): \(offender.instruction): \(offender.summary)",
                place: place(offender.location),
                fingerprint: "\(report.name)/theorem-\(answer.theorem.rawValue)/\(subject)",
                properties: [("violation", .string(offender.violation))])
        }
    }

    private func result(_ error: ReportedError, of report: MachineReport) -> SARIFDocument.Result {
        SARIFDocument.Result(
            rule: error.kind == .claim ? 3 : 4, level: .error, kind: .fail, message: "\(error.cause). \(error.remedy)",
            place: place(error.location), fingerprint: "\(report.name)/\(error.kind.rawValue)/\(error.cause)")
    }

    private func place(_ location: SourceLocation) -> SARIFDocument.Place? {
        location.file.isEmpty ? nil : .init(file: location.file, line: location.line, column: location.column)
    }
}
