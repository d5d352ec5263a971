/// Thrown after an error has been reported; the statement in which it stands is given up.
struct Reported: Error {}

/// What an expression stands for while a program is made.
enum Meaning {
    /// Bits that the program computes.
    case bits(ValueID)
    /// A number without a width, known now.
    case number(Int128)
    /// An operand of the instruction: index into its instances.
    case operand(Int)
    case access(Access)
    /// The alternative of an `instructions ... as` that is being made, and its value in the encoding.
    case alternative(String, value: ValueID)
    /// Something that an error has already been reported for.
    case unknown
}

/// The names that one function, or one instruction, can see beside the machine's.
struct Frame {
    struct Binding {
        var meaning: Meaning
        var span: SourceSpan
    }
    /// Innermost last: blocks open scopes of their own.
    var scopes: [[String: Binding]] = [[:]]
    /// The function that this is the frame of.
    var function: Name?

    func lookup(_ name: String) -> Binding? {
        for scope in scopes.reversed() {
            if let binding = scope[name] { return binding }
        }
        return nil
    }

    var names: [String] { scopes.flatMap { Array($0.keys) } }
}

/// An operand kind instantiated in one instruction.
struct OperandInstance {
    struct Form {
        var name: Name
        var fields: [String: (id: FieldID, width: Int)]
        var operands: [String: Int]
    }
    var id: OperandID
    var kind: String
    var forms: [Form]
}

/// Where a program stands: which names beside the state it may use.
struct ProgramContext {
    /// "LPSW addr(x)", for messages and for the names of uninterpreted functions.
    var title: String
    var parameters: Set<String> = ["size"]
    var operands: [OperandInstance] = []
    var alternatives: [String] = []
    /// The instruction's encoding and operands, for the places of their extensions.
    var encoding: (layout: Encoding, operands: [Operand])?
    /// The alternative that is being made, with its value in the encoding.
    var chosen: (name: Name, value: UInt64, width: Int)?

    static let instructionParameters: Set<String> = ["size", "here", "next", "length"]
    static let mapParameters: Set<String> = ["size", "origin", "extent"]
}
