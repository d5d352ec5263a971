/// Collects what is wrong over one run. It also holds the texts, so that a diagnostic can quote its
/// line. The same error at the same place is kept once: a function that is expanded into a hundred
/// instructions is wrong once.
final class DiagnosticCollector {
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var omitted = 0
    private var seen: Set<Key> = []
    private(set) var sources: [String: SourceText] = [:]

    private struct Key: Hashable {
        var span: SourceSpan?
        var message: String
    }

    var hasErrors: Bool { !diagnostics.isEmpty }
    /// All that were found, kept or not: it grows with every new error.
    var count: Int { diagnostics.count + omitted }
    var isFull: Bool { diagnostics.count >= Limits.diagnostics }

    func add(_ source: SourceText) { sources[source.path] = source }

    func source(_ path: String) -> SourceText? { sources[path] }

    func report(
        _ message: String, at span: SourceSpan?, note: (message: String, span: SourceSpan)? = nil,
        suggestion: String? = nil, remedy: String? = nil
    ) {
        guard seen.insert(Key(span: span, message: message)).inserted else { return }
        guard !isFull else {
            omitted += 1
            return
        }
        let noted = note.map {
            Diagnostic.Note(message: $0.message, span: $0.span, sourceLine: line(of: $0.span))
        }
        diagnostics.append(
            Diagnostic(
                message, at: span, sourceLine: line(of: span), note: noted, suggestion: suggestion, remedy: remedy))
    }

    private func line(of span: SourceSpan?) -> String? {
        guard let location = span?.location else { return nil }
        return sources[location.file]?.line(location.line)
    }

    var error: ISAError { ISAError(diagnostics: diagnostics, omitted: omitted) }
}
