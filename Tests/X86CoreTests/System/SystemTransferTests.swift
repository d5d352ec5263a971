import Machine
import Testing

@testable import X86Core

@Suite("Transfers between levels and modes")
struct SystemTransferTests {
    @Test("SYSCALL and SYSRETQ")
    func systemCall() {
        let machine = SystemMachine()
        machine.processor.control.star = 0x0018_0008 << 32
        machine.processor.control.lstar = 0x1_8000
        machine.processor.control.fmask = Flag.interrupt
        machine.enterUser()
        machine.processor.state.pointee.systemFlags = Flag.interrupt
        machine.run([0x0F, 0x05])
        #expect(machine.core[Register.cx] == TestMachine.code + 2)
        #expect(machine.core[11] == 0x202 || machine.core[11] & Flag.interrupt != 0)
        #expect(machine.processor.instructionPointer == 0x1_8000)
        #expect(machine.processor.control.cpl == 0)
        #expect(machine.segment(SegmentNumber.cs).selector == 0x08)
        #expect(machine.segment(SegmentNumber.ss).selector == 0x10)
        #expect(machine.processor.state.pointee.systemFlags & Flag.interrupt == 0)
        machine.run([0x48, 0x0F, 0x07], at: 0x1_8000)
        #expect(machine.processor.instructionPointer == TestMachine.code + 2)
        #expect(machine.segment(SegmentNumber.cs).selector == 0x2B)
        #expect(machine.segment(SegmentNumber.ss).selector == 0x23)
        #expect(machine.processor.control.cpl == 3)
        #expect(machine.processor.state.pointee.systemFlags & Flag.interrupt != 0)
        // Where the address is none of 48 bits, the exception is level 0's.
        let other = SystemMachine()
        other.core[Register.cx] = 1 << 50
        other.core[Register.sp] = TestMachine.stack
        #expect(other.fault([0x48, 0x0F, 0x07])?.level == 0)
    }

    @Test("SYSRET to 32-bit code")
    func compatibility() {
        let machine = SystemMachine()
        machine.processor.control.star = 0x0018_0008 << 32
        machine.core[Register.cx] = TestMachine.code
        machine.core[11] = 2
        machine.run([0x0F, 0x07])
        #expect(machine.segment(SegmentNumber.cs).selector == 0x1B)
        #expect(machine.processor.mode.codeSize == 4)
        #expect(machine.processor.instructionPointer == TestMachine.code)
    }

    @Test("POPFQ takes what level and IOPL allow", arguments: [0, 1, 2, 3], [0, 1, 2, 3])
    func popFlags(level: Int, iopl: Int) {
        let machine = SystemMachine()
        machine.processor.control.cpl = level
        machine.processor.state.pointee.systemFlags = UInt64(iopl) << 12
        machine.processor.modeChanged()
        machine.core[Register.sp] = TestMachine.data
        machine.put(Flag.interrupt | Flag.iopl ^ UInt64(iopl) << 12 | Flag.ac | Flag.vm | Flag.rf | Flag.cf | Flag.nt, at: TestMachine.data)
        machine.run([0x9D])
        let flags = machine.core.flags
        #expect((flags & Flag.interrupt != 0) == (level <= iopl))
        let kept = flags >> 12 & 3
        #expect(kept == (level == 0 ? UInt64(3 ^ iopl) : UInt64(iopl)))
        #expect(flags & (Flag.vm | Flag.rf) == 0)
        #expect(flags & Flag.ac != 0 && flags & Flag.cf != 0 && flags & Flag.nt != 0)
        // The image that PUSHF shows is what is.
        machine.run([0x9C])
        #expect(machine.quad(machine.core[Register.sp]) == flags)
    }

    @Test("A call gate of long mode leads to an inner stack, and RETF comes back")
    func callGate() {
        let machine = SystemMachine()
        let target: UInt64 = 0x1_9000
        machine.put(target & 0xFFFF | 0x08 << 16 | 0xEC << 40 | (target >> 16) << 48, at: SystemMachine.gdt + 0x58)
        machine.put(0, at: SystemMachine.gdt + 0x60)
        machine.enterUser()
        machine.core[Register.sp] = TestMachine.stack
        machine.core[Register.ax] = TestMachine.data
        machine.put(UInt64(SystemMachine.gate) << 32, at: TestMachine.data)
        machine.run([0xFF, 0x18])
        #expect(machine.processor.instructionPointer == target)
        #expect(machine.processor.control.cpl == 0)
        #expect(machine.core[Register.sp] == SystemMachine.innerStack - 32)
        #expect(machine.quad(SystemMachine.innerStack - 16) == TestMachine.stack)
        #expect(machine.quad(SystemMachine.innerStack - 32) == TestMachine.code + 2)
        machine.run([0x48, 0xCB], at: target)
        #expect(machine.processor.control.cpl == 3)
        #expect(machine.core[Register.sp] == TestMachine.stack)
        #expect(machine.processor.instructionPointer == TestMachine.code + 2)
    }

