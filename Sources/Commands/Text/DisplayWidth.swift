// How many columns text takes in a terminal. Tables are laid out by this, not by counting
// characters, so that names in any script line up.

/// Columns that the text takes: wide East Asian characters and emoji two, combining marks none.
public func displayWidth(_ text: String) -> Int {
    var width = 0
    for character in text {
        width += displayWidth(character)
    }
    return width
}

/// A grapheme is as wide as its widest scalar.
private func displayWidth(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
        width = max(width, displayWidth(scalar))
    }
    return width
}

private func displayWidth(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x20 || (0x7F..<0xA0).contains(value) { return 0 }
    if value < 0x300 { return value == 0xAD ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return wideRanges.contains { $0.contains(value) } ? 2 : 1
}

/// Unicode Standard Annex 11, categories W and F, joined where only unassigned values lie between.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x2E80...0x303E, 0x3041...0x33FF,
    0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1B000...0x1B2FF,
    0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320,
    0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3E0...0x1F3F0,
    0x1F400...0x1F64F, 0x1F680...0x1F6FC, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
]

/// The text with blanks after it up to so many columns.
public func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - displayWidth(text)))
}

/// Breaks text at blanks into lines of at most so many columns; a longer word stands alone.
public func wrapped(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var width = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
        let wordWidth = displayWidth(String(word))
        if !line.isEmpty, width + 1 + wordWidth > columns {
            lines.append(line)
            line = ""
            width = 0
        }
        if !line.isEmpty {
            line += " "
            width += 1
        }
        line += word
        width += wordWidth
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
}
