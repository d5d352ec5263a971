import Foundation
import OpcodeNotation
import Testing

/// An instruction as chosen, and as another disassembler shows it.
struct EncodedCase: Sendable, CustomStringConvertible {
    var notation: String
    var shown: String
    var choose: @Sendable (inout EncodingChoices) -> Void

    init(_ notation: String, _ shown: String, _ choose: @escaping @Sendable (inout EncodingChoices) -> Void = { _ in })
    {
        self.notation = notation
        self.shown = shown
        self.choose = choose
    }

    var description: String { "\(notation): \(shown)" }

    var choices: EncodingChoices {
        var choices = EncodingChoices()
        choose(&choices)
        return choices
    }
}

private func memory(_ base: UInt8, _ displacement: Int32 = 0) -> RegisterOrMemory {
    .memory(MemoryOperand(base: .register(base), displacement: displacement))
}

private let cases: [EncodedCase] = [
    EncodedCase("01 /r", "add    %ecx,%ebx") {
        $0.register = 1
        $0.operand = .register(3)
    },
    EncodedCase("01 /r", "add    %cx,%bx") {
        $0.register = 1
        $0.operand = .register(3)
        $0.operandSize = .word
    },
    EncodedCase("01 /r", "add    %r9,0x8(%r12)") {
        $0.register = 9
        $0.operand = memory(12, 8)
        $0.operandSize = .quadword
    },
    EncodedCase("01 /r", "lock add %eax,0x0(%rbp)") {
        $0.operand = memory(5)
        $0.prefixes = [0xF0]
    },
    EncodedCase("88 /r", "mov    %sil,%dil") {
        $0.register = 6
        $0.operand = .register(7)
        $0.forcesREX = true
    },
    EncodedCase("88 /r", "mov    %dh,%bh") {
        $0.register = 6
        $0.operand = .register(7)
    },
    EncodedCase("8B /r", "mov    %fs:0x1234(%r10,%r9,4),%eax") {
        $0.operand = .memory(MemoryOperand(base: .register(10), index: 9, scale: 2, displacement: 0x1234))
        $0.prefixes = [0x64]
    },
    EncodedCase("8B /r", "mov    0x40(,%rcx,8),%eax") {
        $0.operand = .memory(MemoryOperand(base: .none, index: 1, scale: 3, displacement: 0x40))
    },
    EncodedCase("8B /r", "mov    0x1000,%eax") {
        $0.operand = .memory(MemoryOperand(base: .none, displacement: 0x1000))
    },
    EncodedCase("8B /r", "mov    0x10(%rip),%eax") {
        $0.operand = .memory(MemoryOperand(base: .instructionPointer, displacement: 0x10))
    },
    EncodedCase("8B /r", "mov    0x10(%eip),%eax") {
        $0.operand = .memory(MemoryOperand(base: .instructionPointer, displacement: 0x10))
        $0.isAddressSizeChanged = true
    },
    EncodedCase("8B /r", "mov    0x0(%rax),%ecx") {
        $0.register = 1
        $0.operand = .memory(MemoryOperand(base: .register(0), displacementSize: .byte))
    },
    EncodedCase("8B /r", "mov    -0x8(%r13),%ecx") {
        $0.register = 1
        $0.operand = .memory(MemoryOperand(base: .register(13), displacement: -8, displacementSize: .doubleword))
    },
    EncodedCase("50+r d64", "push   %r14") {
        $0.register = 14
        $0.operandSize = .quadword
    },
    EncodedCase("50+r d64", "push   %si") {
        $0.register = 6
        $0.operandSize = .word
    },
    EncodedCase("0F C8+r", "bswap  %r9") {
        $0.register = 9
        $0.operandSize = .quadword
    },
    EncodedCase("B8+r iv", "movabs $0x1122334455667788,%rbx") {
        $0.register = 3
        $0.operandSize = .quadword
        $0.immediates = [0x1122_3344_5566_7788]
    },
    EncodedCase("B8+r iv", "mov    $0x55667788,%ebx") {
        $0.register = 3
        $0.immediates = [0x1122_3344_5566_7788]
    },
    EncodedCase("B8+r iv", "mov    $0x7788,%bx") {
        $0.register = 3
        $0.operandSize = .word
        $0.immediates = [0x7788]
    },
    EncodedCase("81 /0 iz", "addw   $0x7788,(%rdi)") {
        $0.operand = memory(7)
        $0.operandSize = .word
        $0.immediates = [0x7788]
    },
    EncodedCase("81 /0 iz", "addq   $0x55667788,(%rdi)") {
        $0.operand = memory(7)
        $0.operandSize = .quadword
        $0.immediates = [0x5566_7788]
    },
    EncodedCase("C8 iw ib", "enter  $0x1234,$0x5") { $0.immediates = [0x1234, 5] },
    EncodedCase("A1 moffs", "movabs 0x1122334455667788,%eax") { $0.immediates = [0x1122_3344_5566_7788] },
    EncodedCase("A1 moffs", "addr32 mov 0x55667788,%eax") {
        $0.immediates = [0x5566_7788]
        $0.isAddressSizeChanged = true
    },
    EncodedCase("0F 01 /0 mem", "sgdt   (%rax)") { $0.operand = memory(0) },
    EncodedCase("0F 01 C1", "vmcall"), EncodedCase("D8 C0+i", "fadd   %st(3),%st") { $0.register = 3 },
    EncodedCase("F3 90", "pause"), EncodedCase("F3 REX.W 0F AE /2 reg", "wrfsbase %r11") { $0.operand = .register(11) },
    EncodedCase("F2 0F 38 F1 /r", "crc32  %ax,%ecx") {
        $0.register = 1
        $0.operandSize = .word
    },
    EncodedCase("66 0F 58 /r", "addpd  %xmm9,%xmm1") {
        $0.register = 1
        $0.operand = .register(9)
    },
    EncodedCase("0F 0F /r ib=BF", "pavgusb %mm2,%mm1") {
        $0.register = 1
        $0.operand = .register(2)
    },
    EncodedCase("VEX.128.66.0F.WIG 58 /r", "vaddpd %xmm3,%xmm10,%xmm1") {
        $0.register = 1
        $0.second = 10
        $0.operand = .register(3)
    },
    EncodedCase("VEX.128.66.0F.WIG 58 /r", "vaddpd %xmm3,%xmm2,%xmm1") {
        $0.register = 1
        $0.second = 2
        $0.operand = .register(3)
        $0.forcesLongVEX = true
    },
    EncodedCase("VEX.256.66.0F3A.W0 4A /r is4", "vblendvps %ymm14,(%r9),%ymm2,%ymm1") {
        $0.register = 1
        $0.second = 2
        $0.third = 14
        $0.operand = memory(9)
    },
    EncodedCase("VEX.128.66.0F38.W1 90 /r vsib", "vpgatherdq %xmm2,(%rax,%xmm12,2),%xmm1") {
        $0.register = 1
        $0.second = 2
        $0.operand = .memory(MemoryOperand(base: .register(0), index: 12, scale: 1))
    },
    EncodedCase("VEX.LZ.0F38.W0 F3 /1", "blsr   %ecx,%edx") {
        $0.second = 2
        $0.operand = .register(1)
    },
    EncodedCase("EVEX.512.66.0F.W1 58 /r", "vaddpd %zmm27,%zmm18,%zmm9{%k3}{z}") {
        $0.register = 9
        $0.second = 18
        $0.operand = .register(27)
        $0.mask = 3
        $0.zeroes = true
    },
    EncodedCase("EVEX.512.66.0F.W1 58 /r", "vaddpd 0x40(%r10),%zmm2,%zmm25") {
        $0.register = 25
        $0.second = 2
        $0.operand = .memory(MemoryOperand(base: .register(10), displacement: 1, displacementSize: .byte))
    },
    EncodedCase("EVEX.256.66.0F.W1 58 /r", "vaddpd (%rax){1to4},%ymm2,%ymm1") {
        $0.register = 1
        $0.second = 2
        $0.operand = memory(0)
        $0.broadcasts = true
    },
    EncodedCase("EVEX.512.66.0F38.W1 90 /r vsib", "vpgatherdq (%r8,%ymm29,1),%zmm1{%k1}") {
        $0.register = 1
        $0.mask = 1
        $0.operand = .memory(MemoryOperand(base: .register(8), index: 29))
    },
    EncodedCase("XOP.L0.X9.W0 90 /r", "vprotb %xmm2,%xmm3,%xmm1") {
        $0.register = 1
        $0.second = 2
        $0.operand = .register(3)
    },
    EncodedCase("XOP.L0.XA.W0 10 /r id", "bextr  $0x12345678,%ecx,%eax") {
        $0.operand = .register(1)
        $0.immediates = [0x1234_5678]
    },
    EncodedCase("70 cb", "jo     0x12") { $0.immediates = [0x10] },
]

