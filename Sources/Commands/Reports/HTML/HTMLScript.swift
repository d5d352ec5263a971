import Certificates

/// What makes the page's tables sort and filter, and shows one machine at a time. Without it everything is there, one
/// machine after the other.
enum HTMLScript {
    /// The page's policy lets this text run, and no other.
    static var permission: String { "'sha256-\(base64(SHA256.digest(of: Array(text.utf8))))'" }

    static let text = """

        "use strict";
        const pages = [...document.querySelectorAll("section.machine")];
        const overview = document.getElementById("overview");
        function show() {
          const wanted = location.hash.slice(1);
          const chosen = pages.find(page => page.id === wanted);
          for (const page of pages) page.hidden = page !== chosen;
          overview.hidden = Boolean(chosen);
          document.title = chosen ? "trapline: " + chosen.id : document.body.dataset.title;
          if (chosen) scrollTo(0, 0);
        }
        function number(text) { return /^-?[0-9]+/.test(text) ? parseFloat(text) : NaN; }
        function sort(heading) {
          const table = heading.closest("table"), column = heading.cellIndex;
          const down = heading.getAttribute("aria-sort") === "ascending";
          for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
          heading.setAttribute("aria-sort", down ? "descending" : "ascending");
          const rows = [...table.tBodies[0].rows].sort((a, b) => {
            const [x, y] = [a.cells[column].textContent, b.cells[column].textContent];
            const [m, n] = [number(x), number(y)];
            const order = isNaN(m) || isNaN(n) ? x.localeCompare(y) : m - n;
            return down ? -order : order;
          });
          table.tBodies[0].append(...rows);
        }
        function filter(table, text, count) {
          const words = text.toLowerCase().split(/\\s+/).filter(Boolean);
          let shown = 0;
          for (const row of table.tBodies[0].rows) {
            const cells = [...row.cells].map((cell, index) =>
              (cell.textContent + " " + (cell.textContent === "yes" ? table.tHead.rows[0].cells[index].textContent : ""))
                .toLowerCase());
            row.hidden = !words.every(word => cells.some(cell => cell.includes(word)));
            if (!row.hidden) shown += 1;
          }
          count.textContent = words.length ? shown + " of " + table.tBodies[0].rows.length : "";
        }
        for (const table of document.querySelectorAll("table.sortable")) {
          for (const heading of table.tHead.rows[0].cells) {
            const button = document.createElement("button");
            button.textContent = heading.textContent || "name";
            button.addEventListener("click", () => sort(heading));
            heading.replaceChildren(button);
          }
          if (table.tBodies[0].rows.length < 8) continue;
          const label = document.createElement("label"), input = document.createElement("input");
          const count = document.createElement("output");
          input.type = "search";
          label.append("Filter: ", input, " ", count);
          label.title = "Words that a row must contain; a class's name finds the rows that say yes there";
          input.addEventListener("input", () => filter(table, input.value, count));
          table.closest(".scroll").before(label);
        }
        addEventListener("hashchange", show);
        show();

        """

    /// RFC 4648 of a digest's bytes.
    private static func base64(_ digest: SHA256.Digest) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let digits = Array(digest.description).compactMap(\.hexDigitValue)
        var bits: [Int] = digits.flatMap { digit in (0..<4).reversed().map { digit >> $0 & 1 } }
        while bits.count % 6 != 0 { bits.append(0) }
        var text = ""
        for start in stride(from: 0, to: bits.count, by: 6) {
            text.append(alphabet[bits[start..<start + 6].reduce(0) { $0 * 2 + $1 }])
        }
        while text.count % 4 != 0 { text += "=" }
        return text
    }
}
