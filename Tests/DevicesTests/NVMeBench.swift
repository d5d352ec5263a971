import Machine

@testable import Devices

/// A board with one disk, and a driver's part: queues in storage, commands, doorbells.
final class NVMeBench {
    let bench: BoardBench
    let disk: MemoryDisk
    let base: UInt64 = 0xC000_4000
    private var tails: [UInt64: Int] = [:]
    private var heads: [UInt64: Int] = [:]
    private var next: UInt64 = 0
    static let entries = 16

    /// Submission queue n at 0x10000 + n * 0x2000, its completion queue a page further.
    private static func submission(_ queue: UInt64) -> Int { 0x10000 + Int(queue) * 0x2000 }
    private static func completion(_ queue: UInt64) -> Int { submission(queue) + 0x1000 }

    struct Answer: Equatable {
        var status: UInt64
        var result: UInt64
        var identifier: UInt64
    }

    init(sectors: Int = 4096, isReadOnly: Bool = false) {
        let contents = (0..<sectors * 512).map { UInt8(truncatingIfNeeded: $0 / 512 + $0 % 512) }
        disk = MemoryDisk(contents, isReadOnly: isReadOnly)
        bench = BoardBench(disks: [disk])
        bench.writeAPIC(0x0F, 0x1FF)
    }

    func read(_ offset: UInt64, width: Int = 4) -> UInt64 { bench.load(base + offset, width: width) }
    func write(_ offset: UInt64, _ value: UInt64, width: Int = 4) { bench.store(base + offset, value, width: width) }

    /// Sets the controller up as Linux does.
    func start() {
        write(0x14, 0)
        write(0x24, UInt64(Self.entries - 1) << 16 | UInt64(Self.entries - 1))
        write(0x28, UInt64(Self.submission(0)), width: 8)
        write(0x30, UInt64(Self.completion(0)), width: 8)
        write(0x14, 0x0046_0001)
        tails = [:]
        heads = [:]
    }

    func createQueues(_ queue: UInt64, vector: UInt64 = 0) -> [UInt64] {
        let size = UInt64(Self.entries - 1) << 16 | queue
        return [
            admin(5, prp1: UInt64(Self.completion(queue)), words: [size, vector << 16 | 3]).status,
            admin(1, prp1: UInt64(Self.submission(queue)), words: [size, queue << 16 | 1]).status,
        ]
    }

    /// Puts a command into a queue without ringing for it.
    func put(
        _ queue: UInt64, _ opcode: UInt64, namespace: UInt64 = 1, prp1: UInt64 = 0, prp2: UInt64 = 0,
        words: [UInt64] = []
    ) {
        let tail = tails[queue, default: 0]
        let place = Self.submission(queue) + tail * 64
        for offset in stride(from: 0, to: 64, by: 8) { bench.storage.put(0, at: place + offset, width: 8) }
        next += 1
        bench.storage.put(opcode | next << 16, at: place, width: 4)
        bench.storage.put(namespace, at: place + 4, width: 4)
        bench.storage.put(prp1, at: place + 24, width: 8)
        bench.storage.put(prp2, at: place + 32, width: 8)
        for (index, word) in words.enumerated() { bench.storage.put(word, at: place + 40 + 4 * index, width: 4) }
        tails[queue] = (tail + 1) % Self.entries
    }

    func ring(_ queue: UInt64) { write(0x1000 + queue * 8, UInt64(tails[queue, default: 0])) }

    /// The next answer, if it is there: the phase tells.
    func answer(_ queue: UInt64) -> Answer? {
        let count = heads[queue, default: 0]
        let place = Self.completion(queue) + count % Self.entries * 16
        let status = bench.storage.number(at: place + 14, width: 2)
        guard status & 1 == (count / Self.entries & 1 == 0 ? 1 : 0) else { return nil }
        heads[queue] = count + 1
        return Answer(
            status: status >> 1 & 0x7FF, result: bench.storage.number(at: place, width: 4),
            identifier: bench.storage.number(at: place + 12, width: 2))
    }

    func release(_ queue: UInt64) { write(0x1000 + queue * 8 + 4, UInt64(heads[queue, default: 0] % Self.entries)) }

    func submit(
        _ queue: UInt64, _ opcode: UInt64, namespace: UInt64 = 1, prp1: UInt64 = 0, prp2: UInt64 = 0,
        words: [UInt64] = []
    ) -> Answer {
        put(queue, opcode, namespace: namespace, prp1: prp1, prp2: prp2, words: words)
        ring(queue)
        let given = answer(queue)
        release(queue)
        return given ?? Answer(status: .max, result: 0, identifier: 0)
    }

    func admin(_ opcode: UInt64, namespace: UInt64 = 0, prp1: UInt64 = 0, words: [UInt64] = []) -> Answer {
        submit(0, opcode, namespace: namespace, prp1: prp1, words: words)
    }
}
