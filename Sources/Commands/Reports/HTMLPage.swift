/// One self-contained page: no script, no image, no request to anywhere; light and dark as the
/// reader's system is set, and marks besides colours for those who do not see these.
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
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(markupEscaped(title))</title>
        <style>
        \(HTMLPage.style)
        </style>
        </head>
        <body>
        <main>
        \(body)</main>
        <footer>trapline \(traplineVersion)</footer>
        </body>
        </html>

        """
    }

    static func element(_ name: String, _ text: String, class kind: String = "") -> String {
        let attribute = kind.isEmpty ? "" : " class=\"\(kind)\""
        return "<\(name)\(attribute)>\(markupEscaped(text))</\(name)>\n"
    }

    /// A table; cells whose text is a verdict get its class.
    static func table(_ headings: [String], _ rows: [[String]], caption: String) -> String {
        var text = "<div class=\"scroll\"><table>\n<caption>\(markupEscaped(caption))</caption>\n<thead><tr>"
        text += headings.map { "<th scope=\"col\">\(markupEscaped($0))</th>" }.joined() + "</tr></thead>\n<tbody>\n"
        for row in rows {
            text += "<tr>" + row.map { cell in
                let kind = verdictClass(cell)
                return "<td\(kind.isEmpty ? "" : " class=\"\(kind)\"")>\(markupEscaped(cell))</td>"
            }.joined() + "</tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    static func list(_ items: [String]) -> String {
        "<ul>\n" + items.map { "<li>\(markupEscaped($0))</li>\n" }.joined() + "</ul>\n"
    }

    private static func verdictClass(_ text: String) -> String {
        switch text {
        case "holds": return "holds"
        case "refuted": return "refuted"
        case "undecided", "not applicable": return "undecided"
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
        .scroll { overflow-x: auto; } table { border-collapse: collapse; margin: .5rem 0; }
        th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--rule);
          vertical-align: top; white-space: nowrap; }
        .holds { color: var(--holds); } .refuted { color: var(--refuted); font-weight: 600; }
        .undecided { color: var(--undecided); }
        .holds::before { content: "\\2713 "; } .refuted::before { content: "\\2717 "; }
        .undecided::before { content: "? "; }
        """
}
