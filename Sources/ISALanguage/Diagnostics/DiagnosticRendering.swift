extension Diagnostic {
    /// The message, the source line with a caret under the place, the note likewise, the remedy.
    /// Ends with a newline.
    public var rendered: String {
        var text = Diagnostic.headline(span, severity.rawValue, message)
        text += Diagnostic.excerpt(span, sourceLine)
        if let note {
            text += Diagnostic.headline(note.span, "note", note.message)
            text += Diagnostic.excerpt(note.span, note.sourceLine)
        }
        if let suggestion { text += "  did you mean '\(suggestion)'?\n" }
        if let remedy { text += "  remedy: \(remedy)\n" }
        return text
    }

    private static func headline(_ span: SourceSpan?, _ kind: String, _ message: String) -> String {
        guard let location = span?.location else { return "\(kind): \(message)\n" }
        return "\(location.file):\(location.line):\(location.column): \(kind): \(message)\n"
    }

    /// Long lines are shown around the place, so that no line of output is longer than a screen.
    private static func excerpt(_ span: SourceSpan?, _ sourceLine: String?) -> String {
        guard let span, let sourceLine else { return "" }
        let window = 110
        var scalars = sourceLine.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }
        var column = max(span.location.column - 1, 0)
        if scalars.count > window {
            let start = min(max(column - window / 2, 0), max(scalars.count - window, 0))
            scalars = Array(scalars[start..<min(start + window, scalars.count)])
            column -= start
        }
        column = min(column, scalars.count)
        let length = max(1, min(span.length, scalars.count - column))
        let number = String(span.location.line)
        let margin = String(repeating: " ", count: max(0, 5 - number.count)) + number
        let blank = String(repeating: " ", count: margin.count)
        var line = ""
        line.unicodeScalars.append(contentsOf: scalars)
        let caret = String(repeating: " ", count: column) + "^" + String(repeating: "~", count: length - 1)
        return "\(margin) | \(line)\n\(blank) | \(caret)\n"
    }
}
