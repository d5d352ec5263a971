// How text must be written inside the formats that reports come in.

/// Text inside XML or HTML, attribute values included. Characters that XML 1.0 cannot hold at all
/// become U+FFFD.
func markupEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\n", "\t": result.unicodeScalars.append(scalar)
        default:
            let isForbidden = scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF
            result.unicodeScalars.append(isForbidden ? "\u{FFFD}" : scalar)
        }
    }
    return result
}

/// A cell of a CSV table (RFC 4180): quoted where it must be.
func csvField(_ text: String) -> String {
    let needsQuotes = text.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
    guard needsQuotes else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

func csvLine(_ fields: [String]) -> String {
    fields.map(csvField).joined(separator: ",") + "\r\n"
}

/// A cell of a Markdown table.
func markdownCell(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "|", "\\", "`", "*", "_", "<", "[", "]": result += "\\" + String(scalar)
        case "\n", "\r": result += " "
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

func markdownTable(_ headings: [String], _ rows: [[String]]) -> String {
    var text = "| " + headings.map(markdownCell).joined(separator: " | ") + " |\n"
    text += "|" + headings.map { _ in " --- |" }.joined() + "\n"
    for row in rows {
        text += "| " + row.map(markdownCell).joined(separator: " | ") + " |\n"
    }
    return text
}
