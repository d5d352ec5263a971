/// What the notation leaves open, chosen: which registers, which memory, which numbers.
public struct EncodingChoices: Hashable, Sendable {
    /// How the code segment is read.
    public enum Mode: Hashable, Sendable { case bits64, bits32 }

    /// What the prefixes say of the operands' size.
    public enum OperandSize: Hashable, Sendable {
        /// No prefix: 32 bits, and 64 where the notation says d64.
        case standard
        /// 66.
        case word
        /// REX.W, which d64 makes superfluous.
        case quadword
    }

    public var mode: Mode = .bits64
    public var operandSize: OperandSize = .standard
    /// 67.
    public var isAddressSizeChanged = false
    /// Segment, LOCK and REP prefixes, in this order before all others.
    public var prefixes: [UInt8] = []
    /// A REX prefix even where no bit of it is needed: it makes SPL to DIL of the byte registers 4 to 7.
    public var forcesREX = false
    /// VEX with three bytes where two would do.
    public var forcesLongVEX = false

    /// The reg field, or the register of `+r`, or the position of `+i`.
    public var register: UInt8 = 0
    public var operand: RegisterOrMemory = .register(0)
    /// The register in vvvv.
    public var second: UInt8 = 0
    /// The register in `is4`.
    public var third: UInt8 = 0
    /// One for each immediate of the notation that is not fixed.
    public var immediates: [UInt64] = []

    /// Where the notation says LIG.
    public var length: UInt8 = 0
    /// Where the notation says WIG.
    public var width = false
    /// EVEX: the mask register, zeroing, and the b bit.
    public var mask: UInt8 = 0
    public var zeroes = false
    public var broadcasts = false

    public init() {}
}

/// What the rm field names.
public enum RegisterOrMemory: Hashable, Sendable {
    case register(UInt8)
    case memory(MemoryOperand)
}

/// A memory operand as its bytes say it.
public struct MemoryOperand: Hashable, Sendable {
    public enum Base: Hashable, Sendable {
        case register(UInt8)
        /// In 64-bit mode only.
        case instructionPointer
        case none
    }

    public enum DisplacementSize: Hashable, Sendable {
        /// As short as the value and the base allow.
        case fitting
        case byte
        case doubleword
    }

    public var base: Base
    /// With `vsib` a vector register.
    public var index: UInt8?
    /// The power of two that the index is multiplied with, 0 to 3.
    public var scale: UInt8
    /// As written: in a byte, EVEX counts in units of the operand's size.
    public var displacement: Int32
    public var displacementSize: DisplacementSize

    public init(
        base: Base, index: UInt8? = nil, scale: UInt8 = 0, displacement: Int32 = 0,
        displacementSize: DisplacementSize = .fitting
    ) {
        self.base = base
        self.index = index
        self.scale = scale
        self.displacement = displacement
        self.displacementSize = displacementSize
    }
}

/// Why these choices do not go with the notation.
public struct EncodingError: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
