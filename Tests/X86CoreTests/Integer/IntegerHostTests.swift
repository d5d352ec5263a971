import OpcodeNotation
import Testing

@testable import X86Core

extension NativeTests {
    /// Every encoding of the integer instructions that user programs may use, against the host's own processor.
    @Suite struct IntegerHostTests {
        static let mnemonics: Set<String> = {
            var names: Set<String> = [
                "ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR", "CMP", "TEST", "INC", "DEC", "NEG", "NOT", "MUL", "IMUL", "DIV",
                "IDIV", "CBW", "CWDE", "CDQE", "CWD", "CDQ", "CQO", "XADD", "CMPXCHG", "CMPXCHG8B", "CMPXCHG16B", "ROL", "ROR",
                "RCL", "RCR", "SHL", "SHR", "SAL", "SAR", "SHLD", "SHRD", "BT", "BTS", "BTR", "BTC", "BSF", "BSR", "TZCNT",
                "LZCNT", "POPCNT", "MOVBE", "CRC32", "ANDN", "BEXTR", "BZHI", "BLSR", "BLSMSK", "BLSI", "PDEP", "PEXT", "SARX",
                "SHLX", "SHRX", "MULX", "RORX", "ADCX", "ADOX", "MOV", "MOVABS", "MOVNTI", "MOVZX", "MOVSX", "MOVSXD", "LEA",
                "XCHG", "BSWAP", "XLATB", "LAHF", "SAHF", "CLC", "STC", "CMC", "CLD", "STD", "NOP",
            ]
            for name in ConditionNames.all {
                names.insert("CMOV" + name)
                names.insert("SET" + name)
            }
            for name in ["MOVS", "STOS", "LODS", "SCAS", "CMPS"] {
                for letter in ["B", "W", "D", "Q"] { names.insert(name + letter) }
            }
            return names
        }()

        /// The flags that the manual defines.
        static func compared(_ mnemonic: String, _ opcode: String) -> UInt64 {
            let isByOne = opcode.hasPrefix("D0") || opcode.hasPrefix("D1")
            return (Flag.status | Flag.df) & ~UndefinedFlags.of(mnemonic, count: isByOne ? 1 : nil, width: 64)
        }

        /// A count of more than 16: SHLD and SHRD of words are undefined then.
        static func exceedsWord(_ bytes: [UInt8], _ state: IntegerState) -> Bool {
            let isByCL = bytes.contains(0xA5) || bytes.contains(0xAD)
            return (isByCL ? state.registers[1] : UInt64(bytes[bytes.count - 1])) & 31 > 16
        }

        static func isString(_ mnemonic: String) -> Bool {
            let names = ["MOVS", "STOS", "LODS", "SCAS", "CMPS"]
            return mnemonic.count == 5 && names.contains(String(mnemonic.prefix(4))) && "BWDQ".contains(mnemonic.suffix(1))
        }

        /// Encodings of a pattern with random operands.
        static func encode(
            _ pattern: OpcodePattern, _ mnemonic: String, _ form: String, _ numbers: inout SeededNumbers,
            pointers: Bool = true
        ) -> (bytes: [UInt8], memory: Bool)? {
            var choices = EncodingChoices()
            choices.operandSize = [.standard, .word, .quadword][Int(numbers.next() % 3)]
            var usable: [UInt8] = [0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15]
            if pointers { usable += [6, 7] }
            func number() -> UInt8 { usable[Int(numbers.next() % UInt64(usable.count))] }
            choices.register = number()
            choices.second = number()
            choices.forcesREX = numbers.next() & 1 != 0
            let isMemory = numbers.next() & 1 != 0
            if isMemory {
                var memory = OpcodeNotation.MemoryOperand(base: .register(6))
                memory.displacement = Int32(truncatingIfNeeded: numbers.next() % 64)
                if mnemonic.hasSuffix("B"), mnemonic.hasPrefix("CMPXCHG") { memory.displacement &= 0x30 }
                if numbers.next() & 1 != 0 {
                    memory.index = 7
                    memory.scale = 0
                }
                choices.operand = .memory(memory)
            } else {
                choices.operand = .register(number())
            }
            let open = pattern.immediates.filter { if case .fixed = $0 { false } else { $0 != .is4 } }
            choices.immediates = open.map { $0 == .moffs ? IntegerHost.base + 64 : numbers.operand() }
            guard let bytes = try? pattern.encoded(choices) else { return nil }
            return (bytes, isMemory)
        }

        static func state(_ numbers: inout SeededNumbers, _ mnemonic: String, repeats: Bool) -> IntegerState {
            var state = IntegerState()
            for number in 0..<16 { state.registers[number] = numbers.operand() }
            let isString = isString(mnemonic)
            state.registers[6] = IntegerHost.base + 1024
            state.registers[7] = 16 * (numbers.next() % 4)
            if isString { state.registers[7] = IntegerHost.base + 1024 + numbers.next() % 64 }
            if repeats { state.registers[1] = numbers.next() % 20 }
            if mnemonic == "XLATB" { state.registers[3] = IntegerHost.base + 256 }
            if mnemonic.hasPrefix("BT") {
                // Bit numbers that stay within the storage.
                for number in [0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15] {
                    let distance = Int64(numbers.next() % 4096) - 2048
                    state.registers[number] = UInt64(bitPattern: distance)
                }
            }
            state.flags = numbers.next() & (Flag.status | Flag.df) | Flag.always | Flag.interrupt
            for index in state.storage.indices { state.storage[index] = numbers.operand() }
            if isString, numbers.next() & 1 != 0 {
                for index in state.storage.indices { state.storage[index] = 0x4141_4141_4141_4141 }
                state.registers[0] = numbers.next() & 1 != 0 ? 0x4141_4141_4141_4141 : state.registers[0]
            }
            return state
        }

