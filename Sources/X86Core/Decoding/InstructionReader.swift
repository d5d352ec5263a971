import OpcodeNotation

/// Why bytes are no instruction yet, or none at all.
enum ReadingError: Error {
    /// More bytes are needed than are at hand.
    case tooShort
    /// More than fifteen bytes.
    case tooLong
    /// No record describes them, or a prefix may not stand there.
    case undefined
}

/// Reads prefixes, escapes, ModRM, SIB, displacement and immediates, as chapter 2 of volume 2 of Intel's manual lays
/// them out. What the opcodes mean stands in the machine's file.
struct InstructionReader {
    let code: UnsafeBufferPointer<UInt8>
    let codeSize: Int
    private(set) var place = 0
    var instruction = DecodedInstruction(record: 0, encoding: 0)

    // What the opcode is looked up by.
    /// `OpcodePattern.Scheme` and map.
    private(set) var scheme = OpcodePattern.Scheme.legacy
    private(set) var map: UInt8 = 0
    private(set) var hasOperandPrefix = false
    /// `MandatoryPrefix.number`.
    private(set) var mandatory: UInt8 = 0
    private var hasAddressPrefix = false
    private var rex: UInt8 = 0
    private var lastRepeat: UInt8 = 0
    /// VEX.L.
    private(set) var vectorLength: UInt8 = 0

    init(_ code: UnsafeBufferPointer<UInt8>, codeSize: Int) {
        self.code = code
        self.codeSize = codeSize
    }

    /// The next byte without taking it; nil at the end.
    var peek: UInt8? { place < code.count && place < 15 ? code[place] : nil }

    mutating func byte() throws(ReadingError) -> UInt8 {
        guard place < 15 else { throw .tooLong }
        guard place < code.count else { throw .tooShort }
        place += 1
        return code[place - 1]
    }

    /// Prefixes and opcode.
    mutating func readOpcode() throws(ReadingError) {
        while true {
            let byte = try byte()
            switch byte {
            case 0x66: hasOperandPrefix = true
            case 0x67: hasAddressPrefix = true
            case 0xF0: instruction.hasLock = true
            case 0xF2, 0xF3:
                lastRepeat = byte
                instruction.repeats = byte == 0xF2 ? .whileNotEqual : .whileEqual
            case 0x26, 0x2E, 0x36, 0x3E:
                // In 64-bit mode these say nothing, and do not take back what FS or GS have said.
                if codeSize != 8 { instruction.segmentPrefix = byte >> 3 & 3 }
            case 0x64, 0x65: instruction.segmentPrefix = byte & 7
            case 0x40...0x4F where codeSize == 8:
                rex = byte
                // It counts only right in front of the opcode.
                if let following = peek, Self.isPrefix(following) { rex = 0 }
                continue
            default: return try finish(byte)
            }
            rex = 0
        }
    }

