import ISALanguage
import Machine
import Monitor

/// What happened in a run, level by level: what ran directly, trapped, was interpreted, was patched.
struct RunStatistics {
    /// Of the JSON form.
    static let schema = "trapline-run/1"

    let description: MachineDescription
    let processor: any Processor
    let levels: [VirtualMachine]
    let history: TrapHistory
    let cost: CostModel?

    /// Traps of the guest itself, whoever runs it.
    private var traps: [(name: String, count: UInt64)] {
        history.counts.sorted { $0.key < $1.key }.map { kind, count in
            (description.traps.indices.contains(kind) ? description.traps[kind].name : "trap \(kind)", count)
        }
    }

    private var slowdown: Double? {
        let direct = levels.first?.statistics.direct ?? processor.completedInstructions
        let counts = levels.map {
            CostModel.Counts(exits: $0.statistics.allExits, interpreted: $0.statistics.interpreted)
        }
        return cost?.slowdown(completed: processor.completedInstructions, direct: direct, levels: counts)
    }

    func lines() -> [String] {
        var lines = ["\(processor.completedInstructions) instructions of the guest"]
        let headings = ["level", "monitor", "direct", "trapped", "interpreted", "patched", "exits"]
        var table = TextTable(headings, right: [2, 3, 4, 5, 6])
        for (index, level) in levels.enumerated() {
            let counts = level.statistics
            table.append([
                String(index + 1), level.kind.rawValue, String(counts.direct), String(counts.trapped),
                String(counts.interpreted), String(counts.patched), String(counts.allExits),
            ])
        }
        if !levels.isEmpty { lines += table.lines(indent: 2) }
        lines += TextTable.counts("traps that the guest took", traps)
        for (index, level) in levels.enumerated() {
            let rows = level.statistics.named(in: description)
            for group in distinct(rows.map(\.group)) where group != "reflected" && group != "handed-up" {
                let title = levels.count > 1 ? "level \(index + 1): \(group)" : group
                lines += TextTable.counts(title, rows.filter { $0.group == group }.map { ($0.name, $0.count) })
            }
        }
        lines.append("state digest \(stateDigest(of: processor))")
        if let slowdown {
            let hundredths = (slowdown * 100).rounded() / 100
            lines.append("estimated slowdown \(hundredths) (a model, not a measurement: see 'trapline run --help')")
        }
        return lines
    }

    func json(guest: String, ending: String, status: Int32) -> JSONValue {
        .object([
            ("guest", .string(guest)), ("machine", .string(description.name)), ("ending", .string(ending)),
            ("status", .integer(Int(status))), ("instructions", .unsigned(processor.completedInstructions)),
            ("stateDigest", .string(stateDigest(of: processor))),
            ("traps", .object(traps.map { ($0.name, .unsigned($0.count)) })),
            ("slowdown", slowdown.map { .number($0) } ?? .null),
            ("levels", .array(levels.enumerated().map { index, level in self.level(index + 1, level) })),
        ])
    }

    private func level(_ number: Int, _ level: VirtualMachine) -> JSONValue {
        let counts = level.statistics
        let rows = counts.named(in: description)
        func group(_ name: String) -> JSONValue {
            .object(rows.filter { $0.group == name }.map { ($0.name, .unsigned($0.count)) })
        }
        return .object([
            ("level", .integer(number)), ("monitor", .string(level.kind.rawValue)),
            ("instructions", .unsigned(level.completedInstructions)), ("direct", .unsigned(counts.direct)),
            ("trapped", .unsigned(counts.trapped)), ("interpreted", .unsigned(counts.interpreted)),
            ("patched", .unsigned(counts.patched)), ("patchedSites", .unsigned(counts.patchedSites)),
            ("escapes", .unsigned(counts.escapes)), ("exits", group("exits")),
            ("trappedByCause", group("trapped")), ("interpretedByInstruction", group("interpreted")),
            ("injected", group("injected")), ("hypercalls", group("hypercall")),
            ("stateDigest", .string(stateDigest(of: level))),
        ])
    }
}
