import CHostVector
import OpcodeNotation
import Testing

@testable import X86Core

/// Operands in storage: alignment, ends of pages, pages that are not there.
@Suite struct VectorAccessTests {
    private static let absent: UInt64 = 0x200000

    /// A machine whose page at 2 MiB is not present.
    private func machine() -> CoreVector {
        let core = CoreVector()
        core.machine.memory.write([UInt8](repeating: 0, count: 8), at: TestMachine.tables + 0x2000 + 8)
        core.machine.processor.translations.flush()
        core.machine.processor.translationChanged()
        return core
    }

    private func state() -> VectorState {
        var operands = VectorOperands(generator: SplitMix(state: 9))
        return operands.state(mxcsr: 0x1F80)
    }

    @Test func alignmentIsWhatTheRecordsSay() throws {
        let core = machine()
        let before = state()
        for form in try NativeTests.VectorNativeTests.forms(immediate: 0) where form.isMemory {
            core.prepare(form.bytes)
            _ = core.run(before, storage: TestMachine.data + 8)
            #expect(core.firstFault == (form.needsAlignment ? 13 : nil), "\(form.name)")
        }
        let aligned = Set(NativeTests.VectorNativeTests.records.filter(\.requiresAlignment).map(\.mnemonic))
        #expect(aligned.isSuperset(of: ["MOVAPS", "MOVDQA", "ADDPS", "PADDB", "MOVNTDQ", "PTEST", "AESENC"]))
        #expect(aligned.isDisjoint(with: ["MOVUPS", "MOVDQU", "LDDQU", "ADDSD", "PCMPISTRI", "PMOVZXBW", "MOVHPS"]))
    }

    @Test func operandsMayLieInTwoPages() throws {
        let core = machine()
        let before = state()
        let page = TestMachine.data + 0x1000
        for distance in UInt64(1)..<16 {
            core.prepare([0x0F, 0x10, 0x0E])  // movups xmm1, [rsi]
            let loaded = core.run(before, storage: page - distance)
            #expect(Array(loaded.vectors[2..<4]) == Array(before.storage[0..<2]))
            core.prepare([0x0F, 0x11, 0x0E])  // movups [rsi], xmm1
            let stored = core.run(before, storage: page - distance)
            #expect(Array(stored.storage[0..<2]) == Array(before.vectors[2..<4]))
            #expect(Array(stored.storage[2..<4]) == Array(before.storage[2..<4]))
        }
    }

    @Test func nothingIsStoredWhereTheSecondPageIsMissing() throws {
        let core = machine()
        let before = state()
        for (bytes, size) in [([0x0F, 0x11, 0x0E], 16), ([0x66, 0x0F, 0xD6, 0x0E], 8)] as [([UInt8], Int)] {
            for distance in 1..<size {
                let address = Self.absent - UInt64(distance)
                core.prepare(bytes)
                let kept = core.machine.quad(Self.absent - 8)
                let memory = core.machine.memory.read(32, at: Self.absent - 32)
                var quiet = before
                quiet.storage = []
                core.machine.core[Register.si] = address
                _ = run(core, quiet, at: address)
                #expect(core.firstFault == 14)
                #expect(core.machine.processor.history.entries.first?.detail == Self.absent)
                #expect(core.machine.memory.read(32, at: Self.absent - 32) == memory)
                #expect(core.machine.quad(Self.absent - 8) == kept)
            }
        }
    }

    /// Without writing storage first.
    private func run(_ core: CoreVector, _ before: VectorState, at address: UInt64) -> UInt8? {
        let processor = core.machine.processor
        processor.core.setVector(1, before.vectors[2], before.vectors[3])
        processor.core[Register.si] = address
        processor.shutdown = nil
        processor.history = ExceptionHistory()
        processor.instructionPointer = TestMachine.code
        _ = processor.run(until: processor.completed + 1)
        return core.firstFault
    }

    @Test func theHandlersInCKnowTheLayout() {
        let layout = host_layout()
        #expect(MemoryLayout<ProcessorState>.offset(of: \.vectors) == Int(layout.vectors))
        #expect(MemoryLayout<ProcessorState>.offset(of: \.flagResult) == Int(layout.flag_result))
        #expect(MemoryLayout<ProcessorState>.offset(of: \.flagCarries) == Int(layout.flag_carries))
        #expect(MemoryLayout<MicroOp>.offset(of: \.c) == Int(layout.field_c))
        #expect(VectorRegister.stride == Int(layout.vector_stride))
        #expect(MicroOp.stride == Int(layout.operation_stride))
        #expect(MemoryLayout<MicroOp>.offset(of: \.a) == Int(layout.field_a))
        #expect(MemoryLayout<MicroOp>.offset(of: \.b) == Int(layout.field_b))
    }

    @Test func maskedStoresTouchOnlyTheirBytes() {
        let core = machine()
        var before = state()
        before.vectors[4] = 0x80FF_0000_7F80_0080
        before.vectors[5] = 0x0000_0000_0000_8000
        core.prepare([0x66, 0x0F, 0xF7, 0xCA])  // maskmovdqu xmm1, xmm2
        core.machine.core[Register.di] = TestMachine.data
        let after = core.run(before)
        let mask: UInt64 = 0xFFFF_0000_00FF_00FF
        #expect(after.storage[0] == before.storage[0] & ~mask | before.vectors[2] & mask)
        #expect(after.storage[1] == before.storage[1] & ~0xFF00 | before.vectors[3] & 0xFF00)
        #expect(Array(after.storage[2...]) == Array(before.storage[2...]))
    }

