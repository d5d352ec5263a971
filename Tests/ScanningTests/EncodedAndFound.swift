import ISALanguage
import OpcodeNotation
import Testing

@testable import Scanning

/// What the notation's own encoder makes is found again, whole, for every opcode of the library's x86 machines.
@Suite struct EncodedAndFound {
    private static let machines: [(name: String, mode: EncodingChoices.Mode, code: CodeMode)] = [
        ("x86-64", .bits64, .bits64), ("ia-32", .bits32, .bits32),
    ]

    @Test(arguments: [0, 1])
    func everyEncodingIsFoundAgain(which: Int) throws {
        let (name, mode, code) = Self.machines[which]
        let description = try MachineLibrary.machine(name)
        var patterns: [(pattern: OpcodePattern, variant: Int)] = []
        for (index, instruction) in description.instructions.enumerated() {
            for opcode in instruction.opcodes where !PrefixReader.isPrefix(opcode) { patterns.append((try OpcodePattern(opcode), index)) }
        }
        try #require(!patterns.isEmpty)
        let flows = Array(repeating: ControlFlow.next, count: description.instructions.count)
        let decoder = OpcodeDecoder(patterns, flows: flows, mode: code)
        var generator = SplitMix64(seed: 3)
        var encoded = 0
        for (pattern, variant) in patterns {
            var found = 0
            for _ in 0..<40 {
                let choices = EncodedAndFound.choices(pattern, mode, &generator)
                guard let bytes = try? pattern.encoded(choices) else { continue }
                found += 1
                let unit = (bytes + [0xCC, 0xCC]).withUnsafeBufferPointer { decoder.decode($0, at: 0) }
                let name = description.instructions[variant].name
                guard unit.length == bytes.count, let encoding = unit.encoding else {
                    Issue.record("\(name) \(pattern): \(bytes) is found with length \(unit.length)")
                    break
                }
                // Another encoding may say more of the same bytes; it must not say less.
                let other = decoder.encodings[encoding]
                if other.variant != variant {
                    let own = OpcodeEncoding(pattern: pattern, variant: variant, mode: code)
                    #expect(other.specificity >= own.specificity, "\(name) \(pattern): \(bytes) is taken for \(other.pattern)")
                }
            }
            encoded += found
        }
        #expect(encoded > 20 * patterns.count)
    }

    private static func choices(
        _ pattern: OpcodePattern, _ mode: EncodingChoices.Mode, _ generator: inout SplitMix64
    ) -> EncodingChoices {
        func below(_ limit: UInt64) -> UInt64 { generator.next() % limit }
        var choices = EncodingChoices()
        choices.mode = mode
        let registers: UInt64 = mode == .bits64 ? 16 : 8
        if mode == .bits64, below(4) == 0 { choices.operandSize = .quadword } else if below(4) == 0 { choices.operandSize = .word }
        choices.register = UInt8(below(pattern.addend == .stack ? 8 : registers))
        choices.second = UInt8(below(registers))
        choices.third = UInt8(below(registers))
        choices.forcesLongVEX = below(2) == 0
        if pattern.form == .memory || (pattern.form == .any && below(2) == 0) {
            let bases: [MemoryOperand.Base] = [
                .register(UInt8(below(registers))), .none, mode == .bits64 ? .instructionPointer : .none,
            ]
            let base = pattern.isVectorIndexed ? bases[0] : bases[Int(below(3))]
            var index: UInt8? = UInt8(below(registers))
            if base == .instructionPointer || (index == 4 && !pattern.isVectorIndexed) { index = nil }
            choices.operand = .memory(MemoryOperand(
                base: base, index: index, scale: UInt8(below(4)),
                displacement: [0, 8, -128, 1000, -70000][Int(below(5))]))
        } else {
            choices.operand = .register(UInt8(below(registers)))
        }
        choices.immediates = pattern.immediates.filter { if case .fixed = $0 { false } else { true } }.map { _ in below(128) }
        return choices
    }
}
