import ISALanguage

/// Which variants are the same but for their names. A listed group whose body does not ask for the alternative has
/// one program for all its members: what is decided of one of them is decided of all.
struct Likeness {
    /// For each instruction the first one like it, which may be itself.
    let representatives: [Int]
    /// For each instruction that represents others or itself: all that are like it.
    let members: [Int: [Int]]

    private struct Meaning: Hashable {
        var program: Program
        var fields: [Field]
        var operands: [Operand]
        var encoding: Encoding
    }

    init(_ description: MachineDescription) {
        var first: [Meaning: Int] = [:]
        var representatives: [Int] = []
        var members: [Int: [Int]] = [:]
        for (index, instruction) in description.instructions.enumerated() {
            var representative = index
            if instruction.isListed {
                let meaning = Meaning(
                    program: instruction.program, fields: instruction.fields, operands: instruction.operands,
                    encoding: instruction.encoding)
                representative = first[meaning] ?? index
                first[meaning] = representative
            }
            representatives.append(representative)
            members[representative, default: []].append(index)
        }
        self.representatives = representatives
        self.members = members
    }

    func isRepresentative(_ index: Int) -> Bool { representatives[index] == index }
}

extension Query {
    /// The same question about the instruction that stands for its like.
    func canonical(_ likeness: Likeness) -> Query {
        guard case .instruction(let index) = subject, !likeness.isRepresentative(index) else { return self }
        var query = self
        query.subject = .instruction(likeness.representatives[index])
        return query
    }
}

extension InstructionReport {
    /// What was found of an instruction, said of another one that is like it.
    func said(of instruction: Instruction, at index: Int) -> InstructionReport {
        var report = self
        report.name = instruction.name
        report.mnemonic = instruction.mnemonic
        report.location = instruction.location
        report.family = instruction.family
        report.sources = instruction.sources
        report.notes = instruction.notes
        report.evidence = evidence.map { evidence in
            var own = evidence
            own.witness = evidence.witness?.said(of: instruction, at: index)
            return own
        }
        report.direct.witness = direct.witness?.said(of: instruction, at: index)
        report.interpreter.witness = interpreter.witness?.said(of: instruction, at: index)
        return report
    }
}

extension Offender {
    func said(of instruction: Instruction, at index: Int) -> Offender {
        var offender = self
        offender.instruction = instruction.name
        offender.location = instruction.location
        offender.witness = witness?.said(of: instruction, at: index)
        return offender
    }
}

extension Witness {
    func said(of instruction: Instruction, at index: Int) -> Witness {
        var witness = self
        witness.subject = instruction.name
        witness.decoded?.instruction = index
        return witness
    }
}
