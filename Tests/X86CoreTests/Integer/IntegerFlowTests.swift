import Testing

@testable import X86Core

/// The stack, jumps and loops, in 64-bit mode and outside it.
@Suite struct IntegerFlowTests {
    private typealias Machine = TestMachine

    @Test func pushAndPopMoveTheStack() {
        let machine = TestMachine()
        machine.core[Register.ax] = 0x1122_3344_5566_7788
        // push rax; push 0xFFFFFF80; push ax; pop cx; pop rdx; pop [rsp + 8]
        machine.run([0x50, 0x6A, 0x80, 0x66, 0x50, 0x66, 0x59, 0x5A, 0x8F, 0x44, 0x24, 0x08], count: 6)
        #expect(machine.core.get(Register.cx, UInt16.self) == 0x7788)
        #expect(machine.core[Register.dx] == 0xFFFF_FFFF_FFFF_FF80)
        #expect(machine.core[Register.sp] == TestMachine.stack)
        // Its address is computed with the stack pointer that POP leaves.
        #expect(machine.quad(TestMachine.stack + 8) == 0x1122_3344_5566_7788)
    }

    @Test func thePointerItselfIsPushedAndPopped() {
        let machine = TestMachine()
        // push rsp; pop rax; push rax; pop rsp
        machine.run([0x54, 0x58, 0x50, 0x5C], count: 4)
        #expect(machine.core[Register.ax] == TestMachine.stack)
        #expect(machine.core[Register.sp] == TestMachine.stack)
    }

    @Test func callsReturn() {
        let machine = TestMachine()
        // call +3; inc eax; jmp $; (at 9) inc ebx; ret
        let code: [UInt8] = [0xE8, 0x04, 0, 0, 0, 0xFF, 0xC0, 0xEB, 0xFE, 0xFF, 0xC3, 0xC3]
        machine.run(code, count: 4)
        #expect(machine.core[Register.ax] == 1)
        #expect(machine.core[Register.bx] == 1)
        #expect(machine.core[Register.sp] == TestMachine.stack)
        #expect(machine.processor.instructionPointer == TestMachine.code + 7)
    }

    @Test func indirectCallsAndReturnsWithRelease() {
        let machine = TestMachine()
        machine.core[Register.ax] = TestMachine.code + 0x20
        machine.load([0xC2, 0x10, 0x00], at: TestMachine.code + 0x20)
        // call rax
        machine.run([0xFF, 0xD0], count: 2)
        #expect(machine.processor.instructionPointer == TestMachine.code + 2)
        #expect(machine.core[Register.sp] == TestMachine.stack + 16)
    }

    @Test func callsThatCannotPushLeaveTheStackPointer() {
        let machine = TestMachine()
        machine.core[Register.sp] = 0x8000_0000_0000
        for code: [UInt8] in [[0xE8, 0, 0, 0, 0], [0x50], [0x6A, 1], [0xFF, 0xD0], [0xC3], [0xC9], [0xC8, 0, 0, 1]] {
            machine.core[Register.bp] = 0x8000_0000_0000
            // Below this address lies the last page before the hole, which is not mapped.
            let fault = machine.step(code)
            #expect(fault?.vector == 12 || fault?.vector == 14)
            #expect(machine.core[Register.sp] == 0x8000_0000_0000)
        }
    }

    @Test func jumpsToNowhereFaultWhereTheyStand() {
        let machine = TestMachine()
        machine.core[Register.ax] = 0x8000_0000_0000_0000
        #expect(machine.step([0xFF, 0xE0])?.vector == 13)
        #expect(machine.step([0xFF, 0xD0])?.vector == 13)
        #expect(machine.core[Register.sp] == TestMachine.stack)
        _ = machine.step([0x50])
        #expect(machine.step([0xC3])?.vector == 13)
        #expect(machine.core[Register.sp] == TestMachine.stack - 8)
    }

    @Test func loopsCountDown() {
        let machine = TestMachine()
        machine.core[Register.cx] = 1000
        // inc eax; loop -4
        machine.run([0xFF, 0xC0, 0xE2, 0xFC, 0xEB, 0xFE], count: 2000)
        #expect(machine.core[Register.ax] == 1000)
        #expect(machine.core[Register.cx] == 0)
        #expect(machine.processor.instructionPointer == TestMachine.code + 4)
        // 67: ECX counts, and its upper half is cleared.
        machine.core[Register.cx] = 0xFFFF_FFFF_0000_0001
        machine.run([0x67, 0xE2, 0xFD], count: 1)
        #expect(machine.core[Register.cx] == 0)
        #expect(machine.processor.instructionPointer == TestMachine.code + 3)
        // jrcxz +2
        machine.run([0xE3, 0x02], count: 1)
        #expect(machine.processor.instructionPointer == TestMachine.code + 4)
    }

