import CHostArithmetic

/// FADD, FMUL, FSUB, FDIV and their relations. Intel SDM volume 1, section 8.3.3.
enum X87Arithmetic {
    /// The numbers are those of the opcodes D8 /0 to /7; 2 and 3 are the comparisons.
    private static let operations: [(name: String, number: UInt32)] = [
        ("ADD", 0), ("MUL", 1), ("SUB", 4), ("SUBR", 5), ("DIV", 6), ("DIVR", 7),
    ]

    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        for (name, number) in operations {
            table["F\(name) m"] = FloatingEmitters.x87 { p, i throws(GuestFault) in
                let operand = try X87Operand(p, i)
                p.x87.calculate(number, with: operand)
            }
            table["FI\(name) m"] = table["F\(name) m"]
            table["F\(name) st,st(i)"] = FloatingEmitters.stack { x87, i in
                x87.calculate(number, into: 0, with: Int(i.low & 7), pops: false)
            }
            table["F\(name) st(i),st"] = FloatingEmitters.stack { x87, i in
                x87.calculate(number, into: Int(i.low & 7), with: 0, pops: false)
            }
            table["F\(name)P st(i),st"] = FloatingEmitters.stack { x87, i in
                x87.calculate(number, into: Int(i.low & 7), with: 0, pops: true)
            }
        }
        return table
    }()
}

/// An operand in storage, as the opcodes D8 to DF tell its kind.
enum X87Operand {
    case single(UInt32)
    case double(UInt64)
    case integer32(UInt32)
    case integer16(UInt16)

    init(_ processor: X86Processor, _ i: DecodedInstruction) throws(GuestFault) {
        switch i.opcode >> 1 & 3 {
        case 0: self = .single(UInt32(truncatingIfNeeded: try processor.read(i, size: 4)))
        case 1: self = .integer32(UInt32(truncatingIfNeeded: try processor.read(i, size: 4)))
        case 2: self = .double(try processor.read(i, size: 8))
        default: self = .integer16(UInt16(truncatingIfNeeded: try processor.read(i, size: 2)))
        }
    }

    /// One of the eight operations of the arithmetic group.
    func apply(_ operation: UInt32, to value: inout TraplineExtended, control: UInt16) -> UInt32 {
        switch self {
        case .single(let operand): return trapline_x87_arithmetic_32(operation, &value, operand, control)
        case .double(let operand): return trapline_x87_arithmetic_64(operation, &value, operand, control)
        case .integer32(let operand): return trapline_x87_arithmetic_integer32(operation, &value, operand, control)
        case .integer16(let operand): return trapline_x87_arithmetic_integer16(operation, &value, operand, control)
        }
    }
}

extension X87State {
    mutating func calculate(_ operation: UInt32, with operand: X87Operand) {
        guard !isEmpty(0) else {
            if stackFault(isOverflow: false) { put(.indefinite, at: 0) }
            return
        }
        var value = self[0]
        let outcome = operand.apply(operation, to: &value, control: control)
        self[0] = value
        note(outcome)
    }

    mutating func calculate(_ operation: UInt32, into destination: Int, with source: Int, pops: Bool) {
        guard !isEmpty(destination), !isEmpty(source) else {
            if stackFault(isOverflow: false) {
                put(.indefinite, at: destination)
                if pops { pop() }
            }
            return
        }
        var value = self[destination]
        var operand = self[source]
        let outcome = trapline_x87_arithmetic(operation, &value, &operand, control)
        self[destination] = value
        let raised = note(outcome)
        if pops, raised & X87Status.early == 0 { pop() }
    }
}