    @Test("A call gate of 32 bits copies parameters")
    func parameters() {
        let machine = SystemMachine(isLong: false)
        let target: UInt64 = 0x1_9000
        machine.put(
            target & 0xFFFF | UInt64(SystemMachine.code32) << 16 | 2 << 32 | 0xEC << 40 | (target >> 16) << 48,
            at: SystemMachine.gdt + 0x58)
        machine.enterUser()
        machine.core[Register.sp] = TestMachine.stack
        machine.put(0x2222_2222_1111_1111, at: TestMachine.stack)
        machine.run([0x9A, 0, 0, 0, 0, 0x58, 0])
        let top = SystemMachine.innerStack
        #expect(machine.core[Register.sp] == top - 24)
        #expect(machine.long(top - 4) == UInt64(SystemMachine.userData))
        #expect(machine.long(top - 8) == TestMachine.stack)
        #expect(machine.long(top - 12) == 0x2222_2222)
        #expect(machine.long(top - 16) == 0x1111_1111)
        #expect(machine.long(top - 20) == UInt64(SystemMachine.userCode32))
        #expect(machine.long(top - 24) == TestMachine.code + 7)
        machine.run([0xCA, 8, 0], at: target)
        #expect(machine.processor.control.cpl == 3)
        #expect(machine.core[Register.sp] == TestMachine.stack + 8)
        // Level 3's own data segments stay.
        #expect(machine.segment(SegmentNumber.ds).selector == SystemMachine.userData)
    }

    @Test("Virtual-8086 mode: IRETD enters it, an interrupt leaves it")
    func virtual8086() {
        let machine = SystemMachine(isLong: false)
        machine.core[Register.sp] = TestMachine.stack
        let frame: [UInt64] = [0x10, 0x1000, Flag.vm | Flag.interrupt | 2, 0x8000, 0x3000, 0x111, 0x222, 0x333, 0x444]
        for (index, value) in frame.enumerated() {
            machine.processor.realWrite(TestMachine.stack + UInt64(4 * index), UInt32(value))
        }
        // At 1000:0010 stands INT 80h; IOPL is 0.
        machine.machine.load([0xCD, 0x80], at: 0x10010)
        machine.run([0xCF], at: 0x18000)
        #expect(machine.processor.mode.isVirtual8086)
        #expect(machine.processor.control.cpl == 3)
        #expect(machine.processor.instructionPointer == 0x10)
        #expect(machine.segment(SegmentNumber.cs).base == 0x10000)
        #expect(machine.segment(SegmentNumber.gs).selector == 0x444)
        #expect(machine.core[Register.sp] == 0x8000)
        // INT n is refused below IOPL 3: the handler of #GP is at level 0.
        machine.machine.load([0x90, 0x90], at: machine.handler(13))
        machine.go()
        #expect(machine.machine.lastFault?.vector == 13 && machine.machine.lastFault?.code == 0)
        let top = SystemMachine.innerStack
        #expect(machine.core[Register.sp] == top - 40)
        #expect(machine.long(top - 4) == 0x444)
        #expect(machine.long(top - 16) == 0x111)
        #expect(machine.long(top - 20) == 0x3000)
        #expect(machine.long(top - 24) == 0x8000)
        #expect(machine.long(top - 28) & Flag.vm != 0)
        #expect(machine.long(top - 32) == 0x1000)
        #expect(machine.long(top - 36) == 0x10)
        #expect(machine.segment(SegmentNumber.ds).isUnusable)
        #expect(!machine.processor.mode.isVirtual8086)
    }

