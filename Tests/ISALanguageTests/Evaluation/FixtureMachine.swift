@testable import ISALanguage

/// A small machine built by hand, without the parser: an oracle of its own for decoding, stepping and
/// assembling. Cells and units of 16 bits, operands with extensions, a supervisor call, a timer, a device.
enum FixtureMachine {
    static let pc = StateID(0)
    static let registers = StateID(1)
    static let enable = StateID(2)
    static let timer = StateID(3)
    static let pending = StateID(4)
    static let stopped = StateID(5)
    static let out = StateID(6)
    static let send = StateID(7)
    static let storage = StateID(8)

    static let illegal = TrapID(0)
    static let violation = TrapID(1)
    static let call = TrapID(2)
    static let clock = TrapID(3)

    static let nowhere = SourceLocation(file: "fixture", line: 1, column: 1)

    static func make() -> MachineDescription {
        var machine = MachineDescription(name: "fixture", title: "A fixture", location: nowhere)
        machine.unitWidth = 16
        machine.state = state()
        machine.traps = traps()
        machine.undefinedTrap = illegal
        machine.fetch = fetch()
        machine.delivery = delivery()
        machine.halted = equals(stopped, 1)
        machine.interrupts = [interrupt()]
        machine.devices = [
            DeviceBinding(
                kind: "console", name: "console", ports: [("out", out), ("send", send)], strobes: [send],
                location: nowhere)
        ]
        machine.instructions = [add(), branch(), supervisorCall(), halt(), setTimer(), output()]
        return machine
    }

    private static func state() -> [StateComponent] {
        func component(_ name: String, _ role: Role, _ width: Int) -> StateComponent {
            StateComponent(name: name, role: role, width: width, location: nowhere)
        }
        var file = component("r", .register, 16)
        file.count = 4
        file.isArray = true
        file.indexWidth = 2
        file.elementNames = ["r0", "r1", "r2", "sp"]
        var timer = component("timer", .time, 8)
        timer.expires = pending
        var cells = component("e", .storage, 16)
        cells.count = 1024
        cells.isArray = true
        cells.indexWidth = 10
        cells.minimumCount = 16
        return [
            component("pc", .pc, 10), file, component("ie", .control, 1), timer, component("pending", .control, 1),
            component("stopped", .control, 1), component("out", .control, 8), component("send", .control, 1), cells,
        ]
    }

    private static func traps() -> [TrapKind] {
        var illegal = TrapKind(name: "illegal", code: 1, location: nowhere)
        illegal.detailWidth = 0
        var violation = TrapKind(name: "violation", code: 2, location: nowhere)
        violation.detailWidth = 16
        violation.isStorageTrap = true
        var call = TrapKind(name: "call", code: 3, location: nowhere)
        call.detailWidth = 12
        call.isCall = true
        call.resumesAfter = true
        return [illegal, violation, call, TrapKind(name: "clock", code: 4, location: nowhere)]
    }

    static func equals(_ component: StateID, _ value: UInt64) -> Program {
        var program = Program(argumentWidths: [])
        let read = program.append(.read(component), width: 1)
        let wanted = program.append(.constant(value), width: 1)
        program.results = [program.append(.binary(.equal, read, wanted), width: 1)]
        return program
    }

    /// The cell at an address of ten bits, with a trap outside the storage.
    private static func access(_ program: inout Program, _ address: ValueID) -> ValueID {
        let wide = program.append(.zeroExtend(address), width: 11)
        let size = program.append(.parameter(.size(storage)), width: 11)
        let outside = program.append(.binary(.lessOrEqualUnsigned, size, wide), width: 1)
        let detail = program.append(.zeroExtend(address), width: 16)
        program.append(.trap(violation, when: outside, detail: detail), width: 0)
        return program.append(.load(storage, address: address, guarded: nil), width: 16)
    }

    private static func fetch() -> Program {
        var program = Program(argumentWidths: [10])
        let address = program.append(.argument(0), width: 10)
        program.results = [access(&program, address)]
        return program
    }

    /// Cell 0 takes the resume address, cell 1 code and detail; execution goes on at cell 2.
    private static func delivery() -> Program {
        var program = Program(argumentWidths: [4, 12, 10])
        let code = program.append(.argument(0), width: 4)
        let detail = program.append(.argument(1), width: 12)
        let resume = program.append(.argument(2), width: 10)
        let saved = program.append(.zeroExtend(resume), width: 16)
        let word = program.append(.binary(.concatenate, code, detail), width: 16)
        let zero = program.append(.constant(0), width: 10)
        let one = program.append(.constant(1), width: 10)
        let vector = program.append(.constant(2), width: 10)
        program.append(.store(storage, address: zero, value: saved, guarded: nil), width: 0)
        program.append(.store(storage, address: one, value: word, guarded: nil), width: 0)
        program.append(.write(pc, value: vector, guarded: nil), width: 0)
        return program
    }

