extension OpcodePattern {
    /// The bytes of the instruction with these choices.
    public func encoded(_ choices: EncodingChoices) throws(EncodingError) -> [UInt8] {
        var encoder = OpcodeEncoder(pattern: self, choices: choices)
        try encoder.encode()
        return encoder.bytes
    }
}

private struct OpcodeEncoder {
    let pattern: OpcodePattern
    let choices: EncodingChoices
    var bytes: [UInt8] = []

    init(pattern: OpcodePattern, choices: EncodingChoices) {
        self.pattern = pattern
        self.choices = choices
    }

    private var isLong: Bool { choices.mode == .bits64 }
    private var usesRegister: Bool { pattern.modRM == .register || pattern.addend == .register }
    private var hasOpenForm: Bool {
        switch pattern.modRM {
        case .register?, .digit?: return true
        case .fixed?, nil: return false
        }
    }

    /// The bits above the low three of each register field.
    private var extensions: (reg: UInt8, rm: UInt8, index: UInt8) {
        let reg = pattern.modRM == .register ? choices.register >> 3 : 0
        if pattern.addend == .register { return (0, choices.register >> 3, 0) }
        guard hasOpenForm else { return (reg, 0, 0) }
        switch choices.operand {
        case .register(let number): return (reg, number >> 3, 0)
        case .memory(let memory):
            var base: UInt8 = 0
            if case .register(let number) = memory.base { base = number >> 3 }
            return (reg, base, (memory.index ?? 0) >> 3)
        }
    }

    mutating func encode() throws(EncodingError) {
        try checkChoices()
        bytes += choices.prefixes
        if choices.isAddressSizeChanged { bytes.append(0x67) }
        switch pattern.scheme {
        case .legacy: try legacyPrefixes()
        case .vex: vex()
        case .xop: threeBytes(0x8F)
        case .evex: evex()
        }
        bytes.append(pattern.opcode | (pattern.modRM == nil ? addend : 0))
        switch pattern.modRM {
        case nil: break
        case .fixed(let byte): bytes.append(byte | addend)
        case .digit(let digit): try operand(field: digit)
        case .register: try operand(field: choices.register & 7)
        }
        try immediates()
        if bytes.count > 15 { throw EncodingError("\(bytes.count) bytes are too many; an instruction has at most 15") }
    }

    private var addend: UInt8 { pattern.addend == nil ? 0 : choices.register & 7 }

    private func checkChoices() throws(EncodingError) {
        if isLong, pattern.longMode == .invalid { throw EncodingError("the opcode is invalid in 64-bit mode") }
        if !isLong, pattern.longMode == .only { throw EncodingError("the opcode is for 64-bit mode only") }
        let limit: UInt8 = !isLong ? 8 : pattern.scheme == .evex ? 32 : 16
        var numbers = [choices.second, choices.third]
        if usesRegister { numbers.append(choices.register) }
        if hasOpenForm {
            switch choices.operand {
            case .register(let number):
                if pattern.form == .memory { throw EncodingError("the operand is memory, not a register") }
                numbers.append(number)
            case .memory(let memory):
                if pattern.form == .register { throw EncodingError("the operand is a register, not memory") }
                if case .register(let number) = memory.base {
                    guard number < (isLong ? 16 : 8) else { throw EncodingError("there is no base register \(number)") }
                }
                if memory.scale > 3 { throw EncodingError("a scale is a power of two from 0 to 3") }
                if pattern.isVectorIndexed {
                    guard memory.index != nil else { throw EncodingError("vsib needs an index") }
                    if memory.base == .instructionPointer { throw EncodingError("vsib has no operand relative to RIP") }
                } else if let index = memory.index {
                    if index == 4 { throw EncodingError("register 4 cannot be an index") }
                    if index >= 16 { throw EncodingError("there is no index register \(index)") }
                    if memory.base == .instructionPointer {
                        throw EncodingError("an operand relative to RIP has no index")
                    }
                }
                if memory.base == .instructionPointer, !isLong {
                    throw EncodingError("RIP is a base in 64-bit mode only")
                }
                if choices.isAddressSizeChanged, !isLong { throw EncodingError("16-bit addresses are not encoded") }
                numbers.append(memory.index ?? 0)
            }
        }
        if pattern.addend == .stack, choices.register > 7 {
            throw EncodingError("the floating-point stack has 8 positions")
        }
        for number in numbers where number >= limit { throw EncodingError("there is no register \(number) here") }
        if choices.operandSize == .quadword, !isLong { throw EncodingError("operands of 64 bits need 64-bit mode") }
        if choices.forcesREX || pattern.needsREX, !isLong { throw EncodingError("REX needs 64-bit mode") }
        let open = pattern.immediates.filter { if case .fixed = $0 { false } else { $0 != .is4 } }.count
        if choices.immediates.count != open {
            throw EncodingError("\(open) immediates are needed, \(choices.immediates.count) given")
        }
    }

    // MARK: prefixes

    private mutating func legacyPrefixes() throws(EncodingError) {
        if choices.operandSize == .word, pattern.mandatory != .operandSize {
            if pattern.mandatory == .none { throw EncodingError("NP: the opcode has no operand-size prefix") }
            bytes.append(0x66)
        }
        if let byte = pattern.mandatory.byte { bytes.append(byte) }
        let bits = extensions
        let isWide = pattern.width == .one || choices.operandSize == .quadword && pattern.longMode != .defaults64
        let rex = (isWide ? 8 : 0) | bits.reg << 2 | bits.index << 1 | bits.rm
        if rex != 0 || pattern.needsREX || choices.forcesREX { bytes.append(0x40 | rex) }
        bytes += pattern.map.escape
    }

