#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What is known of the terminal that a command runs in, found once at the start.
public struct TerminalFacts: Sendable {
    public var outputIsTerminal: Bool
    public var diagnosticsIsTerminal: Bool
    public var inputIsTerminal: Bool
    /// Columns of the terminal; 80 where there is none.
    public var columns: Int
    /// Escape sequences for colour are wanted: a terminal, not `dumb`, and no `NO_COLOR`.
    public var allowsColour: Bool

    /// No terminal at all: what tests and pipes have.
    public static let none = TerminalFacts(
        outputIsTerminal: false, diagnosticsIsTerminal: false, inputIsTerminal: false, columns: 80, allowsColour: false)

    /// Asks the descriptors 0, 1 and 2 and the environment.
    public static func current(environment: [String: String]) -> TerminalFacts {
        var facts = TerminalFacts.none
        facts.inputIsTerminal = isatty(0) == 1
        facts.outputIsTerminal = isatty(1) == 1
        facts.diagnosticsIsTerminal = isatty(2) == 1
        facts.columns = columnCount(environment: environment)
        // https://no-color.org: any value but the empty one means no colour.
        facts.allowsColour = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        return facts
    }

    public var outputPalette: Palette { Palette(isActive: outputIsTerminal && allowsColour) }
    public var diagnosticsPalette: Palette { Palette(isActive: diagnosticsIsTerminal && allowsColour) }

    private static func columnCount(environment: [String: String]) -> Int {
        if let given = environment["COLUMNS"].flatMap({ Int($0) }), given > 0 { return min(max(given, 20), 400) }
        var size = winsize()
        for descriptor: Int32 in [1, 2] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
            return min(max(Int(size.ws_col), 20), 400)
        }
        return 80
    }
}
