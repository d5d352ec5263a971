import ISALanguage
import Testing

@testable import Virtualizability

/// On a machine where Theorem 1 holds, an instruction that is privileged and sensitive must be privileged: without
/// its mode-dependent traps the theorem is refuted.
@Suite("Mutations of machines where Theorem 1 holds")
struct MutationTests {
    static let condition = Condition(theorem: .first, reading: .extended, policy: .best)

    @Test("Every privileged and sensitive instruction", arguments: ["third-generation"])
    func withoutTraps(_ name: String) throws {
        let description = try Library.machine(name)
        let whole = Checker(description)
        whole.conditions.context.relocatesInAnyMode = whole.relocatesInAnyMode()
        var mutants = 0
        for index in description.instructions.indices {
            guard let mutant = description.withoutModeTraps(index) else { continue }
            let classes = Classifier(checker: whole.conditions).classes(of: index).classes
            guard classes.privileged == .yes, classes.sensitive == .yes else { continue }
            mutants += 1
            let checker = Checker(mutant)
            checker.conditions.context.relocatesInAnyMode = whole.conditions.context.relocatesInAnyMode
            let found = checker.conditions.verdict(index, Self.condition)
            #expect(found == .refuted, "\(description.instructions[index].name)")
        }
        #expect(mutants >= 7)
    }

    @Test("Verdicts follow content, not names")
    func names() throws {
        var copy = try Library.machine("third-generation")
        copy.name = "somebody-else"
        for index in copy.instructions.indices {
            copy.instructions[index].name = "X\(index)"
            copy.instructions[index].mnemonic = "X\(index)"
        }
        let original = try Checker(Library.machine("third-generation"))
        let renamed = Checker(copy)
        for checker in [original, renamed] { checker.conditions.context.relocatesInAnyMode = true }
        for index in copy.instructions.indices where index % 4 == 0 {
            #expect(
                original.conditions.verdict(index, Self.condition) == renamed.conditions.verdict(index, Self.condition))
        }
    }
}

extension MachineDescription {
    /// The machine with all traps of one instruction gone whose condition reads the mode; nil if it has none.
    func withoutModeTraps(_ instruction: Int) -> MachineDescription? {
        let modes = Set(components(.mode))
        var program = instructions[instruction].program
        var sources: [Set<StateID>] = []
        var changed = false
        for index in program.operations.indices {
            var own: Set<StateID> = []
            for operand in program.operations[index].operands { own.formUnion(sources[operand.index]) }
            if case .read(let id) = program.operations[index] { own.insert(id) }
            sources.append(own)
            guard case .trap(let trap, let condition, _) = program.operations[index],
                !traps[trap.index].isStorageTrap, !sources[condition.index].isDisjoint(with: modes)
            else { continue }
            // A constant stands in the place of the trap, so that no operation is renumbered.
            program.operations[index] = .constant(0)
            program.widths[index] = 1
            changed = true
        }
        guard changed else { return nil }
        var mutant = self
        mutant.instructions[instruction].program = program
        return mutant
    }
}
