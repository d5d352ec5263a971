/// Fields and operands of forms have long names, `source.memory.location.displaced.n`. A page shows the
/// shortest end of each that no other field, or operand, of the instruction shares.
struct ShortNames: Sendable {
    private let fields: [String]
    private let operands: [String]

    init(_ instruction: Instruction?) {
        fields = ShortNames.shortened(instruction?.fields.map(\.name) ?? [])
        operands = ShortNames.shortened(instruction?.operands.map(\.name) ?? [])
    }

    func field(_ field: FieldID) -> String {
        fields.indices.contains(field.index) ? fields[field.index] : "field\(field.index)"
    }

    func operand(_ operand: OperandID) -> String {
        operands.indices.contains(operand.index) ? operands[operand.index] : "operand\(operand.index)"
    }

    private static func shortened(_ names: [String]) -> [String] {
        let parts = names.map { $0.split(separator: ".") }
        var uses: [String: Int] = [:]
        for name in parts {
            for length in 1...max(name.count, 1) {
                uses[name.suffix(length).joined(separator: "."), default: 0] += 1
            }
        }
        return zip(names, parts).map { whole, name in
            // The form's name stays with its field: `displaced.n` says more than a unique `n`.
            let least = name.count > 1 ? 2 : 1
            let lengths = least...max(name.count, least)
            return lengths.map { name.suffix($0).joined(separator: ".") }.first { uses[$0] == 1 } ?? whole
        }
    }
}
