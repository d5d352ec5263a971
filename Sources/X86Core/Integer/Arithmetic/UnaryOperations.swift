// INC, DEC, NEG and NOT.

protocol UnaryOperation {
    static func apply<Word: GuestWord>(_ core: Core, _ a: Word) -> Word
}

/// CF stays.
enum Increment: UnaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word) -> Word {
        let result = a &+ 1
        core.setFlagsKeepingCarry(result, carries: (a & 1) | ((a | 1) & ~result))
        return result
    }
}

/// CF stays.
enum Decrement: UnaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word) -> Word {
        let result = a &- 1
        core.setFlagsKeepingCarry(result, carries: (~a & 1) | ((~a | 1) & result))
        return result
    }
}

enum Negate: UnaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word) -> Word {
        let result = 0 &- a
        core.setSubtractFlags(0, a, result)
        return result
    }
}

/// No flag changes.
enum Complement: UnaryOperation {
    @inline(__always) static func apply<Word: GuestWord>(_ core: Core, _ a: Word) -> Word { ~a }
}

enum Unary {
    @inline(__always)
    static func register<Operation: UnaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) {
        Core(c).set(Op(o).a, Operation.apply(Core(c), Core(c).get(Op(o).a, Word.self)))
    }

    @inline(__always)
    static func memory<Operation: UnaryOperation, Word: GuestWord>(
        _ c: UnsafeMutableRawPointer, _ o: UnsafeMutableRawPointer, _: Operation.Type, _: Word.Type
    ) -> Bool {
        Core(c).modify(Op(o), Word.self) { Operation.apply(Core(c), $0) }
    }
}

/// By the operand's size: 1, 2, 4 and 8 bytes.
struct UnaryFamily {
    var registers: [Handler]
    var memory: [Handler]

    func register(size: Int) -> Handler { registers[size.trailingZeroBitCount] }
    func memory(size: Int) -> Handler { memory[size.trailingZeroBitCount] }
}
