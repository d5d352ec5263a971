/// An encoding as a row of boxes, the bits numbered as the file numbers them.
struct EncodingDiagram {
    private struct Box {
        var label: String
        /// nil: the operand's forms differ in width.
        var width: Int?
    }

    let description: MachineDescription
    let instruction: Instruction

    /// One diagram a group.
    var lines: [String] {
        instruction.encoding.groups.enumerated().flatMap { index, group in
            (index > 0 ? [""] : []) + lines(for: group.pieces)
        }
    }

    /// The pieces on one line, as in the file.
    func pattern(_ pieces: [Piece]) -> String {
        pieces.map { box($0) }.map { box in
            box.label.hasPrefix("0") || box.width == nil ? box.label : "\(box.label):\(box.width ?? 0)"
        }.joined(separator: " ")
    }

    private func lines(for pieces: [Piece]) -> [String] {
        let boxes = pieces.map { box($0) }
        guard !boxes.isEmpty else { return [] }
        let total = boxes.reduce(into: Int?.some(0)) { sum, box in
            sum = sum.flatMap { sum in box.width.map { sum + $0 } }
        }
        var rule = "+"
        var labels = "|"
        var numbers = " "
        var position = 0
        for box in boxes {
            let ends = total.map { self.ends(from: position, width: box.width ?? 0, of: $0) } ?? ("", "")
            let inner = max(box.label.count + 2, ends.0.count + ends.1.count + 1, min((box.width ?? 8), 24))
            rule += String(repeating: "-", count: inner) + "+"
            labels += centred(box.label, inner) + "|"
            numbers += ends.0 + String(repeating: " ", count: inner - ends.0.count - ends.1.count) + ends.1 + " "
            position += box.width ?? 0
        }
        while numbers.hasSuffix(" ") { numbers.removeLast() }
        return (numbers.isEmpty ? [] : [numbers]) + [rule, labels, rule]
    }

    /// The numbers of a box's first and last bit.
    private func ends(from position: Int, width: Int, of total: Int) -> (String, String) {
        guard width > 0 else { return ("", "") }
        let left = description.mostSignificantBitFirst ? position : total - 1 - position
        let right = description.mostSignificantBitFirst ? position + width - 1 : total - position - width
        return width == 1 ? (String(left), "") : (String(left), String(right))
    }

    private func centred(_ label: String, _ width: Int) -> String {
        let left = (width - label.count) / 2
        return String(repeating: " ", count: left) + label + String(repeating: " ", count: width - left - label.count)
    }

    private func box(_ piece: Piece) -> Box {
        let width = EncodingLayout.width(of: piece)
        switch piece {
        case .literal(let value, _):
            return Box(label: literal(value, width), width: width)
        case .any:
            return Box(label: "_", width: width)
        case .field(let field, let high, let low):
            guard instruction.fields.indices.contains(field.index) else { return Box(label: "?", width: width) }
            let known = instruction.fields[field.index]
            let name = known.name.split(separator: ".").last.map(String.init) ?? known.name
            let whole = low == 0 && high == known.width - 1
            let (left, right) = description.mostSignificantBitFirst
                ? (known.width - 1 - high, known.width - 1 - low) : (high, low)
            let bits = left == right ? "[\(left)]" : "[\(left)..\(right)]"
            return Box(label: whole ? name : name + bits, width: width)
        case .operand(let operand):
            guard instruction.operands.indices.contains(operand.index) else { return Box(label: "?", width: nil) }
            let known = instruction.operands[operand.index]
            let widths = Set(known.forms.map { $0.head.reduce(0) { $0 + EncodingLayout.width(of: $1) } })
            let name = known.name.split(separator: ".").last.map(String.init) ?? known.name
            return Box(label: name, width: widths.count == 1 ? widths.first : nil)
        }
    }

    private func literal(_ value: UInt64, _ width: Int) -> String {
        func digits(_ radix: Int, _ count: Int) -> String {
            let text = String(value & ConcreteArithmetic.mask(width), radix: radix, uppercase: true)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        if description.radix == 8, width % 3 == 0, width > 0 { return "0o" + digits(8, width / 3) }
        if width % 4 == 0, width > 0 { return "0x" + digits(16, width / 4) }
        return "0b" + digits(2, width)
    }
}
