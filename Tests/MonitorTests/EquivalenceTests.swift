import ISALanguage
import Machine
import Testing

@testable import Monitor

/// Theorem 1 and 3 in practice: whatever a guest does, it does the same under a monitor, instruction by
/// instruction, in every component and cell.
@Suite struct EquivalenceTests {
    static let directKinds: [MonitorKind] = [.vmm, .hvm, .patch, .interpret]

    @Test(arguments: directKinds) func randomGuestsOfTheThirdGenerationBehaveAsOnTheBareMachine(
        kind: MonitorKind
    ) throws {
        try expectNoDivergence(of: Machines.thirdGenerationBlueprint, kind: kind, guests: 60, seed: 1)
    }

    @Test(arguments: [2, 3, 4]) func nestedMonitorsChangeNothing(depth: Int) throws {
        for kind in EquivalenceTests.directKinds {
            try expectNoDivergence(of: Machines.thirdGenerationBlueprint, kind: kind, guests: 8, seed: 2, depth: depth)
        }
    }

    private func expectNoDivergence(
        of blueprint: Blueprint, kind: MonitorKind, guests: Int, seed: UInt64, depth: Int = 1
    ) throws {
        let machine = blueprint.virtualised.original
        var random = RandomGuests(machine, seed: seed)
        for guest in 0..<guests {
            let pair = try Pair(blueprint, state: random.next(), depth: depth, request: Allocator.Request(kind))
            if case .diverged(let divergence) = pair.lockStep.run(limit: 60) {
                Issue.record("\(kind), depth \(depth), guest \(guest): \(divergence.text(in: machine))")
                return
            }
        }
    }
}
