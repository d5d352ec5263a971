import Testing

@testable import X86Core

/// Repetition: limits of the run, pages' ends, faults in the middle, overlap.
@Suite struct IntegerStringTests {
    private static let jump: [UInt8] = [0xEB, 0xFE]

    private func machine(from: UInt64, to: UInt64, count: UInt64) -> TestMachine {
        let machine = TestMachine()
        machine.core[Register.si] = from
        machine.core[Register.di] = to
        machine.core[Register.cx] = count
        machine.memory.write((0..<0x4000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }, at: TestMachine.data)
        return machine
    }

    /// Copies byte by byte, as the manual describes it.
    private func copied(_ bytes: [UInt8], from: Int, to: Int, count: Int, size: Int) -> [UInt8] {
        var bytes = bytes
        for index in 0..<count {
            let element = Array(bytes[from + index * size..<from + index * size + size])
            for (place, byte) in element.enumerated() { bytes[to + index * size + place] = byte }
        }
        return bytes
    }

    @Test(arguments: [1, 2, 4, 8], [-9, -8, -3, 0, 1, 2, 5, 8, 12, 64, 4096, 5000])
    func copiesOverlapAsTheManualHasIt(_ size: Int, _ distance: Int) throws {
        let count = 900
        let machine = machine(
            from: TestMachine.data + 0x100, to: UInt64(Int(TestMachine.data) + 0x100 + distance), count: UInt64(count))
        let before = try #require(machine.memory.read(0x4000, at: TestMachine.data))
        let prefixes: [UInt8] = size == 2 ? [0x66] : []
        let rex: [UInt8] = size == 8 ? [0x48] : []
        machine.run(prefixes + [0xF3] + rex + [size == 1 ? 0xA4 : 0xA5] + Self.jump, count: count)
        let after = try #require(machine.memory.read(0x4000, at: TestMachine.data))
        #expect(after == copied(before, from: 0x100, to: 0x100 + distance, count: count, size: size))
        #expect(machine.core[Register.cx] == 0)
        #expect(machine.core[Register.si] == TestMachine.data + 0x100 + UInt64(count * size))
        #expect(machine.processor.instructionPointer == TestMachine.code + UInt64(prefixes.count + rex.count + 2))
    }

    @Test func theRunMayEndBetweenRepetitions() {
        let machine = machine(from: TestMachine.data, to: TestMachine.data + 0x2000, count: 100)
        machine.run([0x90, 0xF3, 0xA4, 0xFF, 0xC0] + Self.jump, count: 31)
        #expect(machine.processor.completed == 31)
        #expect(machine.core[Register.cx] == 70)
        #expect(machine.processor.instructionPointer == TestMachine.code + 1)
        _ = machine.processor.run(until: 101)
        #expect(machine.core[Register.cx] == 0)
        #expect(machine.core[Register.ax] == 0)
        #expect(machine.processor.instructionPointer == TestMachine.code + 3)
        _ = machine.processor.run(until: 102)
        #expect(machine.core[Register.ax] == 1)
    }

    @Test func nothingIsRepeatedZeroTimes() {
        let machine = machine(from: 0x8000_0000_0000, to: 0x8000_0000_0000, count: 0)
        machine.run([0xF3, 0xA4] + Self.jump, count: 1)
        #expect(machine.processor.instructionPointer == TestMachine.code + 2)
        #expect(machine.processor.completed == 1)
    }

    @Test func aFaultKeepsWhatIsDone() {
        // The tables map one GiB.
        let end: UInt64 = 1 << 30
        let machine = TestMachine()
        machine.processor.memory.write([UInt8](repeating: 1, count: 16), at: TestMachine.data)
        // Storage ends at 4 MiB: the last page of the tables' GiB leads to a device, so unmap the second half.
        let entries = TestMachine.tables + 0x2000
        machine.memory.write([0], at: entries + 8)
        machine.core[Register.di] = (2 << 20) - 5
        machine.core[Register.cx] = 100
        machine.core[Register.ax] = 0x55
        #expect(end > machine.core[Register.di])
        machine.load([0xF3, 0xAA], at: TestMachine.code)
        machine.processor.instructionPointer = TestMachine.code
        let state = machine.processor.state
        state.pointee.remaining = 1000
        state.pointee.isSingle = true
        let head = try? machine.processor.makeSingle()
        if let head { runChain(UnsafeMutableRawPointer(state), from: head) }
        state.pointee.isSingle = false
        #expect(state.pointee.leaveReason == .exception)
        #expect(machine.processor.fault?.vector == 14)
        #expect(machine.processor.fault?.detail == 2 << 20)
        #expect(machine.core[Register.cx] == 95)
        #expect(machine.core[Register.di] == 2 << 20)
        // Five are paid for, and the one that failed, which is given back.
        #expect(state.pointee.remaining == 1000 - 6)
    }

    @Test func comparisonsEndTheRepetition() {
        let machine = machine(from: 0, to: TestMachine.data, count: .max)
        machine.memory.write([UInt8](repeating: 1, count: 5000) + [0], at: TestMachine.data)
        // repne scasb, the length of a string.
        machine.run([0xF2, 0xAE] + Self.jump, count: 5001)
        #expect(machine.core[Register.di] == TestMachine.data + 5001)
        #expect(machine.core[Register.cx] == UInt64.max - 5001)
        #expect(machine.core.zf)
        #expect(machine.processor.instructionPointer == TestMachine.code + 2)
        // repe cmpsb
        machine.core[Register.si] = TestMachine.data
        machine.core[Register.di] = TestMachine.data + 1
        machine.core[Register.cx] = 6000
        machine.run([0xF3, 0xA6] + Self.jump, count: 5000)
        #expect(machine.core[Register.cx] == 1000)
        #expect(!machine.core.zf)
        #expect(!machine.core.cf)
    }

    @Test func downwardsAndInSixteenBits() throws {
        let machine = machine(from: TestMachine.data + 0x1003, to: TestMachine.data + 0x1005, count: 0x1000)
        let before = try #require(machine.memory.read(0x4000, at: TestMachine.data))
        machine.processor.state.pointee.systemFlags |= Flag.df
        machine.run([0xF3, 0xA4] + Self.jump, count: 0x1000)
        let after = try #require(machine.memory.read(0x4000, at: TestMachine.data))
        var expected = before
        for index in 0..<0x1000 { expected[0x1005 - index] = expected[0x1003 - index] }
        #expect(after == expected)
        #expect(machine.core[Register.si] == TestMachine.data + 3)
        machine.processor.state.pointee.systemFlags = 0
        // 67: ESI, EDI and ECX count, and their upper halves are cleared.
        machine.core[Register.si] = 0xFFFF_0000_0000_0000 | TestMachine.data
        machine.core[Register.di] = 0xFFFF_0000_0000_0000 | TestMachine.data + 0x2000
        machine.core[Register.cx] = 0xFFFF_0000_0000_0010
        machine.run([0x67, 0xF3, 0xA4] + Self.jump, count: 16)
        #expect(machine.core[Register.cx] == 0)
        #expect(machine.core[Register.si] == TestMachine.data + 0x10)
    }
}
