import Devices
import Foundation
import Images
import Machine
import Testing
import WholeMachine
import X86Core

/// A machine and what it has written.
struct TestMachine {
    final class Console: ByteSink {
        var text: [UInt8] = []
        func put(_ byte: UInt8) throws { text.append(byte) }
        func flush() throws {}
    }

    var machine: PCMachine
    var console = Console()
    let configuration: PCMachine.Configuration

    static let decoding = Result { try Decoding() }

    init(storage: UInt64 = 1 << 20, processors: Int = 1, blockLimit: Int = 48) throws {
        var configuration = PCMachine.Configuration()
        configuration.storage = storage
        configuration.processors = processors
        configuration.date = 1_700_000_000
        configuration.blockLimit = blockLimit
        self.configuration = configuration
        machine = try PCMachine(configuration, decoding: Self.decoding.get(), serialOutput: console)
    }

    /// Bare code at 0x7C00, in real mode.
    static func running(_ code: [UInt8], processors: Int = 1, blockLimit: Int = 48) throws -> TestMachine {
        let made = try TestMachine(processors: processors, blockLimit: blockLimit)
        let request = BootRequest(
            image: code, storage: made.configuration.storage, processors: processors, bootProtocol: .flat, flatMode: .real16)
        made.machine.start(try BootPlan(request))
        return made
    }

    /// Debian's cloud kernel; nil where it has not been fetched.
    static func kernel(processors: Int = 1) throws -> TestMachine? {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(".cache/kernel")
        guard let image = try? Data(contentsOf: folder.appendingPathComponent("vmlinuz")) else { return nil }
        let made = try TestMachine(storage: 128 << 20, processors: processors)
        let request = BootRequest(
            image: Array(image), commandLine: "console=ttyS0", storage: made.configuration.storage, processors: processors,
            rsdp: made.machine.board.tables.base)
        made.machine.start(try BootPlan(request))
        return made
    }

    /// Another machine like this one, in the state of this one.
    mutating func replaceByItsSnapshot() throws {
        let bytes = machine.snapshot()
        let other = try PCMachine(configuration, decoding: Self.decoding.get(), serialOutput: console)
        try other.restore(bytes)
        #expect(other.digest() == machine.digest())
        machine = other
    }

    /// Runs to a moment, through all times at which the machine sleeps.
    func run(to moment: UInt64) {
        while machine.time.now < moment {
            guard machine.run(until: moment) == .limit else { return }
        }
    }
}

/// Numbers that look random, from a seed.
struct Sequence64 {
    var state: UInt64
    mutating func next(below bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }
}
