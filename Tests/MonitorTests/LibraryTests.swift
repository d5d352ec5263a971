import ISALanguage
import Machine
import Testing

@testable import Monitor
@testable import Paravirt

/// Monitors over the other machines of the library: none of them is mentioned in the monitor.
@Suite struct LibraryTests {
    /// Kinds that are right on every machine whose critical instructions are known.
    @Test(arguments: ["pdp-10", "m68000", "m68010"], [MonitorKind.patch, .interpret, .hvm])
    func randomGuestsBehaveAsOnTheBareMachine(name: String, kind: MonitorKind) throws {
        let machine = Machines.load(name)
        let blueprint = Blueprint(of: machine)
        let least = machine.state.first { $0.role == .storage }?.minimumCount ?? 0
        var random = RandomGuests(machine, seed: 5, size: max(least, 256))
        for guest in 0..<25 {
            var request = Allocator.Request(kind)
            request.critical = Machines.claimedCritical(in: machine)
            let pair = try Pair(blueprint, state: random.next(), request: request)
            if case .diverged(let divergence) = pair.lockStep.run(limit: 40) {
                Issue.record("\(name), \(kind), guest \(guest): \(divergence.text(in: machine))")
                return
            }
        }
    }
}
