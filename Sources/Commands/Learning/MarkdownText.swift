/// A lesson's Markdown on a terminal: paragraphs broken to the width, code as it is.
struct MarkdownText {
    let columns: Int
    let palette: Palette

    func lines(_ text: String) -> [String] {
        var lines: [String] = []
        var paragraph = ""
        var isCode = false
        func end() {
            if !paragraph.isEmpty { lines += broken(paragraph) }
            paragraph = ""
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                end()
                isCode.toggle()
                continue
            }
            if isCode {
                lines.append("    " + line)
            } else if line.hasPrefix("#") {
                end()
                lines.append(palette.paint(String(line.drop { $0 == "#" || $0 == " " }), .strong))
            } else if line.isEmpty || line.hasPrefix("|") || line.hasPrefix("<!--") {
                end()
                if !line.hasPrefix("<!--") { lines.append(line) }
            } else {
                if line.hasPrefix("- ") || line.first?.isNumber == true { end() }
                paragraph += (paragraph.isEmpty ? "" : " ") + line
            }
        }
        end()
        return lines
    }

    /// A list's later lines are indented under its first.
    private func broken(_ paragraph: String) -> [String] {
        // Emphasis is for the page; a terminal has the words.
        let plain = paragraph.replacing("`", with: "").replacing("*", with: "")
        let isItem = plain.hasPrefix("- ")
        return wrapped(plain, columns: columns - 2).enumerated().map { isItem && $0 > 0 ? "  " + $1 : $1 }
    }
}
