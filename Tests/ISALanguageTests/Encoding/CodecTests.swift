import Testing

@testable import ISALanguage

/// Encoding and decoding on the hand-built machine.
struct CodecTests {
    let machine = FixtureMachine.make()
    let encoder = Encoder(Decoder(FixtureMachine.make()))

    @Test func formsAndExtensions() throws {
        // ADD r1,#-2 ; ADD sp,5(r2) ; ADD r0,@77
        #expect(try encoder.encode(instruction: 0, fields: [1, 0, 0xFFFE, 0, 0, 0], forms: [1]) == [0x1404, 0xFFFE])
        #expect(try encoder.encode(instruction: 0, fields: [3, 0, 0, 2, 5, 0], forms: [2]) == [0x1C0A, 5])
        #expect(try encoder.encode(instruction: 0, fields: [0, 0, 0, 0, 0, 77], forms: [3]) == [0x1008, 77])
        let decoded = DecodedInstruction(
            instruction: 0, fields: [3, 0, 0, 2, 5, 0], forms: [2], length: 2, units: [0x1FCA, 5])
        #expect(encoder.decoder.decode(units: [0x1FCA, 5, 9]) == .instruction(decoded))
        #expect(encoder.decoder.longest == 2)
    }

    @Test func conditionsChooseTheForm() throws {
        // x = 0 in the indexed head is the absolute form; asking for it as indexed is refused.
        guard case .instruction(let decoded) = encoder.decoder.decode(units: [0x1008, 0xFC05]) else {
            Issue.record("not decoded")
            return
        }
        #expect(decoded.forms == [3])
        #expect(decoded.fields[5] == 5)
        #expect(throws: EncodingError.formRefuses(operand: "ea", form: "indexed")) {
            try encoder.encode(instruction: 0, fields: [0, 0, 0, 0, 7, 0], forms: [2])
        }
    }

    @Test func errors() {
        #expect(throws: EncodingError.valueTooWide(field: "d", value: 4, width: 2)) {
            try encoder.encode(instruction: 0, fields: [4, 0, 0, 0, 0, 0], forms: [0])
        }
        #expect(throws: EncodingError.wrongShape(instruction: "ADD d,ea")) {
            try encoder.encode(instruction: 0, fields: [1], forms: [0])
        }
        #expect(throws: EncodingError.noSuchInstruction(99)) {
            try encoder.encode(instruction: 99, fields: [], forms: [])
        }
    }

    @Test func anEarlierInstructionShadows() {
        var machine = machine
        var copy = machine.instructions[2]
        copy.name = "COPY number"
        machine.instructions.append(copy)
        let encoder = Encoder(Decoder(machine))
        #expect(throws: EncodingError.decodesAs("SVC number", insteadOf: "COPY number")) {
            try encoder.encode(instruction: 6, fields: [1], forms: [])
        }
    }

    @Test func aTrapStopsDecoding() {
        var asked: [Int] = []
        let result = encoder.decoder.decode { index in
            asked.append(index)
            return index == 0 ? .unit(0x1404) : .trap(FixtureMachine.violation, detail: 9)
        }
        #expect(result == .fetchTrap(FixtureMachine.violation, detail: 9, units: [0x1404]))
        #expect(asked == [0, 1])
        #expect(encoder.decoder.decode(units: [0xF000]) == .undefined([0xF000]))
        #expect(encoder.decoder.decode(units: []) == .undefined([]))
        #expect(encoder.decoder.decode(units: [0x1404]) == .undefined([0x1404]))
    }

    @Test func everyFirstUnitDecodesAsALinearSearchDoes() {
        let decoder = encoder.decoder
        for unit in UInt64(0)...0xFFFF {
            let expected: Int? =
                switch unit >> 12 {
                case 1:
                    switch (unit >> 2) & 15 {
                    case 0, 2: 0
                    case 1: unit & 3 == 0 ? 0 : nil
                    default: nil
                    }
                case 2...6: Int(unit >> 12) - 1
                default: nil
                }
            switch decoder.decode(units: [unit, 0]) {
            case .instruction(let decoded): #expect(decoded.instruction == expected)
            default: #expect(expected == nil)
            }
        }
    }

    @Test func anOperandThatContainsItselfEnds() {
        var machine = machine
        machine.instructions[0].operands[0].forms[0].head = [.operand(OperandID(0))]
        let decoder = Decoder(machine)
        // Whatever it decodes as, it comes back.
        _ = decoder.decode(units: [0x1004, 1])
        #expect(throws: EncodingError.tooLong(instruction: "ADD d,ea")) {
            try Encoder(decoder).encode(instruction: 0, fields: [0, 0, 0, 0, 0, 0], forms: [0])
        }
    }

    @Test func fieldsMaySpanUnitsAndBeSplit() throws {
        var machine = machine
        var wide = Instruction(name: "W", mnemonic: "W", location: FixtureMachine.nowhere)
        wide.fields = [Field(name: "a", width: 20), Field(name: "b", width: 6)]
        wide.encoding = Encoding(groups: [
            PieceGroup(pieces: [
                .literal(0xF, width: 4), .field(FieldID(1), high: 5, low: 4), .field(FieldID(0), high: 19, low: 0),
                .literal(1, width: 2), .field(FieldID(1), high: 3, low: 0),
            ])
        ])
        machine.instructions.append(wide)
        let encoder = Encoder(Decoder(machine))
        let units = try encoder.encode(instruction: 6, fields: [0xABCDE, 0b10_0110], forms: [])
        #expect(units == [0xFAAF, 0x3796])
        guard case .instruction(let back) = encoder.decoder.decode(units: units) else {
            Issue.record("not decoded")
            return
        }
        #expect(back.fields == [0xABCDE, 0b10_0110])
    }
}
