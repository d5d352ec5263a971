import Machine
import Testing

@testable import X86Core

@Suite("Interrupts and exceptions are delivered as the manual says")
struct SystemDeliveryTests {
    @Test("INT n from level 3 switches to level 0's stack and IRETQ comes back")
    func levelChange() {
        let machine = SystemMachine()
        machine.enterUser()
        machine.processor.state.pointee.systemFlags = Flag.interrupt
        machine.run([0xCD, 0x80])
        #expect(machine.processor.instructionPointer == machine.handler(0x80))
        #expect(machine.processor.control.cpl == 0)
        #expect(machine.core[Register.sp] == SystemMachine.innerStack - 40)
        let frame = SystemMachine.innerStack
        #expect(machine.quad(frame - 8) == UInt64(SystemMachine.userData))
        #expect(machine.quad(frame - 16) == TestMachine.stack)
        #expect(machine.quad(frame - 24) == 0x202)
        #expect(machine.quad(frame - 32) == UInt64(SystemMachine.userCode64))
        #expect(machine.quad(frame - 40) == TestMachine.code + 2)
        #expect(machine.segment(SegmentNumber.ss).isUnusable)
        #expect(machine.processor.state.pointee.systemFlags & Flag.interrupt == 0)
        machine.machine.load([0x48, 0xCF], at: machine.handler(0x80))
        machine.go()
        #expect(machine.processor.control.cpl == 3)
        #expect(machine.processor.instructionPointer == TestMachine.code + 2)
        #expect(machine.core[Register.sp] == TestMachine.stack)
        #expect(machine.segment(SegmentNumber.ss).selector == SystemMachine.userData)
        #expect(machine.processor.state.pointee.systemFlags & Flag.interrupt != 0)
    }

    @Test("A gate may take a stack of its own, and frames are aligned")
    func interruptStack() {
        let machine = SystemMachine()
        machine.setGate(0x80, level: 3, stack: 1)
        machine.core[Register.sp] = TestMachine.stack - 4
        machine.run([0xCD, 0x80])
        #expect(machine.core[Register.sp] == SystemMachine.interruptStack - 40)
        #expect(machine.quad(SystemMachine.interruptStack - 16) == TestMachine.stack - 4)
        let plain = SystemMachine()
        plain.core[Register.sp] = TestMachine.stack - 4
        plain.run([0xCD, 0x80])
        #expect(plain.core[Register.sp] == TestMachine.stack - 16 - 40)
    }

    @Test("A gate's level counts for INT n only")
    func gateLevel() {
        let machine = SystemMachine()
        machine.enterUser()
        #expect(machine.fault([0xCD, 0x20])?.code == UInt32(0x102))
        let other = SystemMachine()
        other.enterUser()
        #expect(other.fault([0x0F, 0x0B])?.vector == 6)
        #expect(other.quad(SystemMachine.innerStack - 40) == TestMachine.code)
        // A fault's image has RF.
        #expect(other.quad(SystemMachine.innerStack - 24) & Flag.rf != 0)
    }

