import ISALanguage

/// What a scan of a program wants to know of the variants that it has found.
public struct CriticalVariants: Sendable {
    public struct Variant: Sendable {
        /// Index into the description's instructions.
        public var index: Int
        /// In what ways it is sensitive; its privilege is not asked for.
        public var classes: Classes
        /// Theorem 1's condition in the extended reading, without a policy: refuted, or undecided.
        public var strict: Verdict
        /// The same under the best policy: what holds is repaired by it.
        public var best: Verdict
        /// The settings that the search for a policy made for its sake.
        public var policy: [PolicyEntry]
    }

    /// Why the theorems say nothing about this machine; nil if they do.
    public var notApplicable: String?
    /// In the file's order.
    public var variants: [Variant] = []
    public var wasInterrupted = false

    /// Of some variants those that are sensitive and unprivileged without a policy, with their classes. What the best
    /// policy makes harmless without a trap (the guest's own control state is mirrored for it) is left out: it is
    /// nothing that a monitor would have to know of.
    ///
    /// Asked is the machine as far as a program of these variants alone can use it, so that the best policy is the
    /// best for that program, and a program of few variants costs little. What is wrong with the file itself is for
    /// `check` to say.
    public init(
        of description: MachineDescription, among indices: [Int], options: CheckerOptions = CheckerOptions(),
        isInterrupted: @escaping () -> Bool = { false }, progress: (CheckProgress) -> Void = { _ in }
    ) {
        var used = description
        used.instructions = indices.map { description.instructions[$0] }
        let checker = Checker(used, options: options, isInterrupted: isInterrupted)
        notApplicable = checker.hypothesisFailure()
        guard notApplicable == nil else { return }
        let total = indices.count + 1
        let entries = checker.entries(checker.bestPolicy(total, progress))
        for (place, index) in indices.enumerated() {
            let name = description.instructions[index].name
            progress(CheckProgress(done: place + 1, total: total, subject: name))
            guard let (strict, best) = checker.criticality(of: place) else { continue }
            // The search looks at one of those that are alike.
            let served = used.instructions[checker.decider.likeness.representatives[place]].name
            variants.append(Variant(
                index: index, classes: Classifier(checker: checker.conditions).sensitivity(of: place),
                strict: strict, best: best, policy: entries.filter { $0.servesVariants.contains(served) }))
        }
        wasInterrupted = isInterrupted()
    }
}

extension Checker {
    /// Theorem 1's condition without and with a policy, where it is not met without; nil where the instruction is
    /// harmless. The questions are asked in the order in which they are likely to settle it.
    fileprivate func criticality(of index: Int) -> (strict: Verdict, best: Verdict)? {
        let subject = Subject.instruction(index)
        if conditions.verdict(subject, Property(.sensitive, .open)) == .holds { return nil }
        let best = conditions.verdict(index, condition(.first, .extended, .best))
        if best == .holds, conditions.verdict(subject, Property(.completes, .best)) == .refuted { return nil }
        let strict = conditions.verdict(index, condition(.first, .extended, .strict))
        return strict == .holds ? nil : (strict, best)
    }

    /// Of some variants, whether they are privileged without any policy. Nil where the theorems do not apply.
    public func strictPrivilege(
        of indices: [Int], progress: (CheckProgress) -> Void = { _ in }
    ) -> [Membership]? {
        guard hypothesisFailure() == nil else { return nil }
        conditions.context.relocatesInAnyMode = relocatesInAnyMode()
        return indices.enumerated().map { done, index in
            let name = description.instructions[index].name
            progress(CheckProgress(done: done + 1, total: indices.count, subject: name))
            return Classifier(checker: conditions).strictPrivilege(of: index)
        }
    }
}
