// Instructions of two operands that set all flags. Intel SDM volume 2: ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST.

/// One of them, on values: gives the result and sets the flags.
protocol BinaryOperation {
    /// The result goes nowhere: CMP and TEST.
    static var onlyCompares: Bool { get }
    static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word
}

extension BinaryOperation {
    @inline(__always) static var onlyCompares: Bool { false }
}

enum Add: BinaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        let result = a &+ b
        core.setAddFlags(a, b, result)
        return result
    }
}

enum Or: BinaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        let result = a | b
        core.setLogicFlags(result)
        return result
    }
}

enum AddWithCarry: BinaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        let result = a &+ b &+ Word(truncatingIfNeeded: core.carry)
        core.setAddFlags(a, b, result)
        return result
    }
}

enum SubtractWithBorrow: BinaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        let result = a &- b &- Word(truncatingIfNeeded: core.carry)
        core.setSubtractFlags(a, b, result)
        return result
    }
}

enum And: BinaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        let result = a & b
        core.setLogicFlags(result)
        return result
    }
}

enum Subtract: BinaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        let result = a &- b
        core.setSubtractFlags(a, b, result)
        return result
    }
}

enum ExclusiveOr: BinaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        let result = a ^ b
        core.setLogicFlags(result)
        return result
    }
}

enum Compare: BinaryOperation {
    @inline(__always) static var onlyCompares: Bool { true }
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        Subtract.apply(core, a, b)
    }
}

enum Test: BinaryOperation {
    @inline(__always) static var onlyCompares: Bool { true }
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word, _ b: Word) -> Word {
        And.apply(core, a, b)
    }
}

extension Core {
    /// CF as a number.
    @inline(__always) var carry: UInt64 { state.pointee.flagCarries >> 63 }

    /// Reads a word at the micro-op's address, and stores what a function makes of it. False: an exception, or the
    /// instruction must run alone; then the function has not been called.
    @inline(__always)
    func modify<Word: GuestWord>(_ o: Op, _ type: Word.Type, _ change: (Word) -> Word) -> Bool {
        let size = MemoryLayout<Word>.size
        guard let address = address(o, size: UInt64(size), isWrite: true) else { return false }
        if let host = direct(address, size: size, isWrite: true) {
            host.storeBytes(of: change(host.loadUnaligned(as: Word.self)), as: Word.self)
            return true
        }
        guard processor.slowLoad(o, address, size: size, forWriting: true) else { return false }
        let old = Word(truncatingIfNeeded: state.pointee.scratch)
        return processor.slowStore(o, address, UInt64(truncatingIfNeeded: change(old)), size: size)
    }

    /// The word at the micro-op's address; nil: an exception, or the instruction must run alone.
    @inline(__always)
    func operand<Word: GuestWord>(_ o: Op, _ type: Word.Type) -> Word? {
        guard let address = address(o, size: UInt64(MemoryLayout<Word>.size), isWrite: false) else { return nil }
        return load(o, at: address, type)
    }
}

/// The second operand of a micro-op of two, where it is not in storage.
protocol SecondOperand {
    static func value<Word: GuestWord>(_ core: Core, _ op: Op, _: Word.Type) -> Word
}

/// Register `b`.
enum RegisterOperand: SecondOperand {
    @inline(__always) static func value<Word: GuestWord>(_ core: Core, _ op: Op, _: Word.Type) -> Word {
        core.get(op.b, Word.self)
    }
}

enum ImmediateOperand: SecondOperand {
    @inline(__always) static func value<Word: GuestWord>(_ core: Core, _ op: Op, _: Word.Type) -> Word {
        op.immediate(Word.self)
    }
}

/// The kinds of operands that a micro-op of two operands may have. `a` is the register that is changed or compared.
enum Binary {
    /// Register with register or number.
    @inline(__always)
    static func toRegister<Operation: BinaryOperation, Word: GuestWord, Operand: SecondOperand>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Operand.Type
    ) {
        let (core, op) = (Core(c), Op(o))
        let result = Operation.apply(core, core.get(op.a, Word.self), Operand.value(core, op, Word.self))
        if !Operation.onlyCompares { core.set(op.a, result) }
    }

    /// Register with storage.
    @inline(__always)
    static func fromMemory<Operation: BinaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) -> Bool {
        let (core, op) = (Core(c), Op(o))
        guard let value = core.operand(op, Word.self) else { return false }
        let result = Operation.apply(core, core.get(op.a, Word.self), value)
        if !Operation.onlyCompares { core.set(op.a, result) }
        return true
    }

    /// Storage with register or number.
    @inline(__always)
    static func toMemory<Operation: BinaryOperation, Word: GuestWord, Operand: SecondOperand>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type, _: Operand.Type
    ) -> Bool {
        let (core, op) = (Core(c), Op(o))
        if Operation.onlyCompares {
            guard let value = core.operand(op, Word.self) else { return false }
            _ = Operation.apply(core, value, Operand.value(core, op, Word.self))
            return true
        }
        return core.modify(op, Word.self) { Operation.apply(core, $0, Operand.value(core, op, Word.self)) }
    }
}

/// The handlers of one operation and size.
struct BinaryHandlers {
    var registers: Handler
    var immediate: Handler
    var fromMemory: Handler
    var toMemory: Handler
    var immediateToMemory: Handler

    init(
        _ registers: Handler, _ immediate: Handler, _ fromMemory: Handler, _ toMemory: Handler,
        _ immediateToMemory: Handler
    ) {
        self.registers = registers
        self.immediate = immediate
        self.fromMemory = fromMemory
        self.toMemory = toMemory
        self.immediateToMemory = immediateToMemory
    }
}

/// By operation and by the operands' size: 1, 2, 4 and 8 bytes.
struct BinaryFamily {
    var bytes: BinaryHandlers
    var words: BinaryHandlers
    var doublewords: BinaryHandlers
    var quadwords: BinaryHandlers

    func handlers(size: Int) -> BinaryHandlers {
        switch size {
        case 1: return bytes
        case 2: return words
        case 4: return doublewords
        default: return quadwords
        }
    }
}
