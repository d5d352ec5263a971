import Testing

@testable import X86Core

/// What the host's own instructions cannot show: exceptions, pointers, layouts of other modes, and what is kept of
/// the extended state.
@Suite struct FloatingStateTests {
    let machine = TestMachine()
    var processor: X86Processor { machine.processor }
    var core: Core { machine.core }
    static let area = TestMachine.data

    /// XSAVEC is not among what CPUID tells of; the aliases of old mnemonics are.
    @Test func everyRecordOfThisPartHasABody() {
        let own: Set<String> = ["fpu", "mmx", "fxsr", "xsave"]
        for (records, codeSize) in [(MachineFiles.long, UInt8(8)), (MachineFiles.legacy, UInt8(4))] {
            var count = 0
            for (index, record) in records.enumerated() where record.requirements.allSatisfy(ProcessorFeatures.has) {
                let operands = record.form.split { $0 == "," || $0 == "/" }
                guard !own.isDisjoint(with: record.requirements) || operands.contains("mm") else { continue }
                if record.mnemonic.hasPrefix("XSAVEC") { continue }
                count += 1
                #expect(MachineFiles.decoding.emitter(codeSize: codeSize, record: index) != nil, "\(record.name)")
            }
            #expect(count > 150)
        }
    }

    @Test func anUnmaskedExceptionIsRaisedByTheNextInstructionThatWaits() {
        // fninit; fldcw [data]; fld1; fldz; fdivp; fnstsw ax; fwait
        machine.memory.write([0x7B, 0x03], at: TestMachine.data)
        core[Register.si] = TestMachine.data
        machine.run(
            [0xDB, 0xE3, 0xD9, 0x2E, 0xD9, 0xE8, 0xD9, 0xEE, 0xDE, 0xF9, 0xDF, 0xE0, 0x9B], count: 6)
        // The operands are still there, and ES, B and ZE are set.
        #expect(core[Register.ax] & 0xFFFF == 0xB084)
        #expect(machine.lastFault == nil)
        _ = processor.run(until: processor.completed + 1)
        #expect(processor.history.entries.first?.vector == 16)
        #expect(processor.history.entries.first?.address == TestMachine.code + 12)
    }

    @Test func theLastInstructionIsRemembered() {
        core[Register.si] = TestMachine.data + 8
        // fninit; fld dword [rsi + 4]; fldcw [rsi], which is none of those that count
        machine.memory.write([0x7F, 0x03], at: TestMachine.data + 8)
        machine.run([0xDB, 0xE3, 0xD9, 0x46, 0x04, 0xD9, 0x2E], count: 3)
        #expect(processor.x87.lastInstruction == TestMachine.code + 2)
        #expect(processor.x87.lastOperand == TestMachine.data + 12)
        #expect(processor.x87.lastOpcode == 0x146)
    }

    @Test(arguments: [true, false], [true, false])
    func layoutsKeepTheEnvironment(isNarrow: Bool, isReal: Bool) {
        var x87 = X87State()
        x87.initialize()
        x87.load(.indefinite)
        x87.load(x87[0])
        x87.setControl(0x27F)
        x87.lastInstruction = 0xF4321
        x87.lastOperand = 0x81234
        x87.lastOpcode = 0x5A5
        var layout = X87Layout(processor, DecodedInstruction(record: 0, encoding: 0))
        layout.isNarrow = isNarrow
        layout.isReal = isReal
        let area = layout.bytes(x87)
        #expect(area.size == (isNarrow ? 14 : 28))
        var copy = X87State()
        layout.load(area, into: &copy)
        #expect(copy.control == 0x27F && copy.status == x87.status && copy.used == x87.used)
        #expect(area.number(isNarrow ? 4 : 8, size: 2) == 0xAFFF)
        let kept: UInt64 = isNarrow && !isReal ? 0xFFFF : 0xFFFFF
        #expect(copy.lastInstruction == 0xF4321 & kept && copy.lastOperand == 0x81234 & kept)
        #expect(copy.lastOpcode == (isNarrow && !isReal ? 0 : 0x5A5))
    }

