import ISALanguage

extension InstructionRecord {
    /// What of a machine's file a core needs. Traps whose numbers are no vectors of the processor stand for what the
    /// instruction itself does: SYSCALL's entry, INT's gate.
    public static func records(of description: MachineDescription) -> [InstructionRecord] {
        description.instructions.map { InstructionRecord($0, in: description) }.filter { !$0.opcodes.isEmpty }
    }

    init(_ instruction: Instruction, in description: MachineDescription) {
        mnemonic = instruction.mnemonic
        let rest = instruction.name.dropFirst(instruction.mnemonic.count)
        form = String(rest.drop { $0 == " " })
        requirements = instruction.requirements
        opcodes = instruction.opcodes.filter(RecordDecoder.decodes)
        checks = []
        for operation in instruction.program.operations {
            guard case .trap(let id, let condition, let detail) = operation else { continue }
            let kind = description.traps[id.index]
            guard kind.code < 32 else { continue }
            var reduction = ConditionReduction(instruction, description)
            _ = reduction.add(condition)
            let program = reduction.program
            // Nothing that a level or a control register decides.
            guard program.evaluate({ _ in nil }) != false, !program.isHopeless else { continue }
            var code: UInt32?
            if kind.detailWidth > 0, !kind.isStorageTrap {
                var value: UInt64?
                if let detail, case .constant(let constant) = instruction.program[detail] { value = constant }
                guard let value else { continue }
                code = UInt32(truncatingIfNeeded: value)
            }
            checks.append(TrapCheck(vector: UInt8(kind.code), code: code, condition: program))
        }
    }
}

extension CheckProgram {
    /// Whatever the components are, the condition depends on more.
    var isHopeless: Bool {
        let known = components.isEmpty && functions.isEmpty && !steps.contains { if case .field = $0 { true } else { false } }
        return known && evaluate({ _ in 0 }) == nil
    }
}

/// Copies what a condition depends on out of an instruction's program.
private struct ConditionReduction {
    let instruction: Instruction
    let description: MachineDescription
    var program = CheckProgram()
    private var known: [Int: Int] = [:]

    /// Functions of the file that the core can answer itself.
    private static let answered: Set<String> = ["port-open", "misaligned"]

    init(_ instruction: Instruction, _ description: MachineDescription) {
        self.instruction = instruction
        self.description = description
    }

    mutating func add(_ id: ValueID) -> Int {
        if let index = known[id.index] { return index }
        let step = step(instruction.program[id])
        program.steps.append(step)
        program.widths.append(UInt8(instruction.program.width(id)))
        known[id.index] = program.steps.count - 1
        return program.steps.count - 1
    }

    private mutating func step(_ operation: Operation) -> CheckProgram.Step {
        switch operation {
        case .constant(let value): return .constant(value)
        case .field(let field): return .field(instruction.fields[field.index].name)
        case .read(let component):
            let component = description.state[component.index]
            let isControl = [.mode, .control, .constant, .relocation].contains(component.role)
            return isControl ? .component(component.name) : .unknown
        case .unary(.not, let a): return .not(add(a))
        case .binary(let operation, let a, let b):
            guard let check = Self.check(operation) else { return .unknown }
            let (left, right) = (add(a), add(b))
            return .binary(check, left, right)
        case .select(let condition, let then, let otherwise):
            let (first, second, third) = (add(condition), add(then), add(otherwise))
            return .select(first, second, third)
        case .extract(let a, let low): return .extract(add(a), low: low)
        case .zeroExtend(let a): return .extract(add(a), low: 0)
        case .signExtend(let a): return .signExtend(add(a), from: instruction.program.width(a))
        case .apply(let function, _):
            let name = description.functions[function.index].name
            return Self.answered.contains(name) ? .function(name) : .unknown
        default: return .unknown
        }
    }

    private static func check(_ operation: BinaryOperator) -> CheckProgram.BinaryCheck? {
        switch operation {
        case .and: return .and
        case .or: return .or
        case .xor: return .xor
        case .add: return .add
        case .subtract: return .subtract
        case .equal: return .equal
        case .lessUnsigned: return .lessUnsigned
        case .lessOrEqualUnsigned: return .lessOrEqualUnsigned
        case .concatenate: return .concatenate
        default: return nil
        }
    }
}
