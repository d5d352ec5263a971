import Machine
import Testing

@testable import Devices

/// The board as a whole: time, snapshots, and whatever a guest might do to it.
@Suite struct WholeBoards {
    /// A random access, or some time, or a character; what is seen of it goes into the account.
    private func step(_ bench: BoardBench, _ generator: inout SeededGenerator, _ account: inout [UInt64], pieces: Int) {
        let ports: [UInt16] = [
            0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x40, 0x41, 0x42, 0x43, 0x61, 0x70, 0x71, 0x3F8, 0x3F9, 0x3FA, 0x3FB, 0x3FC,
            0x3FD, 0x3FE, 0x60, 0x64, 0x80, 0x92, 0xF4, 0x600, 0x602, 0x604, 0x608, 0xCF8, 0xCFC, 0xCFE,
        ]
        let windows: [UInt64] = [BoardBench.apic, BoardBench.apic, BoardBench.ioAPIC, 0xC000_4000, 0xC000_5000]
        let width = [1, 1, 1, 2, 4][Int.random(in: 0..<5, using: &generator)]
        let value = Bool.random(using: &generator) ? UInt64.random(in: 0...255, using: &generator) : generator.next()
        let port = Int.random(in: 0..<8, using: &generator) == 0
            ? UInt16.random(in: 0...0xFFFF, using: &generator) : ports.randomElement(using: &generator)!
        let window = windows.randomElement(using: &generator)!
        let offset = UInt64.random(in: 0..<0x400, using: &generator) & ~15
        let processor = Int.random(in: 0..<2, using: &generator)
        bench.board.currentProcessor = processor
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...2: bench.out(port, value & .allOnes(width: width), width: width)
        case 3...4: account.append(bench.in(port, width: width))
        case 5: bench.store(window + offset, value & 0xFFFF_FFFF)
        case 6: account.append(bench.load(window + offset))
        case 7: account.append(bench.acknowledge(processor).map(UInt64.init) ?? 999)
        case 8: bench.board.serial.receive(UInt8(truncatingIfNeeded: value))
        default:
            let target = bench.board.time.now + UInt64.random(in: 0..<300_000, using: &generator)
            let length = (target - bench.board.time.now) / UInt64(pieces)
            for _ in 0..<pieces { bench.board.advance(to: bench.board.time.now + length) }
            bench.board.advance(to: target)
        }
        account.append(contentsOf: bench.requested.map { $0 ? 1 : 0 })
    }

    private func made() -> BoardBench {
        BoardBench(processors: 2, disks: [MemoryDisk([UInt8](repeating: 7, count: 1 << 16))])
    }

    /// Random traffic ends in the same state however time is cut into pieces, and crashes nothing.
    @Test(arguments: 0..<12) func timeMayBeCutAnywhere(seed: UInt64) {
        var accounts: [[UInt64]] = []
        var states: [[UInt8]] = []
        for pieces in [1, 3] {
            let bench = made()
            var generator = SeededGenerator(seed: seed)
            var account: [UInt64] = []
            for _ in 0..<3000 { step(bench, &generator, &account, pieces: pieces) }
            accounts.append(account + bench.output.bytes.map(UInt64.init))
            states.append(bench.snapshot())
        }
        let isSame = accounts[0] == accounts[1]
        #expect(isSame)
        #expect(states[0].count == states[1].count)
    }

    /// From a snapshot at any point, another board behaves as the one that went on.
    @Test(arguments: 0..<12) func aSnapshotGoesOnAsTheBoardDid(seed: UInt64) throws {
        let bench = made()
        var generator = SeededGenerator(seed: seed)
        var before: [UInt64] = []
        for _ in 0..<Int.random(in: 100..<2000, using: &generator) { step(bench, &generator, &before, pieces: 1) }
        let bytes = bench.snapshot()
        let other = made()
        other.storage.bytes = bench.storage.bytes
        try other.restore(bytes)
        #expect(other.snapshot() == bytes)
        #expect(other.requested == bench.requested)
        var again = generator
        var first: [UInt64] = []
        var second: [UInt64] = []
        for _ in 0..<1500 {
            step(bench, &generator, &first, pieces: 1)
            step(other, &again, &second, pieces: 1)
        }
        let isSame = first == second && bench.snapshot() == other.snapshot()
        #expect(isSame)
    }

    /// Bytes that are not what was saved are refused in words, or make a board that goes on somehow.
    @Test(arguments: 0..<6) func damagedSnapshotsAreNoCrash(seed: UInt64) throws {
        let bench = made()
        var generator = SeededGenerator(seed: seed)
        var account: [UInt64] = []
        for _ in 0..<500 { step(bench, &generator, &account, pieces: 1) }
        let whole = bench.snapshot()
        var refused = 0
        for round in 0..<80 {
            var bytes = whole
            if round % 5 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator)) }
            for _ in 0..<Int.random(in: 1..<6, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8(truncatingIfNeeded: generator.next())
            }
            let other = made()
            do { try other.restore(bytes) } catch {
                refused += 1
                continue
            }
            for _ in 0..<100 { step(other, &generator, &account, pieces: 1) }
        }
        #expect(refused > 0)
    }

    @Test func aSnapshotOfAnotherBoardIsRefused() {
        let bytes = BoardBench(processors: 3).snapshot()
        #expect(throws: SnapshotError.self) { try BoardBench(processors: 2).restore(bytes) }
        #expect(throws: SnapshotError.self) { try BoardBench().restore([1, 2, 3]) }
    }

    @Test func aResetBoardIsANewOne() throws {
        let bench = made()
        let fresh = bench.snapshot()
        var generator = SeededGenerator(seed: 5)
        var account: [UInt64] = []
        for _ in 0..<1000 { step(bench, &generator, &account, pieces: 1) }
        bench.board.reset()
        #expect(bench.requested == [false, false])
        #expect(bench.board.deadline == .max)
        #expect(bench.snapshot().count <= fresh.count + account.count)
        // The machine can be used as after power-on.
        bench.startControllers(masks: 0xFFFE)
        bench.startTimer(1193)
        bench.wait(2_000_000)
        #expect(bench.acknowledge() == 0x30)
    }

    /// What happens happens in its order, even if time is let go in one leap.
    @Test func aLeapKeepsTheOrder() {
        let bench = BoardBench()
        bench.startControllers(masks: 0xFFFE, automatic: true)
        var taken: [UInt64] = []
        bench.board.signals.interruptRequested = { _, level in
            if level { taken.append(bench.board.time.now) }
        }
        bench.startTimer(11_932)
        for _ in 0..<3 {
            bench.board.advance(to: bench.board.time.now + 10_500_000)
            _ = bench.acknowledge()
        }
        #expect(taken.count == 3)
        #expect(zip(taken, taken.dropFirst()).allSatisfy { $1 - $0 > 9_000_000 && $1 - $0 < 11_000_000 })
    }

    @Test func theTimerIsAtThePowerOnStateQuiet() {
        let bench = BoardBench()
        #expect(bench.board.deadline == .max)
        bench.wait(10_000_000_000)
        #expect(!bench.requested[0])
    }
}
