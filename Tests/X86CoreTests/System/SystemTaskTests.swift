import Machine
import Testing

@testable import X86Core

@Suite("Tasks and what the processor says of itself")
struct SystemTaskTests {
    private static let second: UInt64 = 0x55000

    private func machineWithTask() -> SystemMachine {
        let machine = SystemMachine(isLong: false)
        // A second task state at the gate's place in the table.
        machine.put(0x0000_8905_5000_0FFF, at: SystemMachine.gdt + 0x58)
        let put = { (offset: UInt64, value: UInt64) in
            machine.processor.realWrite(Self.second + offset, UInt32(truncatingIfNeeded: value))
        }
        put(0x20, 0x1_9000)
        put(0x24, 2)
        put(0x28, 0xAAAA)
        put(0x38, 0x3_0000)
        for offset in stride(from: UInt64(0x48), through: 0x5C, by: 4) { put(offset, UInt64(SystemMachine.data)) }
        put(0x4C, UInt64(SystemMachine.code32))
        return machine
    }

    @Test("CALL to a task state, and IRET back")
    func call() {
        let machine = machineWithTask()
        machine.core[Register.ax] = 0x1234
        machine.run([0x9A, 0, 0, 0, 0, 0x58, 0])
        #expect(machine.processor.instructionPointer == 0x1_9000)
        #expect(machine.core[Register.ax] == 0xAAAA && machine.core[Register.sp] == 0x3_0000)
        #expect(machine.processor.control.tr.selector == 0x58)
        #expect(machine.processor.state.pointee.systemFlags & Flag.nt != 0)
        #expect(machine.processor.control.cr0 & CR0.ts != 0)
        #expect(machine.long(Self.second) & 0xFFFF == UInt64(SystemMachine.taskState))
        machine.put(machine.quad(SystemMachine.gdt + 0x30) | 2 << 40, at: SystemMachine.gdt + 0x30)
        machine.run([0xCF], at: 0x1_9000)
        #expect(machine.processor.instructionPointer == TestMachine.code + 7)
        #expect(machine.core[Register.ax] == 0x1234)
        #expect(machine.processor.control.tr.selector == SystemMachine.taskState)
        #expect(machine.quad(SystemMachine.gdt + 0x58) >> 40 & 15 == 9)
        #expect(machine.processor.history.entries.isEmpty)
    }

    @Test("A task gate takes an interrupt")
    func gate() {
        let machine = machineWithTask()
        machine.put(0x58 << 16 | 0x85 << 40, at: SystemMachine.idt + 13 * 8)
        machine.machine.load([0x90, 0x90], at: 0x1_9000)
        machine.core[Register.cx] = 0x1234_5678
        // A delivery takes as much time as an instruction.
        machine.run([0x0F, 0x32], count: 2)
        #expect(machine.processor.instructionPointer == 0x1_9001)
        // The error code is on the new task's stack.
        #expect(machine.core[Register.sp] == 0x2_FFFC && machine.long(0x2_FFFC) == 0)
        #expect(machine.long(SystemMachine.task + 0x20) == TestMachine.code)
    }

    @Test("CPUID tells of what is there")
    func identity() {
        let processor = SystemMachine().processor
        let first = processor.identity(0, 0)
        #expect(first.b == 0x756E_6547 && first.a == 0x16)
        let features = processor.identity(1, 0)
        #expect(features.d & 1 << 4 != 0 && features.c & 1 << 31 != 0)
        #expect((features.c & 1 << 28 != 0) == ProcessorFeatures.has("avx"))
        #expect(processor.identity(0x4000_0000, 0).b == 0x4B4D_564B)
        #expect(processor.identity(0x8000_0008, 0).a == 0x3028)
        processor.processorCount = 6
        #expect(processor.identity(0xB, 1).a == 3 && processor.identity(0xB, 1).b == 6)
    }

    @Test("Registers that do not exist, values that they cannot have")
    func modelSpecific() {
        func write(_ number: UInt64, _ value: UInt64) -> UInt8? {
            let machine = SystemMachine()
            machine.core[Register.cx] = number
            machine.core[Register.ax] = value & 0xFFFF_FFFF
            machine.core[Register.dx] = value >> 32
            return machine.fault([0x0F, 0x30])?.vector
        }
        #expect(write(0xC000_0082, 0xFFFF_8000_0000_0000) == nil)
        #expect(write(0xC000_0082, 1 << 47) == 13)
        #expect(write(0xC000_0080, EFER.sce | EFER.nxe | EFER.lme) == nil)
        #expect(write(0xC000_0080, EFER.sce) == 13)
        #expect(write(0x277, 2) == 13)
        #expect(write(0x999, 0) == 13)
        #expect(write(0x4B56_4D01, TestMachine.data | 1) == nil)
    }

    @Test("Control registers refuse what is inconsistent")
    func control() {
        func write(_ register: UInt8, _ value: UInt64) -> UInt8? {
            let machine = SystemMachine()
            machine.core[Register.ax] = value
            return machine.fault([0x0F, 0x22, 0xC0 | register << 3])?.vector
        }
        #expect(write(0, CR0.pg) == 13)
        #expect(write(0, CR0.pe) == 13)
        #expect(write(4, CR4.pae | CR4.pge | CR4.pcide) == nil)
        #expect(write(4, CR4.pge) == 13)
        #expect(write(4, CR4.pae | 1 << 13) == 13)
        #expect(write(3, 1 << 45) == 13)
        #expect(write(5, 0) == 6)
    }
}
