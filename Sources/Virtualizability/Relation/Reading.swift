/// How much of the state counts as control state.
public enum Reading: String, Sendable, CaseIterable {
    /// Mode and relocation only, as in 1974: every other component is ordinary.
    case paper
    /// Every control component counts.
    case extended
}

/// Whether a monitor may fix control state on the real machine.
public enum PolicyChoice: String, Sendable, CaseIterable {
    /// It may not: the real control state is arbitrary.
    case strict
    /// The best policy that was found.
    case best
}
