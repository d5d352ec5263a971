import Virtualizability

/// A report as JUnit: the theorem that is asked is a test case, and so is every variant's condition.
struct JUnitReport {
    let reports: [MachineReport]
    let answer: CheckAnswer

    var text: String { JUnitDocument(suites: reports.map(suite)).text }

    private func suite(_ report: MachineReport) -> JUnitDocument.Suite {
        let head = VerdictLine(report: report, answer: answer)
        var cases = [JUnitDocument.Case(
            name: "\(answer.theorem.title) (\(answer.reading.title), \(answer.policy.title))", className: report.name,
            file: report.location.file, line: report.location.line,
            outcome: outcome(answer.verdict(report), message: head.summary, text: ""))]
        cases += report.errors.map { error in
            JUnitDocument.Case(
                name: "\(error.kind.rawValue): \(error.cause)", className: report.name, file: error.location.file,
                line: error.location.line, outcome: .failed(message: error.cause, text: error.remedy))
        }
        if report.notApplicable == nil, report.errors.isEmpty {
            cases += report.instructions.map { instruction($0, report) }
        }
        return JUnitDocument.Suite(name: report.name, cases: cases, output: head.text)
    }

    private func instruction(_ instruction: InstructionReport, _ report: MachineReport) -> JUnitDocument.Case {
        let found = report.verdict(answer.theorem, reading: answer.reading, policy: answer.policy)
        let offences = (found?.offenders ?? []).filter { $0.instruction == instruction.name }
        let condition = instruction.condition(answer.theorem, reading: answer.reading, policy: answer.policy)
        let text = offences.map { offender in
            let witness = offender.witness.map { WitnessText($0).lines(indent: 2).joined(separator: "\n") } ?? ""
            return "\(offender.violation): \(offender.summary)\n\(witness)"
        }.joined(separator: "\n")
        return JUnitDocument.Case(
            name: instruction.name, className: "\(report.name).\(instruction.family)", file: instruction.location.file,
            line: instruction.location.line,
            outcome: outcome(
                condition ?? .undecided("the check ended before this question"),
                message: offences.first?.summary ?? instruction.verdict, text: text))
    }

    private func outcome(_ verdict: Verdict, message: String, text: String) -> JUnitDocument.Outcome {
        switch verdict {
        case .holds: return .passed
        case .refuted: return .failed(message: message, text: text)
        case .undecided(let reason), .notApplicable(let reason): return .skipped(message: reason)
        }
    }
}
