import Virtualizability

/// What became different between two revisions of a machine.
struct MachineDifference {
    let old: MachineReport
    let new: MachineReport

    struct Change {
        enum Kind: String {
            case broken = "broken"
            case fixed = "fixed"
            /// Decided before, not decided now.
            case lost = "no longer decided"
            /// Not decided before, decided now.
            case settled = "now decided"
            case added = "added"
            case removed = "removed"
            case changed = "changed"
        }
        var kind: Kind
        var subject: String
        var detail: String
    }

    var changes: [Change] { theorems + instructions + monitors }

    var status: CommandStatus {
        let kinds = Set(changes.map(\.kind))
        if kinds.contains(.broken) { return .refuted }
        return kinds.contains(.lost) ? .undecided : .holds
    }

    private var theorems: [Change] {
        Theorem.allCases.flatMap { theorem in
            Reading.allCases.flatMap { reading in
                PolicyChoice.allCases.compactMap { policy -> Change? in
                    let answer = { (report: MachineReport) -> Verdict in
                        if let reason = report.notApplicable { return .notApplicable(reason) }
                        return report.verdict(theorem, reading: reading, policy: policy)?.verdict ?? .undecided("")
                    }
                    let subject = "\(theorem.title) (\(reading.title), \(policy.title))"
                    return change(subject, from: answer(old), to: answer(new))
                }
            }
        }
    }

    private func change(_ subject: String, from before: Verdict, to after: Verdict) -> Change? {
        guard before.word != after.word else { return nil }
        let kind: Change.Kind
        switch (before, after) {
        case (_, .refuted): kind = .broken
        case (_, .holds): kind = before == .refuted ? .fixed : .settled
        default: kind = .lost
        }
        return Change(kind: kind, subject: subject, detail: "\(before.word) -> \(after.word)")
    }

    /// Variants by name: a changed pattern is another variant.
    private var instructions: [Change] {
        let before = Dictionary(old.instructions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.instructions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var changes: [Change] = []
        for instruction in new.instructions {
            guard let earlier = before[instruction.name] else {
                let kind: Change.Kind = instruction.isOffending ? .broken : .added
                changes.append(Change(kind: kind, subject: instruction.name, detail: "new: \(instruction.verdict)"))
                continue
            }
            if let change = change(from: earlier, to: instruction) { changes.append(change) }
        }
        for instruction in old.instructions where after[instruction.name] == nil {
            let kind: Change.Kind = instruction.isOffending ? .fixed : .removed
            changes.append(
                Change(kind: kind, subject: instruction.name, detail: "removed: it was \(instruction.verdict)"))
        }
        return changes
    }

    private func change(from before: InstructionReport, to after: InstructionReport) -> Change? {
        let detail = before.verdict == after.verdict ? classes(before, after) : "\(before.verdict) -> \(after.verdict)"
        if before.isOffending != after.isOffending {
            return Change(kind: after.isOffending ? .broken : .fixed, subject: after.name, detail: detail)
        }
        return detail.isEmpty ? nil : Change(kind: .changed, subject: after.name, detail: detail)
    }

    /// Which of the classes differ: "mode no -> yes".
    private func classes(_ before: InstructionReport, _ after: InstructionReport) -> String {
        let names = ClassRows.columns[3...11]
        let rows = [(before, old), (after, new)].map { instruction, report in
            ClassRows(report: report, shown: [instruction.name]).rows().first.map { Array($0[3...11]) } ?? []
        }
        guard rows[0].count == rows[1].count else { return "" }
        return zip(names, zip(rows[0], rows[1])).filter { $0.1.0 != $0.1.1 }
            .map { "\($0.0) \($0.1.0) -> \($0.1.1)" }.joined(separator: ", ")
    }

    private var monitors: [Change] {
        new.monitors.compactMap { monitor in
            guard let before = old.monitors.first(where: { $0.monitor == monitor.monitor }) else { return nil }
            return change("monitor \(monitor.monitor.rawValue)", from: before.verdict, to: monitor.verdict)
        }
    }
}
