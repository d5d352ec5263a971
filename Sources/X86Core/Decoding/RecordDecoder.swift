import OpcodeNotation

/// Finds the record that bytes belong to. All it knows of opcodes comes from the records.
final class RecordDecoder: Sendable {
    struct Encoding: Sendable {
        var pattern: OpcodePattern
        var record: Int
        /// VEX: vvvv names no operand, and has to be all ones.
        var leavesSecond = false
        /// VEX: outside 64-bit mode W says nothing, for it is about a general register.
        var hasGeneral = false

        init(pattern: OpcodePattern, record: Int, of: InstructionRecord) {
            self.pattern = pattern
            self.record = record
            guard pattern.scheme == .vex else { return }
            let operands = of.form.split(separator: ",").filter { $0 != "imm" }
            // Of two operands one is there where ModRM.reg belongs to the opcode.
            let isExtended = if case .digit = pattern.modRM { operands.count == 2 } else { false }
            leavesSecond = operands.count < 3 && !isExtended
            hasGeneral = operands.contains { $0.hasPrefix("r") }
        }
    }

    let records: [InstructionRecord]
    let encodings: [Encoding]
    /// By scheme, map and opcode: encodings, those that say more first.
    private let cells: [[UInt16]]
    private let codeSizeIsLong: Bool

    /// - Parameter isLong: for 64-bit mode.
    /// - Throws: where a record's notation cannot be read.
    init(_ records: [InstructionRecord], isLong: Bool) throws(NotationError) {
        self.records = records
        codeSizeIsLong = isLong
        var encodings: [Encoding] = []
        for (index, record) in records.enumerated() {
            for text in record.opcodes where !Self.isPrefix(text) {
                let pattern = try OpcodePattern(text)
                guard pattern.longMode != (isLong ? .invalid : .only) else { continue }
                encodings.append(Encoding(pattern: pattern, record: index, of: record))
            }
        }
        self.encodings = encodings
        var cells = Array(repeating: [UInt16](), count: 64 << 8)
        for (index, encoding) in encodings.enumerated() {
            let pattern = encoding.pattern
            guard let table = Self.table(pattern.scheme, pattern.map.number) else { continue }
            // A register in the opcode's low bits makes eight opcodes of one.
            let span: UInt8 = pattern.modRM == nil && pattern.addend != nil ? 8 : 1
            for number in 0..<span { cells[table << 8 | Int(pattern.opcode | number)].append(UInt16(index)) }
        }
        for index in cells.indices where cells[index].count > 1 {
            cells[index].sort { Self.specificity(encodings[Int($0)].pattern) > Self.specificity(encodings[Int($1)].pattern) }
            // A hint that this processor has no use for is none: NOP, as on every processor before it was thought of.
            if cells[index].contains(where: { records[encodings[Int($0)].record].mnemonic == "NOP" }) {
                cells[index].removeAll { !records[encodings[Int($0)].record].isImplemented }
            }
        }
        self.cells = cells
    }

    /// The notation that the instruction's bytes were found by.
    func pattern(_ instruction: DecodedInstruction) -> OpcodePattern { encodings[instruction.encoding].pattern }

    /// EVEX and XOP are not decoded, and records need not have them.
    static func decodes(_ opcode: String) -> Bool {
        ![OpcodePattern.Scheme.evex, .xop].contains { opcode.hasPrefix($0.rawValue + ".") }
    }

    private static func table(_ scheme: OpcodePattern.Scheme, _ map: UInt8) -> Int? {
        switch scheme {
        case .legacy: return Int(map & 3)
        case .vex: return 32 + Int(map & 31)
        case .evex, .xop: return nil
        }
    }

    /// A file may name a prefix as if it were an instruction.
    private static func isPrefix(_ text: String) -> Bool {
        ["26", "2E", "36", "3E", "64", "65", "66", "67", "F0", "F2", "F3"].contains(text)
    }

