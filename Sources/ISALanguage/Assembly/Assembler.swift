/// What assembling throws: everything that is wrong with a source, found in one run.
public struct AssemblyError: Error, Sendable, CustomStringConvertible {
    public var diagnostics: [Diagnostic]
    /// Further errors that were found and not kept.
    public var omitted: Int

    public var description: String {
        let text = diagnostics.map(\.rendered).joined()
        return omitted > 0 ? text + "... and \(omitted) more error\(omitted == 1 ? "" : "s"), not shown.\n" : text
    }
}

/// Turns assembly text into an image, by the machine's own encodings and templates.
public struct Assembler: Sendable {
    public let description: MachineDescription
    let matcher: TemplateMatcher
    let encoder: Encoder
    let layout: UnitLayout
    let addressWidth: Int

    public init(_ description: MachineDescription) {
        self.description = description
        matcher = TemplateMatcher(description)
        encoder = Encoder(Decoder(description))
        layout = UnitLayout(description)
        addressWidth = description.state.first { $0.role == .pc }?.width ?? 64
    }

    /// The machine that a source names in its first line (`.machine NAME`), or nil.
    public static func machineName(of source: String) -> String? {
        let newline = UInt8(ascii: "\n")
        for line in source.utf8.prefix(Limits.fileSize).split(separator: newline) {
            var reader = LineReader(AssemblyStatement.withoutComment(Array(line.prefix(Limits.lineLength))), radix: 10)
            reader.skipBlanks()
            if reader.isAtEnd || reader.byte() == 13 { continue }
            guard reader.word().lowercased() == ".machine" else { return nil }
            reader.skipBlanks()
            var name = reader.word()
            if name.hasSuffix("\r") { name.removeLast() }
            return name.isEmpty ? nil : name
        }
        return nil
    }

    /// Assembles a source.
    /// - Parameters:
    ///   - path: names the source in errors.
    ///   - anyMachine: accepts a source that names a machine which this one does not extend.
    public func assemble(
        _ source: String, path: String = "source", anyMachine: Bool = false
    ) throws(AssemblyError) -> Image {
        let text = SourceText(path: path, bytes: Array(source.utf8.prefix(Limits.fileSize + 1)))
        let collector = DiagnosticCollector()
        collector.add(text)
        guard text.bytes.count <= Limits.fileSize else {
            collector.report("the source is longer than \(Limits.fileSize) bytes", at: nil)
            throw AssemblyError(collector)
        }
        let report = { (line: Int, range: Range<Int>, issue: AssemblyIssue) in
            collector.report(issue, in: text, line: line, range: range)
        }
        let parsed = AssemblySource(text, matcher: matcher, report: report)
        if let machine = parsed.machine, !anyMachine, machine.name != description.name,
            !description.ancestors.contains(machine.name)
        {
            report(machine.line, 0..<1, AssemblyIssue(
                "this source is for machine '\(machine.name)', not for '\(description.name)'"))
        }
        var layout = AssemblyLayout(self, statements: parsed.statements, report: report)
        let image = layout.image()
        guard let image, !collector.hasErrors else { throw AssemblyError(collector) }
        return image
    }
}

extension AssemblyError {
    init(_ collector: DiagnosticCollector) {
        diagnostics = collector.diagnostics
        omitted = collector.omitted
    }
}

extension DiagnosticCollector {
    /// Reports an issue at a stretch of bytes of a line.
    func report(_ issue: AssemblyIssue, in text: SourceText, line: Int, range: Range<Int>) {
        let bytes = text.range(ofLine: line).map { Array(text.bytes[$0]) } ?? []
        // Columns count Unicode scalars: continuation bytes of UTF-8 do not start one.
        let before = bytes.prefix(max(range.lowerBound, 0)).count { $0 & 0xC0 != 0x80 }
        let through = bytes.prefix(max(range.upperBound, 0)).count { $0 & 0xC0 != 0x80 }
        let place = SourceLocation(file: text.path, line: line, column: before + 1)
        let note = issue.earlier.map { earlier in
            (earlier.message, SourceSpan(SourceLocation(file: text.path, line: earlier.line, column: 1), length: 1))
        }
        report(
            issue.message, at: SourceSpan(place, length: max(through - before, 1)), note: note,
            suggestion: issue.suggestion, remedy: issue.remedy)
    }
}
