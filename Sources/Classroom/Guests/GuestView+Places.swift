import ISALanguage
import Machine

// Addresses as people give and read them, and the state as a whole.

extension GuestView {
    /// A number as the machine writes it, or a symbol.
    public func address(_ text: String) -> UInt64? {
        if let found = symbols.first(where: { $0.value == text }) { return found.key }
        if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt64(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return UInt64(text.dropFirst(2), radix: 8) }
        return UInt64(text)
    }

    /// A cell, or another real address: "0x12 (table)".
    public func name(_ address: UInt64) -> String {
        number(address) + (symbols[address].map { " (\($0))" } ?? "")
    }

    /// An address as a program running now counts: it has the symbol of the place that it is translated to.
    public func nameInProgram(_ address: UInt64) -> String {
        number(address) + (label(inProgram: address).map { " (\($0))" } ?? "")
    }

    /// The symbol of the place that a program running now means by an address.
    public func label(inProgram address: UInt64) -> String? {
        translate(address, for: .execute).flatMap { symbols[$0] }
    }

    /// Everything but storage, slot by slot.
    var state: [UInt64] {
        var values: [UInt64] = []
        values.reserveCapacity(processor.layout.slotCount)
        for (component, shape) in processor.layout.components.enumerated() {
            for element in 0..<shape.count { values.append(processor[component, element]) }
        }
        return values
    }

    /// The first cell in which two guests of one size differ.
    func firstCell(differentFrom other: GuestView) -> Int? {
        let count = min(processor.storage.count, other.processor.storage.count)
        // Safety: both pointers are valid for `count` cells as long as their processors live.
        let (a, b) = (processor.storage.cells, other.processor.storage.cells)
        return (0..<count).first { a[$0] != b[$0] }
    }

    /// Instructions one behind the other.
    public func listing(from start: UInt64, count: Int) -> [(address: UInt64, text: String)] {
        var lines: [(address: UInt64, text: String)] = []
        var address = start
        let step = UInt64(max(description.addressesPerUnit, 1))
        for _ in 0..<count {
            let found = instruction(at: address)
            lines.append((address, found.text))
            address &+= step &* UInt64(max(found.units.count, 1))
        }
        return lines
    }
}

extension GuestView {
    /// Which parts of the processor's storage a program running now reaches, for drawing: storage is cut into so many
    /// parts, and as many virtual addresses as that are translated for reading.
    public func reached(parts: Int) -> [Bool] {
        var reached = Array(repeating: false, count: parts)
        let cells = processor.storage.count
        guard cells > 0, parts > 0 else { return reached }
        for sample in 0..<parts * 4 {
            let address = UInt64(sample) * UInt64(cells) / UInt64(parts * 4)
            guard let real = translate(address, for: .read), real < UInt64(cells) else { continue }
            reached[Int(real) * parts / cells] = true
        }
        return reached
    }
}
