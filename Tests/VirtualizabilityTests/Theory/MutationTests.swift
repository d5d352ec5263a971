import ISALanguage
import Testing

@testable import Virtualizability

/// On a machine where Theorem 1 holds it is the traps that make it hold: without those that depend on the mode, a
/// sensitive instruction refutes it.
@Suite("Mutations of machines where Theorem 1 holds")
struct MutationTests {
    /// What could do without its trap: an instruction that reads the interval timer, for the timer counts the guest's
    /// own instructions and is the guest's own. That it reads a clock matters to Theorem 2 only.
    static let harmless: [String: Set<String>] = ["third-generation": ["RTI {d:register r}"]]

    /// Of a machine with hundreds of system instructions every so many, the same ones each time.
    private static func some(of indices: [Int], depth: Depth) -> [Int] {
        let step = depth == .complete ? 1 : max(1, (indices.count + 11) / 12)
        return stride(from: 0, to: indices.count, by: step).map { indices[$0] }
    }

    @Test("Without its mode-dependent traps an instruction refutes Theorem 1", arguments: Library.names)
    func withoutTraps(_ name: String) async throws {
        let report = try await CheckedLibrary.report(name)
        guard report.verdict(.first)?.verdict == .holds else { return }
        let description = try Library.machine(name)
        // Where a policy may mirror what a single instruction shows or sets, the mutant needs no trap: then the question
        // is put without a policy, of what is privileged without one.
        let policy: PolicyChoice = description.depth == .complete ? .best : .strict
        let privileged = description.instructions.indices.filter { index in
            let classes = report.instructions[index].classes
            let isPrivileged = policy == .best ? classes.privileged : classes.strictlyPrivileged
            // Other traps may follow the mode by way of an address.
            return isPrivileged == .yes && classes.sensitive == .yes && description.withoutModeTraps(index) != nil
        }
        for index in MutationTests.some(of: privileged, depth: description.depth) {
            guard let mutant = description.withoutModeTraps(index) else { continue }
            let variant = description.instructions[index].name
            let isHarmless = MutationTests.harmless.contains { name.hasPrefix($0.key) && $0.value.contains(variant) }
            #expect(theorem(mutant.alone(index), policy) == (isHarmless ? .holds : .refuted), "\(variant)")
        }
        if description.depth == .complete { #expect(privileged.count >= 6) }
    }

    /// Theorem 1's answer for a machine, with no more work than that takes.
    private func theorem(_ description: MachineDescription, _ policy: PolicyChoice) -> Verdict {
        var options = CheckerOptions()
        options.wantsClasses = false
        options.wantsSquares = false
        // Otherwise HALT may run directly: the guest stops itself. (The paper's third footnote.)
        options.processorIsResource = true
        return Checker(description, options: options).check().verdict(.first, policy: policy)?.verdict ?? .undecided("not asked")
    }

    @Test("Verdicts follow content, not names", arguments: Library.names)
    func names(_ name: String) async throws {
        let report = try await CheckedLibrary.report(name)
        guard report.notApplicable == nil else { return }
        let copy = try Library.machine(name).renamed()
        let sensitive = copy.instructions.indices.filter { report.instructions[$0].classes.innocuous != .yes }
        for index in MutationTests.some(of: sensitive, depth: copy.depth) {
            let found = Checker(copy).classes(of: index, under: report)
            #expect(found.words == report.instructions[index].classes.words, "\(report.instructions[index].name)")
        }
    }
}

extension Checker {
    /// The classes of one variant under the policy that a report found.
    fileprivate func classes(of index: Int, under report: MachineReport) -> Classes {
        conditions.context.relocatesInAnyMode = report.relocatesInAnyMode
        for (id, entry) in zip(description.components(.control), report.policy) {
            conditions.context.policy.handlings[id] = entry.handling
        }
        return Classifier(checker: conditions).classes(of: index).classes
    }
}

extension MachineDescription {
    /// The machine with nothing but one instruction. A policy that does not save it there saves it nowhere.
    func alone(_ instruction: Int) -> MachineDescription {
        var copy = self
        copy.instructions = [instructions[instruction]]
        return copy
    }

    /// The same machine with other names for itself, its state, its traps and its instructions.
    func renamed() -> MachineDescription {
        var copy = self
        (copy.name, copy.title) = ("somebody-else", "Another")
        for index in copy.state.indices { copy.state[index].name = "c\(9999 - index)" }
        for index in copy.traps.indices { copy.traps[index].name = "t\(9999 - index)" }
        for index in copy.instructions.indices {
            copy.instructions[index].name = "X\(9999 - index)"
            copy.instructions[index].mnemonic = "X\(9999 - index)"
        }
        return copy
    }

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
