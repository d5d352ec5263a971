/// What a decoder makes of the bytes at one place of a program's code.
struct CodeUnit {
    /// In bytes; at least 1.
    var length: Int
    /// Which of the decoder's encodings it is; nil: none describes it.
    var encoding: Int?
    /// Where a direct transfer goes, in bytes from the first one behind the instruction.
    var distance: Int64?
    var flow: ControlFlow = []
}

extension CodeUnit {
    /// Such units fill space behind code that does not come back: one byte that calls somebody by a table, as
    /// INT3 does.
    var isFiller: Bool { length == 1 && flow.contains(.call) && distance == nil }
}

/// Finds instructions in bytes. The two ways are opcode tables (`OpcodeDecoder`) and encoding patterns
/// (`PatternDecoder`).
protocol CodeDecoder: AnyObject {
    /// Instructions begin at multiples of this many bytes.
    var alignment: Int { get }
    /// By how much addresses go up from one such place to the next.
    var addressesPerPlace: Int { get }
    /// How many encodings there are, and which variant of the machine each belongs to.
    var variants: [Int] { get }

    /// - Parameter code: the bytes from the place on, to the end of the region; not empty.
    /// - Parameter address: of the first of them.
    func decode(_ code: UnsafeBufferPointer<UInt8>, at address: UInt64) -> CodeUnit
}

/// Where control goes after an instruction.
struct ControlFlow: OptionSet {
    let rawValue: UInt8

    /// To the instruction behind it: at once, or when a call comes back.
    static let next = ControlFlow(rawValue: 1)
    /// Elsewhere: to the place that its distance names, or to one that only a register or a table knows.
    static let target = ControlFlow(rawValue: 2)
    /// It keeps the next instruction's address, and goes elsewhere for certain.
    static let call = ControlFlow(rawValue: 4)
}