    private static func interrupt() -> InterruptLine {
        var line = InterruptLine(
            name: "clock", trap: clock, pending: equals(pending, 1), enabled: equals(enable, 1), location: nowhere)
        var acknowledge = Program(argumentWidths: [])
        let zero = acknowledge.append(.constant(0), width: 1)
        acknowledge.append(.write(pending, value: zero, guarded: nil), width: 0)
        line.acknowledge = acknowledge
        return line
    }

    private static func instruction(_ name: String, _ mnemonic: String, _ build: (inout Instruction) -> Void)
        -> Instruction
    {
        var instruction = Instruction(name: name, mnemonic: mnemonic, location: nowhere)
        build(&instruction)
        return instruction
    }

    private static func advance(_ program: inout Program) {
        let next = program.append(.parameter(.next), width: 10)
        program.append(.write(pc, value: next, guarded: nil), width: 0)
    }

    /// ADD d,ea: the sum of a register and a register, a constant, an indexed or an absolute cell.
    private static func add() -> Instruction {
        instruction("ADD d,ea", "ADD") { instruction in
            instruction.fields = [
                Field(name: "d", width: 2), Field(name: "ea.register.n", width: 2),
                Field(name: "ea.constant.value", width: 16), Field(name: "ea.indexed.x", width: 2),
                Field(name: "ea.indexed.offset", width: 16), Field(name: "ea.absolute.address", width: 10),
            ]
            instruction.operands = [Operand(name: "ea", kind: "ea", forms: addressForms())]
            instruction.encoding = Encoding(groups: [
                PieceGroup(pieces: [
                    .literal(1, width: 4), .field(FieldID(0), high: 1, low: 0), .any(width: 4), .operand(OperandID(0)),
                ])
            ])
            instruction.assembly = AssemblyTemplate(
                mnemonic: "ADD", parts: [.field(FieldID(0), .register(registers)), .text(","), .operand(OperandID(0))])
            instruction.program = addProgram()
        }
    }

    private static func addressForms() -> [OperandForm] {
        var notZero = Program(argumentWidths: [])
        let x = notZero.append(.field(FieldID(3)), width: 2)
        let zero = notZero.append(.constant(0), width: 2)
        let same = notZero.append(.binary(.equal, x, zero), width: 1)
        notZero.results = [notZero.append(.unary(.not, same), width: 1)]
        return [
            OperandForm(
                name: "register", head: [.literal(0, width: 4), .field(FieldID(1), high: 1, low: 0)], extensions: [],
                assembly: AssemblyTemplate(mnemonic: "", parts: [.field(FieldID(1), .register(registers))])),
            OperandForm(
                name: "constant", head: [.literal(4, width: 6)],
                extensions: [PieceGroup(pieces: [.field(FieldID(2), high: 15, low: 0)])],
                assembly: AssemblyTemplate(mnemonic: "", parts: [.text("#"), .field(FieldID(2), .signed)])),
            OperandForm(
                name: "indexed", head: [.literal(2, width: 4), .field(FieldID(3), high: 1, low: 0)],
                extensions: [PieceGroup(pieces: [.field(FieldID(4), high: 15, low: 0)])],
                assembly: AssemblyTemplate(
                    mnemonic: "",
                    parts: [
                        .field(FieldID(4), .signed), .text("("), .field(FieldID(3), .register(registers)), .text(")"),
                    ]),
                condition: notZero),
            OperandForm(
                name: "absolute", head: [.literal(8, width: 6)],
                extensions: [PieceGroup(pieces: [.any(width: 6), .field(FieldID(5), high: 9, low: 0)])],
                assembly: AssemblyTemplate(mnemonic: "", parts: [.text("@"), .field(FieldID(5), .unsigned)])),
        ]
    }

    private static func addProgram() -> Program {
        var program = Program(argumentWidths: [])
        let d = program.append(.field(FieldID(0)), width: 2)
        let old = program.append(.readElement(registers, index: d), width: 16)
        let n = program.append(.field(FieldID(1)), width: 2)
        let register = program.append(.readElement(registers, index: n), width: 16)
        let constant = program.append(.field(FieldID(2)), width: 16)
        let isConstant = program.append(.formIs(OperandID(0), 1), width: 1)
        let isIndexed = program.append(.formIs(OperandID(0), 2), width: 1)
        let isAbsolute = program.append(.formIs(OperandID(0), 3), width: 1)
        let x = program.append(.field(FieldID(3)), width: 2)
        let base = program.append(.readElement(registers, index: x), width: 16)
        let offset = program.append(.field(FieldID(4)), width: 16)
        let sum = program.append(.binary(.add, base, offset), width: 16)
        let indexed = program.append(.extract(sum, low: 0), width: 10)
        let absolute = program.append(.field(FieldID(5)), width: 10)
        let address = program.append(.select(isIndexed, then: indexed, otherwise: absolute), width: 10)
        let touches = program.append(.binary(.or, isIndexed, isAbsolute), width: 1)
        let wide = program.append(.zeroExtend(address), width: 11)
        let size = program.append(.parameter(.size(storage)), width: 11)
        let beyond = program.append(.binary(.lessOrEqualUnsigned, size, wide), width: 1)
        let outside = program.append(.binary(.and, beyond, touches), width: 1)
        let detail = program.append(.zeroExtend(address), width: 16)
        program.append(.trap(violation, when: outside, detail: detail), width: 0)
        let cell = program.append(.load(storage, address: address, guarded: touches), width: 16)
        let direct = program.append(.select(isConstant, then: constant, otherwise: register), width: 16)
        let value = program.append(.select(touches, then: cell, otherwise: direct), width: 16)
        let result = program.append(.binary(.add, old, value), width: 16)
        program.append(.writeElement(registers, index: d, value: result, guarded: nil), width: 0)
        advance(&program)
        return program
    }

