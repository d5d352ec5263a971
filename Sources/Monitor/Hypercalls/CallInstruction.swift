import ISALanguage

/// How a guest of a machine makes a hypercall: by the machine's own supervisor call, with numbers at the top
/// of what it can express, which guests leave free. Derived from the machine's description.
public struct CallInstruction: Sendable {
    /// Index into the description's instructions.
    public let instruction: Int
    /// The trap that it raises.
    public let trap: Int
    /// Values of the last field from here on are reserved.
    public let firstReserved: UInt64
    /// How many numbers are reserved.
    public let capacity: Int

    private let machine: MachineDescription

    /// The machine's call instruction; nil where it has none with a field to tell calls apart.
    public init?(of machine: MachineDescription) {
        var best: (instruction: Int, trap: Int, width: Int)?
        for (index, instruction) in machine.instructions.enumerated() {
            guard let field = instruction.fields.indices.last(where: { CallInstruction.isChosen($0, in: instruction) }),
                let trap = CallInstruction.callTrap(of: instruction.program, in: machine)
            else { continue }
            let width = instruction.fields[field].width
            // More numbers are better; of two alike, the one with more fields is the general one.
            if let best, best.width > width { continue }
            if let best, best.width == width,
                machine.instructions[best.instruction].fields.count >= instruction.fields.count { continue }
            best = (index, trap, width)
        }
        guard let best, best.width >= 2 else { return nil }
        self.machine = machine
        instruction = best.instruction
        trap = best.trap
        let count = UInt64(1) << UInt64(min(8, best.width - 1))
        capacity = Int(count)
        firstReserved = (ConcreteArithmetic.mask(best.width) &- count) &+ 1
    }

    /// A field of the instruction itself, or of an operand's first form.
    private static func isChosen(_ field: Int, in instruction: Instruction) -> Bool {
        var own: Set<FieldID> = []
        for operand in instruction.operands {
            for form in operand.forms.dropFirst() {
                let pieces = form.head + form.extensions.flatMap(\.pieces)
                for case .field(let field, _, _) in pieces { own.insert(field) }
            }
        }
        return !own.contains(FieldID(field))
    }

    private static func callTrap(of program: Program, in machine: MachineDescription) -> Int? {
        for operation in program.operations {
            guard case .trap(let kind, let condition, let detail?) = operation, machine.traps[kind.index].isCall,
                program[condition] == .constant(1), program.width(detail) > 0
            else { continue }
            return kind.index
        }
        return nil
    }

    /// The instruction that makes hypercall `row`: all fields as high as they go, the last one the number.
    public func encoding(ofCall row: Int) -> DecodedInstruction? {
        guard row >= 0, row < capacity else { return nil }
        let described = machine.instructions[instruction]
        guard let last = described.fields.indices.last(where: { CallInstruction.isChosen($0, in: described) }) else {
            return nil
        }
        var fields = described.fields.indices.map { index in
            CallInstruction.isChosen(index, in: described) ? ConcreteArithmetic.mask(described.fields[index].width) : 0
        }
        fields[last] = firstReserved &+ UInt64(row)
        return DecodedInstruction(
            instruction: instruction, fields: fields, forms: described.operands.map { _ in 0 }, length: 1, units: [])
    }

    /// The same as assembly text.
    public func text(ofCall row: Int) -> String? {
        encoding(ofCall: row).map { Disassembler(machine).text($0, at: 0) { _ in nil } }
    }

    /// What the call trap says of hypercall `row`.
    public func detail(ofCall row: Int) -> UInt64? {
        guard let decoded = encoding(ofCall: row) else { return nil }
        var state = MachineState(machine, size: 0)
        let program = machine.instructions[instruction].program
        guard case .trap(let kind, let detail) = ConcreteEvaluator(machine).evaluate(
            program, instruction: decoded, over: &state), kind.index == trap
        else { return nil }
        return detail
    }
}