    private var vectorLength: UInt8 { pattern.length?.number ?? choices.length & 3 }
    private var isWide: Bool { pattern.width == .ignored ? choices.width : pattern.width == .one }

    private mutating func vex() {
        let bits = extensions
        if pattern.map == .map0F, !isWide, bits.rm == 0, bits.index == 0, !choices.forcesLongVEX {
            let inverted = (~bits.reg & 1) << 7 | (~choices.second & 15) << 3
            bytes += [0xC5, inverted | (vectorLength & 1) << 2 | pattern.mandatory.number]
        } else {
            threeBytes(0xC4)
        }
    }

    private mutating func threeBytes(_ first: UInt8) {
        let bits = extensions
        let inverted = (~bits.reg & 1) << 7 | (~bits.index & 1) << 6 | (~bits.rm & 1) << 5
        let last = (isWide ? 0x80 : 0) | (~choices.second & 15) << 3 | (vectorLength & 1) << 2
        bytes += [first, inverted | pattern.map.number, last | pattern.mandatory.number]
    }

    private mutating func evex() {
        let bits = extensions
        var index = bits.index & 1
        // The fifth bit of a vector: X for a register operand, V' for a vector index.
        if case .register = choices.operand, hasOpenForm { index = bits.rm >> 1 }
        var high = choices.second >> 4
        if pattern.isVectorIndexed { high = bits.index >> 1 }
        let inverted = (~bits.reg & 1) << 7 | (~index & 1) << 6 | (~bits.rm & 1) << 5 | (~(bits.reg >> 1) & 1) << 4
        let middle = (isWide ? 0x80 : 0) | (~choices.second & 15) << 3 | 4 | pattern.mandatory.number
        let flags = (choices.zeroes ? 0x80 : 0) | vectorLength << 5 | (choices.broadcasts ? 0x10 : 0)
        bytes += [0x62, inverted | pattern.map.number, middle, flags | (~high & 1) << 3 | choices.mask & 7]
    }

    // MARK: operands

    private mutating func operand(field: UInt8) throws(EncodingError) {
        switch choices.operand {
        case .register(let number): bytes.append(0xC0 | field << 3 | number & 7)
        case .memory(let memory): try self.memory(memory, field: field)
        }
    }

    private mutating func memory(_ memory: MemoryOperand, field: UInt8) throws(EncodingError) {
        let field = field << 3
        guard case .register(let base) = memory.base else {
            if memory.displacementSize == .byte { throw EncodingError("a displacement without a base has 4 bytes") }
            if memory.base == .instructionPointer {
                bytes.append(0x05 | field)
            } else if isLong || memory.index != nil {
                bytes += [0x04 | field, memory.scale << 6 | ((memory.index ?? 4) & 7) << 3 | 5]
            } else {
                bytes.append(0x05 | field)
            }
            append(UInt64(UInt32(bitPattern: memory.displacement)), 4)
            return
        }
        let fitsByte = memory.displacement >= -128 && memory.displacement < 128
        let mode: UInt8
        switch memory.displacementSize {
        case .doubleword: mode = 0x80
        case .byte:
            guard fitsByte else { throw EncodingError("\(memory.displacement) does not fit a byte") }
            mode = 0x40
        case .fitting: mode = memory.displacement == 0 && base & 7 != 5 ? 0 : fitsByte ? 0x40 : 0x80
        }
        if memory.index != nil || base & 7 == 4 {
            bytes += [mode | field | 4, memory.scale << 6 | ((memory.index ?? 4) & 7) << 3 | base & 7]
        } else {
            bytes.append(mode | field | base & 7)
        }
        if mode != 0 { append(UInt64(UInt32(bitPattern: memory.displacement)), mode == 0x40 ? 1 : 4) }
    }

    private mutating func immediates() throws(EncodingError) {
        var open = choices.immediates[...]
        for immediate in pattern.immediates {
            switch immediate {
            case .fixed(let byte): bytes.append(byte)
            case .is4: bytes.append(choices.third << 4)
            default: append(open.removeFirst(), try width(of: immediate))
            }
        }
    }

    private func width(of immediate: OpcodePattern.Immediate) throws(EncodingError) -> Int {
        // Of 66 and REX.W the latter wins.
        let isWord = choices.operandSize == .word && pattern.width != .one
        switch immediate {
        case .ib, .cb, .is4, .fixed: return 1
        case .iw: return 2
        case .id: return 4
        case .io: return 8
        case .iz: return isWord ? 2 : 4
        case .iv: return isWord ? 2 : choices.operandSize == .quadword || pattern.width == .one ? 8 : 4
        case .cz:
            if isWord, isLong {
                throw EncodingError("66 before a branch means 2 bytes to some processors and 4 to others")
            }
            return isWord ? 2 : 4
        case .ap: return isWord ? 4 : 6
        case .moffs: return isLong ? (choices.isAddressSizeChanged ? 4 : 8) : choices.isAddressSizeChanged ? 2 : 4
        }
    }

    private mutating func append(_ value: UInt64, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
