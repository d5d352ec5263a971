/// A JSON document. Objects keep the order in which they were written, so that reports are stable.
enum JSONValue {
    case null
    case bool(Bool)
    case integer(Int)
    /// Whole numbers of 64 bits that `integer` cannot hold.
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    static func strings(_ values: some Sequence<String>) -> JSONValue { .array(values.map { .string($0) }) }

    static func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// The document on one line.
    var compact: String {
        var text = ""
        write(to: &text, indent: nil, level: 0)
        return text
    }

    /// The document with two blanks a level, ending in a line break.
    var pretty: String {
        var text = ""
        write(to: &text, indent: 2, level: 0)
        return text + "\n"
    }

    private func write(to text: inout String, indent: Int?, level: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .number(let value): text += value.isFinite ? String(value) : "null"
        case .string(let value): JSONValue.writeString(value, to: &text)
        case .array(let values):
            JSONValue.writeList(values, open: "[", close: "]", to: &text, indent: indent, level: level) { value, text in
                value.write(to: &text, indent: indent, level: level + 1)
            }
        case .object(let members):
            JSONValue.writeList(members, open: "{", close: "}", to: &text, indent: indent, level: level) { pair, text in
                JSONValue.writeString(pair.0, to: &text)
                text += indent == nil ? ":" : ": "
                pair.1.write(to: &text, indent: indent, level: level + 1)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element], open: String, close: String, to text: inout String, indent: Int?, level: Int,
        element write: (Element, inout String) -> Void
    ) {
        text += open
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let indent { text += "\n" + String(repeating: " ", count: indent * (level + 1)) }
            write(element, &text)
        }
        if let indent, !elements.isEmpty { text += "\n" + String(repeating: " ", count: indent * level) }
        text += close
    }

    private static func writeString(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    text += "\\u" + hexadecimal(UInt64(scalar.value), digits: 4)
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