    @Test("Page faults tell what was refused", arguments: [0, 3])
    func pageFaults(level: Int) {
        let user: UInt32 = level == 3 ? 4 : 0
        func machine() -> SystemMachine {
            let machine = SystemMachine()
            if level == 3 { machine.enterUser() }
            return machine
        }
        // Not there: a read by CLFLUSH.
        var one = machine()
        one.core[Register.ax] = 0x4000_0000
        let read = one.fault([0x0F, 0xAE, 0x38])
        #expect(read?.vector == 14 && read?.code == user)
        #expect(one.processor.control.cr2 == 0x4000_0000)
        let top = SystemMachine.innerStack
        if level == 3 { #expect(one.quad(top - 48) == UInt64(user)) }
        // Likewise, a write.
        one = machine()
        one.core[Register.ax] = 0x4000_0008
        #expect(one.fault([0x0F, 0x01, 0x00])?.code == user | 2)
        // There, and read-only.
        one = machine()
        one.put(0x8000 | 0x85, at: TestMachine.tables + 0x2000 + 8 * 100)
        one.put(100 << 21 | 0x85, at: TestMachine.tables + 0x2000 + 8 * 100)
        one.core[Register.ax] = 100 << 21
        #expect(one.fault([0x0F, 0x01, 0x00])?.code == user | 3)
        // A reserved bit.
        one = machine()
        one.put(100 << 21 | 0x87 | 1 << 45, at: TestMachine.tables + 0x2000 + 8 * 100)
        one.core[Register.ax] = 100 << 21
        #expect(one.fault([0x0F, 0xAE, 0x38])?.code == user | 9)
        // A fetch where NX forbids it.
        one = machine()
        one.put(1 << 21 | 0x87 | 1 << 63, at: TestMachine.tables + 0x2000 + 8)
        #expect(one.run([0x90], at: 1 << 21) == .limit)
        #expect(one.machine.lastFault?.code == user | 17)
    }

    @Test("A fault on the way to a handler becomes a double fault, and then the processor shuts down")
    func doubleAndTriple() {
        let machine = SystemMachine()
        // #GP has no gate: #NP comes first, of the same kind: double fault.
        machine.put(0, at: SystemMachine.idt + 13 * 16)
        machine.core[Register.cx] = 0x1234_5678
        machine.run([0x0F, 0x32], count: 2)
        #expect(machine.machine.lastFault?.vector == 8)
        #expect(machine.processor.instructionPointer == machine.handler(8) + 1)
        #expect(machine.quad(TestMachine.stack - 48) == 0)

        let other = SystemMachine()
        other.put(0, at: SystemMachine.idt + 13 * 16)
        other.put(0, at: SystemMachine.idt + 8 * 16)
        other.core[Register.cx] = 0x1234_5678
        let stop = other.run([0x0F, 0x32])
        guard case .shutdown(let reason) = stop else {
            Issue.record("it goes on: \(stop)")
            return
        }
        #expect(reason.contains("triple fault"))
        // Nothing has been changed on the way.
        #expect(other.core[Register.sp] == TestMachine.stack)
        #expect(other.processor.instructionPointer == TestMachine.code)
    }

    @Test("A stack that faults leaves the state as it was, and the next exception gets its own stack")
    func faultingStack() {
        let machine = SystemMachine()
        machine.setGate(14, stack: 1)
        machine.core[Register.sp] = 0x4000_1000
        machine.run([0x0F, 0x0B])
        #expect(machine.machine.lastFault?.vector == 14)
        #expect(machine.processor.control.cr2 == 0x4000_1000 - 8)
        // What the page fault saves is the instruction that was undefined, and its stack pointer.
        #expect(machine.quad(SystemMachine.interruptStack - 40) == TestMachine.code)
        #expect(machine.quad(SystemMachine.interruptStack - 16) == 0x4000_1000)
    }

    @Test("TF stops after each instruction, and INT n is not stepped into")
    func singleStep() {
        let machine = SystemMachine()
        machine.processor.state.pointee.systemFlags = Flag.tf
        machine.run([0x90, 0x90], count: 2)
        #expect(machine.machine.lastFault?.vector == 1)
        #expect(machine.processor.control.dr[6] & DR6.step != 0)
        #expect(machine.quad(TestMachine.stack - 40) == TestMachine.code + 1)
        #expect(machine.quad(TestMachine.stack - 24) & Flag.tf != 0)
        #expect(machine.processor.state.pointee.systemFlags & Flag.tf == 0)
        let other = SystemMachine()
        other.processor.state.pointee.systemFlags = Flag.tf
        other.run([0xCD, 0x80], count: 2)
        #expect(other.processor.history.entries.isEmpty)
        #expect(other.processor.instructionPointer == other.handler(0x80) + 1)
    }

    @Test("INT1 is a trap")
    func int1() {
        let machine = SystemMachine()
        machine.enterUser()
        machine.run([0xF1], count: 2)
        #expect(machine.machine.lastFault?.vector == 1)
        #expect(machine.quad(SystemMachine.innerStack - 40) == TestMachine.code + 1)
    }

    @Test("Breakpoints on data are told of after the access, those on code before the instruction")
    func breakpoints() {
        let machine = SystemMachine()
        machine.core[Register.ax] = TestMachine.data + 4
        machine.run([0x0F, 0x23, 0xC0])
        machine.core[Register.ax] = 0x1 | 1 << 16
        machine.run([0x0F, 0x23, 0xF8])
        machine.core[Register.bx] = TestMachine.data
        machine.run([0x90, 0x0F, 0x01, 0x03, 0x90], count: 3)
        #expect(machine.machine.lastFault?.detail == 1)
        #expect(machine.quad(TestMachine.stack - 40) == TestMachine.code + 4)

        let other = SystemMachine()
        other.core[Register.ax] = TestMachine.code + 1
        other.run([0x0F, 0x23, 0xC8], at: 0x18000)
        other.core[Register.ax] = 0x4
        other.run([0x0F, 0x23, 0xF8], at: 0x18000)
        other.run([0x90, 0x90], count: 2)
        #expect(other.machine.lastFault?.detail == 2)
        #expect(other.quad(TestMachine.stack - 40) == TestMachine.code + 1)
        #expect(other.processor.control.dr[6] & 0xF == 2)
    }

    @Test("An interrupt waits behind STI for one instruction")
    func shadow() {
        final class Controller: ProcessorBus {
            func readPort(_ port: UInt16, width: Int) -> UInt64 { 0x1122_3344 }
            func writePort(_ port: UInt16, width: Int, value: UInt64) {}
            func readDevice(_ address: UInt64, width: Int) -> UInt64 { 0 }
            func writeDevice(_ address: UInt64, width: Int, value: UInt64) {}
            func acknowledgeInterrupt(processor: Int) -> UInt8? { 0x30 }
        }
        let controller = Controller()
        let machine = SystemMachine()
        machine.processor.bus = controller
        machine.processor.setInterruptRequest(true)
        machine.run([0xFB, 0x90, 0x90], count: 3)
        // Delivered behind the instruction after STI; that takes as much time as an instruction.
        #expect(machine.quad(TestMachine.stack - 40) == TestMachine.code + 2)
        #expect(machine.processor.instructionPointer == machine.handler(0x30))
        // IN at level 3 asks the task state's map, which is behind its end here.
        let user = SystemMachine()
        user.processor.bus = controller
        user.put(0xFFFF << 48, at: SystemMachine.task + 96)
        user.enterUser()
        #expect(user.fault([0xE5, 0x60])?.vector == 13)
        let open = SystemMachine()
        open.processor.bus = controller
        open.put(0x68 << 48, at: SystemMachine.task + 96)
        open.enterUser()
        open.run([0xE5, 0x60])
        #expect(open.core[Register.ax] == 0x1122_3344)
        #expect(open.processor.history.entries.isEmpty)
    }
}
