/// What differs where an instruction is `listed`: its pattern declares fields and operands, and encodes nothing.
struct ListedInstruction {
    let machine: MachineTables
    let syntax: InstructionSyntax

    init(_ machine: MachineTables, _ syntax: InstructionSyntax) {
        self.machine = machine
        self.syntax = syntax
    }

    func check(_ alternative: AlternativeSyntax?) throws(Reported) {
        guard let word = syntax.listed else {
            guard let opcode = alternative?.opcodes.first ?? syntax.opcodes.first else { return }
            throw machine.error(
                "an encoding as text beside an encoding pattern", at: opcode.span,
                remedy: "Give fields with 'listed' instead of 'encoding', or take the text out.")
        }
        guard machine.description.depth == .system else {
            throw machine.error(
                "'listed' in a machine of depth complete", at: word,
                remedy: "Give the instruction its encoding, or declare 'depth system'.")
        }
        if let value = alternative?.value {
            throw machine.error(
                "a value in a listed group", at: value.span,
                remedy: "Listed instructions have no encoding: after the name stand texts, or nothing.")
        }
        if let pieces = syntax.pattern?.groups.joined(), let literal = pieces.first(where: { $0.isLiteral }) {
            throw machine.error(
                "a listed instruction has fields only", at: literal.span,
                remedy: "Write name:WIDTH or name:OPERAND; opcodes stand in texts.")
        }
        if alternative != nil, let opcode = syntax.opcodes.first {
            throw machine.error(
                "an encoding for a whole group", at: opcode.span, remedy: "Put it behind the name that it belongs to.")
        }
    }

    /// `OP` has a number of its own for each alternative, so that a body may tell them apart.
    func value(of alternative: AlternativeSyntax) -> (name: Name, value: UInt64, width: Int)? {
        guard syntax.listed != nil else { return nil }
        let index = syntax.alternatives.firstIndex { $0.name.span.location == alternative.name.span.location } ?? 0
        return (alternative.name, UInt64(index), 16)
    }
}

extension PieceSyntax {
    fileprivate var isLiteral: Bool {
        switch kind {
        case .literal, .any: true
        case .field, .part, .operand: false
        }
    }
}
