import Machine
import Testing

@testable import X86Core

/// Segments that refuse nothing are told apart when code is decoded: what they leave out must not be missed, and must
/// come back with the next segment that refuses something.
@Suite("Flat segments")
struct FlatSegmentTests {
    private static let address = UInt32(TestMachine.data)

    private func machine() -> SystemMachine {
        let machine = SystemMachine(isLong: false)
        machine.put(0x1122_3344_5566_7788, at: TestMachine.data)
        return machine
    }

    private static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    /// MOV EAX,[address]; MOV DS,selector; MOV EAX,[address] again, all in one go.
    private func reload(_ selector: UInt16) -> [UInt8] {
        let load = [0xA1] + Self.word(Self.address)
        return load + [0xBA] + Self.word(UInt32(selector)) + [0x8E, 0xDA] + load
    }

    @Test("Operands of flat segments are where their offsets say, and nothing is asked twice")
    func flatOperands() {
        let machine = machine()
        #expect(machine.processor.mode.flatSegments == 0b1101)
        // MOV ECX,[data]; ADD [data+4],ECX; PUSH ECX; POP EDX
        let sum = [0x8B, 0x0D] + Self.word(Self.address) + [0x01, 0x0D] + Self.word(Self.address + 4) + [0x51, 0x5A]
        machine.run(sum, count: 4)
        #expect(machine.core[Register.dx] == 0x5566_7788)
        #expect(machine.quad(TestMachine.data) == 0x6688_AACC_5566_7788)
        // What a register has above 32 bits, and what an index adds, is cut: MOV EAX,[EBX+ESI*8].
        machine.core[Register.bx] = 0xFFFF_FFFF_0000_0000 | TestMachine.data - 8
        machine.core[Register.si] = 0x2000_0001
        machine.run([0x8B, 0x04, 0xF3])
        #expect(machine.core[Register.ax] == 0x5566_7788)
    }

    @Test("A load of DS that makes the segment another one counts from the next instruction on")
    func anotherSegment() {
        // `small` has base 0 and 256 bytes.
        let machine = machine()
        machine.run(reload(SystemMachine.small), count: 4)
        #expect(machine.processor.mode.flatSegments == 0b0101)
        #expect(machine.processor.history.entries.last?.vector == 13)
        #expect(machine.processor.history.entries.last?.address == TestMachine.code + 12)
        // And back: the same bytes with a segment that is flat.
        machine.run(reload(SystemMachine.data), count: 1)
        #expect(machine.processor.history.entries.count == 2)
        let other = self.machine()
        other.run(reload(SystemMachine.data), count: 4)
        #expect(other.processor.history.entries.isEmpty)
    }

    @Test("What may only be read is read, and not written", arguments: [false, true])
    func readOnly(stores: Bool) {
        let machine = machine()
        let access = [stores ? 0xA3 : 0xA1] + Self.word(Self.address)
        machine.run([0xBA] + Self.word(UInt32(SystemMachine.readOnly)) + [0x8E, 0xDA] + access, count: 3)
        #expect(machine.processor.history.entries.map(\.vector) == (stores ? [13] : []))
    }

    @Test("An access across the end of the addresses is refused", arguments: [0xFFFF_FFFD, 0xFFFF_FFFC] as [UInt32])
    func theEnd(offset: UInt32) {
        let machine = machine()
        machine.run([0xA1] + Self.word(offset))
        // Nobody answers at the end of the addresses: all ones.
        #expect(machine.processor.history.entries.map(\.vector) == (offset == 0xFFFF_FFFD ? [13] : []))
        if offset == 0xFFFF_FFFC { #expect(machine.core[Register.ax] == 0xFFFF_FFFF) }
    }

    @Test("A far return to level 3 that takes DS away leaves no flat segment behind")
    func droppedSegments() {
        let machine = machine()
        // RETF with EIP, CS, ESP and SS of level 3.
        let frame = [UInt32(TestMachine.code), UInt32(SystemMachine.userCode32), Self.address, UInt32(SystemMachine.userData)]
        for (index, value) in frame.enumerated() { machine.processor.realWrite(TestMachine.stack + UInt64(4 * index), value) }
        machine.run([0xCB], at: TestMachine.code + 0x100)
        #expect(machine.processor.control.cpl == 3)
        // SS alone: DS and ES were of level 0.
        #expect(machine.processor.mode.flatSegments == 0b0100)
        #expect(machine.fault([0xA1] + Self.word(Self.address))?.vector == 13)
    }

    @Test("64-bit addresses cut to 32 bits are plain, too")
    func narrowAddresses() {
        let machine = TestMachine()
        machine.processor.realWrite(TestMachine.data, UInt64(0x1234))
        machine.core[Register.bx] = 0xFFFF_0000_0000_0000 | TestMachine.data
        // MOV RAX,[EBX]
        machine.run([0x67, 0x48, 0x8B, 0x03])
        #expect(machine.core[Register.ax] == 0x1234)
    }
}

/// Loops that ask devices are run from decoded code as others are.
@Suite("Polling")
struct PollingTests {
    private final class Counter: ProcessorBus {
        var reads = 0
        var times: [UInt64] = []
        var clock: () -> UInt64 = { 0 }
        func readPort(_ port: UInt16, width: Int) -> UInt64 {
            reads += 1
            times.append(clock())
            return UInt64(reads)
        }
        func writePort(_ port: UInt16, width: Int, value: UInt64) {}
        func readDevice(_ address: UInt64, width: Int) -> UInt64 { .max }
        func writeDevice(_ address: UInt64, width: Int, value: UInt64) {}
        func acknowledgeInterrupt(processor: Int) -> UInt8? { nil }
    }

    @Test("IN is decoded once, and its time is that of its own beginning")
    func input() {
        let machine = TestMachine()
        let bus = Counter()
        let time = machine.processor.time
        bus.clock = { time.now }
        machine.processor.bus = bus
        let begin = machine.processor.completed
        // NOP; IN AL,0x40; NOP; JMP back
        machine.run([0x90, 0xE4, 0x40, 0x90, 0xEB, 0xFA], count: 4000)
        #expect(bus.reads == 1000)
        #expect(bus.times == (0..<1000).map { begin + 1 + 4 * $0 })
        #expect(machine.processor.blocksMade < 10)
    }
}
