import Machine
import Testing

@testable import Devices

/// Guests that mean harm, or only make mistakes: everything is refused in the device's own words, and nothing is read
/// or written outside the guest's storage.
@Suite struct HostileGuests {
    /// Commands of random bytes, in which the fields that decide are often enough right.
    @Test(arguments: 0..<8) func randomCommandsToADisk(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let nvme = NVMeBench(sectors: 256)
        nvme.start()
        _ = nvme.createQueues(1)
        var answers = 0
        for round in 0..<1500 {
            let queue = UInt64.random(in: 0...1, using: &generator)
            let opcode = UInt64.random(in: 0...0x0D, using: &generator)
            func address() -> UInt64 {
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: return generator.next()
                case 1: return 0x60000 + UInt64.random(in: 0..<0x1000, using: &generator)
                case 2: return 0xFF000 + UInt64.random(in: 0..<0x1000, using: &generator) & ~7
                default: return UInt64.random(in: 0x60...0xFF, using: &generator) << 12
                }
            }
            let words = (0..<6).map { _ in
                Bool.random(using: &generator)
                    ? UInt64.random(in: 0..<300, using: &generator) : generator.next() & 0xFFFF_FFFF
            }
            nvme.put(
                queue, opcode, namespace: UInt64.random(in: 0...2, using: &generator), prp1: address(), prp2: address(),
                words: words)
            nvme.ring(queue)
            if nvme.answer(queue) != nil { answers += 1 }
            nvme.release(queue)
            // A guest may overwrite its queues, delete them, and reset the controller in the middle of it all.
            if round % 200 == 199 {
                nvme.write(0x14, 0)
                nvme.start()
                for place in 0x10000..<0x18000 { nvme.bench.storage.bytes[place] = 0 }
                _ = nvme.createQueues(1)
            }
        }
        #expect(answers > 500)
        #expect(nvme.disk.contents.count == 256 * 512)
    }

    @Test(arguments: 0..<8) func randomRegistersOfAPICs(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bench = BoardBench(processors: 4)
        var taken = 0
        for _ in 0..<4000 {
            let apic = bench.board.localAPICs.randomElement(using: &generator)!
            let telling = [0x08, 0x0D, 0x0E, 0x0F, 0x30, 0x30, 0x30, 0x31, 0x32, 0x35, 0x37, 0x38, 0x3E, 0x3F]
            let register = Bool.random(using: &generator)
                ? Int.random(in: 0..<0x48, using: &generator) : telling.randomElement(using: &generator)!
            let value = Bool.random(using: &generator)
                ? generator.next() & 0x7_CFFF : generator.next() >> UInt64.random(in: 0..<64, using: &generator)
            switch Int.random(in: 0..<30, using: &generator) {
            case 0: _ = apic.writeBase(0xFEE0_0000 | [0, 0x800, 0x400, 0xC00].randomElement(using: &generator)!)
            case 1...2: apic.timestampDeadline = bench.board.time.now &+ value
            case 3...4: _ = apic.readRegister(register)
            case 5...8: if bench.acknowledge(Int(apic.identifier)) != nil { taken += 1 }
            case 9...11: _ = apic.writeRegister(0x0B, 0)
            case 12...14: _ = apic.writeRegister(0x0F, 0x1FF)
            case 15...16: bench.wait(UInt64.random(in: 0..<100_000, using: &generator))
            case 17...18: bench.writeEntry(UInt64.random(in: 0..<25, using: &generator), value)
            default: _ = apic.writeRegister(register, value)
            }
            for processor in 0..<4 where bench.board.localAPICs[processor].pendingVector != nil {
                #expect(bench.requested[processor])
            }
        }
        #expect(taken > 3)
    }

    /// A timer with the shortest of periods that nobody answers does not hold the host up.
    @Test func theShortestPeriodsCostNothingUnanswered() {
        let bench = BoardBench()
        bench.writeAPIC(0x0F, 0x1FF)
        bench.writeAPIC(0x3E, 0xB)
        bench.writeAPIC(0x32, 0x2_0041)
        bench.writeAPIC(0x38, 1)
        bench.wait(1_000_000_000_000)
        #expect(bench.requested[0])
        #expect(bench.acknowledge() == 0x41)
        #expect(bench.board.deadline == bench.board.time.now + 1)
    }

    @Test func disksBeyondTheFirstHaveTheirOwnWindowAndLine() {
        let bench = BoardBench(disks: [MemoryDisk([1]), MemoryDisk([2]), MemoryDisk([3])])
        for slot in UInt64(1)...3 {
            #expect(bench.load(0xC000_0000 + slot << 14 + 8) == 0x0001_0400)
            bench.out(0xCF8, 0x8000_003C | slot << 11, width: 4)
            #expect(bench.in(0xCFC) == (slot & 1 == 0 ? 10 : 11))
        }
    }

    /// Two devices at one level: it is low when both are.
    @Test func aSharedLineIsTheOrOfItsDevices() {
        let bench = BoardBench()
        let first = bench.board.interrupts.line(10)
        let second = bench.board.interrupts.line(10)
        bench.writeAPIC(0x0F, 0x1FF)
        bench.writeEntry(10, 0xA045)
        first.set(true)
        second.set(true)
        first.set(false)
        #expect(bench.acknowledge() == 0x45)
        bench.writeAPIC(0x0B, 0)
        #expect(bench.acknowledge() == 0x45)
        second.set(false)
        bench.writeAPIC(0x0B, 0)
        #expect(!bench.requested[0])
    }
}
