import ISALanguage

/// What a hypercall ABI must know of a machine, as plain data.
public struct InstructionCatalogue: Sendable {
    /// A way to have one instruction: a form for each operand.
    public struct Variant: Sendable {
        /// Index into the description's instructions.
        public var instruction: Int
        /// The assembly pattern, which names the instruction.
        public var pattern: String
        public var mnemonic: String
        public var forms: [Int]
        /// Names of the forms taken, where the operand has several.
        public var formNames: [String]
        /// The fields that this way uses: index and name.
        public var fields: [(index: Int, name: String)]
        /// Every operand is in its first, plainest form.
        public var isPlain: Bool { forms.allSatisfy { $0 == 0 } }
    }

    /// A register that can carry an argument.
    public struct Register: Hashable, Sendable {
        public var component: Int
        public var element: Int
        public var name: String
    }

    public let machineName: String
    public let registers: [Register]
    public let call: CallInstruction?
    private let machine: MachineDescription

    public init(_ machine: MachineDescription) {
        self.machine = machine
        machineName = machine.name
        call = CallInstruction(of: machine)
        let file = machine.state.firstIndex { $0.role == .register && $0.isArray && $0.count > 1 }
        registers = file.map { component in
            (0..<machine.state[component].count).map {
                Register(component: component, element: $0, name: machine.state[component].elementName($0))
            }
        } ?? []
    }

    /// The index of the instruction with this assembly pattern.
    public func instruction(named pattern: String) -> Int? {
        machine.instructions.firstIndex { $0.name == pattern }
    }

    /// All ways to have an instruction, the plainest first; at most `wayLimit`.
    public func variants(of instruction: Int) -> [Variant] {
        guard machine.instructions.indices.contains(instruction) else { return [] }
        let described = machine.instructions[instruction]
        return ways(described.encoding.groups.flatMap(\.pieces), of: described).map { way in
            var forms = Array(repeating: 0, count: described.operands.count)
            for choice in way.choices { forms[choice.operand] = choice.form }
            return Variant(
                instruction: instruction, pattern: described.name, mnemonic: described.mnemonic, forms: forms,
                formNames: way.choices.compactMap { choice in
                    let all = described.operands[choice.operand].forms
                    return all.count > 1 ? all[choice.form].name : nil
                },
                fields: way.fields.sorted().map { ($0, described.fields[$0].name) })
        }
    }

    /// Instructions with operands within operands have very many ways.
    private static let wayLimit = 64

    /// Forms for the operands that stand somewhere in an encoding, and the fields that are encoded then.
    private struct Way {
        var choices: [(operand: Int, form: Int)] = []
        var fields: Set<Int> = []
    }

    private func ways(_ pieces: [Piece], of described: Instruction) -> [Way] {
        pieces.reduce([Way()]) { ways, piece in
            switch piece {
            case .literal, .any: return ways
            case .field(let field, _, _):
                return ways.map { way in
                    var way = way
                    way.fields.insert(field.index)
                    return way
                }
            case .operand(let operand):
                let own = self.ways(operand, of: described)
                let all = ways.lazy.flatMap { way in
                    own.lazy.map { Way(choices: way.choices + $0.choices, fields: way.fields.union($0.fields)) }
                }
                return Array(all.prefix(InstructionCatalogue.wayLimit))
            }
        }
    }

    private func ways(_ operand: OperandID, of described: Instruction) -> [Way] {
        let forms = described.operands[operand.index].forms
        return forms.indices.flatMap { form in
            let pieces = forms[form].head + forms[form].extensions.flatMap(\.pieces)
            return ways(pieces, of: described).map { inner in
                Way(choices: [(operand.index, form)] + inner.choices, fields: inner.fields)
            }
        }
    }
}