    private static func isPrefix(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x66, 0x67, 0xF0, 0xF2, 0xF3, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x40...0x4F: return true
        default: return false
        }
    }

    private mutating func finish(_ first: UInt8) throws(ReadingError) {
        instruction.hasREX = rex != 0
        instruction.isWide = rex & 8 != 0
        mandatory = lastRepeat == 0xF2 ? 3 : lastRepeat == 0xF3 ? 2 : hasOperandPrefix ? 1 : 0
        instruction.addressSize = codeSize == 8 ? (hasAddressPrefix ? 4 : 8) : (codeSize == 4) != hasAddressPrefix ? 4 : 2
        switch first {
        case 0x0F:
            map = 1
            instruction.opcode = try byte()
            if instruction.opcode == 0x38 || instruction.opcode == 0x3A {
                map = instruction.opcode == 0x38 ? 2 : 3
                instruction.opcode = try byte()
            }
        case 0xC4, 0xC5:
            guard let following = peek else { throw place < 15 ? .tooShort : .tooLong }
            // Outside 64-bit mode LES and LDS have these opcodes, and cannot have registers there.
            if codeSize != 8, following < 0xC0 { instruction.opcode = first } else { try readVEX(first) }
        default: instruction.opcode = first
        }
    }

    private mutating func readVEX(_ first: UInt8) throws(ReadingError) {
        // No other prefix may select the instruction, and REX may not stand there.
        guard rex == 0, !hasOperandPrefix, lastRepeat == 0, !instruction.hasLock else { throw .undefined }
        scheme = .vex
        instruction.isVEX = true
        let second = try byte()
        var last = second
        rex = ~second >> 5 & 4
        map = 1
        if first == 0xC4 {
            rex = ~second >> 5 & 7
            map = second & 0x1F
            last = try byte()
            instruction.isWide = last & 0x80 != 0
        }
        if codeSize != 8 { rex = 0 }
        instruction.third = ~last >> 3 & (codeSize == 8 ? 15 : 7)
        vectorLength = last >> 2 & 1
        instruction.is256 = vectorLength != 0
        mandatory = last & 3
        instruction.opcode = try byte()
    }

    /// The ModRM byte, if there is one to look at.
    var modRM: UInt8? { peek }

    /// ModRM, SIB and displacement.
    mutating func readOperand(isFixed: Bool) throws(ReadingError) {
        let byte = try byte()
        instruction.modRM = byte
        let mod = byte >> 6
        instruction.reg = byte >> 3 & 7 | (rex & 4) << 1
        instruction.rm = byte & 7 | (rex & 1) << 3
        instruction.low = instruction.rm
        if isFixed || mod == 3 { return }
        instruction.isMemory = true
        if instruction.addressSize == 2 { try readNarrow(mod, byte & 7) } else { try readMemory(mod, byte & 7) }
        if let prefix = instruction.segmentPrefix { instruction.memory.segment = prefix }
    }

    private mutating func readMemory(_ mod: UInt8, _ rm: UInt8) throws(ReadingError) {
        var memory = MemoryOperand()
        var base: UInt8? = rm | (rex & 1) << 3
        if rm == 4 {
            let sib = try byte()
            let index = sib >> 3 & 7 | (rex & 2) << 2
            if index != 4 { memory.index = index }
            instruction.vectorIndex = index
            memory.scale = sib >> 6
            base = sib & 7 | (rex & 1) << 3
            if sib & 7 == 5, mod == 0 { base = nil }
        } else if rm == 5, mod == 0 {
            base = nil
            memory.isRelative = codeSize == 8
        }
        if let base {
            memory.base = base
            if base == Register.sp || base == Register.bp { memory.segment = 2 }
        }
        if mod == 1 {
            memory.displacement = Int64(Int8(bitPattern: try byte()))
        } else if mod == 2 || base == nil {
            memory.displacement = Int64(Int32(truncatingIfNeeded: try number(4)))
        }
        instruction.memory = memory
    }

    /// Addresses of 16 bits: Intel SDM volume 2, table 2-1.
    private mutating func readNarrow(_ mod: UInt8, _ rm: UInt8) throws(ReadingError) {
        var memory = MemoryOperand()
        if rm == 6, mod == 0 {
            memory.displacement = Int64(try number(2))
        } else {
            let bases: InlineArray<8, UInt8> = [
                Register.bx, Register.bx, Register.bp, Register.bp, Register.si, Register.di, Register.bp, Register.bx,
            ]
            memory.base = bases[Int(rm)]
            if rm < 4 { memory.index = rm & 1 == 0 ? Register.si : Register.di }
            if memory.base == Register.bp { memory.segment = 2 }
            if mod == 1 { memory.displacement = Int64(Int8(bitPattern: try byte())) }
            if mod == 2 { memory.displacement = Int64(Int16(truncatingIfNeeded: try number(2))) }
        }
        instruction.memory = memory
    }

    mutating func number(_ bytes: Int) throws(ReadingError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<bytes { value |= UInt64(try byte()) << UInt64(8 * index) }
        return value
    }

    /// `+r` and `+i` of an opcode without ModRM.
    mutating func takeLow() { instruction.low = instruction.opcode & 7 | (rex & 1) << 3 }

    var extendsBase: Bool { rex & 1 != 0 }

    /// The operand size that the encoding and the prefixes give.
    mutating func settleSize(_ pattern: OpcodePattern) {
        let byPrefix = hasOperandPrefix && pattern.mandatory != .operandSize
        if codeSize == 8 {
            if instruction.isWide {
                instruction.operandSize = 8
            } else if pattern.longMode == .defaults64 {
                instruction.operandSize = byPrefix && !pattern.immediates.contains(.cz) ? 2 : 8
            } else {
                instruction.operandSize = byPrefix ? 2 : 4
            }
        } else {
            // A 66 that selects the instruction still is an operand size to the forms with one mnemonic a size.
            let isNarrow = (codeSize == 2) != hasOperandPrefix
            instruction.operandSize = isNarrow ? 2 : 4
        }
        if codeSize == 8, pattern.mandatory == .operandSize, pattern.map == .oneByte { instruction.operandSize = 2 }
    }

    mutating func readImmediates(_ pattern: OpcodePattern) throws(ReadingError) {
        var count = 0
        for immediate in pattern.immediates {
            let size: Int
            switch immediate {
            case .ib, .cb, .is4, .fixed: size = 1
            case .iw: size = 2
            case .id: size = 4
            case .io: size = 8
            case .iz: size = min(instruction.operandSize, 4)
            case .iv: size = instruction.operandSize
            // In 64-bit mode near branches ignore the operand size.
            case .cz: size = codeSize == 8 ? 4 : instruction.operandSize
            case .ap:
                // Offset, then selector: two immediates of this notation's one.
                instruction.immediates[0] = try number(instruction.operandSize)
                instruction.immediateSizes[0] = instruction.operandSize
                instruction.immediates[1] = try number(2)
                instruction.immediateSizes[1] = 2
                continue
            case .moffs: size = instruction.addressSize
            }
            let value = try number(size)
            guard count < 2 else { throw .undefined }
            instruction.immediates[count] = value
            instruction.immediateSizes[count] = size
            count += 1
        }
        instruction.length = place
    }
}
