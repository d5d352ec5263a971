import Machine
import Testing

@testable import Debugging

/// A machine whose state is a number and a few pages: each step mixes them.
private final class Mixer: Replayable {
    private(set) var position: UInt64 = 0
    private(set) var state: UInt64 = 1
    let length: UInt64
    let storageBytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 40 * 4096 + 512, alignment: 16)
    /// Pages that were written, where the machine tells.
    private var written: Set<Int> = []
    private let tells: Bool
    private(set) var steps = 0

    init(length: UInt64, tells: Bool) {
        self.length = length
        self.tells = tells
        storageBytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { storageBytes.deallocate() }

    var isTrap: Bool { state % 97 == 3 }
    private var place: Int { Int(state >> 32) % (storageBytes.count / 8) * 8 }

    func run(to target: UInt64, stops: StopConditions, isLeaving: Bool) throws -> Arrival {
        let start = position
        while position < target {
            if position >= length { return .ended("it is over") }
            if !isLeaving || position != start, let stop = stop(at: stops) { return .stopped(stop) }
            let old = storageBytes.load(fromByteOffset: place, as: UInt64.self)
            let at = place
            storageBytes.storeBytes(of: old &+ state, toByteOffset: at, as: UInt64.self)
            written.insert(at / 4096)
            state = (state ^ old) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            position += 1
            steps += 1
            if stops.traps, isTrap { return .stopped(.trap) }
        }
        return .reached
    }

    private func stop(at stops: StopConditions) -> Stop? {
        stops.addresses.contains(state % 512) ? .breakpoint(address: state % 512) : nil
    }
    func save(to snapshot: inout SnapshotWriter) {
        snapshot.put(position)
        snapshot.put(state)
    }
    func restore(from snapshot: inout SnapshotReader) throws(SnapshotError) {
        position = try snapshot.take()
        state = try snapshot.take()
    }
    func storageRestored(_ bytes: Range<Int>) {}
    func takeChangedPages() -> [Int]? {
        defer { written = [] }
        return tells ? written.sorted() : nil
    }

    var hash: StateHash {
        var hash = StateHash()
        hash.add(position)
        hash.add(state)
        hash.add(UnsafeRawBufferPointer(storageBytes))
        return hash
    }
}

@Suite struct HistoryTests {
    private static let length: UInt64 = 3000

    /// What the machine is at each position, without any history.
    private static let truth: [StateHash] = {
        let mixer = Mixer(length: length, tells: false)
        var hashes = [mixer.hash]
        while mixer.position < length {
            _ = try? mixer.run(to: mixer.position + 1, stops: StopConditions(), isLeaving: true)
            hashes.append(mixer.hash)
        }
        return hashes
    }()

    private func history(tells: Bool, limit: Int = 1 << 30) -> History<Mixer> {
        let history = History(of: Mixer(length: Self.length, tells: tells))
        // A state is kept after every piece of the way.
        history.interval = 0
        history.memoryLimit = limit
        return history
    }

    @Test(arguments: [true, false], [1 << 30, 300_000])
    func everyMomentIsAsItWas(tells: Bool, limit: Int) throws {
        let history = history(tells: tells, limit: limit)
        #expect(try history.run() == .ended("it is over"))
        #expect(history.position == Self.length)
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let target = UInt64.random(in: 0...Self.length, using: &numbers)
            try history.go(to: target)
            #expect(history.position == target)
            #expect(history.subject.hash == Self.truth[Int(target)])
        }
        if limit < 1 << 30 { #expect(history.memory <= limit || history.checkpointCount == 3) }
    }

    @Test func trapsAreFoundBothWays() throws {
        let history = history(tells: true)
        var forward: [UInt64] = []
        while try history.run(stops: StopConditions(traps: true)) == .stopped(.trap) { forward.append(history.position) }
        #expect(forward.count > 10)
        var back: [UInt64] = []
        while try history.runBack(stops: StopConditions(traps: true)) == .stopped(.trap) { back.append(history.position) }
        #expect(back.reversed() == forward)
        #expect(history.position == history.beginning)
        #expect(try history.runBack(stops: StopConditions(traps: true)) == .beginning)
    }

    @Test func breakpointsAreMetBothWays() throws {
        let history = history(tells: true)
        let stops = StopConditions(addresses: [7, 300, 301])
        var forward: [UInt64] = []
        while case .stopped = try history.run(stops: stops) { forward.append(history.position) }
        #expect(forward.count > 5)
        #expect(history.position == Self.length)
        var back: [UInt64] = []
        while case .stopped = try history.runBack(stops: stops) { back.append(history.position) }
        #expect(back.reversed() == forward)
    }

    @Test func goingBackDoesNotBeginAtTheBeginning() throws {
        let history = history(tells: true)
        _ = try history.run()
        let before = history.subject.steps
        for _ in 0..<10 { try history.go(to: history.position - 1) }
        #expect(history.subject.steps - before < 10 * 1500)
        #expect(history.checkpointCount > 2)
    }

    @Test func aRunCanBeInterruptedAndGoesOn() throws {
        let history = history(tells: true)
        var asked = 0
        history.isInterrupted = {
            asked += 1
            return asked == 2
        }
        #expect(try history.run() == .interrupted)
        #expect(history.position < Self.length)
        #expect(try history.run() == .ended("it is over"))
        #expect(history.subject.hash == Self.truth[Int(Self.length)])
    }
}
