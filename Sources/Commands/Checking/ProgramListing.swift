import ISALanguage
import Virtualizability

/// A refuting guest program for people: the state that it starts in, and its instructions.
struct ProgramListing {
    private let program: Virtualizability.GuestProgram
    private let description: MachineDescription

    init(_ program: Virtualizability.GuestProgram, of description: MachineDescription) {
        self.program = program
        self.description = description
    }

    func lines() -> [String] {
        var lines = ["  a guest of \(program.initial.cells.count) cells, which begins with"]
        lines += wrapped(registers().joined(separator: " "), columns: 74).map {
            "    " + $0.split(separator: "\u{A0}").joined(separator: " ")
        }
        lines.append("  and runs")
        lines += code()
        return lines
    }

    /// Components that are not zero, each one word to the line breaker.
    private func registers() -> [String] {
        var words: [String] = []
        for (index, component) in description.state.enumerated() where component.role != .storage {
            for element in 0..<min(component.count, 64) {
                let value = program.initial.read(StateID(index), element: UInt64(element))
                guard value != 0 || component.role == .mode else { continue }
                words.append("\(component.elementName(element))\u{A0}=\u{A0}\(description.number(value))")
            }
        }
        return words
    }

    /// Cells that hold code as instructions, the rest as data.
    private func code() -> [String] {
        let decoder = Decoder(description)
        let layout = UnitLayout(description)
        let disassembler = Disassembler(description)
        let contents = Dictionary(program.cells.map { ($0.address, $0.value) }, uniquingKeysWith: { first, _ in first })
        var lines: [String] = []
        var covered: Set<UInt64> = []
        for cell in program.cells.sorted(by: { $0.address < $1.address }) where !covered.contains(cell.address) {
            var cells: [UInt64] = []
            while let next = contents[cell.address &+ UInt64(cells.count)], cells.count < 64 { cells.append(next) }
            var units: [UInt64] = []
            var rest = cells[...]
            while units.count < decoder.longest, let unit = layout.unit(of: rest) {
                units.append(unit)
                rest = rest.dropFirst(layout.cellsPerUnit)
            }
            var text = "(data)"
            if case .instruction(let decoded) = decoder.decode(units: units) {
                text = disassembler.text(decoded, at: cell.address)
                for offset in 0..<decoded.length * layout.cellsPerUnit {
                    covered.insert(cell.address &+ UInt64(offset))
                }
            }
            let head = padded(description.number(cell.address), to: 8) + padded(description.digits(cell.value), to: 14)
            lines.append("    " + head + text)
        }
        return lines
    }
}
