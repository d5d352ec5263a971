/// A table for a terminal: columns aligned by display width, two blanks between them, no frames.
struct TextTable {
    enum Alignment {
        case left, right
    }

    var headings: [String]
    var alignments: [Alignment]
    var rows: [[String]] = []

    init(_ headings: [String], right: Set<Int> = []) {
        self.headings = headings
        alignments = headings.indices.map { right.contains($0) ? .right : .left }
    }

    mutating func append(_ row: [String]) {
        rows.append(row)
    }

    /// The table's lines. Trailing blanks are left out, so that a narrow terminal breaks no line early.
    func lines(palette: Palette = .plain, indent: Int = 0) -> [String] {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { column < $0.count ? displayWidth($0[column]) : 0 }.max() ?? 0
        }
        var lines: [String] = []
        if headings.contains(where: { !$0.isEmpty }) {
            lines.append(palette.paint(line(headings, widths: widths, indent: indent), .strong))
        }
        lines += rows.map { line($0, widths: widths, indent: indent) }
        return lines
    }

    /// How often what happened, below a title; nothing where nothing did.
    static func counts(_ title: String, _ rows: [(name: String, count: UInt64)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var table = TextTable(["", ""], right: [1])
        for row in rows { table.append([row.name, String(row.count)]) }
        return [title] + table.lines(indent: 2)
    }

    private func line(_ cells: [String], widths: [Int], indent: Int) -> String {
        var text = String(repeating: " ", count: indent)
        for (column, width) in widths.enumerated() {
            let cell = column < cells.count ? cells[column] : ""
            let space = String(repeating: " ", count: max(0, width - displayWidth(cell)))
            if column > 0 { text += "  " }
            text += alignments[column] == .right ? space + cell : cell + space
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}
