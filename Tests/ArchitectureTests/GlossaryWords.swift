import Testing

/// Docs/Glossary.md names things as the code does, or it would teach two languages.
@Suite struct GlossaryWords {
    let repository = Repository()

    @Test func everyCodeNameInTheGlossaryExists() throws {
        let text = try repository.text("Docs/Glossary.md")
        let sources = try repository.files(under: "Sources", suffixes: [".swift"])
            .map { $0.lines.joined(separator: "\n") }.joined(separator: "\n")
        var checked = 0
        for match in text.matches(of: /`([A-Z][A-Za-z0-9]*|[a-z]+[A-Z][A-Za-z0-9]*)(?:\.([a-zA-Z]+))?`/) {
            checked += 1
            let name = match.output.1
            // Not inside `#expect`, which would print every source.
            for word in [name, match.output.2].compactMap({ $0 }) where !sources.contains(word) {
                Issue.record("Docs/Glossary.md: no source mentions \(word)")
            }
        }
        #expect(checked > 0)
    }
}
