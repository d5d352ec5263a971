import Virtualizability

/// The table of classes: one row an instruction variant.
struct ClassRows {
    /// Public interface: scripts rely on the names and their order.
    static let columns = [
        "machine", "mnemonic", "variant", "privileged", "control", "location", "mode", "resource", "joint", "trap",
        "user", "timing", "verdict", "evidence",
    ]
    /// Of the JSON and CSV forms; raised when a column changes its meaning.
    static let schema = "trapline-classify/1"

    let report: MachineReport
    /// Variants to show; nil: all.
    var shown: Set<String>?

    var instructions: [InstructionReport] {
        report.instructions.filter { shown?.contains($0.name) ?? true }
    }

    func rows() -> [[String]] {
        instructions.map { instruction in
            let classes = instruction.classes
            let members = [
                classes.privileged, classes.control, classes.location, classes.mode, classes.resource, classes.joint,
                classes.trap, classes.user, classes.timing,
            ]
            return [report.name, instruction.mnemonic, instruction.name] + members.map(\.word)
                + [instruction.verdict, instruction.evidence.map(\.identifier).joined(separator: "; ")]
        }
    }

    /// Every class of every shown variant is known.
    var isDecided: Bool {
        instructions.allSatisfy { instruction in
            let classes = instruction.classes
            let members = [
                classes.privileged, classes.control, classes.location, classes.mode, classes.resource, classes.joint,
                classes.trap, classes.user, classes.timing,
            ]
            return members.allSatisfy { if case .unknown = $0 { false } else { true } }
        }
    }

    func text(_ format: TableFormat, palette: Palette) -> String {
        switch format {
        case .csv:
            let head = csvLine(ClassRows.columns + ["schema"])
            return head + rows().map { csvLine($0 + [ClassRows.schema]) }.joined()
        case .markdown: return markdownTable(ClassRows.columns, rows())
        case .json: return json.pretty
        case .text:
            // The machine's name would fill a column with one word; evidence has `explain`.
            var table = TextTable(Array(ClassRows.columns[1...12]))
            for row in rows() { table.append(Array(row[1...12])) }
            return table.lines(palette: palette).map { $0 + "\n" }.joined()
        }
    }

    var json: JSONValue {
        .object([
            ("schema", .string(ClassRows.schema)), ("machine", .string(report.name)),
            ("notApplicable", .optional(report.notApplicable)),
            ("rows", .array(rows().map { row in
                .object(zip(ClassRows.columns, row).map { ($0, .string($1)) })
            })),
        ])
    }
}