    @Test("From power-on through protected mode to 64-bit mode and on to level 3")
    func boot() {
        let machine = SystemMachine()
        let processor = machine.processor
        let table = processor.control.gdtLimit
        processor.reset()
        #expect(processor.instructionPointer == 0xFFF0)
        // A far jump out of the first segment, as firmware does.
        processor.state.pointee.segments[SegmentNumber.cs].base = 0x10000
        machine.machine.load([0xEA, 0x00, 0x01, 0x00, 0x10], at: 0x1FFF0)
        machine.go()
        #expect(processor.instructionPointer == 0x100 && machine.segment(SegmentNumber.cs).base == 0x10000)
        // LGDT [BX], MOV CR0, EAX, JMP 0x40:0x10200 with a 32-bit offset.
        machine.machine.load([UInt8(table & 0xFF), UInt8(table >> 8), 0, 0, 5, 0], at: 0x800)
        machine.core[Register.bx] = 0x800
        machine.core[Register.ax] = CR0.pe | CR0.et
        machine.machine.load(
            [0x0F, 0x01, 0x17, 0x0F, 0x22, 0xC0, 0x66, 0xEA, 0x00, 0x02, 0x01, 0x00, 0x40, 0x00], at: 0x10100)
        machine.go(3)
        #expect(processor.mode.codeSize == 4 && processor.mode.isProtected)
        #expect(processor.instructionPointer == 0x10200)
        #expect(processor.control.gdtBase == SystemMachine.gdt)
        // MOV SS, DX; MOV DS, DX; MOV CR4, EBX; MOV CR3, EDI; WRMSR; MOV CR0, ESI; JMP 0x08:0x10300.
        machine.core[Register.dx] = 0x10
        machine.machine.load([0x8E, 0xD2, 0x8E, 0xDA], at: 0x10200)
        machine.go(2)
        #expect(processor.mode.stackSize == 4)
        machine.core[Register.bx] = CR4.pae
        machine.core[Register.di] = TestMachine.tables
        machine.core[Register.cx] = 0xC000_0080
        machine.core[Register.ax] = EFER.lme
        machine.core[Register.dx] = 0
        machine.core[Register.si] = CR0.pe | CR0.pg | CR0.et
        machine.machine.load(
            [
                0x0F, 0x22, 0xE3, 0x0F, 0x22, 0xDF, 0x0F, 0x30, 0x0F, 0x22, 0xC6, 0xEA, 0x00, 0x03, 0x01, 0x00, 0x08, 0x00,
            ], at: 0x10204)
        machine.go(4)
        #expect(processor.control.efer == EFER.lme | EFER.lma)
        #expect(processor.mode.codeSize == 4)
        machine.go()
        #expect(processor.mode.codeSize == 8 && processor.instructionPointer == 0x10300)
        // LTR, then IRETQ to level 3.
        machine.core[Register.ax] = UInt64(SystemMachine.taskState)
        machine.core[Register.sp] = TestMachine.stack
        for (index, value) in [0x1_8000, UInt64(SystemMachine.userCode64), 0x202, 0x3_0000, UInt64(SystemMachine.userData)]
            .enumerated()
        {
            machine.put(value, at: TestMachine.stack + UInt64(8 * index))
        }
        machine.run([0x0F, 0x00, 0xD8, 0x48, 0xCF], count: 2, at: 0x10300)
        #expect(processor.history.entries.isEmpty)
        #expect(processor.control.cpl == 3 && processor.instructionPointer == 0x1_8000)
        #expect(machine.core[Register.sp] == 0x3_0000)
        #expect(processor.control.tr.base == SystemMachine.task)
        // It is busy in its table.
        #expect(machine.quad(SystemMachine.gdt + 0x30) >> 40 & 15 == 11)
    }

    @Test("Segment registers are loaded with the manual's checks")
    func segments() {
        typealias Machine = SystemMachine
        func load(_ number: UInt8, _ selector: UInt16) -> ExceptionHistory.Entry? {
            let machine = SystemMachine(isLong: false)
            machine.core[Register.sp] = TestMachine.stack
            machine.core[Register.dx] = UInt64(selector)
            let fault = machine.fault([0x8E, 0xC2 | number << 3])
            if fault == nil { #expect(machine.segment(Int(number)).selector == selector) }
            return fault
        }
        #expect(load(3, Machine.data) == nil)
        #expect(load(3, 0) == nil)
        #expect(load(3, Machine.readOnly) == nil)
        #expect(load(3, Machine.absent)?.vector == 11)
        #expect(load(2, Machine.absent)?.vector == 12)
        #expect(load(2, 0)?.vector == 13)
        #expect(load(2, Machine.readOnly)?.code == UInt32(Machine.readOnly))
        #expect(load(2, Machine.userData)?.code == 0x20)
        #expect(load(3, 0x200)?.code == 0x200)
        #expect(load(3, 0x14)?.code == 0x14)
        #expect(load(1, Machine.data)?.vector == 6)
        #expect(load(7, Machine.data)?.vector == 6)
    }

    @Test("Limits: up, down, none, and what may be written")
    func limits() {
        func access(_ selector: UInt16, _ offset: UInt64, isWrite: Bool) -> UInt8? {
            let machine = SystemMachine(isLong: false)
            machine.core[Register.sp] = TestMachine.stack
            machine.core[Register.dx] = UInt64(selector)
            machine.run([0x8E, 0xDA])
            machine.core[Register.bx] = offset
            // STR [EBX], LTR-like reads by VERR [EBX].
            return machine.fault(isWrite ? [0x0F, 0x00, 0x0B] : [0x0F, 0x00, 0x23])?.vector
        }
        #expect(access(SystemMachine.small, 0xFE, isWrite: true) == nil)
        #expect(access(SystemMachine.small, 0xFF, isWrite: true) == 13)
        #expect(access(SystemMachine.downward, 0xFFF, isWrite: true) == 13)
        #expect(access(SystemMachine.downward, 0x1000, isWrite: true) == nil)
        #expect(access(SystemMachine.readOnly, 0x1000, isWrite: true) == 13)
        #expect(access(SystemMachine.readOnly, 0x1000, isWrite: false) == nil)
        #expect(access(0, 0x1000, isWrite: false) == 13)
        #expect(access(SystemMachine.code32, 0x1000, isWrite: true) == 13)
        #expect(access(SystemMachine.code32, 0x1000, isWrite: false) == nil)
    }
}
