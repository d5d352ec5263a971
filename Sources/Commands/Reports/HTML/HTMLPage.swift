/// One self-contained page: no image, no request to anywhere; light and dark as the reader's system is set, and marks
/// besides colours for those who do not see these. Its one script may be switched off.
struct HTMLPage {
    var title: String
    /// Markup of the page's body.
    var body: String

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src \(HTMLScript.permission)">
        <title>\(markupEscaped(title))</title>
        <style>
        \(HTMLPage.style)
        </style>
        </head>
        <body data-title="\(markupEscaped(title))">
        <main>
        \(body)</main>
        <footer>trapline \(traplineVersion)</footer>
        <script>\(HTMLScript.text)</script>
        </body>
        </html>

        """
    }

    static func element(_ name: String, _ text: String, class kind: String = "") -> String {
        let attribute = kind.isEmpty ? "" : " class=\"\(kind)\""
        return "<\(name)\(attribute)>\(markupEscaped(text))</\(name)>\n"
    }

    /// A table; cells whose text is a verdict get its class.
    static func table(_ headings: [String], _ rows: [[String]]) -> String {
        table(headings, markup: rows.map { "<tr>" + $0.map(cell).joined() + "</tr>\n" }.joined())
    }

    /// A table whose rows are markup already.
    static func table(_ headings: [String], markup: String) -> String {
        let head = headings.map { "<th scope=\"col\">\(markupEscaped($0))</th>" }.joined()
        return "<div class=\"scroll\"><table class=\"sortable\">\n<thead><tr>\(head)</tr></thead>\n<tbody>\n"
            + markup + "</tbody></table></div>\n"
    }

    static func cell(_ text: String) -> String {
        let kind = verdictClass(text)
        return "<td\(kind.isEmpty ? "" : " class=\"\(kind)\"")>\(markupEscaped(text))</td>"
    }

    /// Text that is opened by its heading.
    static func details(_ heading: String, _ text: String) -> String {
        "<details><summary>\(markupEscaped(heading))</summary>\n<pre>\(markupEscaped(text))</pre></details>\n"
    }

    /// A name as the target of a link: what could end an attribute or a fragment is replaced.
    static func identifier(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
    }

    static func list(_ items: [String]) -> String {
        "<ul>\n" + items.map { "<li>\(markupEscaped($0))</li>\n" }.joined() + "</ul>\n"
    }

    private static func verdictClass(_ text: String) -> String {
        switch text {
        case "holds": return "holds"
        case "refuted": return "refuted"
        case "undecided", "not applicable": return "undecided"
        case "yes": return "yes"
        case "no": return "no"
        case _ where text.count > 36: return "long"
        default: return ""
        }
    }

    private static let style = """
        :root { color-scheme: light dark; --ink: #1b1b1f; --paper: #ffffff; --rule: #c8c8d0; --faint: #5b5b66;
          --holds: #12633a; --refuted: #a11a1a; --undecided: #7a5200; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e6ea; --paper: #17171b; --rule: #44444d;
          --faint: #a5a5b0; --holds: #6fd39b; --refuted: #ff9a93; --undecided: #f0c060; } }
        body { background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
        main, footer { max-width: 70rem; margin: 0 auto; padding: 1rem; }
        footer, caption { color: var(--faint); text-align: left; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
        h3 { font-size: 1rem; }
        pre, code, td { font-family: ui-monospace, monospace; font-size: .9rem; }
        pre { overflow-x: auto; border: 1px solid var(--rule); padding: .75rem; }
        [hidden] { display: none; } a { color: inherit; } summary { cursor: pointer; }
        th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid; }
        th[aria-sort=ascending] button::after { content: " \\25B2"; }
        th[aria-sort=descending] button::after { content: " \\25BC"; }
        .yes { font-weight: 600; } .no { color: var(--faint); }
        .long { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; margin: .5rem 0; }
        th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--rule);
          vertical-align: top; white-space: nowrap; }
        .holds { color: var(--holds); } .refuted { color: var(--refuted); font-weight: 600; }
        .undecided { color: var(--undecided); }
        .holds::before { content: "\\2713 "; } .refuted::before { content: "\\2717 "; }
        .undecided::before { content: "? "; }
        """
}
