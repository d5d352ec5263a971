import Machine
import Testing

@testable import X86Core

/// What the comparison of boot images with other emulators has found in this core: Docs/Oracles.md. The names say theme
/// and seed.
@Suite("Found by boot images")
struct SystemFoundTests {
    private static let second: UInt64 = 0x55000

    /// A task state of 32 bits at `second`, and its descriptor where the tables have room.
    private func addTask(to machine: SystemMachine, flags: UInt32 = 2, local: UInt32 = 0) {
        machine.put(0x0000_8905_5000_0FFF, at: SystemMachine.gdt + 0x58)
        let put = { (offset: UInt64, value: UInt32) in machine.processor.realWrite(Self.second + offset, value) }
        // The stack for level 0, on which an exception about the task's segments is delivered.
        put(0x04, UInt32(SystemMachine.innerStack))
        put(0x08, UInt32(SystemMachine.data))
        put(0x20, 0x9000)
        put(0x24, flags)
        put(0x38, 0x3_0000)
        for offset in stride(from: UInt64(0x48), through: 0x5C, by: 4) { put(offset, UInt32(SystemMachine.data)) }
        put(0x4C, UInt32(SystemMachine.code32))
        put(0x60, local)
    }

    @Test("debugging 1: DR4 and DR5 name nothing under CR4.DE, at any level", arguments: [UInt8(0xE0), 0xE8])
    func namesOfDebugRegisters(_ operands: UInt8) {
        for level in [0, 3] {
            for isExtended in [false, true] {
                let machine = SystemMachine()
                if isExtended { machine.processor.control.cr4 |= CR4.de }
                if level == 3 { machine.enterUser() }
                machine.processor.modeChanged()
                let expected: UInt8? = isExtended ? 6 : level == 3 ? 13 : nil
                #expect(machine.fault([0x0F, 0x21, operands])?.vector == expected)
            }
        }
    }

    @Test("long 1: a return to narrow code refuses an instruction pointer of more than 32 bits")
    func narrowReturn() {
        let machine = SystemMachine()
        let stack = TestMachine.stack - 40
        machine.core[Register.sp] = stack
        let words = [
            0x1_0000_0000 + TestMachine.code, UInt64(SystemMachine.userCode32), 2, 0x3_0000, UInt64(SystemMachine.userData),
        ]
        for (index, word) in words.enumerated() { machine.put(word, at: stack + UInt64(8 * index)) }
        let fault = machine.fault([0x48, 0xCF])
        #expect(fault?.vector == 13 && fault?.code == 0)
        #expect(machine.processor.control.cpl == 0)
    }

    @Test("long 2: a return to narrow code takes 32 bits of the stack pointer, where the level stays, too")
    func narrowStack() {
        let machine = SystemMachine()
        machine.enterUser()
        let stack = TestMachine.stack - 40
        machine.core[Register.sp] = stack
        let words = [
            TestMachine.code, UInt64(SystemMachine.userCode32), 2, 0x7_0003_0000, UInt64(SystemMachine.userData),
        ]
        for (index, word) in words.enumerated() { machine.put(word, at: stack + UInt64(8 * index)) }
        #expect(machine.fault([0x48, 0xCF]) == nil)
        #expect(machine.core[Register.sp] == 0x3_0000)
    }

    @Test("long 1: a return looks at the stack segment before the instruction pointer", arguments: [false, true])
    func orderOfReturns(_ isInterrupt: Bool) {
        let machine = SystemMachine()
        let stack = TestMachine.stack - 40
        machine.core[Register.sp] = stack
        var words = [1 << 60, UInt64(SystemMachine.userCode64), 0x3_0000, UInt64(SystemMachine.code64)]
        if isInterrupt { words.insert(2, at: 2) }
        for (index, word) in words.enumerated() { machine.put(word, at: stack + UInt64(8 * index)) }
        let fault = machine.fault(isInterrupt ? [0x48, 0xCF] : [0x48, 0xCB])
        #expect(fault?.vector == 13 && fault?.code == UInt32(SystemMachine.code64))
    }

