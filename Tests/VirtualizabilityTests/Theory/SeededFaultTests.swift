import ISALanguage
import Testing

@testable import Virtualizability

/// Mistakes planted in the monitor's programs. The squares are about these very programs, so each is refuted.
@Suite("Seeded faults of the monitor")
struct SeededFaultTests {
    static let machine = Result { try Library.machine("third-generation") }

    /// Squares that are likely to show a fault, cheap ones first.
    private func subjects(_ description: MachineDescription) -> [Subject] {
        let mnemonics = ["LD", "ST", "SVC", "LPSW", "HALT", "STI", "LRB"]
        let instructions = mnemonics.compactMap { mnemonic in
            description.instructions.firstIndex { $0.mnemonic == mnemonic }.map(Subject.instruction)
        }
        return [.interrupt(0)] + instructions
    }

    private func refutation(
        _ description: MachineDescription, _ fault: SeededFault?
    ) -> (subject: Subject, witness: Witness)? {
        var options = CheckerOptions()
        options.fault = fault
        let checker = Checker(description, options: options)
        for subject in subjects(description) {
            let property = Property(.interpreter, .best)
            guard case .found(let example) = checker.conditions.answer(subject, property) else { continue }
            return (subject, checker.witness(checker.conditions.query(subject, property), property.name, example))
        }
        return nil
    }

    @Test("Without a fault these squares hold")
    func sound() throws {
        #expect(refutation(try Self.machine.get(), nil) == nil)
    }

    @Test("Every fault that changes a program is refuted with a witness", arguments: SeededFault.allCases)
    func refuted(_ fault: SeededFault) throws {
        let description = try Self.machine.get()
        guard changes(description, fault) else {
            // This machine's map does not mention the storage's size: there is no clipping to forget.
            #expect(fault == .boundNotClipped)
            return
        }
        let found = try #require(refutation(description, fault), "\(fault.summary)")
        #expect(found.witness.origin + found.witness.extent <= UInt64(found.witness.real.cells.count))
    }

    /// The fault makes a difference to some program of this machine's monitor.
    private func changes(_ description: MachineDescription, _ fault: SeededFault) -> Bool {
        let sound = description.virtualise()
        let faulty = description.virtualise(fault: fault)
        func programs(_ machine: VirtualisedMachine) -> [Program?] {
            machine.machine.instructions.map(\.program) + [machine.machine.fetch, machine.machine.delivery]
                + machine.machine.interrupts.flatMap { [$0.pending, $0.enabled, $0.acknowledge] }
                + [machine.map, machine.remap, machine.tick]
        }
        return programs(sound) != programs(faulty)
            || sound.machine.traps.map(\.resumesAfter) != faulty.machine.traps.map(\.resumesAfter)
    }
}