    @Test func areasMustBeAligned() {
        for (bytes, offset): ([UInt8], UInt64) in [
            ([0x0F, 0xAE, 0x06], 8), ([0x0F, 0xAE, 0x0E], 8), ([0x0F, 0xAE, 0x26], 16), ([0x0F, 0xAE, 0x2E], 32),
        ] {
            let machine = TestMachine()
            machine.core[Register.si] = Self.area + offset
            machine.core[Register.ax] = 3
            machine.run(bytes)
            #expect(machine.processor.history.entries.first?.vector == 13, "\(bytes)")
        }
    }

    @Test func xsaveAndXrstorKeepWhatIsAsked() {
        core[Register.si] = Self.area
        core[Register.ax] = 3
        core[Register.dx] = 0
        // fninit; fldpi
        machine.run([0xDB, 0xE3, 0xD9, 0xEB], count: 2)
        core.vector(3).storeBytes(of: 0x1122_3344_5566_7788, as: UInt64.self)
        machine.run([0x0F, 0xAE, 0x26])
        #expect(machine.quad(Self.area + 512) == 3)
        #expect(machine.quad(Self.area + 160 + 48) == 0x1122_3344_5566_7788)
        #expect(machine.quad(Self.area + 32) == 0xC90F_DAA2_2168_C235)
        // fninit, and the vector register changes; only the x87 comes back.
        machine.run([0xDB, 0xE3])
        core.vector(3).storeBytes(of: 5, as: UInt64.self)
        core[Register.ax] = 1
        machine.run([0x0F, 0xAE, 0x2E])
        #expect(core.vector(3).load(as: UInt64.self) == 5)
        #expect(processor.x87[0].significand == 0xC90F_DAA2_2168_C235 && !processor.x87.isEmpty(0))
        // What the header does not have is initialised.
        machine.memory.write([1], at: Self.area + 512)
        core[Register.ax] = 3
        machine.run([0x0F, 0xAE, 0x2E])
        #expect(core.vector(3).load(as: UInt64.self) == 0)
        // XSAVEOPT leaves out what is initial.
        machine.memory.write([0xEE], at: Self.area + 160)
        machine.run([0x0F, 0xAE, 0x36])
        #expect(machine.quad(Self.area + 512) == 1)
        #expect(machine.quad(Self.area + 160) & 0xFF == 0xEE)
        #expect(machine.lastFault == nil)
    }

    @Test func xrstorRefusesWhatIsNotThere() {
        for (offset, value): (UInt64, UInt8) in [(512, 4), (520, 1), (528, 1), (26, 1)] {
            let machine = TestMachine()
            machine.memory.write([value], at: Self.area + offset)
            machine.core[Register.si] = Self.area
            machine.core[Register.ax] = 3
            machine.run([0x0F, 0xAE, 0x2E])
            #expect(machine.processor.history.entries.first?.vector == 13, "\(offset)")
        }
    }

    @Test func xcr0IsReadAndWritten() {
        core[Register.cx] = 0
        machine.run([0x0F, 0x01, 0xD0])
        #expect(core[Register.ax] == 3 && core[Register.dx] == 0)
        core[Register.ax] = 1
        machine.run([0x0F, 0x01, 0xD1])
        #expect(processor.control.xcr0 == 1 && machine.lastFault == nil)
        core[Register.ax] = 2
        machine.run([0x0F, 0x01, 0xD1])
        #expect(processor.history.entries.first?.vector == 13)
    }

    @Test func maskmovqStoresTheBytesThatAreAsked() {
        processor.x87.initialize()
        processor.x87.setMMX(1, 0x8877_6655_4433_2211)
        processor.x87.setMMX(2, 0x8000_8000_0000_0080)
        core[Register.di] = TestMachine.data
        machine.run([0x0F, 0xF7, 0xCA])
        #expect(machine.quad(TestMachine.data) == 0x8800_6600_0000_0011)
        #expect(processor.x87.used == 0xFF)
    }
}
