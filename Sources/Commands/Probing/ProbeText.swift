import Probing

/// What a probe found, for people.
struct ProbeText {
    var report: ProbeReport
    var machine: String
    var palette: Palette

    func lines() -> [String] {
        var lines = [
            "\(machine) on \(report.processor.model): "
                + palette.paint(
                    report.findings.isEmpty ? "agrees" : counted(report.findings.count, "disagreement"),
                    report.findings.isEmpty ? .success : .failure)
        ]
        lines.append(
            "  asked      \(counted(report.encodings, "encoding")) of \(counted(report.records, "record")), seed \(report.seed)"
        )
        lines.append(
            "  executed   \(report.executions): \(report.completed) completed"
                + sorted(report.traps).map { ", \($0.value) \($0.key)" }.joined())
        lines.append("  speed      \(Int(report.rate)) instructions a second")
        for (reason, count) in sorted(report.explained) { lines.append("  explained  \(count): \(reason)") }
        if report.absent > 0 {
            lines.append("  absent     \(report.absent): this processor has not what they require, and traps")
        }
        if !report.absentTaken.isEmpty {
            let names = report.absentTaken.keys.sorted().joined(separator: " ")
            lines.append(
                "  absent     \(report.absentTaken.values.reduce(0, +)): likewise, and taken for something else: \(names)"
            )
        }
        for (reason, records) in unbound() {
            lines.append("  not asked  \(counted(records.count, "encoding")): \(reason)")
            lines.append("             " + shortened(records))
        }
        for finding in report.findings { lines += [""] + self.lines(finding) }
        return lines
    }

    private func lines(_ finding: ProbeFinding) -> [String] {
        var lines = [
            palette.paint(finding.record, .strong) + " (\(finding.opcode)): \(finding.kind), "
                + "\(finding.count == 1 ? "once" : "\(finding.count) times")",
            "  bytes  \(finding.bytes.map { hexadecimal(UInt64($0), digits: 2) }.joined(separator: " "))",
            "  file   \(finding.expected)",
            "  host   \(finding.observed)",
        ]
        for start in stride(from: 0, to: finding.state.count, by: 3) {
            lines.append("    " + finding.state[start..<min(start + 3, finding.state.count)].joined(separator: "   "))
        }
        return lines
    }

    /// What is not asked, by reason; the first line of each will do.
    private func unbound() -> [(String, [String])] {
        var groups: [String: [String]] = [:]
        for item in report.unbound {
            let reason = item.reason.split(separator: "\n").first.map(String.init) ?? item.reason
            groups[reason, default: []].append(item.record)
        }
        return groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    }

    private func shortened(_ names: [String]) -> String {
        let shown = distinct(names)
        return shown.prefix(6).joined(separator: "; ") + (shown.count > 6 ? "; and \(shown.count - 6) more" : "")
    }

    private func sorted(_ counts: [String: Int]) -> [(key: String, value: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
}
