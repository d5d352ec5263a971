/// The order in which an instruction's bits stand. An operand's head opens into the pieces of the form
/// that is taken, and its extensions into that form's groups; so the steps are a list that grows
/// while it is worked off. Decoder and encoder work off the same list.
enum EncodingStep: Hashable {
    case piece(Piece)
    /// The extension groups of the operand's form.
    case extensions(OperandID)
    /// The form is complete: what does its condition say?
    case formCondition(OperandID)
}

enum EncodingLayout {
    /// No instruction of any machine is longer than this, in units.
    static let unitLimit = 64
    /// No more steps than this in one instruction: it bounds an operand that contains itself.
    static let stepLimit = 4096

    /// The steps of the instruction itself. Extensions follow the group in which the operand's head
    /// stands; those that the file puts in an order of its own follow the last group.
    static func steps(of encoding: Encoding) -> [EncodingStep] {
        let late = Set(encoding.extensionOrder)
        return steps(of: encoding.groups, postponing: late) + encoding.extensionOrder.map { .extensions($0) }
    }

    static func steps(of groups: [PieceGroup], postponing late: Set<OperandID> = []) -> [EncodingStep] {
        var steps: [EncodingStep] = []
        for group in groups {
            steps += group.pieces.map { .piece($0) }
            for case .operand(let operand) in group.pieces where !late.contains(operand) {
                steps.append(.extensions(operand))
            }
        }
        return steps
    }

    /// What a step opens into, once the form is known; nil for steps that do not open.
    static func opened(_ step: EncodingStep, form: (OperandID) -> OperandForm?) -> [EncodingStep]? {
        switch step {
        case .piece(.operand(let operand)):
            return (form(operand)?.head ?? []).map { .piece($0) }
        case .extensions(let operand):
            // Operands within the head have their extensions here too: after the form's own.
            let inner = (form(operand)?.head ?? []).compactMap { piece -> EncodingStep? in
                if case .operand(let inner) = piece { return .extensions(inner) }
                return nil
            }
            return steps(of: form(operand)?.extensions ?? []) + inner + [.formCondition(operand)]
        case .piece, .formCondition:
            return nil
        }
    }

    static func width(of piece: Piece) -> Int {
        switch piece {
        case .literal(_, let width), .any(let width): return max(width, 0)
        case .field(_, let high, let low): return max(high &- low &+ 1, 0)
        case .operand: return 0
        }
    }

    /// The greatest length of an instruction in units, at most `unitLimit`.
    static func greatestLength(of instruction: Instruction, unitWidth: Int) -> Int {
        func bits(_ groups: [PieceGroup]) -> Int {
            groups.reduce(0) { min($0 + $1.pieces.reduce(0) { $0 + width(of: $1) }, unitLimit * 64) }
        }
        var total = bits(instruction.encoding.groups)
        for operand in instruction.operands {
            total += operand.forms.map { bits([PieceGroup(pieces: $0.head)]) + bits($0.extensions) }.max() ?? 0
        }
        let unit = max(unitWidth, 1)
        return min((total + unit - 1) / unit, unitLimit)
    }
}

/// State of a condition over fields and forms: there is none.
struct NoState: StateAccess {
    var touchedOutside = false
    func read(_ component: StateID, element: UInt64) -> UInt64 { 0 }
    mutating func write(_ component: StateID, element: UInt64, value: UInt64) {}
    func load(_ storage: StateID, address: UInt64) -> UInt64? { nil }
    mutating func store(_ storage: StateID, address: UInt64, value: UInt64) -> Bool { false }
    func size(_ storage: StateID) -> UInt64 { 0 }
}