    /// BR target: the distance from the next instruction, in ten bits.
    private static func branch() -> Instruction {
        instruction("BR target", "BR") { instruction in
            instruction.fields = [Field(name: "target", width: 10)]
            instruction.encoding = Encoding(groups: [
                PieceGroup(pieces: [.literal(2, width: 4), .any(width: 2), .field(FieldID(0), high: 9, low: 0)])
            ])
            instruction.assembly = AssemblyTemplate(
                mnemonic: "BR", parts: [.field(FieldID(0), .relative(offset: 1, scale: 1))])
            var program = Program(argumentWidths: [])
            let next = program.append(.parameter(.next), width: 10)
            let distance = program.append(.field(FieldID(0)), width: 10)
            let target = program.append(.binary(.add, next, distance), width: 10)
            program.append(.write(pc, value: target, guarded: nil), width: 0)
            instruction.program = program
        }
    }

    private static func supervisorCall() -> Instruction {
        instruction("SVC number", "SVC") { instruction in
            instruction.fields = [Field(name: "number", width: 12)]
            instruction.encoding = Encoding(groups: [
                PieceGroup(pieces: [.literal(3, width: 4), .field(FieldID(0), high: 11, low: 0)])
            ])
            instruction.assembly = AssemblyTemplate(mnemonic: "SVC", parts: [.field(FieldID(0), .unsigned)])
            var program = Program(argumentWidths: [])
            let always = program.append(.constant(1), width: 1)
            let number = program.append(.field(FieldID(0)), width: 12)
            program.append(.trap(call, when: always, detail: number), width: 0)
            advance(&program)
            instruction.program = program
        }
    }

    private static func halt() -> Instruction {
        instruction("HALT", "HALT") { instruction in
            instruction.encoding = Encoding(groups: [PieceGroup(pieces: [.literal(4, width: 4), .any(width: 12)])])
            var program = Program(argumentWidths: [])
            let one = program.append(.constant(1), width: 1)
            program.append(.write(stopped, value: one, guarded: nil), width: 0)
            advance(&program)
            instruction.program = program
        }
    }

    private static func setTimer() -> Instruction {
        instruction("STI value", "STI") { instruction in
            instruction.fields = [Field(name: "value", width: 8)]
            instruction.encoding = Encoding(groups: [
                PieceGroup(pieces: [.literal(5, width: 4), .any(width: 4), .field(FieldID(0), high: 7, low: 0)])
            ])
            instruction.assembly = AssemblyTemplate(mnemonic: "STI", parts: [.field(FieldID(0), .unsigned)])
            var program = Program(argumentWidths: [])
            let value = program.append(.field(FieldID(0)), width: 8)
            let one = program.append(.constant(1), width: 1)
            program.append(.write(timer, value: value, guarded: nil), width: 0)
            program.append(.write(enable, value: one, guarded: nil), width: 0)
            advance(&program)
            instruction.program = program
        }
    }

    private static func output() -> Instruction {
        instruction("OUT {d:register r}", "OUT") { instruction in
            instruction.fields = [Field(name: "d", width: 2)]
            instruction.encoding = Encoding(groups: [
                PieceGroup(pieces: [.literal(6, width: 4), .field(FieldID(0), high: 1, low: 0), .any(width: 10)])
            ])
            instruction.assembly = AssemblyTemplate(mnemonic: "OUT", parts: [.field(FieldID(0), .register(registers))])
            var program = Program(argumentWidths: [])
            let d = program.append(.field(FieldID(0)), width: 2)
            let old = program.append(.readElement(registers, index: d), width: 16)
            let character = program.append(.extract(old, low: 0), width: 8)
            let one = program.append(.constant(1), width: 1)
            program.append(.write(out, value: character, guarded: nil), width: 0)
            program.append(.write(send, value: one, guarded: nil), width: 0)
            advance(&program)
            instruction.program = program
        }
    }
}
