import Testing

@testable import X86Core

/// What only 16- and 32-bit code has.
@Suite struct IntegerLegacyTests {
    /// Flat, without paging.
    private func machine(isBig: Bool) -> TestMachine {
        let machine = TestMachine()
        let processor = machine.processor
        processor.control.efer = 0
        processor.control.cr0 = CR0.pe | CR0.et | CR0.ne
        for number in 0..<6 {
            let attributes: UInt16 = (number == SegmentNumber.cs ? 0x809B : 0x8093) | (isBig ? 0x4000 : 0)
            processor.state.pointee.segments[number] = Segment(
                selector: 8, attributes: attributes, limit: .max, base: 0)
        }
        processor.translations.flush()
        processor.translationChanged()
        processor.modeChanged()
        machine.core[Register.sp] = 0x4000
        return machine
    }

    private func packed(_ al: Int, cf: Bool, af: Bool, subtracts: Bool) -> (al: Int, cf: Bool, af: Bool) {
        // Intel SDM volume 2, DAA and DAS.
        var (new, carry, half) = (al, false, false)
        if al & 15 > 9 || af {
            new = subtracts ? al - 6 : al + 6
            carry = cf || new < 0 || new > 255
            half = true
        }
        if al > 0x99 || cf {
            new = subtracts ? new - 0x60 : new + 0x60
            carry = true
        } else if !subtracts {
            carry = false
        }
        return (new & 0xFF, carry, half)
    }

    @Test func decimalAdjustmentsOfAllBytes() {
        let machine = machine(isBig: true)
        for number in 0..<1024 {
            let (al, cf, af) = (number & 0xFF, number & 0x100 != 0, number & 0x200 != 0)
            for (opcode, subtracts) in [(0x27, false), (0x2F, true)] {
                machine.core[Register.ax] = UInt64(al)
                machine.core.statusFlags = (cf ? Flag.cf : 0) | (af ? Flag.af : 0)
                #expect(machine.step([UInt8(opcode)]) == nil)
                let expected = packed(al, cf: cf, af: af, subtracts: subtracts)
                #expect(machine.core[Register.ax] == UInt64(expected.al))
                #expect(machine.core.cf == expected.cf)
                #expect(machine.core.af == expected.af)
                #expect(machine.core.zf == (expected.al == 0))
            }
        }
    }

    @Test func unpackedDigits() {
        let machine = machine(isBig: true)
        // 8 + 5, then AAA.
        machine.core[Register.ax] = 0x000D
        machine.run([0x37], count: 1)
        #expect(machine.core[Register.ax] == 0x0103)
        #expect(machine.core.cf && machine.core.af)
        // 2 - 5, then AAS.
        machine.core[Register.ax] = 0x01FD
        machine.core.statusFlags = Flag.af
        machine.run([0x3F], count: 1)
        #expect(machine.core[Register.ax] == 0x0007)
        machine.core[Register.ax] = 63
        machine.run([0xD4, 10, 0xD5, 10], count: 1)
        #expect(machine.core[Register.ax] == 0x0603)
        machine.run([0xD5, 10], count: 1)
        #expect(machine.core[Register.ax] == 63)
        #expect(machine.step([0xD4, 0])?.vector == 0)
    }

    @Test func oneByteIncrementsAndCarryInAL() {
        let machine = machine(isBig: true)
        machine.core.statusFlags = Flag.cf
        machine.run([0x40, 0x66, 0x4B, 0xD6], count: 3)
        #expect(machine.core.get(Register.ax, UInt8.self) == 0xFF)
        #expect(machine.core[Register.bx] == 0xFFFF)
        #expect(machine.core.cf)
    }

    @Test func allRegistersArePushed() {
        let machine = machine(isBig: true)
        for number in UInt8(0)..<8 where number != 4 { machine.core[number] = UInt64(number) + 0x10 }
        machine.run([0x60], count: 1)
        #expect(machine.core[Register.sp] == 0x4000 - 32)
        #expect(machine.quad(0x4000 - 8) == 0x10_0000_0011)
        for number in UInt8(0)..<8 where number != 4 { machine.core[number] = 0 }
        machine.run([0x61], count: 1)
        #expect(machine.core[Register.sp] == 0x4000)
        for number in UInt8(0)..<8 where number != 4 { #expect(machine.core[number] == UInt64(number) + 0x10) }
    }

    @Test func boundsAreSigned() {
        let machine = machine(isBig: true)
        machine.memory.write([0xFE, 0xFF, 0xFF, 0xFF, 5, 0, 0, 0], at: TestMachine.data)
        machine.core[Register.bx] = TestMachine.data
        for (value, faults) in [(-3, true), (-2, false), (0, false), (5, false), (6, true)] {
            machine.core[Register.ax] = UInt64(UInt32(bitPattern: Int32(value)))
            #expect((machine.step([0x62, 0x03])?.vector == 5) == faults)
        }
    }

    @Test(arguments: [false, true])
    func callsAndStacksOfEitherWidth(_ isBig: Bool) {
        let machine = machine(isBig: isBig)
        let at: UInt64 = 0x1000
        // call +1; jmp $ ... push ax; pop cx; ret
        let call: [UInt8] = isBig ? [0xE8, 2, 0, 0, 0] : [0xE8, 2, 0]
        machine.core[Register.ax] = 0x1234_5678
        machine.core[Register.sp] = 0xFFFF_0000_0000 | 0x4000
        machine.run(call + [0xEB, 0xFE, 0x50, 0x59, 0xC3], count: 4, at: at)
        #expect(machine.processor.instructionPointer == at + UInt64(call.count))
        #expect(machine.core.get(Register.sp, UInt16.self) == 0x4000)
        #expect(machine.core.get(Register.cx, UInt16.self) == 0x5678)
        #expect(machine.quad(0x4000 - (isBig ? 4 : 2)) & 0xFFFF == at + UInt64(call.count))
    }

    @Test func extensionsGoByTheOperandSize() {
        let narrow = machine(isBig: false)
        narrow.core[Register.ax] = 0x1111_0080
        narrow.run([0x98, 0x66, 0x98], count: 1, at: 0x1000)
        #expect(narrow.core[Register.ax] == 0x1111_FF80)
        narrow.run([0x66, 0x98], count: 1, at: 0x1000)
        #expect(narrow.core[Register.ax] == 0xFFFF_FF80)
        narrow.run([0x99], count: 1, at: 0x1000)
        #expect(narrow.core[Register.dx] == 0xFFFF)
        // jcxz looks at CX alone.
        narrow.core[Register.cx] = 0x10000
        narrow.run([0xE3, 0x10], count: 1, at: 0x1000)
        #expect(narrow.processor.instructionPointer == 0x1012)
    }

    @Test func stringsInSixteenBitCode() {
        let machine = machine(isBig: false)
        machine.core[Register.di] = 0xFFFE
        machine.core[Register.cx] = 4
        machine.core[Register.ax] = 0xAB
        // The offset wraps at 64 KiB.
        machine.run([0xF3, 0xAA, 0xEB, 0xFE], count: 4, at: 0x1000)
        #expect(machine.core[Register.di] == 2)
        #expect(machine.quad(0xFFF8) >> 48 == 0xABAB)
        #expect(machine.quad(0) & 0xFFFF == 0xABAB)
    }
}
