import CHostProbe
import ISALanguage
import OpcodeNotation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An instruction with every choice made: its bytes, and what the record's fields and forms are.
struct ChosenInstruction {
    var bytes: [UInt8]
    var fields: [UInt64]
    var forms: [Int]
    var choices: EncodingChoices
}

/// Chooses registers, operands, immediates and states at random.
struct CaseMaker {
    let description: MachineDescription
    let layout: StateLayout
    let usesBases: Bool
    let mxcsrMask: UInt32
    var random: SplitMix64

    /// States made beforehand, of which each case takes one and changes what matters to it.
    private let xstates: [[UInt8]]
    private let windows: [[UInt8]]
    /// General registers that an operand's address fixes, with their values.
    private var fixed: [(register: Int, value: UInt64)] = []
    private var fixedBases: (fs: UInt64, gs: UInt64) = (0, 0)

    init(_ description: MachineDescription, _ processor: HostProcessor, seed: UInt64) {
        self.description = description
        layout = StateLayout(processor)
        usesBases = processor.usesBases
        mxcsrMask = 0xFFFF
        var random = SplitMix64(seed: seed)
        var xstates: [[UInt8]] = []
        var windows: [[UInt8]] = []
        for _ in 0..<64 {
            xstates.append(CaseMaker.xstate(layout, &random))
            windows.append((0..<StateLayout.windowSize / 8).flatMap { _ in CaseMaker.bytes(CaseMaker.value(&random)) })
        }
        self.xstates = xstates
        self.windows = windows
        self.random = random
    }

