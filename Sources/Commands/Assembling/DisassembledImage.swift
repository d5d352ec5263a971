import ISALanguage

/// An image as assembly text that assembles to the same image.
struct DisassembledImage {
    private let image: Image
    private let description: MachineDescription
    private let decoder: Decoder
    private let encoder: Encoder
    private let disassembler: Disassembler
    private let layout: UnitLayout
    private let names: [UInt64: [String]]

    init(_ image: Image, of description: MachineDescription) {
        self.image = image
        self.description = description
        decoder = Decoder(description)
        encoder = Encoder(decoder)
        disassembler = Disassembler(description)
        layout = UnitLayout(description)
        let covered = image.segments.map { $0.address..<($0.address &+ UInt64($0.cells.count)) }
        // A symbol that is no address of the image is a constant; printing it as a label would be wrong.
        let labels = image.symbols.filter { symbol in covered.contains { $0.contains(symbol.value) } }
        names = Dictionary(grouping: labels.keys) { labels[$0] ?? 0 }.mapValues { $0.sorted() }
    }

    func heading() -> [String] {
        ["        .machine \(description.name)", "        .entry \(disassembler.number(Int128(image.entry)))"]
    }

    /// Hands over line by line what lies at the addresses `first ..< end`.
    func write(from first: UInt64, below end: UInt64, line: (String) throws -> Void) throws {
        for segment in image.segments {
            let last = segment.address &+ UInt64(segment.cells.count)
            guard last > first, segment.address < end else { continue }
            var index = Int(max(first, segment.address) - segment.address)
            let stop = Int(min(end, last) - segment.address)
            try line("        .org \(disassembler.number(Int128(segment.address) + Int128(index)))")
            while index < stop {
                let address = segment.address &+ UInt64(index)
                let statement = statement(at: address, cells: segment.cells[index...])
                let label = (names[address] ?? []).map { $0 + ":" }.joined(separator: " ")
                try line(padded(label, to: 7) + " " + statement.text)
                index += max(1, statement.cells)
            }
        }
    }

    /// The instruction there, if assembling its text would give these very cells; else one cell of data.
    private func statement(at address: UInt64, cells: ArraySlice<UInt64>) -> (text: String, cells: Int) {
        let data = (text: ".word \(disassembler.number(Int128(cells.first ?? 0)))", cells: 1)
        var units: [UInt64] = []
        var rest = cells
        while units.count < decoder.longest, let unit = layout.unit(of: rest) {
            units.append(unit)
            rest = rest.dropFirst(layout.cellsPerUnit)
        }
        guard case .instruction(let decoded) = decoder.decode(units: units),
            let again = try? encoder.encode(decoded), again == Array(units.prefix(decoded.length))
        else { return data }
        return (disassembler.text(decoded, at: address), decoded.length * layout.cellsPerUnit)
    }
}
