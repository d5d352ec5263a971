/// Index into `Instruction.fields`.
public struct FieldID: Hashable, Sendable, Comparable {
    public var index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: FieldID, b: FieldID) -> Bool { a.index < b.index }
}

/// Index into `Instruction.operands`.
public struct OperandID: Hashable, Sendable, Comparable {
    public var index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: OperandID, b: OperandID) -> Bool { a.index < b.index }
}

/// A field of the encoding, of the instruction itself or of one of its operands' forms.
public struct Field: Sendable, Hashable {
    /// `addr`, or `src.disp.n` for a field of a form of an operand.
    public var name: String
    public var width: Int
    public init(name: String, width: Int) {
        self.name = name
        self.width = width
    }
}

/// One piece of an encoding pattern, most significant first within its group.
public enum Piece: Sendable, Hashable {
    case literal(UInt64, width: Int)
    /// Bits `high...low` of a field.
    case field(FieldID, high: Int, low: Int)
    /// Bits that decoding ignores and encoding sets to 0.
    case any(width: Int)
    /// The head of an operand's form, inline.
    case operand(OperandID)
}

/// Pieces that together fill whole units. The extension groups of operands whose heads stand in a
/// group follow that group (or stand where `Encoding.extensionOrder` puts them).
public struct PieceGroup: Sendable, Hashable {
    public var pieces: [Piece]
    public init(pieces: [Piece]) { self.pieces = pieces }
}

public struct Encoding: Sendable, Hashable {
    public var groups: [PieceGroup]
    /// The order in which operands' extensions follow, where it is not the order of the heads.
    public var extensionOrder: [OperandID]
    /// One bit over fields and forms; decoding also asks this.
    public var condition: Program?

    public init(groups: [PieceGroup], extensionOrder: [OperandID] = [], condition: Program? = nil) {
        self.groups = groups
        self.extensionOrder = extensionOrder
        self.condition = condition
    }
}

/// One way to encode and write an operand. Forms are tried in order; the first that fits is taken.
public struct OperandForm: Sendable, Hashable {
    public var name: String
    /// The head: inline in the group that names the operand. May be empty.
    public var head: [Piece]
    /// Whole groups that follow as extension.
    public var extensions: [PieceGroup]
    public var assembly: AssemblyTemplate
    /// One bit over fields already decoded; decoding also asks this.
    public var condition: Program?

    public init(
        name: String, head: [Piece], extensions: [PieceGroup], assembly: AssemblyTemplate, condition: Program? = nil
    ) {
        self.name = name
        self.head = head
        self.extensions = extensions
        self.assembly = assembly
        self.condition = condition
    }
}

/// An operand of one instruction: its declared kind instantiated, with fields of its own.
public struct Operand: Sendable, Hashable {
    public var name: String
    /// The name of the `operand` declaration.
    public var kind: String
    public var forms: [OperandForm]
    public init(name: String, kind: String, forms: [OperandForm]) {
        self.name = name
        self.kind = kind
        self.forms = forms
    }
}

/// How a field is written in assembly.
public enum Notation: Sendable, Hashable {
    case unsigned
    case signed
    /// The name of an element of this register file.
    case register(StateID)
    /// The text is an address; the field holds it minus the instruction's address minus `offset`,
    /// divided by `scale`, signed.
    case relative(offset: Int, scale: Int)
    /// The text is the field's value times `scale`.
    case scaled(Int)
}

public enum TemplatePart: Sendable, Hashable {
    case text(String)
    case field(FieldID, Notation)
    case operand(OperandID)
}

/// Mnemonic first, then parts. Printing and parsing both follow it; parsing ignores blanks.
public struct AssemblyTemplate: Sendable, Hashable {
    /// Empty in operand forms.
    public var mnemonic: String
    public var parts: [TemplatePart]
    public init(mnemonic: String, parts: [TemplatePart]) {
        self.mnemonic = mnemonic
        self.parts = parts
    }
}

/// A class that the file claims for an instruction; checked against the derived ones.
public enum Claim: String, Sendable, CaseIterable {
    case privileged
    case unprivileged
    case innocuous
    case sensitive
    case controlSensitive = "control-sensitive"
    case behaviourSensitive = "behaviour-sensitive"
    case locationSensitive = "location-sensitive"
    case modeSensitive = "mode-sensitive"
    case resourceSensitive = "resource-sensitive"
    case trapSensitive = "trap-sensitive"
    case userSensitive = "user-sensitive"
    case timingRead = "timing-read"
}

/// One variant of an instruction, complete in one place.
public struct Instruction: Sendable {
    /// The assembly pattern as written, which names the variant: "JRST 1,ea".
    public var name: String
    public var mnemonic: String
    /// Reading order: the file's family (its base name).
    public var family: String
    public var fields: [Field]
    public var operands: [Operand]
    public var encoding: Encoding
    /// The file gives it no encoding pattern: it is classified for all values of its fields, but neither assembled
    /// nor decoded.
    public var isListed: Bool
    /// Its encodings in the notation of the machine's manual, one each: "0F 01 /0 mem". Only where it is listed.
    public var opcodes: [String]
    /// The optional parts of the architecture that have it; empty: every machine.
    public var requirements: [String]
    public var assembly: AssemblyTemplate
    /// What it does. The write to the program counter is always there: `next` unless the file says
    /// otherwise.
    public var program: Program
    public var claims: [(claim: Claim, location: SourceLocation)]
    public var sources: [String]
    public var notes: [String]
    public var location: SourceLocation
    /// The lines of the declaration as the file has them; those of the whole group where several
    /// instructions are declared together.
    public var text: [String]

    public init(name: String, mnemonic: String, location: SourceLocation) {
        self.name = name
        self.mnemonic = mnemonic
        self.location = location
        family = ""
        fields = []
        operands = []
        encoding = Encoding(groups: [])
        isListed = false
        opcodes = []
        requirements = []
        assembly = AssemblyTemplate(mnemonic: mnemonic, parts: [])
        program = Program(argumentWidths: [])
        claims = []
        sources = []
        notes = []
        text = []
    }
}