    @Test func upperHalvesOfTheRegistersStay() {
        let core = machine()
        let upper = core.machine.core.vector(VectorRegister.upper(1))
        upper.storeBytes(of: 0x1234_5678_9ABC_DEF0, as: UInt64.self)
        core.prepare([0x66, 0x0F, 0xEF, 0xC9])  // pxor xmm1, xmm1
        let after = core.run(state())
        #expect(after.vectors[2] == 0 && after.vectors[3] == 0)
        #expect(upper.load(as: UInt64.self) == 0x1234_5678_9ABC_DEF0)
    }

    /// SDM volume 3, section 2.5: #UD in place of #XM.
    @Test func withoutOSXMMEXCPTTheOpcodeIsInvalid() {
        let core = CoreVector()
        core.machine.processor.control.cr4 &= ~CR4.osxmmexcpt
        core.machine.processor.modeChanged()
        var before = state()
        before.mxcsr = 0
        before.vectors = [0x3FF0_0000_0000_0000, 0, 0, 0, 0, 0, 0, 0]
        core.prepare([0xF2, 0x0F, 0x5E, 0xC1])  // divsd xmm0, xmm1
        let after = core.run(before)
        #expect(core.firstFault == 6)
        #expect(after.mxcsr == 4 && after.vectors == before.vectors)
    }

    /// Flags gather over a run of several instructions, in one block, and are not lost between runs.
    @Test func flagsGather() {
        let core = CoreVector()
        var before = state()
        before.vectors = [0x3FF0_0000_0000_0000, 0, 0x4008_0000_0000_0000, 0, 0, 0, 0, 0]
        // divsd xmm0, xmm1; divsd xmm0, xmm2; sqrtsd xmm0, xmm0
        core.prepare([0xF2, 0x0F, 0x5E, 0xC1, 0xF2, 0x0F, 0x5E, 0xC2, 0xF2, 0x0F, 0x51, 0xC0], limit: 3)
        let after = core.run(before, count: 3)
        #expect(after.mxcsr == 0x1FA4)
        #expect(after.vectors[0] == 0x7FF0_0000_0000_0000)
        #expect(host_mxcsr() & ~MXCSR.flags == 0x1F80)
    }
}

/// What stands in for instructions that a host may lack, against the host's where it has them.
@Suite struct VectorPortableTests {
    private func vectors(_ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 48, alignment: 16)
        defer { memory.deallocate() }
        body(memory, memory + 16, memory + 32)
    }

    private func fill(_ target: UnsafeMutableRawPointer, _ low: UInt64, _ high: UInt64) {
        target.storeBytes(of: SIMD2(low, high), as: SIMD2<UInt64>.self)
    }

    @Test(.enabled(if: host_has_aes() && host_has_pclmulqdq()))
    func ciphers() {
        var generator = SplitMix(state: 12)
        typealias Pair = (Ciphers.Two, Ciphers.Two)
        let constant = UInt8(0x1B)
        let pairs: [(String, Pair)] = [
            ("AESENC", ({ vector_aesenc($0, $1) }, { PortableCipher.encrypt($0, $1, isLast: false) })),
            ("AESENCLAST", ({ vector_aesenclast($0, $1) }, { PortableCipher.encrypt($0, $1, isLast: true) })),
            ("AESDEC", ({ vector_aesdec($0, $1) }, { PortableCipher.decrypt($0, $1, isLast: false) })),
            ("AESDECLAST", ({ vector_aesdeclast($0, $1) }, { PortableCipher.decrypt($0, $1, isLast: true) })),
            ("AESIMC", ({ vector_aesimc($0, $1) }, { PortableCipher.unmix($0, $1) })),
            ("assist", ({ vector_aeskeygenassist($0, $1, constant) }, { PortableCipher.assist($0, $1, constant) })),
            ("CLMUL 00", ({ vector_pclmulqdq($0, $1, 0) }, { PortableCipher.multiply($0, $1, 0) })),
            ("CLMUL 01", ({ vector_pclmulqdq($0, $1, 1) }, { PortableCipher.multiply($0, $1, 1) })),
            ("CLMUL 10", ({ vector_pclmulqdq($0, $1, 16) }, { PortableCipher.multiply($0, $1, 16) })),
            ("CLMUL 11", ({ vector_pclmulqdq($0, $1, 17) }, { PortableCipher.multiply($0, $1, 17) })),
        ]
        vectors { first, second, source in
            for (name, (host, portable)) in pairs {
                for _ in 0..<200 {
                    let (low, high) = (generator.next(), generator.next())
                    fill(first, low, high)
                    fill(second, low, high)
                    fill(source, generator.next(), generator.next())
                    host(first, source)
                    portable(second, source)
                    #expect(first.load(as: SIMD2<UInt64>.self) == second.load(as: SIMD2<UInt64>.self), "\(name)")
                }
            }
        }
    }

    @Test(.enabled(if: host_has_sse42()))
    func stringComparisons() {
        var operands = VectorOperands(generator: SplitMix(state: 13))
        var differences: [UInt8] = []
        vectors { first, second, _ in
            for control in UInt8(0)..<64 {
                for _ in 0..<300 {
                    fill(first, operands.half(), operands.half())
                    fill(second, operands.half(), operands.half())
                    let most: UInt64 = control & 1 != 0 ? 9 : 17
                    let a = UInt32(operands.generator.next() % most)
                    let b = UInt32(operands.generator.next() % most)
                    let host = vector_compare_strings(first, second, a, b, control)
                    if host != StringComparison.portable(first, second, a, b, control) { differences.append(control) }
                }
            }
        }
        #expect(differences.isEmpty, "\(Set(differences).sorted())")
    }
}
