import Glibc
import ISALanguage

@testable import Probing
@testable import X86Core

/// Puts into a state what finds mistakes: numbers at the edges of their formats, exceptions that are not masked,
/// operands at the end of the storage, flags that trap.
struct StateEnricher {
    private var random: SplitMix64
    private let numbers: [UInt64]

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        numbers = (0..<4096).map { _ in Self.number(&random) }
        self.random = random
    }

    /// A double, two singles, or integers.
    private static func number(_ random: inout SplitMix64) -> UInt64 {
        let doubles: [UInt64] = [
            0, 1 << 63, 0x3FF0_0000_0000_0000, 0xBFF0_0000_0000_0000, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000,
            0x7FF8_0000_0000_0001, 0x7FF0_0000_0000_0001, 0x000F_FFFF_FFFF_FFFF, 1, 0x0010_0000_0000_0000,
            0x7FEF_FFFF_FFFF_FFFF, 0x43E0_0000_0000_0000, 0xC1E0_0000_0000_0000, 0x41DF_FFFF_FFE0_0000,
        ]
        let singles: [UInt32] = [
            0, 1 << 31, 0x3F80_0000, 0xBF80_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0x7F80_0001, 0x007F_FFFF, 1,
            0x0080_0000, 0x7F7F_FFFF, 0x4F00_0000, 0xCF00_0000, 0x4B7F_FFFF,
        ]
        func single(_ random: inout SplitMix64) -> UInt32 {
            switch random.below(3) {
            case 0: return singles[random.below(singles.count)]
            case 1: return UInt32(truncatingIfNeeded: random.next()) & 0x8FFF_FFFF | 0x3000_0000
            default:
                let value = Float(Int32(truncatingIfNeeded: random.next() >> UInt64(32 + random.below(31))))
                return (value / 4).bitPattern
            }
        }
        switch random.below(6) {
        case 0: return doubles[random.below(doubles.count)]
        case 1: return random.next() & 0x8FFF_FFFF_FFFF_FFFF | 0x3000_0000_0000_0000
        case 2: return (Double(Int64(bitPattern: random.next() >> UInt64(random.below(63)))) / 4).bitPattern
        case 3, 4: return UInt64(single(&random)) << 32 | UInt64(single(&random))
        default: return random.next()
        }
    }

    private mutating func number() -> UInt64 { numbers[random.below(numbers.count)] }

    mutating func enrich(_ state: HostState, _ code: ComparedCode) {
        fillVectors(state)
        if random.oneIn(2) { fillX87(state) }
        if random.oneIn(3) { fillOperand(state, code) }
        if random.oneIn(12) { moveOperand(state, code) }
        if random.oneIn(24) { state.flags |= Flag.ac }
        if random.oneIn(32) { state.flags |= Flag.tf }
    }

    private mutating func fillVectors(_ state: HostState) {
        for number in 0..<16 where random.oneIn(2) {
            state.xstate.storeBytes(of: self.number(), toByteOffset: 160 + 16 * number, as: UInt64.self)
            state.xstate.storeBytes(of: self.number(), toByteOffset: 168 + 16 * number, as: UInt64.self)
            guard let upper = state.layout.upper else { continue }
            state.xstate.storeBytes(of: self.number(), toByteOffset: upper + 16 * number, as: UInt64.self)
            state.xstate.storeBytes(of: self.number(), toByteOffset: upper + 8 + 16 * number, as: UInt64.self)
        }
        var mxcsr = UInt32(0x1F80 | random.below(4) << 13) | UInt32(truncatingIfNeeded: random.next() & 0x3F)
        if random.oneIn(4) { mxcsr |= UInt32(truncatingIfNeeded: random.next() & 0x8040) }
        if random.oneIn(4) { mxcsr &= ~UInt32(truncatingIfNeeded: random.next() & 0x1F80) }
        state.setMXCSR(mxcsr)
    }

    /// Ten bytes.
    private mutating func extended() -> (significand: UInt64, signExponent: UInt16) {
        var significand: UInt64 = random.oneIn(3) ? 1 << 63 | 1 << UInt64(random.below(64)) : random.next() | 1 << 63
        if random.oneIn(4) { significand = 1 << 63 }
        let sign: UInt16 = random.oneIn(2) ? 0x8000 : 0
        switch random.below(9) {
        case 0: return (random.oneIn(2) ? 0 : random.next() >> UInt64(random.below(64)), sign)
        case 1: return (random.oneIn(2) ? 1 << 63 : random.next(), sign | 0x7FFF)
        case 2: return (significand, sign | [1, 2, 0x7FFE, 0x3C01, 0x3C00, 0x43FE, 0x43FF, 0x3F81, 0x407E][random.below(9)])
        case 3: return (random.next(), sign | UInt16(random.below(0x8000)))
        case 4:
            let integer = random.next() >> UInt64(random.below(64)) | 1
            let shift = integer.leadingZeroBitCount
            return (integer << UInt64(shift), sign | UInt16(0x3FFF + 63 - shift))
        default: return (significand, sign | UInt16(0x3FFF - 8 + random.below(72)))
        }
    }

    private mutating func fillX87(_ state: HostState) {
        let masks: UInt16 = random.oneIn(2) ? 0x3F : UInt16(random.below(64))
        let control = UInt16(random.below(16)) << 8 | 0x40 | masks
        var status = UInt16(truncatingIfNeeded: random.next()) & 0x7F7F
        // An exception that is not masked and pending is not rare, but most instructions are to be done.
        if !random.oneIn(8) { status &= ~(~control & 0x3F) }
        if status & ~control & 0x3F != 0 { status |= 0x8080 }
        let tags: UInt8 = [0xFF, 0, UInt8(truncatingIfNeeded: random.next()), UInt8(truncatingIfNeeded: random.next())][
            random.below(4)]
        state.setX87(control: control, status: status, tags: tags)
        for register in 0..<8 {
            let value = extended()
            state.x87(register).storeBytes(of: value.significand, as: UInt64.self)
            state.x87(register).storeBytes(of: value.signExponent, toByteOffset: 8, as: UInt16.self)
        }
    }

    // MARK: - Operands in storage

    private mutating func fillOperand(_ state: HostState, _ code: ComparedCode) {
        guard let address = state.address(of: code.instructions.first), address >= StateLayout.windowAddress,
            address < StateLayout.windowAddress + UInt64(StateLayout.windowSize) - 832
        else { return }
        let place = Int(address - StateLayout.windowAddress)
        if ["FXRSTOR", "FXRSTOR64", "XRSTOR", "XRSTOR64"].contains(code.mnemonics.first ?? "") {
            return fillArea(state, place)
        }
        let value = extended()
        switch random.below(6) {
        case 0:
            state.window.storeBytes(of: value.significand, toByteOffset: place, as: UInt64.self)
            state.window.storeBytes(of: value.signExponent, toByteOffset: place + 8, as: UInt16.self)
        case 1:
            // Ten bytes of decimal digits.
            for index in 0..<9 {
                let digits = UInt8(random.below(10) << 4 | random.below(10))
                state.window.storeBytes(of: digits, toByteOffset: place + index, as: UInt8.self)
            }
            state.window.storeBytes(of: random.oneIn(2) ? 0x80 : 0, toByteOffset: place + 9, as: UInt8.self)
        default:
            for index in 0..<4 { state.window.storeBytes(of: number(), toByteOffset: place + 8 * index, as: UInt64.self) }
        }
    }

    /// An area as FXSAVE and XSAVE write it: mostly one that can be loaded.
    private mutating func fillArea(_ state: HostState, _ place: Int) {
        memcpy(state.window + place, state.xstate, 416)
        if let upper = state.layout.upper { memcpy(state.window + place + 576, state.xstate + upper, 256) }
        var words: [UInt64] = [random.next() & (state.layout.upper == nil ? 3 : 7), 0]
        if random.oneIn(16) { words[random.below(2)] = random.next() & 7 << UInt64(random.below(60)) }
        // What the host has and the core has not would not be refused there.
        words[0] &= ~(state.layout.components & ~7)
        state.window.storeBytes(of: words[0], toByteOffset: place + 512, as: UInt64.self)
        state.window.storeBytes(of: words[1], toByteOffset: place + 520, as: UInt64.self)
        for index in 2..<8 { state.window.storeBytes(of: 0, toByteOffset: place + 512 + 8 * index, as: UInt64.self) }
        let mask: UInt32 = random.oneIn(8) ? UInt32(truncatingIfNeeded: random.next()) : 0xFFFF
        let mxcsr = UInt32(truncatingIfNeeded: random.next()) & mask
        state.window.storeBytes(of: mxcsr, toByteOffset: place + 24, as: UInt32.self)
    }

    /// To where no storage is, to where it ends, to no multiple of the operand's size.
    private mutating func moveOperand(_ state: HostState, _ code: ComparedCode) {
        guard let old = state.address(of: code.instructions.first), let instruction = code.instructions.first else { return }
        let base = instruction.memory.base < 16 ? instruction.memory.base : instruction.memory.index
        guard base < 16, base == instruction.memory.base || instruction.memory.scale == 0 else { return }
        let end = StateLayout.windowAddress + UInt64(StateLayout.windowSize)
        let new: UInt64
        switch random.below(6) {
        case 0: new = end - UInt64(random.below(40))
        case 1: new = StateLayout.windowAddress - UInt64(random.below(20))
        case 2: new = random.next()
        case 3: new = 0x7FFF_FFFF_FFFF - UInt64(random.below(20)) + UInt64(random.below(20))
        default: new = old &+ UInt64(random.below(16))
        }
        var value = state.general(Int(base)) &+ (new &- old)
        if code.isNarrow { value &= 0xFFFF_FFFF }
        state.setGeneral(Int(base), value)
    }
}

extension HostState {
    /// The address of an instruction's operand in storage; of one with a vector of indices, that of index 0.
    func address(of instruction: X86Core.DecodedInstruction?) -> UInt64? {
        guard let instruction, instruction.isMemory else { return nil }
        let memory = instruction.memory
        var sum = UInt64(bitPattern: memory.displacement)
        if memory.base < 16 { sum &+= general(Int(memory.base)) }
        if memory.index < 16 { sum &+= general(Int(memory.index)) << UInt64(memory.scale) }
        if memory.isRelative { sum &+= rip &+ UInt64(instruction.length) }
        if instruction.addressSize == 4 { sum &= 0xFFFF_FFFF }
        if memory.segment == 4 { sum &+= fsBase }
        if memory.segment == 5 { sum &+= gsBase }
        return sum
    }
}