    @Test("virtual 1: 16-bit code does not wrap at the end of its segment")
    func endOfSegment() {
        let machine = SystemMachine(isLong: false)
        machine.load(SystemMachine.code16, SystemMachine.data)
        machine.put(0x90, at: 0x1_FFFF)
        machine.put(0x9090, at: 0x1_0000)
        machine.processor.instructionPointer = 0xFFFF
        machine.go(2)
        #expect(machine.processor.history.entries.last?.vector == 13)
        #expect(machine.processor.history.entries.last?.address == 0x1_0000)
    }

    @Test("virtual 1: a near jump of 16 bits wraps")
    func wrappingJump() {
        let machine = SystemMachine(isLong: false)
        machine.load(SystemMachine.code16, SystemMachine.data)
        // JMP to 16 bytes behind its end.
        machine.put(0x10EB, at: 0x1_FFF8)
        machine.processor.instructionPointer = 0xFFF8
        machine.go()
        #expect(machine.processor.history.entries.isEmpty && machine.processor.instructionPointer == 0xA)
    }

    @Test("virtual 4: a closed port refuses INS before its count is looked at", arguments: [false, true])
    func closedPorts(_ isOpen: Bool) {
        let machine = SystemMachine(isLong: false)
        let processor = machine.processor
        // No bit of the map, or no map.
        processor.realWrite(SystemMachine.task + 102, UInt16(isOpen ? 0x68 : 0xFFFF))
        processor.state.pointee.systemFlags |= Flag.vm | Flag.iopl
        processor.control.cpl = 3
        processor.modeChanged()
        for number in 0..<6 { processor.state.pointee.segments[number] = processor.realSegment(number, 0x100) }
        processor.modeChanged()
        machine.machine.load([0xF3, 0x6C], at: 0x1000 + 0x20)
        processor.instructionPointer = 0x20
        machine.core[Register.cx] = 0
        machine.go()
        #expect(processor.history.entries.last?.vector == (isOpen ? nil : 13))
    }

    @Test("tasks 1: a task of virtual-8086 mode loads its local table", arguments: [UInt32(0), 0x58, 0x1F8])
    func localTableOfVirtualTasks(_ local: UInt32) {
        let machine = SystemMachine(isLong: false)
        addTask(to: machine, flags: 0x2_3002, local: local)
        machine.processor.control.ldtr.selector = 0x44
        let fault = machine.fault([0xEA, 0, 0, 0, 0, 0x58, 0])
        if local == 0 {
            #expect(fault == nil && machine.processor.control.ldtr.selector == 0)
        } else {
            machine.go()
            let entry = machine.processor.history.entries.first
            #expect(entry?.vector == 10 && entry?.code == local && entry?.address == 0x9000)
        }
    }

    @Test("tasks 1: a back link to the running task goes on with what is saved")
    func runningTask() {
        let machine = SystemMachine(isLong: false)
        machine.processor.realWrite(SystemMachine.task, UInt32(SystemMachine.taskState))
        machine.put(machine.quad(SystemMachine.gdt + 0x30) | 2 << 40, at: SystemMachine.gdt + 0x30)
        machine.processor.state.pointee.systemFlags |= Flag.nt
        machine.core[Register.ax] = 0x1234
        #expect(machine.fault([0xCF]) == nil)
        #expect(machine.processor.instructionPointer == TestMachine.code + 1)
        #expect(machine.core[Register.ax] == 0x1234 && machine.processor.state.pointee.systemFlags & Flag.nt == 0)
    }

    @Test("control 1: what CPUID does not tell of is reserved in CR4", arguments: [0, 1, 12, 13, 14, 15, 22, 23, 24])
    func reservedControls(_ bit: UInt64) {
        let machine = SystemMachine()
        machine.core[Register.ax] = machine.processor.control.cr4 | 1 << bit
        #expect(machine.fault([0x0F, 0x22, 0xE0])?.vector == 13)
        #expect(machine.processor.control.cr4 >> bit & 1 == 0)
    }
}