@Suite struct EncodingTests {
    @Test func objdumpReadsWhatIsEncoded() throws {
        var code: [UInt8] = []
        var lengths: [Int] = []
        for item in cases {
            let bytes = try OpcodePattern(item.notation).encoded(item.choices)
            code += bytes
            lengths.append(bytes.count)
        }
        guard let lines = try disassembled(code) else { return }
        var address = 0
        for (item, length) in zip(cases, lengths) {
            let shown = lines[address]
            // Branch targets are absolute: they are compared by their distance.
            let expected =
                item.notation.hasSuffix("cb") ? "jo     0x" + String(address + 2 + 16, radix: 16) : item.shown
            #expect(shown?.text == expected, "\(item.notation)")
            #expect(shown?.length == length, "\(item.notation)")
            address += length
        }
        #expect(lines.count == cases.count)
    }

    @Test(
        "Choices that do not go with the notation",
        arguments: [
            EncodedCase("9A ap i64", "invalid in 64-bit mode") { $0.immediates = [0] },
            EncodedCase("0F 01 /0 mem", "memory, not a register"),
            EncodedCase("F3 0F AE /0 reg", "a register, not memory") { $0.operand = memory(0) },
            EncodedCase("01 /r", "no register 16") { $0.register = 16 },
            EncodedCase("8B /r", "cannot be an index") {
                $0.operand = .memory(MemoryOperand(base: .register(0), index: 4))
            },
            EncodedCase("VEX.128.66.0F38.W1 90 /r vsib", "needs an index") { $0.operand = memory(0) },
            EncodedCase("81 /0 iz", "1 immediates are needed, 0 given"),
            EncodedCase("E8 cz", "4 to others") {
                $0.immediates = [0]
                $0.operandSize = .word
            },
            EncodedCase("NP 0F 01 F8", "no operand-size prefix") { $0.operandSize = .word },
            EncodedCase("0F 05 o64", "64-bit mode only") { $0.mode = .bits32 },
            EncodedCase("81 /0 id", "too many") {
                $0.immediates = [0]
                $0.prefixes = [UInt8](repeating: 0x2E, count: 9)
                $0.operand = memory(4, 1000)
            },
        ])
    func refusal(_ item: EncodedCase) throws {
        let pattern = try OpcodePattern(item.notation)
        do throws(EncodingError) {
            let bytes = try pattern.encoded(item.choices)
            Issue.record("\(item.notation) was encoded as \(bytes)")
        } catch {
            #expect(error.message.contains(item.shown), "\(error)")
        }
    }

