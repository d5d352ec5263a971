import CHostArithmetic

/// The x87 unit: eight registers that are used as a stack, and what stands beside them. MMX registers are the
/// significands of the same registers, by number and not by place on the stack.
/// Intel SDM volume 1, section 8.1.
public struct X87State: Sendable {
    var registers: InlineArray<8, TraplineExtended> = .init(repeating: TraplineExtended())
    /// What power-on leaves; FNINIT makes it 037F. Intel SDM volume 3, table 9-1.
    public internal(set) var control: UInt16 = 0x40
    /// The number of the stack's top stands in bits 11 to 13.
    public internal(set) var status: UInt16 = 0
    /// A bit for each register that is not empty. What else the tag word tells follows from the register.
    public internal(set) var used: UInt8 = 0xFF
    /// Where the last instruction was that is no control instruction, where its operand, and its opcode. Selectors
    /// are not kept.
    public internal(set) var lastInstruction: UInt64 = 0
    public internal(set) var lastOperand: UInt64 = 0
    public internal(set) var lastOpcode: UInt16 = 0

    public init() {}

    /// A register by number: significand, and sign with exponent.
    public func register(_ number: Int) -> (significand: UInt64, signExponent: UInt16) {
        (registers[number & 7].significand, registers[number & 7].signExponent)
    }
}

/// Bits of the status word; the exceptions stand in the same places of the control word and mask there.
enum X87Status {
    static let invalid: UInt16 = 1 << 0, denormal: UInt16 = 1 << 1, zeroDivide: UInt16 = 1 << 2
    static let overflow: UInt16 = 1 << 3, underflow: UInt16 = 1 << 4, precision: UInt16 = 1 << 5
    static let stackFault: UInt16 = 1 << 6
    static let c0: UInt16 = 1 << 8, c1: UInt16 = 1 << 9, c2: UInt16 = 1 << 10, c3: UInt16 = 1 << 14
    static let codes = c0 | c1 | c2 | c3
    static let exceptions: UInt16 = 0x3F
    /// ES, and B, which only repeats it.
    static let pending: UInt16 = 0x8080
    /// Exceptions that are known before there is a result: the operands stay as they are.
    static let early = invalid | denormal | zeroDivide
}

extension TraplineExtended {
    /// The quiet NaN that stands for what has no value.
    static let indefinite = TraplineExtended(significand: 0xC000_0000_0000_0000, signExponent: 0xFFFF)

    var isZero: Bool { significand == 0 && signExponent & 0x7FFF == 0 }

    /// An integer has no more bits than the significand: nothing is rounded.
    init(_ integer: Int64) {
        let magnitude = integer.magnitude
        let shift = magnitude.leadingZeroBitCount
        let exponent: UInt16 = magnitude == 0 ? 0 : UInt16(16383 + 63 - shift)
        self.init(significand: magnitude == 0 ? 0 : magnitude << UInt64(shift), signExponent: (integer < 0 ? 0x8000 : 0) | exponent)
    }
}

extension X87State {
    var top: Int {
        get { Int(status >> 11 & 7) }
        set { status = status & ~0x3800 | UInt16(newValue & 7) << 11 }
    }

    /// A register by its place under the top.
    subscript(place: Int) -> TraplineExtended {
        get { registers[(top + place) & 7] }
        set { registers[(top + place) & 7] = newValue }
    }

    func isEmpty(_ place: Int) -> Bool { used >> UInt8((top + place) & 7) & 1 == 0 }

    /// Puts a number in a place, which is not empty then.
    mutating func put(_ value: TraplineExtended, at place: Int) {
        self[place] = value
        used |= 1 << UInt8((top + place) & 7)
    }

    mutating func free(_ place: Int) { used &= ~(1 << UInt8((top + place) & 7)) }

    mutating func push(_ value: TraplineExtended) {
        top -= 1
        put(value, at: 0)
    }

    mutating func pop() {
        free(0)
        top += 1
    }

    /// An exception that is not masked is pending; the next instruction that waits raises it.
    var isPending: Bool { status & 0x80 != 0 }

    /// ES and B follow from the exceptions and their masks.
    mutating func settle() {
        if status & ~control & X87Status.exceptions != 0 {
            status |= X87Status.pending
        } else {
            status &= ~X87Status.pending
        }
    }

    /// Notes what the host's unit said: the exceptions, and those of C0 to C3 that the instruction defines. The
    /// others, which are undefined, stay.
    /// - Returns: the exceptions among them that are not masked.
    @discardableResult
    mutating func note(_ outcome: UInt32, codes: UInt16 = X87Status.c1) -> UInt16 {
        let said = UInt16(truncatingIfNeeded: outcome)
        status = status & ~codes | said & (codes | X87Status.exceptions)
        settle()
        return said & ~control & X87Status.exceptions
    }

    /// Too much or too little is on the stack: C1 tells which.
    /// - Returns: whether the exception is masked, and the indefinite number goes where the result would.
    mutating func stackFault(isOverflow: Bool) -> Bool {
        status |= X87Status.invalid | X87Status.stackFault
        if isOverflow { status |= X87Status.c1 } else { status &= ~X87Status.c1 }
        settle()
        return control & X87Status.invalid != 0
    }

    mutating func clearC1() { status &= ~X87Status.c1 }

    /// Bits 7 and 13 to 15 do not exist, bit 6 is always set.
    mutating func setControl(_ word: UInt16) {
        control = word & 0x1F3F | 0x40
        settle()
    }

    mutating func setStatus(_ word: UInt16) {
        status = word
        settle()
    }

    /// FNINIT. The registers keep what they hold.
    mutating func initialize() {
        control = 0x37F
        status = 0
        used = 0
        lastInstruction = 0
        lastOperand = 0
        lastOpcode = 0
    }

    /// Two bits a register: valid, zero, special, empty.
    var tagWord: UInt16 {
        get {
            var word: UInt16 = 0
            for number in 0..<8 { word |= UInt16(tag(number)) << UInt16(2 * number) }
            return word
        }
        set {
            used = 0
            for number in 0..<8 where newValue >> UInt16(2 * number) & 3 != 3 { used |= 1 << UInt8(number) }
        }
    }

    private func tag(_ number: Int) -> Int {
        if used >> UInt8(number) & 1 == 0 { return 3 }
        let value = registers[number]
        if value.isZero { return 1 }
        let exponent = value.signExponent & 0x7FFF
        let isNormal = exponent != 0 && exponent != 0x7FFF && value.significand >> 63 != 0
        return isNormal ? 0 : 2
    }
}

extension X86Processor {
    /// What waits raises what an earlier instruction has left. Where CR0.NE is clear the processor would assert FERR
    /// and leave it to the board to interrupt; no system since the 80486 asks for that, and it is vector 16 here too.
    func raiseX87Pending() throws(GuestFault) {
        if x87.isPending { throw .floatingPoint }
    }

    /// The pointers of the last instruction. In real and virtual-8086 mode they are linear addresses.
    func noteX87(_ i: DecodedInstruction) {
        let isReal = mode.isReal
        x87.lastInstruction = isReal ? state.pointee.segments[SegmentNumber.cs].base &+ currentIP : currentIP
        if i.isMemory {
            let offset = effectiveAddress(i)
            x87.lastOperand = isReal ? state.pointee.segments[Int(i.memory.segment)].base &+ offset : offset
        }
        x87.lastOpcode = UInt16(i.opcode & 7) << 8 | UInt16(i.modRM)
    }
}
