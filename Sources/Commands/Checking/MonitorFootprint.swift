import ISALanguage

/// The instructions of which a monitor in the machine's own code is made. Theorem 2 asks whether any
/// of them reads a clock.
struct MonitorFootprint {
    /// Assembly patterns that name variants, in order of first use.
    let variants: [String]

    /// Reads the monitor's source or image and decodes what it can reach as code: every statement of a
    /// source that is an instruction; of an image, which does not tell code from data, every cell.
    init(_ path: String, machine: String, in context: Context) throws {
        let guest = try LoadedGuest.load(path, machine: machine, in: context)
        let decoder = Decoder(guest.description)
        let layout = UnitLayout(guest.description)
        var found: [String] = []
        for segment in guest.image.segments {
            var index = 0
            while index < segment.cells.count {
                var units: [UInt64] = []
                var rest = segment.cells[index...]
                while units.count < decoder.longest, let unit = layout.unit(of: rest) {
                    units.append(unit)
                    rest = rest.dropFirst(layout.cellsPerUnit)
                }
                let line = guest.image.lines[segment.address &+ UInt64(index)]
                let isCode = guest.sourceLines.isEmpty || line.map { !guest.isData(line: $0) } ?? false
                index += 1
                guard isCode, case .instruction(let decoded) = decoder.decode(units: units) else { continue }
                found.append(guest.description.instructions[decoded.instruction].name)
                index += decoded.length * layout.cellsPerUnit - 1
            }
        }
        variants = distinct(found)
    }
}

extension LoadedGuest {
    /// The source line holds a directive, not an instruction.
    func isData(line: Int) -> Bool {
        guard sourceLines.indices.contains(line - 1) else { return true }
        let words = sourceLines[line - 1].split { $0 == " " || $0 == "\t" }
        return words.first { !$0.hasSuffix(":") }?.hasPrefix(".") ?? true
    }
}
