import ISALanguage
import Testing

@testable import Virtualizability

/// Squares and classes counted out in numbers, beside what the solver says of them.
@Suite("Random machines: the checker agrees with enumeration")
struct RandomMachinesAgreementTests {
    /// The checker's answers about one instruction, as enumeration would find them.
    private func derived(_ checker: Checker, _ report: MachineReport, _ index: Int) -> [(String, Verdict)] {
        func verdict(_ violation: Violation) -> Verdict {
            checker.conditions.verdict(.instruction(index), Property(violation, .best))
        }
        return [
            ("completes", verdict(.completes)), ("control", verdict(.control)), ("behaviour", verdict(.behaviour)),
            ("lost trap", verdict(.lostTrap)), ("direct", verdict(.direct)),
            ("interpreter", report.instructions[index].interpreter.verdict),
        ]
    }

    private func counted(_ seen: BruteForce.Seen) -> [Bool] {
        [seen.completes, seen.control, seen.behaviour, seen.lostTrap, seen.direct, seen.interpreter]
    }

    @Test("Of the tiniest machines every state is gone through")
    func exhaustively() throws {
        var (machines, compared, states) = (0, 0, 0)
        for seed in 0..<UInt64(RandomRun.count(40)) {
            let made = try RandomRun.machine(seed, .tiny)
            let checker = Checker(made.description)
            let report = checker.check()
            guard isPlaced(checker) else { continue }
            let machine = MonitoredMachine(
                made.description, policy: RandomRun.policy(report, made.description))
            var force = BruteForce(machine)
            StateSpace(machine).goThroughAll { force.look(at: $0, $1, $2) }
            machines += 1
            states += force.states
            for (index, seen) in force.instructions.enumerated() {
                let name = report.instructions[index].name
                for ((what, verdict), isSeen) in zip(derived(checker, report, index), counted(seen)) {
                    if case .undecided = verdict { continue }
                    // The map is not run after a direct instruction, so a mirrored component that it reads counts
                    // as control state for the checker; enumeration looks at owned components only.
                    if what == "control", !isSeen, mapReadsMirrored(made.description) { continue }
                    compared += 1
                    let expected = isSeen ? Verdict.refuted : .holds
                    #expect(verdict == expected, "\(what) of \(name): \(isSeen)\n\(made.text)")
                }
                compareClasses(report.instructions[index].classes, seen, "\(name)\n\(made.text)")
            }
        }
        print("\(machines) tiny machines, \(states) pairs of states, \(compared) answers agree with enumeration")
        #expect(machines > 0 && compared > 20)
    }

    private func mapReadsMirrored(_ machine: MachineDescription) -> Bool {
        machine.map?.operations.contains { operation in
            guard case .read(let id) = operation else { return false }
            return machine.state[id.index].role == .control && machine.state[id.index].declaredHandling == .mirror
        } ?? false
    }

    /// The columns of the table: what a state under the monitor shows, they show too.
    private func compareClasses(_ classes: Classes, _ seen: BruteForce.Seen, _ context: String) {
        #expect(classes.privileged == (!seen.completes && seen.privilege ? .yes : .no), "privileged: \(context)")
        #expect(classes.trap == (seen.lostTrap ? .yes : .no), "trap-sensitive: \(context)")
        if seen.control { #expect(classes.control == .yes, "control-sensitive: \(context)") }
        if seen.behaviour { #expect(classes.behaviour == .yes, "behaviour-sensitive: \(context)") }
    }

    /// The map keeps guests inside their storage and in user mode; otherwise there is no relation to speak of.
    private func isPlaced(_ checker: Checker) -> Bool {
        [Violation.mapMode, .mapTranslation].allSatisfy {
            checker.conditions.verdict(.machine, Property($0, .best)) == .holds
        }
    }

    @Test("Of larger machines states are drawn, and witnesses are counted out")
    func sampled() throws {
        var (machines, states, witnesses) = (0, 0, 0)
        for seed in 10_000..<10_000 + UInt64(RandomRun.count(120)) {
            let made = try RandomRun.machine(seed)
            var options = CheckerOptions()
            options.wantsClasses = false
            let checker = Checker(made.description, options: options)
            let report = checker.check()
            guard isPlaced(checker) else { continue }
            let machine = MonitoredMachine(
                made.description, policy: RandomRun.policy(report, made.description))
            var force = BruteForce(machine)
            StateSpace(machine).sample(2_000, seed: seed) { force.look(at: $0, $1, $2) }
            machines += 1
            states += force.states
            for (index, seen) in force.instructions.enumerated() {
                let name = report.instructions[index].name
                for ((what, verdict), isSeen) in zip(derived(checker, report, index), counted(seen)) where isSeen && verdict.reason == nil {
                    #expect(verdict == .refuted, "\(what) of \(name) was seen\n\(made.text)")
                }
                if let witness = report.instructions[index].direct.witness {
                    witnesses += 1
                    #expect(isRight(witness, machine, index), "witness of \(name)\n\(made.text)")
                }
            }
            for (line, isSeen) in force.interrupts.enumerated() {
                #expect(!isSeen || report.interrupts[line].square.verdict == .refuted, "\(made.text)")
            }
        }
        print("\(machines) small machines, \(states) pairs of states drawn, \(witnesses) witnesses counted out")
        #expect(machines > 0 && witnesses > 0)
    }

    /// The real state of a witness is the image of its virtual one, and the square does not commute there.
    private func isRight(_ witness: Witness, _ machine: MonitoredMachine, _ index: Int) -> Bool {
        let place = Placement(
            origin: Int(witness.origin), extent: Int(witness.extent), size: witness.real.cells.count)
        var frame = machine.emptyFrame(size: place.size)
        frame.cells = witness.real.cells
        for id in machine.ids { frame[id] = witness.real[id] }
        let image = machine.image(of: witness.virtual, in: frame, place)
        // Owned components that the instruction cannot depend on are not in the question, and hold anything.
        let related = machine.ids.filter { machine.description.state[$0.index].role != .control }
        guard image.cells == witness.real.cells, related.allSatisfy({ image[$0] == witness.real[$0] }) else {
            return false
        }
        var force = BruteForce(machine)
        force.look(at: witness.virtual, image, place)
        return force.instructions[index].direct
    }
}
