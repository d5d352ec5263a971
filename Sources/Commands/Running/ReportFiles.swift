/// Where a run's trace and statistics go. Files are opened before the run: a name that cannot be written is said then,
/// not after it.
struct ReportFiles {
    private let trace: FileWriter?
    private let statistics: FileWriter?
    private let diagnostics: OutputStream

    init(_ options: ReportOptions, in context: Context) throws {
        trace = try options.traceFile.map { try FileWriter(path: Path.join(context.folder, $0)) }
        statistics = try options.statsFile.map { try FileWriter(path: Path.join(context.folder, $0)) }
        diagnostics = context.diagnostics
    }

    func writeTrace(_ text: String) throws {
        if let trace { try trace.write(text.utf8) } else { try diagnostics.write(text) }
    }

    var takesStatistics: Bool { statistics != nil }

    func writeStatistics(_ document: JSONValue) throws {
        try statistics?.write(document.pretty.utf8)
        try statistics?.finish()
    }

    /// The run has ended, and nothing more is traced.
    func finishTrace() throws { try trace?.finish() }
}

extension OutputStream {
    /// Why a guest crashed, and what it leaves behind.
    func account(_ lines: [String]) throws {
        for (number, line) in lines.enumerated() { try self.line(number == 0 ? "trapline: \(line)" : line) }
    }
}