    @Test func thirtyTwoBitCode() throws {
        var choices = EncodingChoices()
        choices.mode = .bits32
        choices.operand = .memory(MemoryOperand(base: .none, displacement: 0x10))
        #expect(try OpcodePattern("8B /r").encoded(choices) == [0x8B, 0x05, 0x10, 0, 0, 0])
        choices.immediates = [0x0008_1234_5678]
        #expect(try OpcodePattern("9A ap i64").encoded(choices) == [0x9A, 0x78, 0x56, 0x34, 0x12, 8, 0])
    }

    struct Line {
        var text: String
        var length: Int
    }

    /// What objdump says of the code, by address; nil where there is none (`make test` installs it).
    private func disassembled(_ code: [UInt8]) throws -> [Int: Line]? {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("opcodes-\(UUID().uuidString)")
        try Data(code).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["objdump", "-D", "-z", "-w", "-b", "binary", "-m", "i386:x86-64", path.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        var lines: [Int: Line] = [:]
        for line in output.split(separator: "\n") {
            let columns = line.split(separator: "\t")
            guard columns.count >= 3,
                let address = Int(columns[0].dropLast().trimmingCharacters(in: .whitespaces), radix: 16)
            else { continue }
            let text = columns[2].split(separator: "#")[0].trimmingCharacters(in: .whitespaces)
            lines[address] = Line(text: text, length: columns[1].split(separator: " ").count)
        }
        return lines
    }
}
