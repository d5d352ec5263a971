import Testing

@testable import ISALanguage

@Suite("Suggestions")
struct SuggestionTests {
    @Test("Edit distance counts an exchange of neighbours as one")
    func distance() {
        func distance(_ a: String, _ b: String) -> Int { Suggestions.editDistance(Array(a.utf8), Array(b.utf8)) }
        #expect(distance("", "") == 0)
        #expect(distance("abc", "") == 3)
        #expect(distance("", "abc") == 3)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("bsae", "base") == 1)
        #expect(distance("base", "base") == 0)
    }

    @Test("Only near names are suggested")
    func nearest() {
        #expect(Suggestions.nearest(to: "bse", in: ["base", "bound"]) == "base")
        #expect(Suggestions.nearest(to: "xyz", in: ["base", "bound"]) == nil)
        #expect(Suggestions.nearest(to: "a", in: ["b"]) == nil)
        #expect(Suggestions.nearest(to: "Base", in: ["base"]) == "base")
    }

    @Test("Long lines are shown around the place")
    func longLine() {
        let line = String(repeating: "x", count: 300) + "HERE" + String(repeating: "y", count: 300)
        let span = SourceSpan(SourceLocation(file: "f", line: 7, column: 301), length: 4)
        let rendered = Diagnostic("wrong", at: span, sourceLine: line).rendered
        let lines = rendered.split(separator: "\n")
        #expect(lines[0] == "f:7:301: error: wrong")
        #expect(lines.allSatisfy { $0.count < 125 })
        let column = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
        #expect(column.map { String(lines[1].dropFirst($0).prefix(4)) } == "HERE")
    }
}
