import ISALanguage
import Machine
import Testing

@testable import Monitor

/// The machines on which a theorem fails: forced against the verdict, a monitor that trusts direct execution
/// comes apart from the bare machine, at a critical instruction and nowhere else; one that patches or
/// interprets does not.
@Suite struct OverlayTests {
    static let refuted = [
        "third-generation-user-nop", "third-generation-mode-leak", "third-generation-joint",
        "third-generation-lost-trap", "third-generation-store-outside", "third-generation-load-real-address",
        "pdp-10", "m68000",
    ]

    private func states(_ machine: MachineDescription, _ critical: Set<Int>, count: Int) -> [MachineState] {
        let least = machine.state.first { $0.role == .storage }?.minimumCount ?? 0
        var random = RandomGuests(machine, seed: 21, size: max(least, 256))
        return (0..<count).map { index in
            random.next(startingWith: critical.sorted()[index % critical.count])
        }
    }

    @Test(arguments: refuted) func forcedAgainstTheVerdictTheMonitorDivergesAtACriticalInstruction(
        name: String
    ) throws {
        let machine = Machines.load(name)
        let critical = Machines.claimedCritical(in: machine)
        try #require(!critical.isEmpty)
        let blueprint = Blueprint(of: machine)
        var divergences = 0
        for state in states(machine, critical, count: 250) where divergences < 3 {
            let pair = try Pair(blueprint, state: state, request: Allocator.Request(.vmm))
            guard case .diverged(let divergence) = pair.lockStep.run(limit: 12) else { continue }
            divergences += 1
            let text = divergence.text(in: machine)
            #expect(divergence.instruction.map(critical.contains) == true, "\(text)")
        }
        #expect(divergences > 0)
    }

    @Test(arguments: refuted, [MonitorKind.patch, .interpret]) func otherMonitorsRunTheSameGuests(
        name: String, kind: MonitorKind
    ) throws {
        let machine = Machines.load(name)
        let critical = Machines.claimedCritical(in: machine)
        let blueprint = Blueprint(of: machine)
        var request = Allocator.Request(kind)
        request.critical = critical
        for state in states(machine, critical, count: 20) {
            let pair = try Pair(blueprint, state: state, request: request)
            if case .diverged(let divergence) = pair.lockStep.run(limit: 12) {
                Issue.record("\(name), \(kind): \(divergence.text(in: machine))")
                return
            }
        }
    }

    /// A base register that users may set is no harm where the monitor mirrors it, nor is HALT where the
    /// processor is not a resource.
    @Test(arguments: ["third-generation-user-base", "third-generation-halt"]) func mirroringIsEnough(
        name: String
    ) throws {
        let machine = Machines.load(name)
        var handlings: [StateID: Handling] = [:]
        if name == "third-generation-halt" {
            for (index, component) in machine.state.enumerated()
            where ["stopped", "exit-code"].contains(component.name) {
                handlings[StateID(index)] = .mirror
            }
        }
        let blueprint = Blueprint(of: machine, handlings: handlings)
        for kind in [MonitorKind.vmm, .hvm, .patch] {
            var random = RandomGuests(machine, seed: 8)
            for _ in 0..<20 {
                let pair = try Pair(blueprint, state: random.next(), depth: 2, request: Allocator.Request(kind))
                if case .diverged(let divergence) = pair.lockStep.run(limit: 25) {
                    Issue.record("\(name), \(kind): \(divergence.text(in: machine))")
                    return
                }
            }
        }
    }

    /// The paper's first exception: a monitor above its guest, and vectors that are not in its way.
    @Test func loadRealAddressIsHarmlessWithTheMonitorInHighCore() throws {
        let machine = Machines.load("third-generation-load-real-address-high")
        let critical = Machines.claimedCritical(in: machine)
        let blueprint = Blueprint(of: machine)
        var low = 0
        for state in states(machine, critical, count: 30) {
            let high = try Pair(blueprint, state: state, request: Allocator.Request(.vmm), placement: .high)
            if case .diverged(let divergence) = high.lockStep.run(limit: 12) {
                Issue.record("\(divergence.text(in: machine))")
                return
            }
            let pair = try Pair(blueprint, state: state, request: Allocator.Request(.vmm))
            if case .diverged = pair.lockStep.run(limit: 12) { low += 1 }
        }
        #expect(low > 0)
    }
}
