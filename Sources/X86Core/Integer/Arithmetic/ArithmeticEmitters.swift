// ISA/x86-64/arithmetic.isa, and shifts.

enum ArithmeticEmitters {
    static let table: [String: Emitter] = {
        var table: [String: Emitter] = [:]
        let binaries: [(String, BinaryFamily)] = [
            ("ADD", .add), ("OR", .or), ("ADC", .addWithCarry), ("SBB", .subtractWithBorrow), ("AND", .and),
            ("SUB", .subtract), ("XOR", .exclusiveOr), ("CMP", .compare), ("TEST", .test),
        ]
        for (name, family) in binaries { add(name, family, to: &table) }
        let unaries: [(String, UnaryFamily)] = [
            ("INC", .increment), ("DEC", .decrement), ("NEG", .negate), ("NOT", .complement),
        ]
        for (name, family) in unaries {
            table[name + " rm"] = { b, i in unary(&b, family, b.rm(size: i.operandSize), i.operandSize) }
            table[name + " rm8"] = { b, i in unary(&b, family, b.rm(size: 1), 1) }
            table[name + " reg"] = { b, i in unary(&b, family, .general(i.low), i.operandSize) }
        }
        let shifts: [(String, ShiftFamily)] = [
            ("ROL", .rotateLeft), ("ROR", .rotateRight), ("RCL", .rotateLeftThroughCarry),
            ("RCR", .rotateRightThroughCarry), ("SHL", .left), ("SAL", .left), ("SHR", .right), ("SAR", .rightSigned),
        ]
        for (name, family) in shifts {
            table[name + " rm,imm"] = { b, i in shift(&b, family, i, i.operandSize) }
            table[name + " rm8,imm"] = { b, i in shift(&b, family, i, 1) }
            table[name + " rm,cl"] = { b, i in shiftByCL(&b, family, i.operandSize) }
            table[name + " rm8,cl"] = { b, _ in shiftByCL(&b, family, 1) }
        }
        for (name, isRight) in [("SHLD", false), ("SHRD", true)] {
            table[name] = { b, i in
                let size = i.operandSize
                let place = b.rm(size: size)
                let a = b.readForWriting(place, size: size)
                let isFixed: UInt8 = i.immediateSizes[0] > 0 ? 1 : 0
                b.emit(
                    DoubleShift.handler(size: size), a: a, b: i.reg, c: isFixed, d: isRight ? 1 : 0, immediate: i.immediate)
                b.write(place, size: size, from: a)
            }
        }
        // Of A and D with the operand: the handler for a size in bytes.
        let wide: [(String, @Sendable (Int) -> Handler)] = [
            ("MUL", { MultiplyHandlers.wide($0, isSigned: false) }),
            ("IMUL", { MultiplyHandlers.wide($0, isSigned: true) }),
            ("DIV", { DivideHandlers.divide($0, isSigned: false) }),
            ("IDIV", { DivideHandlers.divide($0, isSigned: true) }),
        ]
        for (name, handler) in wide {
            table[name + " rm"] = { b, i in
                let y = b.read(b.rm(size: i.operandSize), size: i.operandSize)
                b.emit(handler(i.operandSize), b: y)
            }
            table[name + " rm8"] = { b, _ in
                let y = b.read(b.rm(size: 1), size: 1)
                b.emit(handler(1), b: y)
            }
        }
        table["IMUL reg,rm"] = { b, i in
            let y = b.read(b.rm(size: i.operandSize), size: i.operandSize)
            b.emit(MultiplyHandlers.narrow(i.operandSize), a: i.reg, b: y)
        }
        table["IMUL reg,rm,imm"] = { b, i in
            let y = b.read(b.rm(size: i.operandSize), size: i.operandSize)
            b.emit(MultiplyHandlers.narrowConstant(i.operandSize), a: i.reg, b: y, immediate: i.signedImmediate)
        }
        // By the operands' size alone: 16-bit code has the two with exchanged prefixes.
        for name in ["CBW", "CWDE", "CDQE"] {
            table[name] = { b, i in
                b.emit(
                    MoveHandlers.signExtend(from: i.operandSize / 2, to: i.operandSize), a: Register.ax, b: Register.ax)
            }
        }
        for name in ["CWD", "CDQ", "CQO"] { table[name] = { b, i in b.emit(spreadSign(i.operandSize)) } }
        return table
    }()

