/// An error for people: one line that says what is wrong, with the place and the value seen, and one
/// line that says what to do about it.
public struct Failure: Error, Hashable {
    public var status: CommandStatus
    /// What is wrong. Where the fault lies in a file it begins with `file:line:column: `.
    public var cause: String
    /// What to do. Empty where nothing can be said.
    public var remedy: String
    /// Text that is printed before the two lines as it is: the diagnostics of an ISA file.
    public var details: String
    /// Nothing is printed: the reader of our output has gone.
    public var isQuiet: Bool

    public init(_ status: CommandStatus, _ cause: String, remedy: String = "", details: String = "") {
        self.status = status
        self.cause = cause
        self.remedy = remedy
        self.details = details
        isQuiet = false
    }

    /// Standard output is a pipe that nobody reads any more (`trapline ... | head`).
    static var closedPipe: Failure {
        var failure = Failure(.inputOutput, "the output's reader has gone")
        failure.isQuiet = true
        return failure
    }

    static var interrupted: Failure {
        Failure(.interrupted, "interrupted", remedy: "run the command again; nothing half-written was left behind")
    }

    /// The text for standard error.
    public func text(palette: Palette) -> String {
        var text = details
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        if !cause.isEmpty { text += palette.paint("trapline:", .failure) + " " + printable(cause) + "\n" }
        if !remedy.isEmpty { text += palette.paint("  remedy:", .strong) + " " + printable(remedy) + "\n" }
        return text
    }
}

/// The text on one line, with control characters made visible: names of files and values from input
/// must not move the cursor.
func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar.value < 0x20 || scalar.value == 0x7F || (0x80..<0xA0).contains(scalar.value) {
            result += "\\x" + hexadecimal(UInt64(scalar.value), digits: 2)
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A name or value quoted for a message, cut where it is too long to be read.
func quoted(_ text: String, limit: Int = 80) -> String {
    let shown = printable(text)
    return shown.count <= limit ? "'\(shown)'" : "'\(shown.prefix(limit))...' (\(text.utf8.count) bytes)"
}

/// A number in base 16 with at least so many digits.
func hexadecimal(_ value: UInt64, digits: Int = 1) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
