/// Everything that a command takes from the world around it. Tests make their own.
public struct Context {
    public var output: OutputStream
    public var diagnostics: OutputStream
    public var input: InputStream
    public var environment: [String: String]
    public var terminal: TerminalFacts
    public var interruption: Interruption
    /// The running executable's path, beside which `ISA/` may lie.
    public var executable: String?
    /// The folder from which relative paths are taken.
    public var folder: String

    public init(
        output: OutputStream, diagnostics: OutputStream, input: InputStream, environment: [String: String],
        terminal: TerminalFacts, interruption: Interruption, executable: String?, folder: String
    ) {
        self.output = output
        self.diagnostics = diagnostics
        self.input = input
        self.environment = environment
        self.terminal = terminal
        self.interruption = interruption
        self.executable = executable
        self.folder = folder
    }

    /// The process's own streams, environment and signals.
    public static func process(environment: [String: String]) -> Context {
        Context(
            output: OutputStream(descriptor: 1, name: "standard output"),
            diagnostics: OutputStream(descriptor: 2, name: "standard error"),
            input: InputStream(descriptor: 0), environment: environment,
            terminal: .current(environment: environment), interruption: .process,
            executable: Path.executable(), folder: Path.currentFolder())
    }

    /// A line for people on standard error, where there is a terminal to show it.
    func note(_ text: String) {
        guard terminal.diagnosticsIsTerminal else { return }
        try? diagnostics.line(terminal.diagnosticsPalette.paint(text, .faint))
    }
}
