import Virtualizability

/// The verdict in one line, which stands first in every report for people.
struct VerdictLine {
    var report: MachineReport
    var answer: CheckAnswer

    var text: String { "\(report.name): \(summary)" }

    var summary: String {
        if !report.errors.isEmpty {
            return "no verdict: \(counted(report.errors.count, "error")) in the ISA file"
        }
        if let reason = report.notApplicable { return "the theorems do not apply: \(reason)" }
        let others = Theorem.allCases.filter { $0 != answer.theorem }
        let parts = [first] + others.map { theorem in
            let usual = CheckAnswer(theorem: theorem, strict: answer.policy == .strict)
            let reading = usual.reading == answer.reading ? "" : " (\(usual.reading.title))"
            return "\(theorem.title) \(usual.verdict(report).word)\(reading)"
        }
        return parts.joined(separator: "; ") + (report.wasInterrupted ? "; interrupted" : "")
    }

    private var first: String {
        let verdict = answer.verdict(report)
        var text = "\(answer.theorem.title) \(verdict.word)"
        let found = report.verdict(answer.theorem, reading: answer.reading, policy: answer.policy)
        switch verdict {
        case .holds: text += " (\(answer.reading.title), \(answer.policy.title))"
        case .refuted:
            let offenders = Set(found?.offenders.map(\.instruction) ?? [])
            if !offenders.isEmpty {
                text += ": \(offenders.count) of \(counted(report.instructions.count, "variant")) "
                    + (offenders.count == 1 ? "offends" : "offend")
            }
        case .undecided(let reason), .notApplicable(let reason): text += ": \(reason)"
        }
        return text
    }

    var emphasis: Emphasis {
        switch answer.verdict(report) {
        case .holds: return report.errors.isEmpty ? .success : .failure
        case .refuted: return .failure
        case .undecided, .notApplicable: return .warning
        }
    }
}

/// `1 error`, `2 errors`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
