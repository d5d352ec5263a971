import ISALanguage

/// Addresses, cells and source lines side by side.
struct AssemblyListing {
    private let guest: LoadedGuest
    private let addressDigits: Int
    private let cellDigits: Int
    private let radix: Int

    init(_ guest: LoadedGuest) {
        self.guest = guest
        radix = guest.description.radix == 8 ? 8 : 16
        let storage = guest.description.state.first { $0.role == .storage }
        addressDigits = AssemblyListing.digits(bits: storage?.indexWidth ?? 16, radix: radix)
        cellDigits = AssemblyListing.digits(bits: storage?.width ?? 64, radix: radix)
    }

    private static func digits(bits: Int, radix: Int) -> Int {
        let perDigit = radix == 8 ? 3 : 4
        return max(1, (bits + perDigit - 1) / perDigit)
    }

    func lines() -> [String] {
        var result: [String] = []
        for segment in guest.image.segments {
            var start = 0
            while start < segment.cells.count {
                // A statement's cells reach up to the next one that has a line.
                var end = start + 1
                while end < segment.cells.count, guest.image.lines[segment.address &+ UInt64(end)] == nil { end += 1 }
                result += statement(at: segment.address &+ UInt64(start), cells: segment.cells[start..<end])
                start = end
            }
        }
        return result
    }

    private func statement(at address: UInt64, cells: ArraySlice<UInt64>) -> [String] {
        let source = guest.image.lines[address].flatMap { line in
            guest.sourceLines.indices.contains(line - 1) ? printable(guest.sourceLines[line - 1]) : nil
        }
        let perLine = max(1, 24 / (cellDigits + 1))
        let width = perLine * (cellDigits + 1)
        var lines: [String] = []
        for start in stride(from: cells.startIndex, to: cells.endIndex, by: perLine) {
            let row = cells[start..<min(start + perLine, cells.endIndex)]
            let here = address &+ UInt64(start - cells.startIndex)
            let text = row.map { number($0, digits: cellDigits) }.joined(separator: " ")
            let head = number(here, digits: addressDigits) + "  " + padded(text, to: width)
            let line = head + (lines.isEmpty ? " " + (source ?? "") : "")
            lines.append(String(line.reversed().drop { $0 == " " }.reversed()))
            // The rest of a long block of equal cells tells nothing new.
            if lines.count == 4, cells.endIndex - start > 4 * perLine {
                lines.append(String(repeating: ".", count: addressDigits) + "  \(cells.count) cells")
                break
            }
        }
        return lines
    }

    private func number(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: radix, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