        @Test func singleInstructionsDoWhatTheHostDoes() throws {
            guard let host = IntegerHost() else { return }
            let machine = TestMachine()
            var numbers = SeededNumbers(state: 4)
            var failures: [String: String] = [:]
            var counts: [String: Int] = [:]
            for record in MachineFiles.long where Self.mnemonics.contains(record.mnemonic) {
                guard record.requirements.allSatisfy(ProcessorFeatures.has) else { continue }
                let table = IntegerEmitters.table
                guard table[record.mnemonic + " " + record.form] ?? table[record.mnemonic] != nil else { continue }
                let isString = record.form.isEmpty && Self.isString(record.mnemonic)
                for text in record.opcodes {
                    let pattern = try OpcodePattern(text)
                    guard pattern.longMode != .invalid, pattern.scheme == .legacy || pattern.scheme == .vex
                    else { continue }
                    for _ in 0..<150 {
                        guard let (encoded, memory) = Self.encode(pattern, record.mnemonic, record.form, &numbers)
                        else { continue }
                        var bytes = encoded
                        let repeats = isString && numbers.next() & 1 != 0
                        if repeats { bytes.insert(numbers.next() & 1 != 0 ? 0xF2 : 0xF3, at: 0) }
                        let before = Self.state(&numbers, record.mnemonic, repeats: repeats)
                        if memory, record.mnemonic.hasPrefix("BT"), usesPointer(bytes) { continue }
                        if record.mnemonic.hasPrefix("SH"), bytes.contains(0x66), Self.exceedsWord(bytes, before) {
                            continue
                        }
                        let expected = host.run(bytes, before)
                        if expected.vector == 6 { continue }
                        var found = IntegerState()
                        if repeats {
                            found = machine.runRepeated(bytes, from: before)
                        } else {
                            found = machine.run(bytes, from: before)
                        }
                        // An exception leaves everything as it was; the host's flags then have RF.
                        counts[record.name, default: 0] += 1
                        let mask = Self.compared(record.mnemonic, text)
                        if let difference = found.differences(expected, flags: mask), failures[record.name] == nil {
                            let code = bytes.map { String($0, radix: 16) }.joined(separator: " ")
                            failures[record.name] = "\(code): \(difference)"
                        }
                    }
                }
            }
            for (name, failure) in failures.sorted(by: { $0.key < $1.key }) { Issue.record("\(name): \(failure)") }
            #expect(counts.count > 150)
            #expect(counts.values.reduce(0, +) > 40_000)
        }

        /// Straight-line code, which runs in blocks of many instructions.
        @Test func sequencesDoWhatTheHostDoes() throws {
            guard let host = IntegerHost() else { return }
            let machine = TestMachine()
            var numbers = SeededNumbers(state: 5)
            // What defines all flags, cannot fail, and leaves the pointers to storage alone.
            let names: Set<String> = [
                "ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR", "CMP", "TEST", "INC", "DEC", "NEG", "NOT", "MOV", "MOVZX", "MOVSX",
                "MOVSXD", "LEA", "XADD", "CMPXCHG", "XCHG", "CMOVL", "CMOVBE", "CMOVP", "SETLE", "SETA", "SETO", "MOVBE", "POPCNT",
                "CMC", "LAHF", "SAHF", "ADCX", "ADOX", "MULX", "PDEP", "SHLX",
            ]
            var patterns: [(OpcodePattern, String, String)] = []
            for record in MachineFiles.long where names.contains(record.mnemonic) {
                let table = IntegerEmitters.table
                guard table[record.mnemonic + " " + record.form] ?? table[record.mnemonic] != nil else { continue }
                for text in record.opcodes {
                    let pattern = try OpcodePattern(text)
                    if pattern.longMode != .invalid { patterns.append((pattern, record.mnemonic, record.form)) }
                }
            }
            for _ in 0..<1500 {
                var code: [UInt8] = []
                var count = 0
                while count < 24 {
                    let (pattern, mnemonic, form) = patterns[Int(numbers.next() % UInt64(patterns.count))]
                    guard let (bytes, _) = Self.encode(pattern, mnemonic, form, &numbers, pointers: false)
                    else { continue }
                    code += bytes
                    count += 1
                }
                var before = Self.state(&numbers, "", repeats: false)
                before.flags &= ~Flag.df
                let expected = host.run(code, before)
                guard expected.vector == nil else { continue }
                let found = machine.run(code + [0xEB, 0xFE], count: count, from: before)
                let difference = found.differences(expected, flags: Flag.status)
                let text = code.map { String($0, radix: 16) }.joined(separator: " ")
                if let difference {
                    Issue.record("\(text): \(difference)")
                    return
                }
            }
        }

        /// The reg field names RSI or RDI, which point to storage.
        private func usesPointer(_ bytes: [UInt8]) -> Bool {
            guard let escape = bytes.firstIndex(of: 0x0F), escape + 2 < bytes.count else { return false }
            if bytes[escape + 1] == 0xBA { return false }
            let isExtended = escape > 0 && bytes[escape - 1] & 0xF4 == 0x44
            return !isExtended && [6, 7].contains(bytes[escape + 2] >> 3 & 7)
        }
    }
}

extension TestMachine {
    /// A repeated string instruction: a whole run of it.
    func runRepeated(_ bytes: [UInt8], from before: IntegerState) -> IntegerState {
        // Each repetition counts; none counts as one.
        // Behind it is a jump to itself, which changes nothing.
        var state = run(bytes + [0xEB, 0xFE], count: Int(max(before.registers[1], 1)), from: before)
        state.vector = nil
        return state
    }
}
