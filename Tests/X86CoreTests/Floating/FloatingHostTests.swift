import Testing

@testable import X86Core

/// The core's x87 and MMX beside the host's, from random states. What is compared is the whole of FXSAVE's image but
/// for the pointers of the last instruction, the operand in storage, the flags and RAX.
@Suite struct FloatingHostTests {
    private static let rounds = 100

    @Test(arguments: UInt8(0xD8)...0xDF)
    func x87WithRegisters(opcode: UInt8) {
        for modRM in UInt8(0xC0)...0xFF { compare([opcode, modRM]) }
    }

    @Test(arguments: UInt8(0xD8)...0xDF)
    func x87WithStorage(opcode: UInt8) {
        for digit in UInt8(0)..<8 { compare([opcode, digit << 3 | 6]) }
    }

    /// FNSTENV, FLDENV, FNSAVE and FRSTOR in the layout of 16 bits.
    @Test func narrowEnvironments() {
        for (opcode, modRM): (UInt8, UInt8) in [(0xD9, 0x26), (0xD9, 0x36), (0xDD, 0x26), (0xDD, 0x36)] {
            compare([0x66, opcode, modRM])
        }
    }

    @Test func whatRestoresAndSavesAlone() {
        compare([0x90])
    }

    @Test(arguments: [UInt8](0x60...0x6B) + [0x6E, 0x6F, 0x74, 0x75, 0x76, 0x7E, 0x7F] + [UInt8](0xD1...0xFE))
    func mmx(opcode: UInt8) {
        // MASKMOVQ stores where RDI points.
        if opcode == 0xF7 { return }
        // Of general registers only RAX and RSI are the instruction's.
        let usesGeneral = [0x6E, 0x7E, 0xD7].contains(opcode)
        let operands: [UInt8] = usesGeneral ? [0xC0, opcode == 0xD7 ? 0xC5 : 0xD8, 0x06] : [0xC1, 0xD8, 0xFF, 0x06, 0x3E]
        for modRM in operands { compare([0x0F, opcode, modRM]) }
    }

    @Test func mmxWithWideOperands() {
        for opcode: UInt8 in [0x6E, 0x7E] {
            for modRM: UInt8 in [0xC0, 0xD8, 0x06] { compare([0x48, 0x0F, opcode, modRM]) }
        }
    }

    @Test func mmxWithImmediates() {
        for immediate: UInt8 in [0, 1, 7, 8, 15, 16, 17, 31, 32, 63, 64, 0x1B, 0xFF] {
            for modRM: UInt8 in [0xC1, 0xD8, 0x0E] { compare([0x0F, 0x70, modRM, immediate], rounds: 20) }
            for modRM: UInt8 in [0xD1, 0xE2, 0xF3] {
                for opcode: UInt8 in [0x71, 0x72, 0x73] where opcode != 0x73 || modRM != 0xE2 {
                    compare([0x0F, opcode, modRM, immediate], rounds: 20)
                }
            }
            for modRM: UInt8 in [0xC8, 0x0E] { compare([0x0F, 0xC4, modRM, immediate], rounds: 20) }
            compare([0x0F, 0xC5, 0xC3, immediate], rounds: 20)
            for modRM: UInt8 in [0xC1, 0x0E] { compare([0x0F, 0x3A, 0x0F, modRM, immediate], rounds: 20) }
        }
    }

    @Test(arguments: [UInt8](0x00...0x0B) + [0x1C, 0x1D, 0x1E])
    func mmxOfSSSE3(opcode: UInt8) {
        for modRM: UInt8 in [0xC1, 0xD8, 0x3E] { compare([0x0F, 0x38, opcode, modRM]) }
    }

    @Test func conversions() {
        for modRM: UInt8 in [0xC1, 0xFA, 0x06] {
            for opcode: UInt8 in [0x2A, 0x2C, 0x2D] {
                compare([0x0F, opcode, modRM], rounds: 1000)
                compare([0x66, 0x0F, opcode, modRM], rounds: 1000)
            }
        }
        for prefix: UInt8 in [0xF2, 0xF3] { compare([prefix, 0x0F, 0xD6, 0xCA]) }
        compare([0x0F, 0x77])
    }

    private func compare(_ instruction: [UInt8], rounds: Int = FloatingHostTests.rounds) {
        guard let guest = GuestRunner(instruction), let host = HostRunner(instruction) else { return }
        var cases = FloatingCases(seed: instruction.reduce(1) { $0 << 8 | UInt64($1) })
        var failures = 0
        var first = ""
        for _ in 0..<rounds {
            let state = cases.state()
            let expected = comparable(host.run(state), instruction)
            let found = comparable(guest.run(state), instruction)
            guard expected != found else { continue }
            failures += 1
            if failures == 1 { first = describe(state, expected, found) }
        }
        let name = instruction.map { String($0, radix: 16) }.joined(separator: " ")
        if failures > 0 { Issue.record("\(name): \(failures) of \(rounds) differ; the first: \(first)") }
    }

    private func comparable(_ state: FloatingState, _ instruction: [UInt8]) -> FloatingState {
        var state = state
        for index in 5..<24 { state.image[index] = 0 }
        // MXCSR_MASK is the processor's own, and what lies behind the vector registers is nobody's.
        for index in 28..<32 { state.image[index] = 0 }
        for index in 416..<512 { state.image[index] = 0 }
        // FNSTENV and FNSAVE store the pointers as well.
        if let opcode = instruction.dropLast().last, opcode == 0xD9 || opcode == 0xDD, instruction.last == 0x36 {
            let pointers = instruction[0] == 0x66 ? 6..<14 : 12..<28
            for index in pointers { state.memory[index] = 0 }
        }
        return state
    }

    private func describe(_ state: FloatingState, _ expected: FloatingState, _ found: FloatingState) -> String {
        func hex<T: FixedWidthInteger>(_ value: T) -> String { String(value, radix: 16) }
        func bytes(_ bytes: some Collection<UInt8>) -> String {
            bytes.reversed().map { ($0 < 16 ? "0" : "") + hex($0) }.joined()
        }
        var text = "control \(hex(state.word(0))) status \(hex(state.word(2))) used \(hex(state.image[4]))"
        for number in 0..<8 { text += " st\(number) \(bytes(state.image[32 + 16 * number..<42 + 16 * number]))" }
        text += " memory \(bytes(state.memory.prefix(16)))"
        for offset in [0, 2, 4, 24] where expected.word(offset) != found.word(offset) {
            text += "\n  at \(offset): host \(hex(expected.word(offset))) core \(hex(found.word(offset)))"
        }
        for number in 0..<24 {
            let range = 32 + 16 * number..<48 + 16 * number
            if expected.image[range] == found.image[range] { continue }
            text += "\n  register \(number): host \(bytes(expected.image[range])) core \(bytes(found.image[range]))"
        }
        if expected.memory != found.memory {
            text += "\n  memory: host \(bytes(expected.memory.prefix(32))) core \(bytes(found.memory.prefix(32)))"
        }
        if expected.flags != found.flags { text += "\n  flags: host \(hex(expected.flags)) core \(hex(found.flags))" }
        if expected.rax != found.rax { text += "\n  rax: host \(hex(expected.rax)) core \(hex(found.rax))" }
        return text
    }
}