    private static func bytes(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// Small, near the edges of sizes, or anything.
    private static func value(_ random: inout SplitMix64) -> UInt64 {
        switch random.below(6) {
        case 0: return UInt64(random.below(64))
        case 1: return 0 &- UInt64(random.below(64))
        case 2: return (1 << UInt64(random.below(64))) &- UInt64(random.below(2))
        // An ordinary number with a fraction, and two shorter ones.
        case 3: return 0x3FF0_0000_0000_0000 | random.next() >> 12
        case 4: return 0x3F80_0000_3F80_0000 | random.next() & 0x007F_FFFF_007F_FFFF
        default: return random.next()
        }
    }

    private static func xstate(_ layout: StateLayout, _ random: inout SplitMix64) -> [UInt8] {
        var image: [UInt8] = []
        while image.count < layout.size { image += bytes(value(&random)) }
        image.removeLast(image.count - layout.size)
        func set(_ offset: Int, _ bytes: some Sequence<UInt8>) {
            for (index, byte) in bytes.enumerated() { image[offset + index] = byte }
        }
        // Exceptions are masked; rounding, precision and conditions are anything.
        let control = 0x037F & ~UInt16(0x0300) | UInt16(random.below(2) * 2 + 0) << 8 | UInt16(random.below(4)) << 10
        let status = UInt16(random.below(8)) << 11 | UInt16(random.next() & 0x4700)
        let mxcsr = 0x1F80 | UInt64(random.below(4)) << 13 | UInt64(random.next() & 0x3F)
        set(0, bytes(UInt64(control) | UInt64(status) << 16 | UInt64(random.next() & 0xFF) << 32))
        set(8, bytes(0) + bytes(0) + bytes(mxcsr))
        for register in 0..<8 {
            // Ten bytes with the integer bit, or what MMX leaves.
            let exponent = random.oneIn(2) ? 0xFFFF : 0x3FFF + UInt64(random.below(40)) &- 20
            set(32 + 16 * register, bytes(random.next() | 1 << 63) + bytes(exponent))
        }
        set(512, bytes(layout.components) + [UInt8](repeating: 0, count: 56))
        if let keys = layout.keys { set(keys, bytes(0x5555_5554)) }
        return image
    }

    // MARK: instructions

    /// nil where these choices have no encoding.
    mutating func instruction(_ encoding: BoundEncoding, at address: UInt64) -> ChosenInstruction? {
        let pattern = encoding.pattern
        let instruction = description.instructions[encoding.instruction]
        var choices = EncodingChoices()
        fixed = []
        fixedBases = (0, 0)
        let highBytes = encoding.hasByteRegisters && random.oneIn(4)
        choices.forcesREX = encoding.hasByteRegisters && !highBytes
        if !encoding.hasByteRegisters, pattern.scheme == .legacy {
            if encoding.needsQuadword, encoding.allowsQuadword {
                choices.operandSize = .quadword
            } else if encoding.allowsWord, random.oneIn(6) {
                choices.operandSize = .word
            } else if encoding.allowsQuadword, random.oneIn(2) {
                choices.operandSize = .quadword
            }
        }
        choices.length = pattern.scheme == .evex ? UInt8(random.below(3)) : 0
        var fields = [UInt64](repeating: 0, count: instruction.fields.count)
        var forms = [Int](repeating: 0, count: instruction.operands.count)
        var operandNumber: UInt64?
        for (index, role) in encoding.roles.enumerated() {
            if case .part = role { continue }
            let limit = encoding.limits[index]
            switch role {
            case .register:
                let number = register(limit, highBytes)
                choices.register = UInt8(number & 15 | (limit.isByte ? 0 : number & 16))
                if limit.isByte, number >= 16 { choices.register = UInt8(number - 16 + 4) }
                fields[index] = number
            case .second:
                // With one register twice a gather is refused as no instruction.
                repeat {
                    fields[index] = register(limit, false)
                } while pattern.isVectorIndexed && UInt8(fields[index]) == choices.register
                choices.second = UInt8(fields[index])
            case .third:
                fields[index] = register(limit, false)
                choices.third = UInt8(fields[index])
            case .mask:
                // A gather without a mask is refused.
                fields[index] = UInt64(pattern.isVectorIndexed ? 1 + random.below(7) : random.below(8))
                choices.mask = UInt8(fields[index])
            case .rmRegister:
                fields[index] = register(limit, highBytes)
                operandNumber = fields[index]
            case .constant(let value): fields[index] = value
            case .segment, .every, .vectorIndex, .immediate, .part: break
            }
        }
        let wantsMemory = pattern.form == .memory || pattern.form == .any && operandNumber == nil && random.oneIn(2)
        var hasOperand = pattern.modRM != nil
        if case .fixed? = pattern.modRM { hasOperand = false }
        if hasOperand {
            if wantsMemory {
                guard memory(encoding, instruction, &choices, &fields, &forms, highBytes) else { return nil }
            } else {
                registerOperand(encoding, instruction, &choices, &fields, &forms, highBytes, operandNumber)
            }
        }
        immediates(encoding, instruction, &choices, &fields)
        guard var bytes = try? pattern.encoded(choices) else { return nil }
        if case .memory(var memory) = choices.operand, memory.base == .instructionPointer {
            // The distance counts from the end, which is known only now.
            let target = Int64(pointer(encoding)) - Int64(address) - Int64(bytes.count)
            memory.displacement = Int32(truncatingIfNeeded: target)
            choices.operand = .memory(memory)
            guard let again = try? pattern.encoded(choices) else { return nil }
            bytes = again
            if let (operand, form) = memoryOperand(encoding, instruction, "rip") {
                setPart(encoding, operand, form, "disp", UInt64(UInt32(bitPattern: memory.displacement)), &fields)
            }
        }
        return ChosenInstruction(bytes: bytes, fields: fields, forms: forms, choices: choices)
    }

    private mutating func register(_ limit: BoundEncoding.Limit, _ highBytes: Bool) -> UInt64 {
        if limit.isByte {
            if !highBytes { return UInt64(random.below(16)) }
            let number = random.below(8)
            return UInt64(number < 4 ? number : 12 + number)
        }
        return UInt64(random.below(Int(highBytes ? min(limit.count, 8) : limit.count)))
    }

    private func memoryOperand(
        _ encoding: BoundEncoding, _ instruction: Instruction, _ name: String
    ) -> (operand: Int, form: Int)? {
        for (index, operand) in instruction.operands.enumerated() {
            if let form = operand.forms.firstIndex(where: { $0.name == name }) { return (index, form) }
        }
        return nil
    }

    private func setPart(
        _ encoding: BoundEncoding, _ operand: Int, _ form: Int, _ name: String, _ value: UInt64,
        _ fields: inout [UInt64]
    ) {
        if let index = encoding.roles.firstIndex(of: .part(operand: operand, form: form, name: name)) {
            fields[index] = value
        }
    }

    private mutating func registerOperand(
        _ encoding: BoundEncoding, _ instruction: Instruction, _ choices: inout EncodingChoices,
        _ fields: inout [UInt64],
        _ forms: inout [Int], _ highBytes: Bool, _ given: UInt64?
    ) {
        var number = given ?? UInt64(random.below(8))
        var isByte = false
        if given == nil, let (operand, form) = memoryOperand(encoding, instruction, "register"),
            let index = encoding.roles.firstIndex(of: .part(operand: operand, form: form, name: "m"))
        {
            forms[operand] = form
            isByte = encoding.limits[index].isByte
            number = register(encoding.limits[index], highBytes)
            fields[index] = number
        }
        if isByte, number >= 16 { number = number - 16 + 4 }
        choices.operand = .register(UInt8(number))
    }

    /// Somewhere in the window with room on both sides.
    private mutating func pointer(_ encoding: BoundEncoding) -> UInt64 {
        if encoding.isWide { return StateLayout.windowAddress + 64 * UInt64(2 + random.below(4)) }
        var place = StateLayout.windowAddress + 64 * UInt64(4 + random.below(48))
        // Never across a line of the cache for 16 bytes: some kernels slow down programs that lock such operands.
        if random.oneIn(16) { place += UInt64(random.below(49)) }
        return place
    }

    private mutating func memory(
        _ encoding: BoundEncoding, _ instruction: Instruction, _ choices: inout EncodingChoices,
        _ fields: inout [UInt64],
        _ forms: inout [Int], _ highBytes: Bool
    ) -> Bool {
        let limit = highBytes ? 8 : 16
        let target = pointer(encoding)
        let kind = encoding.pattern.isVectorIndexed ? 0 : random.below(4)
        var segment: UInt64 = 0
        var segmentBase: UInt64 = 0
        if usesBases, random.oneIn(8) {
            segment = UInt64(1 + random.below(2))
            segmentBase = UInt64(random.below(16)) * 64
            if segment == 1 { fixedBases.fs = segmentBase } else { fixedBases.gs = segmentBase }
            choices.prefixes.append(segment == 1 ? 0x64 : 0x65)
        }
        let offset = target &- segmentBase
        func set(_ form: String, _ parts: [(String, UInt64)]) {
            guard let (operand, index) = memoryOperand(encoding, instruction, form) else { return }
            forms[operand] = index
            for (name, value) in parts { setPart(encoding, operand, index, name, value, &fields) }
        }
        switch kind {
        case 3:
            // The displacement is made when the length is known; the target is drawn again then.
            choices.operand = .memory(MemoryOperand(base: .instructionPointer))
            choices.prefixes = []
            fixedBases = (0, 0)
            set("rip", [("seg", 0)])
        case 2:
            let hasIndex = random.oneIn(2)
            let index = UInt64(hasIndex ? [0, 1, 2, 3, 5, 6, 7][random.below(7)] : 4)
            let scale = UInt64(random.below(4))
            let value = UInt64(random.below(16)) * 64
            let displacement = offset &- (hasIndex ? value << scale : 0)
            if hasIndex { fixed.append((Int(index), value)) }
            choices.operand = .memory(
                MemoryOperand(
                    base: .none, index: hasIndex ? UInt8(index) : nil, scale: UInt8(scale),
                    displacement: Int32(truncatingIfNeeded: displacement)))
            set(
                "absolute",
                [
                    ("seg", segment), ("index", index), ("scale", hasIndex ? scale : 0),
                    ("disp", displacement & 0xFFFF_FFFF),
                ])
        default:
            let base = random.below(limit)
            var index: Int?
            var scale: UInt64 = 0
            var sum: UInt64 = 0
            if encoding.pattern.isVectorIndexed {
                // The elements are small, and negative ones among them.
                let position = encoding.roles.firstIndex(of: .vectorIndex)
                var vector: UInt64
                repeat {
                    vector = UInt64(random.below(encoding.pattern.scheme == .evex ? 32 : 16))
                } while vector == UInt64(choices.register)
                    || encoding.roles.contains(.second) && vector == UInt64(choices.second)
                if let position { fields[position] = vector }
                index = Int(vector)
                scale = UInt64(random.below(4))
            } else if random.oneIn(2) {
                let candidate = random.below(limit)
                if candidate != 4, candidate != base {
                    index = candidate
                    scale = UInt64(random.below(4))
                    let value = UInt64(random.below(16)) * 64
                    fixed.append((candidate, value))
                    sum = value << scale
                }
            }
            let displacement = [0, 64, -64, 1024][random.below(4)]
            fixed.append((base, offset &- sum &- UInt64(bitPattern: Int64(displacement))))
            choices.operand = .memory(
                MemoryOperand(
                    base: .register(UInt8(base)), index: index.map(UInt8.init), scale: UInt8(scale),
                    displacement: Int32(displacement),
                    // EVEX counts short displacements in units of the operand's size.
                    displacementSize: encoding.pattern.scheme == .evex && displacement != 0 ? .doubleword : .fitting))
            if encoding.pattern.scheme == .evex, displacement == 0, base & 7 == 5 {
                choices.operand = .memory(
                    MemoryOperand(
                        base: .register(UInt8(base)), index: index.map(UInt8.init), scale: UInt8(scale),
                        displacement: 0, displacementSize: .doubleword))
            }
            let shown = encoding.pattern.isVectorIndexed ? 4 : UInt64(index ?? 4)
            set(
                "memory",
                [
                    ("seg", segment), ("base", UInt64(base)), ("index", shown), ("scale", shown == 4 ? 0 : scale),
                    ("disp", UInt64(UInt32(bitPattern: Int32(displacement)))),
                ])
        }
        return true
    }

    private mutating func immediates(
        _ encoding: BoundEncoding, _ instruction: Instruction, _ choices: inout EncodingChoices,
        _ fields: inout [UInt64]
    ) {
        var position = 0
        for immediate in encoding.pattern.immediates {
            var width = 8
            var value = random.next()
            switch immediate {
            case .fixed, .is4: continue
            case .ib: width = 8
            case .iw: width = 16
            case .id: width = 32
            case .io: width = 64
            case .iz: width = choices.operandSize == .word ? 16 : 32
            case .iv:
                let isLong = choices.operandSize == .quadword || encoding.pattern.width == .one
                width = isLong ? 64 : choices.operandSize == .word ? 16 : 32
            // Into what stands behind the instruction, which traps.
            case .cb, .cz: (width, value) = (immediate == .cb ? 8 : 32, UInt64(1 + random.below(16)))
            case .ap: width = 48
            case .moffs: (width, value) = (64, pointer(encoding))
            }
            if width < 64 { value &= (1 << UInt64(width)) - 1 }
            choices.immediates.append(value)
            if let index = encoding.roles.firstIndex(of: .immediate(position)) {
                let extended = ConcreteArithmetic.signExtend(value, from: width, to: 64)
                fields[index] = extended & ConcreteArithmetic.mask(instruction.fields[index].width)
            }
            position += 1
        }
    }

    // MARK: states

    /// Fills a state in which the instruction can be executed.
    mutating func fill(_ state: HostState) {
        fillFreely(state)
        for (register, value) in fixed { state.setGeneral(register, value) }
        state.fsBase = fixedBases.fs
        state.gsBase = fixedBases.gs
    }

    /// Any state, the stack pointer and what handlers need apart.
    private mutating func fillFreely(_ state: HostState) {
        for register in 0..<16 { state.setGeneral(register, general()) }
        state.setGeneral(4, StateLayout.windowAddress + 1024 + 64 * UInt64(random.below(24)))
        state.flags = 0x202 | random.next() & 0x20_0CD5
        state.fsBase = 0
        state.gsBase = 0
        let image = random.below(xstates.count)
        xstates[image].withUnsafeBytes { _ = memcpy(state.xstate, $0.baseAddress!, $0.count) }
        let window = random.below(windows.count)
        windows[window].withUnsafeBytes { _ = memcpy(state.window, $0.baseAddress!, $0.count) }
    }

    private mutating func general() -> UInt64 {
        switch random.below(8) {
        case 0, 1: return UInt64(random.below(256))
        case 2: return random.next()
        case 3: return CaseMaker.value(&random)
        // Implicit operands are where a register points.
        default: return StateLayout.windowAddress + 64 * UInt64(4 + random.below(48))
        }
    }

    /// Another state that agrees with a first one in what is read.
    mutating func fillAlike(_ other: HostState, _ first: HostState, reads: Footprint, isWide: Bool) {
        fillFreely(other)
        // Operands' addresses, even where a trap comes before they are asked for.
        for (register, value) in fixed { other.setGeneral(register, value) }
        for register in 0..<16 where reads.general >> UInt16(register) & 1 == 1 {
            other.setGeneral(register, first.general(register))
        }
        other.flags = other.flags & ~reads.flags | first.flags & reads.flags
        other.fsBase = first.fsBase
        other.gsBase = first.gsBase
        other.rip = first.rip
        for register in 0..<layout.vectorCount where reads.vectors >> UInt32(register) & 1 == 1 {
            for part in layout.vectorParts[register] {
                memcpy(other.xstate + part.offset, first.xstate + part.offset, part.count)
            }
        }
        for register in 0..<8 where reads.masks >> UInt8(register) & 1 == 1 {
            other.setMask(register, first.mask(register))
        }
        copyX87(other, first, reads)
        if reads.scalars.contains(.mxcsr) { other.setMXCSR(first.mxcsr) }
        if reads.scalars.contains(.keys) { other.setKeys(first.keys) }
        for address in reads.addresses {
            let range = layout.range(at: address, isWide: isWide)
            memcpy(other.window + range.lowerBound, first.window + range.lowerBound, range.count)
        }
    }

    private func copyX87(_ other: HostState, _ first: HostState, _ reads: Footprint) {
        // Registers lie in the order of the stack, so the top must be the same where one is read.
        let readsStatus = reads.scalars.contains(.statusWord)
        other.setX87(
            control: reads.scalars.contains(.controlWord) ? first.controlWord : other.controlWord,
            status: readsStatus ? first.statusWord : other.statusWord,
            tags: reads.scalars.contains(.tags) ? first.tags : other.tags)
        for register in 0..<8 where reads.x87 >> UInt8(register) & 1 == 1 {
            memcpy(other.x87(register), first.x87(register), 10)
        }
    }
}
