import ISALanguage
import Machine
import Testing

@testable import Monitor

/// Every planted mistake is seen by somebody: a guest under the faulty monitor behaves otherwise than bare,
/// or real control state that the monitor owns has been changed.
@Suite struct FaultTests {
    @Test(arguments: SeededFault.allCases) func aMonitorWithThisFaultMisbehaves(fault: SeededFault) throws {
        let blueprint = Blueprint(of: Machines.thirdGeneration, fault: fault)
        for (kind, seed) in [(MonitorKind.interpret, UInt64(11)), (.vmm, 12)] {
            for state in FaultTests.directed {
                if try misbehaves(Pair(blueprint, state: state, request: Allocator.Request(kind))) { return }
            }
            var random = RandomGuests(Machines.thirdGeneration, seed: seed)
            for _ in 0..<60 {
                let pair = try Pair(blueprint, state: guest(&random), request: Allocator.Request(kind))
                if try misbehaves(pair) { return }
            }
        }
        Issue.record("no guest shows that \(fault.summary)")
    }

    @Test func withoutAFaultTheSameGuestsShowNothing() throws {
        let machine = Machines.thirdGeneration
        let blueprint = Machines.thirdGenerationBlueprint
        for (kind, seed) in [(MonitorKind.interpret, UInt64(11)), (.vmm, 12)] {
            for state in FaultTests.directed {
                #expect(try !misbehaves(Pair(blueprint, state: state, request: Allocator.Request(kind))))
            }
            var random = RandomGuests(machine, seed: seed)
            for _ in 0..<8 {
                let pair = try Pair(blueprint, state: guest(&random), request: Allocator.Request(kind))
                #expect(try !misbehaves(pair))
            }
        }
    }

    /// Guests that call their supervisor, come back, and then reach for the first cell that they do not have, or
    /// for one that they have just given up.
    private static let directed = [
        "LA r1,256\n LD r2,0(r1)\n HALT r2\n",
        "LRB narrow\n LA r1,252\n LD r2,0(r1)\n HALT r2\nnarrow: .word 250\n",
    ].map(directedGuest)

    private static func directedGuest(_ body: String) -> MachineState {
        let machine = Machines.thirdGeneration
        let image = Guests.assemble("""
                    .machine third-generation
                    .org 0
            old:    .word 0
                    .word trap<<31 | 0x8000
            cause:  .word 0, 0
                    .org 16
                    .entry start
            trap:   LD   r3,cause
                    SHR  r3,n40
                    LA   r4,-4(r3)
                    JNZ  r4,stop
                    LPSW old
            stop:   HALT r3
            n40:    .word 40
            start:  SVC  7

            """ + body, for: machine)
        var state = MachineState(machine, size: 256)
        image.load(into: &state)
        if let counter = machine.state.firstIndex(where: { $0.role == .pc }) {
            state[StateID(counter)] = image.entry
        }
        return state
    }

    /// A random guest whose trap handler is the code at 128, with all of storage and its interrupts off.
    private func guest(_ random: inout RandomGuests) -> MachineState {
        var state = random.next()
        state.cells[1] = 128 << 31 | 0x8000
        return state
    }

    private func misbehaves(_ pair: Pair) throws -> Bool {
        let level = try #require(pair.nest.levels.first)
        for _ in 0..<30 {
            if case .diverged = pair.lockStep.run(limit: 1) { return true }
            for (component, value) in level.virtualised.owned where pair.real[component.index, 0] != value {
                return true
            }
        }
        return false
    }
}
