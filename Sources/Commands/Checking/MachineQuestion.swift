import ISALanguage
import Virtualizability

/// A machine and what is asked of it: the way from arguments to a report.
struct MachineQuestion {
    var description: MachineDescription
    var options: CheckerOptions

    init(_ argument: String, options: QuestionOptions, in context: Context) throws {
        description = try loadMachine(argument, in: context)
        var checker = CheckerOptions()
        checker.processorIsResource = options.processorIsResource
        for text in options.assume {
            checker.assumptions.append(try MachineQuestion.assumption(text, of: description))
        }
        self.options = checker
    }

    /// Of the machine's own constants and of what a monitor may fix something can be assumed. An assumption about the
    /// mode or the program would make statements about fewer states, and so prove what is not so.
    private static func assumption(_ text: String, of description: MachineDescription) throws -> ComponentAssumption {
        let assumption: ComponentAssumption
        do {
            assumption = try ComponentAssumption(text, in: description)
        } catch {
            throw Failure(.usage, "--assume: \(error.cause)", remedy: error.remedy)
        }
        let component = description.state[assumption.component.index]
        guard [.control, .constant].contains(component.role) else {
            let possible = description.state.filter { [.control, .constant].contains($0.role) && !$0.isArray }
            let names = possible.map(\.name).joined(separator: ", ")
            throw Failure(
                .usage, "--assume: \(quoted(component.name)) is no constant and no policy bit",
                remedy: names.isEmpty ? "leave the option away" : "known are: \(names)")
        }
        return assumption
    }

    /// Runs the check, with a line of progress, until it ends or the user interrupts. The checker that
    /// gave the report can still certify it.
    func check(in context: Context) -> (report: MachineReport, checker: Checker) {
        let checker = checker(in: context)
        return (withProgress(in: context, checker.check(progress:)), checker)
    }

    /// The report, where only a whole one is of use; of these variants alone, where they are named.
    func wholeReport(of variants: Set<String>? = nil, in context: Context) throws -> MachineReport {
        let checker = checker(in: context)
        let report = withProgress(in: context) { progress in
            variants.map { checker.look(at: $0, progress: progress) } ?? checker.check(progress: progress)
        }
        if report.wasInterrupted { throw Failure.interrupted }
        return report
    }

    /// Those of some variants, as indices, that are critical without a policy.
    func criticalVariants(among indices: [Int], in context: Context) -> CriticalVariants {
        withProgress(in: context) { progress in
            CriticalVariants(
                of: description, among: indices, options: options,
                isInterrupted: { context.interruption.isRequested }, progress: progress)
        }
    }

    /// Whether variants, as indices, are privileged without any policy; nil where the theorems do not apply.
    func strictPrivilege(of indices: [Int], in context: Context) throws -> [Membership]? {
        let checker = checker(in: context)
        let found = withProgress(in: context) { checker.strictPrivilege(of: indices, progress: $0) }
        try context.interruption.check()
        return found
    }

    private func checker(in context: Context) -> Checker {
        Checker(description, options: options) { context.interruption.isRequested }
    }

    private func withProgress<Result>(
        in context: Context, _ work: ((CheckProgress) -> Void) -> Result
    ) -> Result {
        let progress = ProgressLine(context)
        defer { progress.erase() }
        return work { progress.show("\(description.name): \($0.done) of \($0.total), \($0.subject)") }
    }

    /// The variants that a mnemonic, or a variant's own pattern, means.
    func variants(_ name: String) throws -> [Instruction] {
        let exact = description.instructions.filter { $0.name == name }
        if !exact.isEmpty { return exact }
        let found = description.instructions.filter { $0.mnemonic.lowercased() == name.lowercased() }
        if !found.isEmpty { return found }
        // "JRST 1" for "JRST 1,ea": the beginning of a pattern, and of "JRST 12,ea" only where no word ends there.
        let begun = description.instructions.filter { $0.name.lowercased().hasPrefix(name.lowercased()) }
        let words = begun.filter { $0.name.dropFirst(name.count).first.map { !$0.isLetter && !$0.isNumber } ?? true }
        if name.contains(" "), !begun.isEmpty { return words.isEmpty ? begun : words }
        throw noInstruction(name, in: description)
    }
}

/// A name that is none of the machine's instructions.
func noInstruction(_ name: String, in description: MachineDescription) -> Failure {
    let mnemonics = distinct(description.instructions.map(\.mnemonic))
    return Failure(.noInput, "machine \(quoted(description.name)) has no instruction \(quoted(name))",
        remedy: remedy(
            for: name, among: mnemonics,
            otherwise: "'trapline classify \(description.name)' lists all \(mnemonics.count)"))
}
