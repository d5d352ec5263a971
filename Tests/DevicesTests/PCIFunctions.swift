import Machine
import Testing

@testable import Devices

@Suite struct PCIFunctions {
    private func address(_ slot: UInt64, _ register: UInt64) -> UInt64 { 0x8000_0000 | slot << 11 | register }
    private func read(_ bench: BoardBench, _ slot: UInt64, _ register: UInt64, width: Int = 4) -> UInt64 {
        bench.out(0xCF8, address(slot, register & ~3), width: 4)
        return bench.in(UInt16(0xCFC + register & 3), width: width)
    }
    private func write(_ bench: BoardBench, _ slot: UInt64, _ register: UInt64, _ value: UInt64, width: Int = 4) {
        bench.out(0xCF8, address(slot, register & ~3), width: 4)
        bench.out(UInt16(0xCFC + register & 3), value, width: width)
    }

    /// How Linux finds out that there is a bus: the address register reads back, and a host bridge answers.
    @Test func theBusIsFound() {
        let bench = BoardBench(disks: [MemoryDisk([1])])
        bench.out(0xCFB, 0x01)
        bench.out(0xCF8, 0x8000_0000, width: 4)
        #expect(bench.in(0xCF8, width: 4) == 0x8000_0000)
        #expect(read(bench, 0, 0x0A, width: 2) == 0x0600)
        #expect(read(bench, 0, 0) == 0x1237_8086)
        #expect(read(bench, 2, 0) == 0xFFFF_FFFF)
        bench.out(0xCF8, address(1, 0) | 0x100, width: 4)
        #expect(bench.in(0xCFC, width: 4) == 0xFFFF_FFFF)
        bench.out(0xCF8, address(1, 0) | 0x1_0000, width: 4)
        #expect(bench.in(0xCFC, width: 4) == 0xFFFF_FFFF)
        bench.out(0xCF8, 0, width: 4)
        #expect(bench.in(0xCFC, width: 4) == 0xFFFF_FFFF)
    }

    @Test func aWindowTellsItsSizeAndMoves() {
        let bench = BoardBench(disks: [MemoryDisk([1])])
        #expect(read(bench, 1, 0x08) >> 8 == 0x01_0802)
        #expect(read(bench, 1, 0x3C, width: 2) == 0x010B)
        let before = read(bench, 1, 0x10)
        #expect(before & 0xF == 4)
        let base = before & ~0xF
        #expect(RealAddresses.devices.contains(base))
        #expect(bench.load(base + 8) == 0x0001_0400)
        write(bench, 1, 0x04, 0, width: 2)
        #expect(bench.load(base + 8) == 0xFFFF_FFFF)
        write(bench, 1, 0x10, 0xFFFF_FFFF)
        write(bench, 1, 0x14, 0xFFFF_FFFF)
        #expect(read(bench, 1, 0x10) == 0xFFFF_C004)
        #expect(read(bench, 1, 0x14) == 0xFFFF_FFFF)
        write(bench, 1, 0x10, 0xE000_0000)
        write(bench, 1, 0x14, 0x12)
        write(bench, 1, 0x04, 6, width: 2)
        #expect(bench.load(0x12_E000_0008) == 0x0001_0400)
        #expect(bench.load(base + 8) == 0xFFFF_FFFF)
        // What is not writable stays.
        write(bench, 1, 0, 0)
        #expect(read(bench, 1, 0) == 0x0010_1B36)
        write(bench, 1, 0x3C, 0x05, width: 1)
        #expect(read(bench, 1, 0x3C, width: 1) == 5)
    }

    @Test func theCapabilityListEndsWithMessages() {
        let bench = BoardBench(disks: [MemoryDisk([1])])
        #expect(read(bench, 1, 0x06, width: 2) & 0x10 != 0)
        let first = read(bench, 1, 0x34, width: 1)
        #expect(read(bench, 1, first, width: 2) == 0x0011)
        #expect(read(bench, 1, first + 2, width: 2) == 8)
        write(bench, 1, first + 2, 0xFFFF, width: 2)
        #expect(read(bench, 1, first + 2, width: 2) == 0xC008)
        #expect(read(bench, 1, first + 4) == 0x2000)
        #expect(read(bench, 1, first + 8) == 0x3000)
    }
}
