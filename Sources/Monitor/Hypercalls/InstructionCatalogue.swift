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

    /// All ways to have an instruction, the plainest first; at most 64.
    public func variants(of instruction: Int) -> [Variant] {
        guard machine.instructions.indices.contains(instruction) else { return [] }
        let described = machine.instructions[instruction]
        var choices: [[Int]] = [[]]
        for operand in described.operands {
            choices = choices.flatMap { choice in operand.forms.indices.map { choice + [$0] } }
            if choices.count > 64 { choices = Array(choices.prefix(64)) }
        }
        return choices.map { forms in
            var used = Set(described.fields.indices)
            for (operand, form) in zip(described.operands, forms) {
                for (index, other) in operand.forms.enumerated() where index != form {
                    used.subtract(fields(of: other))
                }
            }
            for (operand, form) in zip(described.operands, forms) where operand.forms.indices.contains(form) {
                used.formUnion(fields(of: operand.forms[form]))
            }
            return Variant(
                instruction: instruction, pattern: described.name, mnemonic: described.mnemonic, forms: forms,
                formNames: zip(described.operands, forms).compactMap { operand, form in
                    operand.forms.count > 1 ? operand.forms[form].name : nil
                },
                fields: used.sorted().map { ($0, described.fields[$0].name) })
        }
    }

    private func fields(of form: OperandForm) -> Set<Int> {
        var fields: Set<Int> = []
        for case .field(let field, _, _) in form.head + form.extensions.flatMap(\.pieces) { fields.insert(field.index) }
        return fields
    }
}
