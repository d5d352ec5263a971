/// One line on standard error that is overwritten while long work goes on, and erased at its end.
/// Without a terminal it prints nothing.
final class ProgressLine {
    private let stream: OutputStream
    private let isActive: Bool
    private let columns: Int
    private var isShown = false
    private var lastUpdate = 0.0

    init(_ context: Context) {
        stream = context.diagnostics
        isActive = context.terminal.diagnosticsIsTerminal
        columns = context.terminal.columns
    }

    /// Shows the text, at most ten times a second.
    func show(_ text: @autoclosure () -> String) {
        guard isActive else { return }
        let now = monotonicSeconds()
        guard now - lastUpdate >= 0.1 else { return }
        lastUpdate = now
        isShown = true
        var shown = printable(text())
        while displayWidth(shown) >= columns { shown.removeLast() }
        // Progress is no result: a terminal that has gone away must not end the work.
        try? stream.write("\r\u{1B}[K" + shown)
        try? stream.flush()
    }

    func erase() {
        guard isShown else { return }
        isShown = false
        try? stream.write("\r\u{1B}[K")
        try? stream.flush()
    }

    deinit { erase() }
}
