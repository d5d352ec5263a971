import Machine
import Testing
import WholeMachine
import X86Core

/// The same guest, input and seed give the same state at every time, however the run is cut into pieces, whatever is
/// forgotten and remembered on the way.
@Suite struct RepeatableRuns {
    enum Variation: CaseIterable {
        case plain, slices, shortBlocks, oneInstruction, observed, mixedBlocks, forgetting, snapshots
    }

    /// Sees every instruction.
    private final class Watcher: ProcessorObserver {
        let wantsInstructions = true
        func willRun(_ processor: X86Processor, bytes: [UInt8], name: String?) {}
        func delivers(_ processor: X86Processor, vector: UInt8, code: UInt32?, address: UInt64, isInterrupt: Bool) {}
    }
    private let watcher = Watcher()

    /// Brings the machine to a moment in the way that the variation says.
    private func advance(_ made: inout TestMachine, to moment: UInt64, _ variation: Variation, scale: UInt64) throws {
        var numbers = Sequence64(state: moment)
        func processors(_ body: (X86Processor) -> Void) { for processor in made.machine.processors { body(processor) } }
        switch variation {
        case .plain: break
        case .slices:
            while made.machine.time.now < moment {
                made.run(to: min(moment, made.machine.time.now + 1 + numbers.next(below: scale)))
            }
        case .shortBlocks: processors { $0.blockLimit = 3 }
        case .oneInstruction: processors { $0.blockLimit = 1 }
        case .observed: processors { $0.traceObserver = watcher }
        case .mixedBlocks:
            while made.machine.time.now < moment {
                let limit = [1, 2, 3, 7, 48][Int(numbers.next(below: 5))]
                processors {
                    $0.blockLimit = limit
                    $0.forgetDecodedCode()
                }
                made.run(to: min(moment, made.machine.time.now + 1 + numbers.next(below: limit == 1 ? scale : 40 * scale)))
            }
        case .forgetting:
            while made.machine.time.now < moment {
                made.run(to: min(moment, made.machine.time.now + 1 + numbers.next(below: 20 * scale)))
                processors { $0.forgetDecodedCode() }
            }
        case .snapshots:
            while made.machine.time.now < moment {
                made.run(to: min(moment, made.machine.time.now + moment / 7 + numbers.next(below: 20 * scale)))
                try made.replaceByItsSnapshot()
            }
        }
        made.run(to: moment)
    }

    private func compare(
        _ moments: [UInt64], _ variations: [Variation] = Variation.allCases, scale: UInt64, _ make: () throws -> TestMachine
    ) throws {
        var wanted: [UInt64: String] = [:]
        for variation in variations {
            var made = try make()
            for moment in moments {
                try advance(&made, to: moment, variation, scale: scale)
                // The time may be a turn later where there are several processors, but always the same.
                let found = "\(made.machine.time.now) \(made.machine.digest())"
                if let state = wanted[moment] {
                    #expect(found == state, "\(variation) differs at \(moment)")
                } else {
                    wanted[moment] = found
                }
            }
        }
    }

    @Test func aBusyGuestIsTheSameHoweverItIsRun() throws {
        guard let code = try GuestPrograms.assemble(GuestPrograms.busy) else { return }
        try compare([1, 77, 1000, 5001, 54_321, 200_000, 600_000], scale: 200) { try TestMachine.running(code) }
        let made = try TestMachine.running(code)
        made.run(to: 2_000_000)
        let deliveries = made.machine.processors[0].deliveries
        #expect(deliveries[0] > 100 && deliveries[8] > 50 && deliveries[0x40] > 150)
        #expect(made.machine.instructions < made.machine.completed)
    }

    @Test func severalProcessorsAreTheSameHoweverTheyAreRun() throws {
        guard let code = try GuestPrograms.assemble(GuestPrograms.several) else { return }
        try compare([1, 10_000, 54_321, 200_000, 600_000], scale: 5000) {
            try TestMachine.running(code, processors: 2)
        }
        let made = try TestMachine.running(code, processors: 2)
        made.run(to: 2_000_000)
        func word(_ address: UInt64) -> UInt32 {
            (made.machine.memory.read(4, at: address) ?? []).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        #expect(made.machine.processors[1].deliveries[0x41] > 100)
        #expect(word(0x6010) > 100 && word(0x600C) > 1000)
        // Nobody has run what stood there before.
        #expect(word(0x6018) == 0)
        // Nobody has read an earlier time than somebody else before.
        #expect(word(0x6008) == 0)
    }

    @Test func aKernelIsTheSameHoweverItIsRun() throws {
        guard try TestMachine.kernel() != nil else { return }
        let usual = Variation.allCases.filter { $0 != .oneInstruction && $0 != .observed }
        try compare([3_000_000, 20_000_000, 60_000_000], usual, scale: 20_000) { try #require(try TestMachine.kernel()) }
        try compare([3_000_000, 6_000_000], [.plain, .oneInstruction, .observed], scale: 1) { try #require(try TestMachine.kernel()) }
    }

    @Test func aKernelOnTwoProcessorsIsTheSameHoweverItIsRun() throws {
        guard try TestMachine.kernel() != nil else { return }
        try compare([20_000_000, 60_000_000], [.plain, .slices, .forgetting, .snapshots], scale: 20_000) {
            try #require(try TestMachine.kernel(processors: 2))
        }
    }

    /// Deliveries take time: a handler that faults at once, and its handler's handler, do not keep the host.
    @Test func aGuestThatFaultsForEverComesBack() throws {
        guard let code = try GuestPrograms.assemble(GuestPrograms.faultsForEver) else { return }
        let made = try TestMachine.running(code)
        #expect(made.machine.run(until: 1_000_000) == .limit)
        #expect(made.machine.time.now == 1_000_000)
        #expect(made.machine.processors[0].deliveries[6] > 999_000)
    }
}