    /// - Parameter code: from the instruction's first byte; fifteen bytes are always enough.
    /// - Parameter codeSize: 2, 4 or 8.
    func decode(_ code: UnsafeBufferPointer<UInt8>, codeSize: Int) throws(ReadingError) -> DecodedInstruction {
        var reader = InstructionReader(code, codeSize: codeSize)
        try reader.readOpcode()
        guard let table = Self.table(reader.scheme, reader.map) else { throw .undefined }
        for candidate in cells[table << 8 | Int(reader.instruction.opcode)] {
            let encoding = encodings[Int(candidate)]
            guard try fits(encoding, &reader) else { continue }
            reader.instruction.record = encoding.record
            reader.instruction.encoding = Int(candidate)
            reader.settleSize(encoding.pattern)
            if encoding.pattern.hasModRM {
                let isFixed =
                    if case .fixed = encoding.pattern.modRM { true } else { Self.ignoresMod(encoding.pattern) }
                try reader.readOperand(isFixed: isFixed)
                if encoding.pattern.isVectorIndexed {
                    guard Self.gathers(reader.instruction) else { throw .undefined }
                    reader.instruction.memory.index = Register.none
                }
            } else {
                reader.takeLow()
            }
            try reader.readImmediates(encoding.pattern)
            return reader.instruction
        }
        // What is undefined has as many bytes as an operand would need, for those must be readable.
        throw .undefined
    }

    /// MOV to and from control and debug registers: whatever mod says the operand is a register, and no displacement
    /// follows. Intel SDM volume 2, MOV—Move to/from Control Registers.
    private static func ignoresMod(_ pattern: OpcodePattern) -> Bool {
        pattern.scheme == .legacy && pattern.map == .map0F && pattern.opcode & 0xFC == 0x20
    }

    /// Three different registers and a SIB byte: Intel SDM volume 2, VPGATHERDD.
    private static func gathers(_ instruction: DecodedInstruction) -> Bool {
        guard let index = instruction.vectorIndex else { return false }
        return instruction.reg != index && instruction.reg != instruction.third && index != instruction.third
    }

    private func fits(_ encoding: Encoding, _ reader: inout InstructionReader) throws(ReadingError) -> Bool {
        let pattern = encoding.pattern
        if encoding.leavesSecond, reader.instruction.third != 0 { return false }
        switch pattern.mandatory {
        case .unspecified: if pattern.scheme != .legacy, reader.mandatory != 0 { return false }
        case .operandSize where pattern.map == .oneByte:
            // An operand size, which REX.W overrules and F2 and F3 leave alone.
            if !reader.hasOperandPrefix || reader.instruction.isWide { return false }
        default: if reader.mandatory != pattern.mandatory.number { return false }
        }
        // In this map F3 makes another instruction, or none, of every one.
        if pattern.map == .map0F38, pattern.scheme == .legacy, reader.mandatory == 2, pattern.mandatory == .unspecified {
            return false
        }
        let isWide = reader.instruction.isWide
        switch pattern.width {
        case .one: if !isWide || encoding.hasGeneral && !codeSizeIsLong { return false }
        case .zero: if isWide, codeSizeIsLong || pattern.scheme == .vex && !encoding.hasGeneral { return false }
        case .unspecified, .ignored: break
        }
        if pattern.needsREX, pattern.width != .one, !reader.instruction.hasREX { return false }
        if pattern.scheme != .legacy, let length = pattern.length?.number, length != reader.vectorLength { return false }
        // 90 with REX.B names a register.
        if pattern.opcode == 0x90, pattern.map == .oneByte, pattern.modRM == nil, pattern.addend == nil,
            reader.extendsBase
        {
            return false
        }
        guard pattern.modRM != nil else { return true }
        guard let modRM = reader.modRM else { throw reader.place < 15 ? .tooShort : .tooLong }
        return pattern.admits(modRM: Self.ignoresMod(pattern) ? modRM | 0xC0 : modRM)
    }

    /// Of several encodings that fit, the one that says more is meant.
    private static func specificity(_ pattern: OpcodePattern) -> Int {
        var points = 0
        switch pattern.modRM {
        case .fixed: points += pattern.addend == nil ? 40 : 30
        case .digit: points += 20
        case .register, nil: break
        }
        if pattern.modRM == nil, pattern.addend == nil { points += 2 }
        if pattern.form != .any { points += 4 }
        if pattern.mandatory != .unspecified { points += 8 }
        if pattern.width == .zero || pattern.width == .one { points += 10 }
        if pattern.needsREX { points += 2 }
        return points
    }
}
