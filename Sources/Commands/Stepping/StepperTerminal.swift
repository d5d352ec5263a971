import Classroom

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A stepper on a terminal: draws, takes a key, does what it says, until it is left. What was on the screen before comes
/// back on every way out.
final class StepperTerminal {
    private let session: SteppingSession
    private let context: Context
    private let keys: KeyReader
    private var message = "Press ? for the keys, q to leave."
    private var stepper: Stepper { session.stepper }

    /// Nil where standard input cannot be read key by key.
    init?(_ session: SteppingSession, in context: Context) {
        guard RawTerminal() != nil else { return nil }
        self.session = session
        self.context = context
        let input = context.input
        keys = KeyReader(next: { input.next() }, follows: { input.wait(seconds: 0.05) })
    }

    func run() throws -> CommandStatus {
        defer {
            // The other screen, the cursor, the terminal's own ways.
            try? context.output.write("\u{1B}[?25h\u{1B}[?1049l")
            try? context.output.flush()
            RawTerminal.restore()
        }
        try context.output.write("\u{1B}[?1049h\u{1B}[?25l")
        let input = context.input
        stepper.history.isInterrupted = { input.isReady }
        while true {
            try draw(keys: StepperTerminal.keyLine)
            guard let key = keys.key() else { return .holds }
            guard let command = StepperCommand(key: key) else {
                message = (key == "unknown" ? "this key" : "'\(key)'") + " does nothing; ? lists the keys that do"
                continue
            }
            message = ""
            if try !perform(command) { return .holds }
        }
    }

    /// The commonest, for the last line.
    private static var keyLine: String {
        let shown: [StepperCommand] = [
            .step, .back, .nextTrap, .previousTrap, .into, .run, .go, .view, .help, .quit,
        ]
        return " " + shown.map { "\($0.keys[0]) \($0.rawValue)" }.joined(separator: "  ")
    }

    /// False: the stepper is left.
    private func perform(_ command: StepperCommand) throws -> Bool {
        var argument = ""
        switch command.argument {
        case .none, .count, .optional: break
        case .text(let what):
            guard let typed = try prompt("\(command.rawValue) (\(what)): ") else { return true }
            argument = typed
        }
        if command == .run || command == .reverse {
            message = "running; any key stops it"
            try draw(keys: "")
        }
        switch try stepper.perform(command, argument) {
        case .moved: break
        case .said(let text), .refused(let text): message = text
        case .listed(let rows): try show(rows)
        case .left: return false
        }
        return true
    }

    /// A line typed at the bottom; nil: given up with Escape.
    private func prompt(_ text: String) throws -> String? {
        var typed = ""
        while true {
            message = text + typed + "_"
            try draw(keys: " Enter does it, Escape gives up")
            guard let key = keys.key() else { return nil }
            switch key {
            case "enter":
                message = ""
                return typed
            case "escape", "ctrl-c":
                message = ""
                return nil
            case "backspace": if !typed.isEmpty { typed.removeLast() }
            default: if key.count == 1 { typed += key }
            }
        }
    }

    /// A list over the whole screen, a page at a time, until a key is pressed.
    private func show(_ rows: [Stepper.Row]) throws {
        let size = StepperTerminal.size()
        let lines = PlainStepping.table(rows).map(printable)
        for start in stride(from: 0, to: lines.count, by: max(size.rows - 2, 1)) {
            var page = Array(lines[start..<min(start + size.rows - 2, lines.count)])
            while page.count < size.rows - 1 { page.append("") }
            page.append(" any key goes on")
            try put(page, columns: size.columns)
            guard keys.key() != nil else { return }
        }
    }

    private func draw(keys: String) throws {
        let size = StepperTerminal.size()
        guard size.columns >= StepperScreen.leastColumns, size.rows >= StepperScreen.leastRows else {
            let least = "\(StepperScreen.leastColumns) x \(StepperScreen.leastRows)"
            return try put(
                ["The window is smaller than \(least).", "Make it larger, or leave with q."], columns: size.columns)
        }
        let screen = StepperScreen(
            session: session, columns: size.columns, rows: size.rows, palette: context.terminal.outputPalette)
        try put(screen.lines(bottom: (" " + message, keys)), columns: size.columns)
    }

    private func put(_ lines: [String], columns: Int) throws {
        try context.output.write("\u{1B}[H\u{1B}[J" + lines.joined(separator: "\r\n"))
        try context.output.flush()
    }

    private static func size() -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (min(Int(size.ws_col), 400), min(Int(size.ws_row), 200))
    }
}
