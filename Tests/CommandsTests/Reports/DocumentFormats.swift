import Testing

@testable import Commands

/// The document builders alone, with content chosen to break them.
@Suite struct DocumentFormats {
    private let nasty = "a<b> & \"c\" 'd' \u{1} ]]> größe\n| *x*"

    @Test func sarifConforms() throws {
        let rules = [SARIFDocument.Rule(id: "TL1", name: "theorem-1", summary: nasty, help: "h")]
        let place = SARIFDocument.Place(file: "ISA/a b/größe.isa", line: 0, column: 0)
        let results = [
            SARIFDocument.Result(rule: 0, level: .error, kind: .fail, message: nasty, place: place, fingerprint: "x"),
            SARIFDocument.Result(rule: 0, level: .error, kind: .open, message: "m", place: nil, fingerprint: nasty),
        ]
        let text = SARIFDocument(rules: rules, results: results, isComplete: false).text
        #expect(try SchemaChecks.sarif(text) == "")
        #expect(text.contains("ISA/a%20b/gr%C3%B6%C3%9Fe.isa"))
    }

    @Test func theSchemaRefusesWhatIsNotSarif() throws {
        #expect(try SchemaChecks.sarif("{\"version\": \"2.0.0\", \"runs\": []}") != "")
        #expect(try SchemaChecks.sarif("{\"version\": \"2.1.0\", \"runs\": [{}]}") != "")
        #expect(try SchemaChecks.sarif("{\"version\": \"2.1.0\", \"runs\": [], \"extra\": 1}") != "")
        // Both opinions count: the object model's too.
        let misspelt = "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"nam\": \"x\"}}}]}"
        #expect(try SchemaChecks.sarif(misspelt).contains("a ToolComponent has no such property"))
    }

    @Test func junitHasItsStructure() {
        let cases = [
            JUnitDocument.Case(name: nasty, className: "m.f", file: "a.isa", line: 3, outcome: .passed),
            JUnitDocument.Case(
                name: "b", className: nasty, file: nil, line: nil, outcome: .failed(message: nasty, text: nasty)),
            JUnitDocument.Case(name: "c", className: "m", file: nil, line: nil, outcome: .skipped(message: nasty)),
        ]
        let document = JUnitDocument(suites: [.init(name: nasty, cases: cases, output: nasty)])
        #expect(SchemaChecks.junit(document.text) == [])
        #expect(SchemaChecks.junit("<testsuites tests=\"1\" failures=\"0\"/>") != [])
        #expect(SchemaChecks.junit("<testsuites><x/></testsuites>") != [])
        #expect(SchemaChecks.junit("<testsuites>") != [])
    }

    @Test func htmlStandsAlone() {
        let page = HTMLPage(
            title: nasty, body: HTMLPage.table(["h"], [[nasty], ["holds"]]) + HTMLPage.details(nasty, nasty))
        #expect(page.text.components(separatedBy: "<script").count == 2)
        #expect(page.text.contains("script-src 'sha256-"))
        #expect(!page.text.contains("src="))
        #expect(!page.text.contains("href="))
        #expect(HTMLPage.identifier(nasty).allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) })
        #expect(!page.text.contains("<b>"))
        #expect(page.text.contains("prefers-color-scheme: dark"))
        #expect(page.text.contains("<td class=\"holds\">holds</td>"))
    }
}
