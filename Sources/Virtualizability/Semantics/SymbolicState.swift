import ISALanguage

/// A state of a machine in terms.
struct SymbolicState {
    /// By `StateID`; for arrays an unused constant.
    var scalars: [Term]
    /// By `StateID`; nil for scalars.
    var arrays: [SymbolicArray?]
    /// The number of cells, one bit wider than an address.
    var size: Term
    /// Addresses go through the monitor's shadow tables, about which only their relation to the guest's is known.
    var isShadowed = false
    /// Where the translation is taken to be unknown: what the lemma says of this side's.
    var placement: Placement?

    /// The value of a scalar component.
    subscript(component: StateID) -> Term {
        get { scalars[component.index] }
        set { scalars[component.index] = newValue }
    }
}

/// A trap that ends a program, and when: conditions of the same outcome exclude each other.
struct SymbolicTrap {
    var trap: TrapID
    var condition: Term
    /// As wide as the kind declares; nil where it has none.
    var detail: Term?
}

/// Everything that running a program can come to.
struct SymbolicOutcome {
    /// In the order in which they are tried.
    var traps: [SymbolicTrap]
    /// It ran to its end.
    var done: Term
    /// The state after it, where it ran to its end.
    var final: SymbolicState
    /// The program's results, where it ran to its end.
    var results: [Term]

    /// It ended in a trap.
    func trapped(_ graph: TermGraph) -> Term { graph.disjunction(traps.map(\.condition)) }
}

extension MachineDescription {
    // By index: a component is a large value, and this is asked at every turn.
    var programCounter: StateID? { state.indices.first { state[$0].role == .pc }.map(StateID.init) }
    var storageID: StateID? { state.indices.first { state[$0].role == .storage }.map(StateID.init) }

    func components(_ roles: Role...) -> [StateID] {
        state.indices.filter { roles.contains(state[$0].role) }.map(StateID.init)
    }
}
