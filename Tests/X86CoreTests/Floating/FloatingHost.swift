import Glibc

@testable import X86Core

/// The state around one instruction, as FXSAVE64 has it and a little more.
struct FloatingState: Equatable {
    var image: [UInt8] = Array(repeating: 0, count: 512)
    var memory: [UInt8] = Array(repeating: 0, count: 128)
    var flags: UInt64 = 2
    var rax: UInt64 = 0

    func word(_ offset: Int) -> UInt16 { UInt16(image[offset]) | UInt16(image[offset + 1]) << 8 }

    mutating func setWord(_ offset: Int, _ value: UInt16) {
        image[offset] = UInt8(truncatingIfNeeded: value)
        image[offset + 1] = UInt8(value >> 8)
    }
}

/// Executes an instruction on the host's own processor, between an FXRSTOR64 and an FXSAVE64. RSI points to the
/// operand in storage. It must raise nothing.
final class HostRunner {
    // Safety: pages of this process that are mapped for the runner's life.
    private let code: UnsafeMutableRawPointer
    private let room: UnsafeMutableRawPointer
    private typealias Routine = @convention(c) (
        UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer
    ) -> Void

    init?(_ instruction: [UInt8]) {
        let rights = PROT_READ | PROT_WRITE | PROT_EXEC
        guard let code = mmap(nil, 8192, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), code != MAP_FAILED else { return nil }
        self.code = code
        room = code + 4096
        var bytes: [UInt8] = [0x51, 0x48, 0x83, 0xEC, 0x08]  // push rcx; sub rsp, 8
        bytes += [0x0F, 0xAE, 0x1C, 0x24]  // stmxcsr [rsp]
        bytes += [0x48, 0x0F, 0xAE, 0x0F]  // fxrstor64 [rdi]
        bytes += [0x48, 0x8B, 0x41, 0x08]  // mov rax, [rcx + 8]
        bytes += [0xFF, 0x31, 0x9D]  // push [rcx]; popfq
        bytes += instruction
        bytes += [0x9C]  // pushfq
        bytes += [0x48, 0x0F, 0xAE, 0x02]  // fxsave64 [rdx]
        bytes += [0x48, 0x8B, 0x4C, 0x24, 0x10]  // mov rcx, [rsp + 16]
        bytes += [0x8F, 0x01]  // pop [rcx]
        bytes += [0x48, 0x89, 0x41, 0x08]  // mov [rcx + 8], rax
        bytes += [0xDB, 0xE3]  // fninit
        bytes += [0x0F, 0xAE, 0x14, 0x24]  // ldmxcsr [rsp]
        bytes += [0x48, 0x83, 0xC4, 0x08, 0x59, 0xC3]  // add rsp, 8; pop rcx; ret
        code.copyMemory(from: bytes, byteCount: bytes.count)
    }

    deinit { munmap(code, 8192) }

    func run(_ state: FloatingState) -> FloatingState {
        let (input, operand, output, rest) = (room, room + 512, room + 1024, room + 1536)
        input.copyMemory(from: state.image, byteCount: 512)
        operand.copyMemory(from: state.memory, byteCount: 128)
        output.copyMemory(from: state.image, byteCount: 512)
        rest.storeBytes(of: state.flags, as: UInt64.self)
        rest.storeBytes(of: state.rax, toByteOffset: 8, as: UInt64.self)
        unsafeBitCast(code, to: Routine.self)(input, operand, output, rest)
        var result = FloatingState()
        result.image = Array(UnsafeRawBufferPointer(start: output, count: 512))
        result.memory = Array(UnsafeRawBufferPointer(start: operand, count: 128))
        result.flags = rest.load(as: UInt64.self) & Flag.status
        result.rax = rest.load(fromByteOffset: 8, as: UInt64.self)
        return result
    }
}

/// Executes the same in the core.
final class GuestRunner {
    private let machine = TestMachine()
    private static let input = TestMachine.data
    private static let output = TestMachine.data + 0x400
    private static let operand = TestMachine.data + 0x800

    /// nil: the core does not have the instruction.
    init?(_ instruction: [UInt8]) {
        let padded = instruction + Array(repeating: 0, count: 15)
        let decoded = padded.withUnsafeBufferPointer { code in
            try? MachineFiles.decoding.long.decode(code, codeSize: 8)
        }
        guard let decoded, decoded.length == instruction.count,
            MachineFiles.decoding.emitter(codeSize: 8, record: decoded.record) != nil
        else { return nil }
        machine.load([0x48, 0x0F, 0xAE, 0x0F] + instruction + [0x48, 0x0F, 0xAE, 0x02], at: TestMachine.code)
    }

    func run(_ state: FloatingState) -> FloatingState {
        let core = machine.core
        machine.memory.write(state.image, at: Self.input)
        machine.memory.write(state.image, at: Self.output)
        machine.memory.write(state.memory, at: Self.operand)
        core[Register.di] = Self.input
        core[Register.si] = Self.operand
        core[Register.dx] = Self.output
        core[Register.ax] = state.rax
        core.statusFlags = state.flags
        machine.processor.instructionPointer = TestMachine.code
        _ = machine.processor.run(until: machine.processor.completed + 3)
        var result = FloatingState()
        result.image = bytes(Self.output, 512)
        result.memory = bytes(Self.operand, 128)
        result.flags = core.statusFlags
        result.rax = core[Register.ax]
        return result
    }

