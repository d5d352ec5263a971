import Devices
import Machine

/// What a port prints.
final class CollectedBytes: ByteSink {
    private(set) var bytes: [UInt8] = []
    var text: String { String(decoding: bytes, as: UTF8.self) }
    func put(_ byte: UInt8) { bytes.append(byte) }
    func flush() {}
}

/// The level of a line, and how often it rose.
final class WatchedLine {
    private(set) var isRaised = false
    private(set) var rises = 0
    var line: InterruptLine {
        InterruptLine { [self] level in
            if level, !isRaised { rises += 1 }
            isRaised = level
        }
    }
}

/// Storage from real address 0.
final class TestStorage: GuestMemoryAccess {
    var bytes: [UInt8]
    init(size: Int = 1 << 20) { bytes = [UInt8](repeating: 0, count: size) }

    func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard let range = range(address, buffer.count) else { return false }
        bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[range])) }
        return true
    }
    func write(_ address: UInt64, from buffer: UnsafeRawBufferPointer) -> Bool {
        guard let range = range(address, buffer.count) else { return false }
        bytes.replaceSubrange(range, with: buffer)
        return true
    }
    private func range(_ address: UInt64, _ count: Int) -> Range<Int>? {
        let size = UInt64(bytes.count)
        guard address <= size, UInt64(count) <= size - address else { return nil }
        return Int(address)..<Int(address) + count
    }

    func put(_ value: UInt64, at address: Int, width: Int) {
        for index in 0..<width { bytes[address + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
    func number(at address: Int, width: Int) -> UInt64 {
        (0..<width).reduce(0) { $0 | UInt64(bytes[address + $1]) << UInt64(8 * $1) }
    }
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A board, what it says, and accesses in the words of an assembler.
final class BoardBench {
    let board: PCBoard
    let output = CollectedBytes()
    let storage = TestStorage()
    private(set) var events: [String] = []
    private(set) var requested: [Bool]

    init(processors: Int = 1, disks: [any BlockDevice] = [], date: Int64 = 1_700_000_000) {
        var configuration = PCBoard.Configuration()
        configuration.processors = processors
        configuration.disks = disks
        configuration.date = date
        configuration.storageSize = 128 << 20
        board = PCBoard(configuration, time: VirtualTime(), serialOutput: output, memory: storage)
        requested = Array(repeating: false, count: processors)
        board.signals.interruptRequested = { [unowned self] in requested[$0] = $1 }
        board.signals.nonMaskable = { [unowned self] in events.append("NMI \($0)") }
        board.signals.initialise = { [unowned self] in events.append("INIT \($0)") }
        board.signals.startUp = { [unowned self] in events.append("SIPI \($0) \($1)") }
        board.signals.powerOff = { [unowned self] in events.append("off") }
        board.signals.reset = { [unowned self] in events.append("reset") }
        board.signals.debugExit = { [unowned self] in events.append("exit \($0)") }
    }

    func out(_ port: UInt16, _ value: UInt64, width: Int = 1) { board.writePort(port, width: width, value: value) }
    func `in`(_ port: UInt16, width: Int = 1) -> UInt64 { board.readPort(port, width: width) }
    func store(_ address: UInt64, _ value: UInt64, width: Int = 4) {
        board.writeDevice(address, width: width, value: value)
    }
    func load(_ address: UInt64, width: Int = 4) -> UInt64 { board.readDevice(address, width: width) }
    func wait(_ nanoseconds: UInt64) { board.advance(to: board.time.now + nanoseconds) }
    func acknowledge(_ processor: Int = 0) -> UInt8? { board.acknowledgeInterrupt(processor: processor) }

    static let apic: UInt64 = 0xFEE0_0000
    static let ioAPIC: UInt64 = 0xFEC0_0000
    func writeAPIC(_ index: UInt64, _ value: UInt64) { store(Self.apic + index << 4, value) }
    func readAPIC(_ index: UInt64) -> UInt64 { load(Self.apic + index << 4) }
    func writeEntry(_ pin: UInt64, _ value: UInt64) {
        store(Self.ioAPIC, 0x11 + 2 * pin)
        store(Self.ioAPIC + 0x10, value >> 32)
        store(Self.ioAPIC, 0x10 + 2 * pin)
        store(Self.ioAPIC + 0x10, value & 0xFFFF_FFFF)
    }

    /// Both controllers as Linux sets them up: vectors from 0x30, all masked but those given.
    func startControllers(masks: UInt16 = 0xFFFF, automatic: Bool = false) {
        for (port, vector, wiring) in [(UInt16(0x20), UInt64(0x30), UInt64(4)), (0xA0, 0x38, 2)] {
            out(port, 0x11)
            out(port + 1, vector)
            out(port + 1, wiring)
            out(port + 1, automatic ? 3 : 1)
        }
        out(0x21, UInt64(masks & 0xFF))
        out(0xA1, UInt64(masks >> 8))
    }

    /// Counter 0 as a rate generator.
    func startTimer(_ count: UInt64) {
        out(0x43, 0x34)
        out(0x40, count & 0xFF)
        out(0x40, count >> 8)
    }

    func snapshot() -> [UInt8] {
        var writer = SnapshotWriter()
        board.save(to: &writer)
        return writer.bytes
    }
    func restore(_ bytes: [UInt8]) throws {
        var reader = SnapshotReader(bytes)
        try board.restore(from: &reader)
    }
}
