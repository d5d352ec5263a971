import ISALanguage

extension ControlFlow {
    /// Where control goes after any instruction of a variant, as its program says: what is written to the program
    /// counter, which traps are certain, and whether the next instruction's address is kept, as calls keep it.
    init(of instruction: Instruction, in description: MachineDescription) {
        let program = instruction.program
        let paths = ProgramCounterPaths(program, in: description)
        self = []
        let keepsNext = program.keepsNextAddress(in: description)
        if paths.goesOn || keepsNext { insert(.next) }
        if paths.goesElsewhere { insert(.target) }
        if keepsNext, paths.goesElsewhere, !paths.goesOn { insert(.call) }
    }
}

/// What a program can leave in the program counter.
private struct ProgramCounterPaths {
    var goesOn = true
    var goesElsewhere = false

    init(_ program: Program, in description: MachineDescription) {
        for operation in program.operations {
            switch operation {
            case .trap(let kind, let condition, _) where program[condition] == .constant(1):
                // Nothing behind a trap that is certain happens; a request to the supervisor is answered.
                let trap = description.traps[kind.index]
                goesOn = trap.isCall || trap.resumesAfter
                goesElsewhere = false
                return
            case .write(let component, let value, let guarded) where description.state[component.index].role == .pc:
                let values = ProgramCounterPaths.values(value, in: program)
                let isCertain = guarded.map { program[$0] == .constant(1) } ?? true
                goesOn = values.next || (goesOn && !isCertain)
                goesElsewhere = values.elsewhere || (goesElsewhere && !isCertain)
            default: break
            }
        }
    }

    /// Whether a value can be the next instruction's address, and whether it can be another.
    private static func values(_ id: ValueID, in program: Program) -> (next: Bool, elsewhere: Bool) {
        switch program[id] {
        case .parameter(.next): return (true, false)
        case .select(_, let then, let otherwise):
            let (a, b) = (values(then, in: program), values(otherwise, in: program))
            return (a.next || b.next, a.elsewhere || b.elsewhere)
        case .apply(_, let arguments):
            // Some function of these: of the next address among others.
            return (arguments.contains { program[$0] == .parameter(.next) }, true)
        default: return (false, true)
        }
    }
}
