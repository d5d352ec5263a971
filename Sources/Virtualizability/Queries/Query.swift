/// What a question is about.
enum Subject: Hashable {
    /// Index of an instruction variant.
    case instruction(Int)
    /// Index of an interrupt line.
    case interrupt(Int)
    /// What no single instruction carries.
    case machine
}

/// What a state must show to be a counterexample.
enum Violation: String, Hashable, CaseIterable {
    /// S2 completes, or its trap goes elsewhere than to the monitor.
    case completes
    /// A completing instruction changes m, R, an owned X or a cell outside the window.
    case control
    /// Both complete, and P, o, a mirrored X or the window differ.
    case behaviour
    /// S2 completes and S1 traps.
    case lostTrap = "lost-trap"
    /// Any of the three before.
    case sensitive
    /// S2 completes, and is not the image of what S1 becomes: the direct square.
    case direct
    /// The same where the monitor reads R again at each trap, and R is one that the map does not cut.
    case directRereading = "direct-rereading"
    /// The same where the guest's cells are the real machine's first ones.
    case directUnmoved = "direct-unmoved"
    /// The interpreter routine, or accepting an interrupt, does not commute with the map.
    case interpreter
    /// S1 completes where S2 traps: what a privileged instruction shows. Its answer is a witness, never a claim.
    case privilege
    /// The outcome depends on a clock.
    case timing
    /// An interrupt that the monitor is waiting for is masked.
    case masked
    /// The map does not establish user mode.
    case mapMode = "map-mode"
    /// User mode fetches what the guest would not fetch there.
    case mapTranslation = "map-translation"
    /// The real translation allows an access that the guest's does not, or gives it another place: the lemma behind
    /// proofs about instructions.
    case translation
    /// The guest's translation allows an access to a cell that does not exist: the lemma behind proofs about routines.
    case existence
    /// The same in any mode, and the other way round too: relocation is active in every mode.
    case anyModeTranslation = "any-mode-translation"
    /// Trap delivery on the real machine touches the guest's cells, where these are the first ones.
    case vectorInside = "vector-inside"
    /// A user access is refused for its place in storage: what "protected" takes. A witness, never a claim.
    case bounds
}

/// One question: is there a pair of related states that shows the violation? "No" is a claim with a proof,
/// "yes" comes with a witness.
struct Query: Hashable {
    var subject: Subject
    var violation: Violation
    var kind: RelationKind
}
