extension Assembler {
    /// The units of the first reading whose values fit, whose conditions hold and which decodes back to itself.
    /// - Parameter lengths: readings with another number of units are passed over.
    func encode(
        _ candidates: [AssemblyCandidate], at here: UInt64, lengths: ClosedRange<Int>, symbol: (String) -> Int128?
    ) throws(AssemblyExpression.Failure) -> [UInt64] {
        var best: (rank: Int, failure: AssemblyExpression.Failure)?
        var other: [UInt64]?
        for candidate in candidates {
            do throws(CandidateFailure) {
                let units = try encode(candidate, at: here, symbol: symbol)
                if lengths.contains(units.count) { return units }
                other = other ?? units
            } catch {
                // The reading with the widest field says most about what would have fitted.
                if error.rank > (best?.rank ?? -1) { best = (error.rank, error.failure) }
            }
        }
        if let other {
            // What had grown and now fits only in its short form is short; the passes are bounded.
            guard lengths.count == 1 else { return other }
            throw AssemblyExpression.Failure(
                message: "this is \(other.count) units long, not \(lengths.lowerBound)", range: 0..<1)
        }
        throw best?.failure ?? AssemblyExpression.Failure(message: "this cannot be encoded", range: 0..<1)
    }

    /// A statement that assembles to exactly this instruction: its text; with its length where the
    /// text alone would be read as a shorter or longer one; its cells where no text says it.
    public func statement(of decoded: DecodedInstruction, at address: UInt64) -> String {
        let text = Disassembler(description).text(decoded, at: address)
        let mnemonic = description.instructions[decoded.instruction].mnemonic
        guard let units = try? encoder.encode(decoded) else {
            return data(decoded.units)
        }
        let withLength = "\(mnemonic)!\(units.count)\(text.dropFirst(mnemonic.count))"
        for statement in [text, withLength] where self.units(of: statement, at: address) == units { return statement }
        return data(units)
    }

    private func data(_ units: [UInt64]) -> String {
        let disassembler = Disassembler(description)
        let numbers = units.flatMap(layout.cells(of:)).map { disassembler.number(Int128($0)) }
        return ".word " + numbers.joined(separator: ", ")
    }

    /// What one line without symbols is assembled to.
    private func units(of statement: String, at address: UInt64) -> [UInt64]? {
        var reader = LineReader(Array(statement.utf8), radix: description.radix)
        let (mnemonic, length) = TemplateMatcher.split(reader.word())
        reader.skipBlanks()
        guard let candidates = try? matcher.candidates(mnemonic: mnemonic, operands: reader) else { return nil }
        let lengths = length.map { $0...$0 } ?? 0...EncodingLayout.unitLimit
        return try? encode(candidates, at: address, lengths: lengths) { _ in nil }
    }

    private struct CandidateFailure: Error {
        var rank: Int
        var failure: AssemblyExpression.Failure
    }

    private func encode(
        _ candidate: AssemblyCandidate, at here: UInt64, symbol: (String) -> Int128?
    ) throws(CandidateFailure) -> [UInt64] {
        let instruction = description.instructions[candidate.instruction]
        var fields = Array(repeating: UInt64(0), count: instruction.fields.count)
        var written = Set<FieldID>()
        for value in candidate.values {
            let bits = try self.bits(of: value, in: instruction, at: here, symbol: symbol)
            guard written.insert(value.field).inserted || fields[value.field.index] == bits else {
                throw CandidateFailure(rank: 0, failure: AssemblyExpression.Failure(
                    message: "this must be the same as before in '\(instruction.name)'", range: value.range))
            }
            fields[value.field.index] = bits
        }
        do throws(EncodingError) {
            return try encoder.encode(instruction: candidate.instruction, fields: fields, forms: candidate.forms)
        } catch {
            let range = candidate.values.first?.range ?? 0..<1
            throw CandidateFailure(
                rank: 1, failure: AssemblyExpression.Failure(message: error.description, range: range))
        }
    }

    private func bits(
        of value: AssemblyCandidate.Value, in instruction: Instruction, at here: UInt64, symbol: (String) -> Int128?
    ) throws(CandidateFailure) -> UInt64 {
        guard instruction.fields.indices.contains(value.field.index) else { return 0 }
        let field = instruction.fields[value.field.index]
        let number: Int128
        switch value.content {
        case .number(let element):
            number = Int128(element)
        case .expression(let expression):
            do throws(AssemblyExpression.Failure) {
                number = try expression.value(here: here, symbol: symbol)
            } catch {
                throw CandidateFailure(rank: error.undefinedSymbol == nil ? 2 : 1, failure: error)
            }
        }
        if let bits = FieldValue.encode(
            number, notation: value.notation, width: field.width, here: here, addressWidth: addressWidth)
        {
            return bits
        }
        let range = FieldValue.range(notation: value.notation, width: field.width, here: here)
        let steps = range.step > 1 ? " in steps of \(range.step)" : ""
        let name = field.name.split(separator: ".").last.map(String.init) ?? field.name
        throw CandidateFailure(
            rank: 2 + field.width,
            failure: AssemblyExpression.Failure(
                message: "\(number) does not fit into '\(name)' (\(range.least)...\(range.greatest)\(steps))",
                range: value.range))
    }
}
