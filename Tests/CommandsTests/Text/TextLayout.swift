import Testing

@testable import Commands

@Suite struct TextLayout {
    @Test func widthCountsColumns() {
        #expect(displayWidth("LPSW addr(x)") == 12)
        #expect(displayWidth("größe") == 5)
        #expect(displayWidth("e\u{301}") == 1)
        #expect(displayWidth("機械") == 4)
        #expect(displayWidth("🙂") == 2)
        #expect(displayWidth("") == 0)
        #expect(displayWidth("a\u{200B}b") == 2)
    }

    @Test func tablesAlignByWidth() {
        var table = TextTable(["name", "n"], right: [1])
        table.append(["機械", "7"])
        table.append(["abc", "12"])
        #expect(table.lines() == ["name   n", "機械   7", "abc   12"])
    }

    @Test func wrappingKeepsWordsWhole() {
        #expect(wrapped("one two three", columns: 7) == ["one two", "three"])
        #expect(wrapped("incomprehensibilities", columns: 5) == ["incomprehensibilities"])
        #expect(wrapped("", columns: 5) == [""])
    }

    @Test func controlCharactersAreShown() {
        #expect(printable("a\u{1B}[31mb\n") == "a\\x1B[31mb\\x0A")
        #expect(quoted(String(repeating: "x", count: 200)).count < 120)
    }

    @Test func suggestionsAreNear() {
        #expect(suggestion(for: "third-genration", among: ["third-generation", "pdp-10"]) == "third-generation")
        #expect(suggestion(for: "vax", among: ["third-generation", "pdp-10"]) == nil)
        #expect(suggestion(for: "", among: ["a"]) == "a")
    }

    @Test func jsonEscapes() {
        #expect(JSONValue.string("a\"\\\n\u{1}é").compact == #""a\"\\\n\u0001é""#)
        let document = JSONValue.object([("a", .array([.integer(1), .null])), ("b", .object([]))])
        #expect(document.compact == #"{"a":[1,null],"b":{}}"#)
        #expect(document.pretty == "{\n  \"a\": [\n    1,\n    null\n  ],\n  \"b\": {}\n}\n")
    }

    @Test func markupCSVAndMarkdownEscape() {
        #expect(markupEscaped("<a b=\"c\">&'\u{0}") == "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\u{FFFD}")
        #expect(csvLine(["LD d,a", "say \"x\"", "plain"]) == "\"LD d,a\",\"say \"\"x\"\"\",plain\r\n")
        #expect(markdownCell("a|b\n*c*") == "a\\|b \\*c\\*")
    }

    @Test func colourOnlyWhereItIsWanted() {
        #expect(Palette.plain.paint("x", .failure) == "x")
        #expect(Palette(isActive: true).paint("x", .failure) == "\u{1B}[1;31mx\u{1B}[0m")
        let bare = TerminalFacts.current(environment: ["NO_COLOR": "1"])
        #expect(!bare.allowsColour)
        #expect(TerminalFacts.current(environment: ["NO_COLOR": ""]).allowsColour)
        #expect(!TerminalFacts.current(environment: ["TERM": "dumb"]).allowsColour)
        #expect(TerminalFacts.current(environment: ["COLUMNS": "132"]).columns == 132)
    }
}
