import Virtualizability

/// The twelve verdicts on a machine, and the other parts of a report as rows that every format shares.
struct ReportRows {
    let report: MachineReport

    static let theoremHeadings = ["", "paper, strict", "paper, best", "extended, strict", "extended, best"]

    func theorems() -> [[String]] {
        Theorem.allCases.map { theorem in
            [theorem.title] + Reading.allCases.flatMap { reading in
                PolicyChoice.allCases.map { policy in
                    report.verdict(theorem, reading: reading, policy: policy)?.verdict.word ?? "undecided"
                }
            }
        }
    }

    static let offenderHeadings = ["variant", "place", "what is wrong"]

    /// What keeps one theorem from holding: a row a variant and violation.
    func offenders(_ verdict: TheoremVerdict?) -> [[String]] {
        (verdict?.offenders ?? []).map { offender in
            let place = offender.location
            return [offender.instruction, "\(place.file):\(place.line):\(place.column)",
                "\(offender.violation): \(offender.summary)"]
        }
    }

    static let monitorHeadings = ["monitor", "verdict", "because"]

    func monitors() -> [[String]] {
        report.monitors.map { monitor in
            let conditions = monitor.conditions.isEmpty ? "" : " (\(monitor.conditions.joined(separator: "; ")))"
            return [monitor.monitor.rawValue, monitor.verdict.word, monitor.reason + conditions]
        }
    }

    /// The squares in numbers, then those that are not simply true.
    func squares() -> [String] {
        let direct = report.instructions.map(\.direct)
        let interpreter = report.instructions.map(\.interpreter)
        var lines = [summary("direct", direct), summary("interpreter", interpreter)]
        if !report.interrupts.isEmpty { lines.append(summary("interrupt", report.interrupts.map(\.square))) }
        for instruction in report.instructions {
            for (kind, square) in [("direct", instruction.direct), ("interpreter", instruction.interpreter)] {
                if square.isException {
                    lines.append(
                        "\(kind), \(instruction.name): holds as one of the paper's exceptions "
                            + "(\(square.manner.rawValue))")
                } else if square.verdict != .holds {
                    let reason = square.verdict.reason.map { ": \($0)" } ?? ""
                    lines.append("\(kind), \(instruction.name): \(square.verdict.word)\(reason)")
                }
            }
        }
        for interrupt in report.interrupts where interrupt.square.verdict != .holds {
            lines.append("interrupt, \(interrupt.name): \(interrupt.square.verdict.word)")
        }
        for interrupt in report.interrupts where interrupt.reachesMonitor.verdict != .holds {
            lines.append("interrupt, \(interrupt.name): reaching the monitor: \(interrupt.reachesMonitor.verdict.word)")
        }
        return lines
    }

    private func summary(_ kind: String, _ squares: [SquareVerdict]) -> String {
        let words = ["holds", "refuted", "undecided", "not applicable"]
        let counts = words.map { word in (word, squares.count { $0.verdict.word == word }) }
        let shown = counts.filter { $0.1 > 0 || $0.0 == "holds" }
        return "\(kind): " + shown.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }

    func policy() -> [String] {
        report.policy.map { entry in
            let reason = entry.servesVariants.isEmpty ? "" : ", for \(entry.servesVariants.joined(separator: ", "))"
            return "\(entry.component) \(entry.handling.text) (\(entry.origin.rawValue)\(reason))"
        }
    }

    /// - Parameter besidesPolicy: what the monitor keeps fixed is told elsewhere.
    func assumptions(besidesPolicy: Bool = false) -> [String] {
        report.assumptions.filter { !besidesPolicy || $0.kind != .policy }.map { "\($0.kind.rawValue): \($0.text)" }
    }

    /// A line a remedy, with the verdicts that it would turn: often one remedy is good for all of a theorem.
    func remedies() -> [String] {
        var texts: [String] = []
        var served: [String: [Remedy]] = [:]
        for remedy in report.remedies {
            let text = "\(remedy.theorem.title): \(remedy.text)"
            if served[text] == nil { texts.append(text) }
            served[text, default: []].append(remedy)
        }
        return texts.map { text in
            let remedies = served[text] ?? []
            let refuted = report.theorems.count { $0.theorem == remedies[0].theorem && $0.verdict == .refuted }
            if remedies.count == refuted { return text }
            let verdicts = remedies.map { "\($0.reading.title), \($0.choice.title)" }.joined(separator: "; ")
            return "\(text) (\(verdicts))"
        }
    }
}
