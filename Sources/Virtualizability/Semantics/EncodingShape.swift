import ISALanguage

/// One way to lay an instruction out in units: a form chosen for each operand, and where then every piece stands.
struct EncodingShape {
    /// A piece and the position of its first, most significant bit, counted from the first unit's.
    struct Placed {
        var piece: Piece
        var position: Int
    }
    /// Index of the form by `OperandID`.
    var forms: [Int]
    var pieces: [Placed]
    /// In units.
    var length: Int
    /// Conditions of forms and of the encoding itself.
    var conditions: [Program]
}

/// Lists an instruction's shapes, in the order in which decoding tries them.
struct EncodingShapes {
    /// More shapes than this are not listed: the file nests operands without end.
    static let limit = 4096
    /// Pieces of one shape, for the same reason.
    static let pieceLimit = 1024

    private enum Step {
        case piece(Piece)
        case extensions(OperandID)
        case condition(OperandID)
    }

    private struct Partial {
        var forms: [Int]
        var pieces: [EncodingShape.Placed] = []
        var conditions: [Program] = []
        var position = 0
        /// Last first.
        var pending: [Step]
    }

    let shapes: [EncodingShape]
    /// False where the limits cut the list short; nothing may be concluded from it then.
    let isComplete: Bool

    init(_ instruction: Instruction, unitWidth: Int) {
        let late = Set(instruction.encoding.extensionOrder)
        let steps =
            EncodingShapes.steps(of: instruction.encoding.groups, postponing: late)
            + instruction.encoding.extensionOrder.map { .extensions($0) }
        var open = [Partial(forms: instruction.operands.map { _ in 0 }, pending: steps.reversed())]
        var found: [EncodingShape] = []
        var complete = true
        while let partial = open.popLast() {
            guard found.count < EncodingShapes.limit, open.count < EncodingShapes.limit else {
                complete = false
                break
            }
            switch EncodingShapes.follow(partial, instruction) {
            case .finished(let partial):
                let conditions = partial.conditions + [instruction.encoding.condition].compactMap { $0 }
                let length = max(1, (partial.position + unitWidth - 1) / max(unitWidth, 1))
                found.append(
                    EncodingShape(
                        forms: partial.forms, pieces: partial.pieces, length: length, conditions: conditions))
            case .alternatives(let branches): open.append(contentsOf: branches.reversed())
            case .endless: complete = false
            }
        }
        shapes = found
        isComplete = complete
    }

    private enum Progress {
        case finished(Partial)
        case alternatives([Partial])
        case endless
    }

    private static func follow(_ start: Partial, _ instruction: Instruction) -> Progress {
        var partial = start
        while let step = partial.pending.popLast() {
            guard partial.pieces.count < pieceLimit else { return .endless }
            switch step {
            case .piece(.operand(let operand)):
                let forms = instruction.operands[operand.index].forms
                return .alternatives(
                    forms.indices.map { form in
                        var branch = partial
                        branch.forms[operand.index] = form
                        branch.pending.append(contentsOf: forms[form].head.reversed().map { .piece($0) })
                        return branch
                    })
            case .piece(let piece):
                partial.pieces.append(.init(piece: piece, position: partial.position))
                partial.position += width(of: piece)
            case .extensions(let operand):
                let form = instruction.operands[operand.index].forms[partial.forms[operand.index]]
                partial.pending.append(.condition(operand))
                // Operands within the head have their extensions here too: after the form's own.
                for case .operand(let inner) in form.head.reversed() { partial.pending.append(.extensions(inner)) }
                partial.pending.append(contentsOf: steps(of: form.extensions, postponing: []).reversed())
            case .condition(let operand):
                let form = instruction.operands[operand.index].forms[partial.forms[operand.index]]
                if let condition = form.condition { partial.conditions.append(condition) }
            }
        }
        return .finished(partial)
    }

    private static func steps(of groups: [PieceGroup], postponing late: Set<OperandID>) -> [Step] {
        var steps: [Step] = []
        for group in groups {
            steps += group.pieces.map { .piece($0) }
            for case .operand(let operand) in group.pieces where !late.contains(operand) {
                steps.append(.extensions(operand))
            }
        }
        return steps
    }

    static func width(of piece: Piece) -> Int {
        switch piece {
        case .literal(_, let width), .any(let width): width
        case .field(_, let high, let low): high - low + 1
        case .operand: 0
        }
    }
}

extension EncodingShape {
    /// Bits of the first unit that the shape fixes, and their values.
    func fixedBits(unitWidth: Int) -> (mask: UInt64, value: UInt64) {
        var mask: UInt64 = 0
        var value: UInt64 = 0
        for placed in pieces {
            guard case .literal(let literal, let width) = placed.piece, placed.position + width <= unitWidth
            else { continue }
            let shift = UInt64(unitWidth - placed.position - width)
            mask |= WordArithmetic.mask(width) << shift
            value |= (literal & WordArithmetic.mask(width)) << shift
        }
        return (mask, value)
    }
}