    @Test func loopsAskZero() {
        let machine = TestMachine()
        for (opcode, isZero, goesOn) in [(0xE1, true, true), (0xE1, false, false), (0xE0, true, false), (0xE0, false, true)] {
            machine.core[Register.cx] = 5
            machine.core.statusFlags = isZero ? Flag.zf : 0
            machine.run([UInt8(opcode), 0x10], count: 1)
            #expect(machine.processor.instructionPointer == TestMachine.code + (goesOn ? 0x12 : 2))
        }
    }

    @Test func enterMakesFrames() {
        let machine = TestMachine()
        let outer = TestMachine.data + 0x100
        machine.memory.write([0x11, 0, 0, 0, 0, 0, 0, 0], at: outer - 8)
        machine.core[Register.bp] = outer
        machine.run([0xC8, 0x20, 0x00, 0x02], count: 1)
        let frame = TestMachine.stack - 8
        #expect(machine.quad(frame) == outer)
        #expect(machine.quad(frame - 8) == 0x11)
        #expect(machine.quad(frame - 16) == frame)
        #expect(machine.core[Register.bp] == frame)
        #expect(machine.core[Register.sp] == frame - 16 - 0x20)
        machine.run([0xC9], count: 1)
        #expect(machine.core[Register.bp] == outer)
        #expect(machine.core[Register.sp] == TestMachine.stack)
    }

    @Test func lockGoesWithStorageOnly() {
        let machine = TestMachine()
        machine.core[Register.bx] = TestMachine.data
        #expect(machine.step([0xF0, 0x01, 0x03]) == nil)  // lock add [rbx], eax
        #expect(machine.step([0xF0, 0x48, 0x0F, 0xBA, 0x2B, 3]) == nil)  // lock bts [rbx], 3
        #expect(machine.step([0xF0, 0x03, 0x03])?.vector == 6)  // lock add eax, [rbx]
        #expect(machine.step([0xF0, 0x01, 0xC3])?.vector == 6)  // lock add ebx, eax
        #expect(machine.step([0xF0, 0x39, 0x03])?.vector == 6)  // lock cmp
        #expect(machine.step([0xF0, 0x89, 0x03])?.vector == 6)  // lock mov
    }

    @Test func randomNumbersRepeat() {
        let (first, second) = (TestMachine(), TestMachine())
        for machine in [first, second] { machine.run([0x0F, 0xC7, 0xF0, 0x0F, 0xC7, 0xFA], count: 2) }
        #expect(first.core[Register.ax] == second.core[Register.ax])
        #expect(first.core.get(Register.ax, UInt32.self) != first.core.get(Register.dx, UInt32.self))
        #expect(first.core.statusFlags == Flag.cf)
    }

    /// A comparison and the jump behind it run as one; the flags tell whether it went the right way.
    @Test func comparisonsJumpAsTheirFlagsSay() {
        let machine = TestMachine()
        var numbers = SeededNumbers(state: 6)
        let comparisons: [[UInt8]] = [
            [0x39, 0xC8], [0x48, 0x39, 0xC8], [0x3C, 5], [0x83, 0xF8, 0xFF], [0x48, 0x83, 0xF9, 1], [0x3B, 0x06], [0x48, 0x3B, 0x06],
            [0x80, 0x3E, 1], [0x83, 0x3E, 0], [0x48, 0x83, 0x3E, 0], [0x84, 0xC0], [0x85, 0xC9], [0x48, 0x85, 0xC0],
            [0xA8, 4], [0xA9, 1, 1, 0, 0], [0xF6, 0x06, 0x10], [0x83, 0xE0, 3], [0x48, 0x21, 0xC8], [0x29, 0xC8],
            [0x48, 0x83, 0xE8, 1], [0xFF, 0xC9], [0x48, 0xFF, 0xC9], [0xFF, 0xC1], [0x38, 0xC8], [0x66, 0x39, 0xC8],
        ]
        machine.core[Register.si] = TestMachine.data
        for comparison in comparisons {
            for condition in UInt8(0)..<16 {
                let code = comparison + [0x70 | condition, 2, 0xEB, 0xFE, 0xEB, 0xFE]
                machine.load(code, at: TestMachine.code)
                for _ in 0..<12 {
                    let (a, b) = (numbers.operand(), numbers.operand())
                    machine.core[Register.ax] = a
                    machine.core[Register.cx] = numbers.next() & 1 != 0 ? a : b
                    machine.memory.write((0..<8).map { UInt8(truncatingIfNeeded: b >> UInt64(8 * $0)) }, at: TestMachine.data)
                    machine.processor.instructionPointer = TestMachine.code
                    _ = machine.processor.run(until: machine.processor.completed + 2)
                    let behind = TestMachine.code + UInt64(comparison.count) + 2
                    let target = behind + (machine.core.holds(condition) ? 2 : 0)
                    #expect(machine.processor.instructionPointer == target)
                }
            }
        }
    }
}
