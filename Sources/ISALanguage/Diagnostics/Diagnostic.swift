/// One thing that is wrong with an ISA file, said for people: the cause with its place and the
/// value seen, a second place where that helps, and what to do about it.
public struct Diagnostic: Sendable, Hashable {
    public enum Severity: String, Sendable {
        case error
        case warning
    }

    /// A second place that explains the first: the earlier declaration, the other pattern.
    public struct Note: Sendable, Hashable {
        public var message: String
        public var span: SourceSpan
        /// The source line at `span`, where it is known.
        public var sourceLine: String?

        public init(message: String, span: SourceSpan, sourceLine: String? = nil) {
            self.message = message
            self.span = span
            self.sourceLine = sourceLine
        }
    }

    public var severity: Severity
    public var message: String
    /// `nil` where no place in a file is to blame (a machine that cannot be found).
    public var span: SourceSpan?
    public var sourceLine: String?
    public var note: Note?
    /// A known name close to the one written.
    public var suggestion: String?
    /// What to do about it, one line.
    public var remedy: String?

    public init(
        severity: Severity = .error, _ message: String, at span: SourceSpan?, sourceLine: String? = nil,
        note: Note? = nil, suggestion: String? = nil, remedy: String? = nil
    ) {
        self.severity = severity
        self.message = message
        self.span = span
        self.sourceLine = sourceLine
        self.note = note
        self.suggestion = suggestion
        self.remedy = remedy
    }
}

/// What loading a machine throws: everything that was found wrong in one run.
public struct ISAError: Error, Sendable, CustomStringConvertible {
    /// In the order of discovery; at most `Limits.diagnostics` of them.
    public var diagnostics: [Diagnostic]
    /// Further errors that were found and not kept.
    public var omitted: Int

    public init(diagnostics: [Diagnostic], omitted: Int = 0) {
        self.diagnostics = diagnostics
        self.omitted = omitted
    }

    /// All diagnostics, rendered as a compiler does.
    public var description: String {
        var text = diagnostics.map(\.rendered).joined()
        if omitted > 0 {
            text += "... and \(omitted) more error\(omitted == 1 ? "" : "s"), not shown.\n"
        }
        return text
    }
}
