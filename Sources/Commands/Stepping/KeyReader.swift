/// Keys of a terminal by name, as `StepperCommand` has them: "s", "left", "F10", "ctrl-c".
struct KeyReader {
    /// The next byte; nil at the end of the input.
    let next: () -> UInt8?
    /// Another byte follows at once: what begins with Escape is a key's sequence, not the key itself.
    let follows: () -> Bool

    func key() -> String? {
        guard let byte = next() else { return nil }
        switch byte {
        case 0x1B: return follows() ? sequence() : "escape"
        case 0x0D, 0x0A: return "enter"
        case 0x09: return "tab"
        case 0x7F, 0x08: return "backspace"
        case 0x20: return " "
        case 0..<0x20: return "ctrl-" + String(UnicodeScalar(byte + 0x60))
        case 0x80...: return String(decoding: character(byte), as: UTF8.self)
        default: return String(UnicodeScalar(byte))
        }
    }

    /// The rest of a character of several bytes.
    private func character(_ first: UInt8) -> [UInt8] {
        var bytes = [first]
        let count = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0
        for _ in 0..<count { if let byte = next() { bytes.append(byte) } }
        return bytes
    }

    /// ECMA-48 control sequences, as xterm and the Linux console send them for keys.
    private func sequence() -> String? {
        guard let kind = next() else { return "escape" }
        var parameters = ""
        var final = kind
        if kind == 0x5B || kind == 0x4F {
            while let byte = next() {
                final = byte
                // The Linux console's F1 to F5 are ESC [ [ A to E.
                if byte == 0x5B, parameters.isEmpty { parameters = "[" } else if byte >= 0x40 { break } else {
                    parameters += String(UnicodeScalar(byte))
                }
            }
        }
        switch (kind, parameters, final) {
        case (_, "", 0x41): return "up"
        case (_, "", 0x42): return "down"
        case (_, "", 0x43): return "right"
        case (_, "", 0x44): return "left"
        case (0x4F, "", 0x50), (_, "11", 0x7E), (_, "[", 0x41): return "F1"
        case (_, "15", 0x7E), (_, "[", 0x45): return "F5"
        case (_, "21", 0x7E): return "F10"
        case (_, "23", 0x7E): return "F11"
        case (_, "23;2", 0x7E): return "shift-F11"
        default: return "unknown"
        }
    }
}
