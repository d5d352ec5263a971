/// Meanings that text may have. Colour only repeats what words already say.
public enum Emphasis: Sendable {
    case strong, faint, success, failure, warning
}

/// Paints text with escape sequences, or leaves it alone.
public struct Palette: Sendable {
    public var isActive: Bool

    public init(isActive: Bool) { self.isActive = isActive }

    public static let plain = Palette(isActive: false)

    public func paint(_ text: String, _ emphasis: Emphasis) -> String {
        guard isActive, !text.isEmpty else { return text }
        let code: String
        switch emphasis {
        case .strong: code = "1"
        case .faint: code = "2"
        case .success: code = "32"
        case .failure: code = "1;31"
        case .warning: code = "33"
        }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