    private func bytes(_ address: UInt64, _ count: UInt64) -> [UInt8] {
        (0..<count).map { machine.processor.realRead(address + $0, UInt8.self) }
    }
}

/// Numbers that find mistakes: every class and format, and what lies at its edges.
struct FloatingCases {
    private var seed: UInt64

    init(seed: UInt64) { self.seed = seed }

    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var z = seed
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func below(_ limit: UInt64) -> UInt64 { next() % limit }

    mutating func pick<T>(_ values: [T]) -> T { values[Int(below(UInt64(values.count)))] }

    mutating func significand() -> UInt64 {
        switch below(5) {
        case 0: return next()
        case 1: return 1 << 63
        case 2: return 1 << 63 | 1 << below(63)
        case 3: return .max << below(64)
        default: return next() | 1 << 63
        }
    }

    /// Ten bytes.
    mutating func extended() -> [UInt8] {
        let sign: UInt64 = below(2) << 15
        var exponent: UInt64
        var significand = significand()
        switch below(10) {
        case 0:
            exponent = 0
            significand = pick([0, 1, significand, 1 << 63])
        case 1:
            exponent = 0x7FFF
            significand = pick([1 << 63, 0, 3 << 62, 1 << 63 | 1, significand, 3 << 62 | 5])
        case 2: exponent = pick([1, 2, 0x7FFE, 0x7FFD, 63, 64])
        // The edges of double and of single precision.
        case 3: exponent = pick([0x3C01, 0x3C00, 0x43FE, 0x43FF, 0x3BCD])
        case 4: exponent = pick([0x3F81, 0x3F6A, 0x407E, 0x407F])
        case 5, 6, 7: exponent = 0x3FFF - 4 + below(72)
        case 8:
            let integer = next() >> below(64)
            let shift = UInt64(integer.leadingZeroBitCount)
            exponent = integer == 0 ? 0 : 0x3FFF + 63 - shift
            significand = integer == 0 ? 0 : integer << shift
        default: exponent = below(0x8000)
        }
        if exponent != 0, exponent != 0x7FFF, below(12) != 0 { significand |= 1 << 63 }
        exponent |= sign
        return bytes(significand, 8) + bytes(exponent, 2)
    }

    mutating func memory() -> [UInt8] {
        var result: [UInt8]
        switch below(8) {
        case 0: result = extended()
        case 1:
            let edges: [UInt64] = [0, 1, 0x7F80_0000, 0x7F80_0001, 0x7FC0_0001, 0xFF80_0000, 0x007F_FFFF]
            result = bytes(pick(edges), 4)
        case 2: result = bytes((next() & 0xFFFF_FFFF) >> 3 + 0x3000_0000, 4)
        case 3:
            let edges: [UInt64] = [
                0, 1, 0x7FF0_0000_0000_0000, 0x7FF0_0000_0000_0001, 0x7FF8_0000_0000_0007, 0x8000_0000_0000_0000,
                0x000F_0000_0000_0000,
            ]
            result = bytes(pick(edges), 8)
        case 4: result = bytes(0x3F80_0000_0000_0000 + (next() >> 8), 8)
        case 5:
            result = []
            for _ in 0..<9 {
                let high = below(10) << 4
                result.append(UInt8(high | below(10)))
            }
            result.append(UInt8(below(2) << 7))
        case 6: result = bytes(next() >> below(64), 8)
        default: result = bytes(next(), 8)
        }
        while result.count < 128 { result += bytes(next(), 8) }
        return Array(result.prefix(128))
    }

    func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// A state with no exception pending.
    mutating func state() -> FloatingState {
        var state = FloatingState()
        let masks: UInt64 = below(2) == 0 ? 0x3F : below(64)
        let control = UInt16(below(16) << 8 | 0x40 | masks)
        var status = UInt16(next() & 0x7F7F)
        status &= ~(~control & 0x3F)
        state.setWord(0, control)
        state.setWord(2, status)
        let empty: UInt8 = pick([0x00, 0xFF, UInt8(below(256)), UInt8(below(256))])
        state.image[4] = empty
        if below(3) == 0 {
            // Room for one more and the rest full, from the top on.
            let top = UInt8(status >> 11 & 7)
            state.image[4] = ~(1 << ((top &- 1) & 7))
        }
        state.setWord(24, UInt16(0x1F80 | below(4) << 13 | below(2) << 6 | below(2) << 15 | below(64)))
        for number in 0..<8 { state.image.replaceSubrange(32 + 16 * number..<42 + 16 * number, with: extended()) }
        for index in 160..<416 { state.image[index] = UInt8(truncatingIfNeeded: next()) }
        for number in 0..<16 where below(2) == 0 {
            // Numbers that can be converted.
            let short = Int32(truncatingIfNeeded: next() >> below(32))
            let long = Int64(bitPattern: next() >> below(64))
            let single = UInt64((Float(short) / 8).bitPattern)
            let double = (Double(long) / 1024).bitPattern
            let value = below(2) == 0 ? single | single << 32 : double
            state.image.replaceSubrange(160 + 16 * number..<168 + 16 * number, with: bytes(value, 8))
        }
        state.memory = memory()
        state.flags = next() & Flag.status | 2
        state.rax = next()
        return state
    }
}