    private static func add(_ name: String, _ family: BinaryFamily, to table: inout [String: Emitter]) {
        let isComparison = name == "CMP" || name == "TEST"
        // CMP has both directions under one form: 39 and 3B.
        let turns = name == "CMP"
        table[name + " rm,reg"] = { b, i in
            let isTurned = turns && i.opcode & 2 != 0
            binary(&b, family, i, i.operandSize, toRegister: isTurned, isComparison: isComparison)
        }
        table[name + " rm8,reg8"] = { b, i in
            let isTurned = turns && i.opcode & 2 != 0
            binary(&b, family, i, 1, toRegister: isTurned, isComparison: isComparison)
        }
        table[name + " reg,rm"] = { b, i in
            binary(&b, family, i, i.operandSize, toRegister: true, isComparison: isComparison)
        }
        table[name + " reg8,rm8"] = { b, i in
            binary(&b, family, i, 1, toRegister: true, isComparison: isComparison)
        }
        table[name + " rm,imm"] = { b, i in
            binaryImmediate(&b, family, b.rm(size: i.operandSize), i, i.operandSize, isComparison: isComparison)
        }
        table[name + " rm8,imm"] = { b, i in
            binaryImmediate(&b, family, b.rm(size: 1), i, 1, isComparison: isComparison)
        }
        table[name + " al,imm"] = { b, i in
            binaryImmediate(&b, family, .general(Register.ax), i, 1, isComparison: isComparison)
        }
        table[name + " rax,imm"] = { b, i in
            let size = i.isByteOpcode ? 1 : i.operandSize
            binaryImmediate(&b, family, .general(Register.ax), i, size, isComparison: isComparison)
        }
    }

    private static func binary(
        _ b: inout BlockBuilder, _ family: BinaryFamily, _ i: DecodedInstruction, _ size: Int, toRegister: Bool,
        isComparison: Bool
    ) {
        let handlers = family.handlers(size: size)
        let register = b.reg(size: size)
        let other = b.rm(size: size)
        // With storage and a register by its number one micro-op does everything.
        if case .memory = other, case .general(let number) = register {
            b.emitMemory(toRegister ? handlers.fromMemory : handlers.toMemory, a: number, b: number)
            return
        }
        let (first, second) = toRegister ? (register, other) : (other, register)
        let y = b.read(second, size: size, into: Register.t1)
        let x = isComparison ? b.read(first, size: size) : b.readForWriting(first, size: size)
        b.emit(handlers.registers, a: x, b: y)
        if !isComparison { b.write(first, size: size, from: x) }
    }

    private static func binaryImmediate(
        _ b: inout BlockBuilder, _ family: BinaryFamily, _ place: Place, _ i: DecodedInstruction, _ size: Int,
        isComparison: Bool
    ) {
        let handlers = family.handlers(size: size)
        if case .memory = place {
            b.emitMemory(handlers.immediateToMemory, immediate: i.signedImmediate)
            return
        }
        let x = b.read(place, size: size)
        b.emit(handlers.immediate, a: x, immediate: i.signedImmediate)
        if !isComparison { b.write(place, size: size, from: x) }
    }

    static func unary(_ b: inout BlockBuilder, _ family: UnaryFamily, _ place: Place, _ size: Int) {
        if case .memory = place { return b.emitMemory(family.memory(size: size)) }
        let x = b.read(place, size: size)
        b.emit(family.register(size: size), a: x)
        b.write(place, size: size, from: x)
    }

    private static func shift(
        _ b: inout BlockBuilder, _ family: ShiftFamily, _ i: DecodedInstruction, _ size: Int
    ) {
        // The forms by one have no immediate.
        let given = i.immediateSizes[0] > 0 ? i.immediate : 1
        let count = given & (size == 8 ? 63 : 31)
        let place = b.rm(size: size)
        let x = b.readForWriting(place, size: size)
        if count != 0 {
            b.emit(family.immediate(size: size), a: x, immediate: count)
        } else if size == 4 {
            b.emit(MemoryHandlers.move(4), a: x, b: x)
        }
        b.write(place, size: size, from: x)
    }

    private static func shiftByCL(_ b: inout BlockBuilder, _ family: ShiftFamily, _ size: Int) {
        let place = b.rm(size: size)
        let x = b.readForWriting(place, size: size)
        b.emit(family.variable(size: size), a: x)
        b.write(place, size: size, from: x)
    }

    /// D becomes A's sign.
    private static func spreadSign(_ size: Int) -> Handler {
        switch size {
        case 2:
            return { c, o in
                Core(c).set(Register.dx, top(Core(c).get(Register.ax, UInt16.self)) ? UInt16.max : 0)
                return next(c, o)
            }
        case 4:
            return { c, o in
                Core(c).set(Register.dx, top(Core(c).get(Register.ax, UInt32.self)) ? UInt32.max : 0)
                return next(c, o)
            }
        default:
            return { c, o in
                Core(c)[Register.dx] = top(Core(c)[Register.ax]) ? UInt64.max : 0
                return next(c, o)
            }
        }
    }
}
