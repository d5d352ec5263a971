/// Reads a machine's files into one list of declarations: includes in their place, and what the
/// machine extends first, with the overlay's changes applied.
struct DeclarationReader<Loader: SourceLoader> {
    private let loader: Loader
    private let diagnostics: DiagnosticCollector
    private var open: [(path: String, span: SourceSpan?)] = []
    private var fileCount = 0
    private var totalSize = 0

    init(loader: Loader, diagnostics: DiagnosticCollector) {
        self.loader = loader
        self.diagnostics = diagnostics
    }

    /// The declarations, and the names of the machines extended, nearest first.
    mutating func machine(_ name: String) -> ([DeclarationSyntax], [String]) {
        do {
            return machine(in: try loader.loadMachine(named: name, relativeTo: nil), at: nil)
        } catch {
            report(error, name, at: nil)
            return ([], [])
        }
    }

    private mutating func machine(in source: LoadedSource, at span: SourceSpan?) -> ([DeclarationSyntax], [String]) {
        var own: [DeclarationSyntax] = []
        var base: ([DeclarationSyntax], [String])?
        guard enter(source, at: span) else { return ([], []) }
        defer { open.removeLast() }
        for declaration in file(source) {
            guard case .extends(let name) = declaration.kind else {
                own.append(declaration)
                continue
            }
            if base != nil {
                diagnostics.report("a second 'extends'", at: declaration.span, remedy: "A machine extends one other.")
                continue
            }
            base = extended(name, from: source.path, at: declaration.span)
        }
        guard let base else {
            for declaration in own where declaration.change != .add {
                diagnostics.report(
                    "there is nothing to change: this machine extends no other", at: declaration.span,
                    remedy: "Add 'extends NAME', or leave 'replace' out.")
            }
            return (own, [])
        }
        let name = base.0.lazy.compactMap { declaration -> String? in
            if case .header(.machine(let name, _)) = declaration.kind { return name.text }
            return nil
        }.last
        var overlay = Overlay(diagnostics, base: base.0)
        return (overlay.apply(own), (name.map { [$0] } ?? []) + base.1)
    }

    private mutating func extended(
        _ name: String, from path: String, at span: SourceSpan
    ) -> ([DeclarationSyntax], [String]) {
        do {
            return machine(in: try loader.loadMachine(named: name, relativeTo: path), at: span)
        } catch {
            report(error, name, at: span)
            return ([], [])
        }
    }

    /// The declarations of one file with its includes.
    private mutating func file(_ source: LoadedSource) -> [DeclarationSyntax] {
        let text = SourceText(path: source.path, bytes: source.bytes)
        diagnostics.add(text)
        guard String(validating: source.bytes, as: UTF8.self) != nil else {
            diagnostics.report("'\(source.path)' is not UTF-8 text", at: nil, remedy: "Save it as UTF-8.")
            return []
        }
        var parser = SourceParser(text, family: DeclarationReader.family(source.path), diagnostics: diagnostics)
        var result: [DeclarationSyntax] = []
        for declaration in parser.declarations() {
            guard case .include(let path) = declaration.kind else {
                result.append(declaration)
                continue
            }
            result += included(path, from: source.path, at: declaration.span)
        }
        return result
    }

    private mutating func included(_ path: String, from origin: String, at span: SourceSpan) -> [DeclarationSyntax] {
        do {
            let source = try loader.load(path: path, relativeTo: origin)
            guard enter(source, at: span) else { return [] }
            defer { open.removeLast() }
            return file(source)
        } catch {
            report(error, path, at: span)
            return []
        }
    }

    /// Notes that a file is being read; refuses cycles and excess.
    private mutating func enter(_ source: LoadedSource, at span: SourceSpan?) -> Bool {
        if let index = open.firstIndex(where: { $0.path == source.path }) {
            let earlier = index + 1 < open.count ? open[index + 1].span : nil
            diagnostics.report(
                "'\(source.path)' includes or extends itself", at: span,
                note: earlier.map { ("the circle starts here", $0) }, remedy: "Take one of the two lines out.")
            return false
        }
        fileCount += 1
        totalSize += source.bytes.count
        guard source.bytes.count <= Limits.fileSize, totalSize <= Limits.totalSize else {
            diagnostics.report(
                "'\(source.path)' is too large: \(source.bytes.count) bytes", at: span,
                remedy: "A file has at most \(Limits.fileSize) bytes, a machine \(Limits.totalSize).")
            return false
        }
        guard fileCount <= Limits.files, open.count < Limits.includeDepth else {
            diagnostics.report(
                "too many files", at: span,
                remedy: "At most \(Limits.files) files, \(Limits.includeDepth) within one another.")
            return false
        }
        open.append((source.path, span))
        return true
    }

    private func report(_ error: SourceLoaderError, _ name: String, at span: SourceSpan?) {
        diagnostics.report(
            error.reason, at: span, suggestion: Suggestions.nearest(to: name, in: error.known), remedy: error.remedy)
    }

    /// The file's base name: "privileged" for "ISA/third-generation/privileged.isa".
    private static func family(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".isa") ? String(last.dropLast(4)) : last
    }
}
