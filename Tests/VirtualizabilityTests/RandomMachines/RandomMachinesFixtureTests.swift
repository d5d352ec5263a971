import ISALanguage
import Testing

@testable import Virtualizability

/// Machines that random search turned up, or its enumeration proved important, kept as files.
@Suite("Random machines: kept cases")
struct RandomMachinesFixtureTests {
    private func fixture(_ name: String) throws -> MachineDescription {
        try MachineLoader.load(
            Library.root + "/Tests/VirtualizabilityTests/Fixtures/\(name).isa", from: Library.loader)
    }

    private func report(
        _ description: MachineDescription, _ weakening: CheckerOptions.Weakening = .init()
    ) -> MachineReport {
        var options = CheckerOptions()
        options.weakening = weakening
        options.wantsClasses = false
        return Checker(description, options: options).check()
    }

    /// Whether a square that does not commute is found among all states, without the solver.
    private func squareFails(_ description: MachineDescription, under report: MachineReport) -> Bool {
        let machine = MonitoredMachine(description, policy: RandomRun.policy(report, description))
        var force = BruteForce(machine)
        StateSpace(machine).goThroughAll { force.look(at: $0, $1, $2) }
        return force.instructions.contains { $0.direct }
    }

    private func needs(_ name: String, _ weaken: (inout CheckerOptions.Weakening) -> Void) throws {
        let description = try fixture("corrections/" + name)
        var weakening = CheckerOptions.Weakening()
        weaken(&weakening)
        let weak = report(description, weakening)
        let whole = report(description)
        #expect(weak.verdict(.first)?.verdict == .holds)
        #expect(whole.verdict(.first)?.verdict == .refuted)
        // As the monitor runs by default; unmoved or with R read again it may commute.
        #expect(whole.instructions.contains { $0.direct.witness != nil })
        #expect(squareFails(description, under: weak))
    }

    @Test("Without the trap-sensitive class a wrong monitor passes")
    func lostTrap() throws { try needs("lost-trap") { $0.ignoresLostTraps = true } }

    @Test("Without joint variation a wrong monitor passes")
    func joint() throws { try needs("joint") { $0.variesOneAtATime = true } }

    @Test("With the policy on both sides a wrong monitor passes")
    func policy() throws { try needs("policy-on-both-sides") { $0.policyOnBothSides = true } }

    @Test("Without the cells outside the window a wrong monitor passes")
    func cells() throws { try needs("cells-outside") { $0.ignoresCellsOutside = true } }

    @Test("A mirrored component on which the map depends may not change without a trap")
    func mirroredInMap() throws {
        let description = try fixture("mirrored-in-map")
        let report = report(description)
        #expect(squareFails(description, under: report))
        #expect(report.instructions.first?.direct.verdict == .refuted)
        #expect(report.verdict(.first)?.verdict == .refuted)
    }
}
